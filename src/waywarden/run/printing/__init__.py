"""What printing needs from the machine: the font."""
