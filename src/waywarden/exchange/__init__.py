"""One file per standard: records to bytes and back, no I/O."""
