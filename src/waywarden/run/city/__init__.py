"""city.toml: its keys, where they stand, and the City they make."""
