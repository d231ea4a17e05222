"""A made-up road, seen from a vehicle: true damage, and what is often taken for damage, each with its exact place."""
