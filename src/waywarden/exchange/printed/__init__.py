"""Pages to be printed, as PDF (ISO 32000): blocks laid out, in a font of which the letters that are used go in."""
