"""A second count beside ours: where the two agree, and what that says of the error."""
