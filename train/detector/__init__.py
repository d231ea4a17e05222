"""The recipe of the network that ships: see `train/README.md`."""
