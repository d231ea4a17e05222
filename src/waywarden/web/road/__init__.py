"""The road half of the API: defects, streets, the backlog, what persons said, orders and programmes."""
