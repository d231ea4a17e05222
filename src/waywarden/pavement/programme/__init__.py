"""The programme: which pavement sections are treated with what, in which year, under a budget."""
