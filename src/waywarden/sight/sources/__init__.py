"""Where frames come from: recordings, stills, live streams."""
