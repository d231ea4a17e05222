"""How the command line starts: with no more than what was asked for."""
