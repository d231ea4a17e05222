"""Networks through one inference runtime: recognised, fed, read."""
