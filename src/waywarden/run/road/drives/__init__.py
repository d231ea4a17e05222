"""Drives in: their positions, the street network, and what a drive leaves in the store."""
