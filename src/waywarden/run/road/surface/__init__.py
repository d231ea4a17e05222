"""Damage on pictures of roads: looked for, and how well that goes."""
