"""Street networks: one file for each format. Bytes in, streets out."""
