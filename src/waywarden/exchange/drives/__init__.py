"""Positions of drives: one file for each format. Bytes in, positions out; pictures are never looked at."""
