"""What is kept of those who write: accounts, sessions, tokens, and what was written once."""
