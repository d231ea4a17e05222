"""Weights: fetched, listed, chosen, and measured against boxes that are known."""
