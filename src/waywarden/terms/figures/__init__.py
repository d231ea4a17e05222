"""Figures of figures: how sure a share is."""
