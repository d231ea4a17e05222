"""How a drive moved, and how far two clocks that saw it are apart."""
