"""The office: accounts that may do something here, and which role may what."""
