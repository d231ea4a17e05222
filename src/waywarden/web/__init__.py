"""The API and the map page."""
