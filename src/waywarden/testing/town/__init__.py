"""A made-up town whose streets are driven several times in a year, with exact truth."""
