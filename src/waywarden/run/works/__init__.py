"""Work on roads: which sections are treated when, and which crew goes where."""
