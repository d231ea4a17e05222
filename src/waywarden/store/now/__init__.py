"""How road damage stands now: tables worked out from the rest, and what the API asks of them."""
