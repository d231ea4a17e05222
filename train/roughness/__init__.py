"""The recipe of the borders between smooth, uneven and rough roads."""
