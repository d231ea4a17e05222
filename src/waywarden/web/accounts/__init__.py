"""Signing in and writing through the API. ``site.py`` is the way in; ``run.accounts`` hands in what it works with."""
