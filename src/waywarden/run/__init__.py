"""city.toml, the command line, the jobs, the seal."""
