"""Parts of the API that are put together where it is served, and what they have in common."""
