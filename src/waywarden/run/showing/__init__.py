"""What the demo shows of the road half."""
