"""Signing in at an OpenID provider: what was told, what is asked of it, what is believed, and what is kept."""
