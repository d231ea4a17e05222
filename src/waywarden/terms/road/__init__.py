"""How road damage stands now."""
