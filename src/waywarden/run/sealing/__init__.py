"""The sealed process: where pixels live, and the wire that is its only way out."""
