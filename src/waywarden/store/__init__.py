"""One port for records, and its backends."""
