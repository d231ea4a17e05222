"""Steps from each version of the tables to the next. Never change one that has been released: add another."""
