"""Road damage: locate, recognise again, grade, order, verify. Not filled yet."""
