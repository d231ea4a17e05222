"""Sealed: frames, object detectors, redaction. Pixels end here; nothing here writes."""
