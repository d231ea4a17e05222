"""Road damage on forward pictures: a network's masks and boxes, and the masks that people drew."""
