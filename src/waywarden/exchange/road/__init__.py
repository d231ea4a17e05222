"""Road damage as tables, drawings and printed pages."""
