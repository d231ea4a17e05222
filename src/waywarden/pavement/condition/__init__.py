"""What distress does to the pavement: deduct values, the visual PCI, and the bands that others use."""
