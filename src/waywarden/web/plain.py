"""The frame of the pages that the server writes itself: no script is needed to read them."""

from __future__ import annotations

from html import escape


def plain_page(title: str, city_name: str, body: str) -> str:
    """Return a whole page around ``body`` (HTML); ``title`` and ``city_name`` are text."""
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · {escape(city_name)}</title>"
        '<link rel="icon" href="/static/favicon.svg" type="image/svg+xml">'
        '<link rel="stylesheet" href="/static/plain.css"><script src="/static/theme.js"></script></head>'
        '<body><header><a href="/">← Back to the map</a></header>'
        f'<main><p class="over">{escape(city_name)}</p><h1>{escape(title)}</h1>{body}</main></body></html>'
    )
