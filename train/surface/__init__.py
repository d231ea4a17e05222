"""How the network that finds road damage on forward pictures is trained."""
