"""What moves, against a background of the street without its road users."""
