"""The trunk that the network for road damage begins from: see `train/README.md`."""
