"""Pages that exist while one command runs, on this machine alone."""
