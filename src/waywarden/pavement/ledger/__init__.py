"""What happened to each defect: an append-only chain, the states that follow from it, and what it says of repairs."""
