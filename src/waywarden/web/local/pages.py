"""Which page a command serves beside the site."""

from __future__ import annotations

from starlette.routing import Route

from waywarden.web.answers import built
from waywarden.web.drawing import Drawing, DrawingPage
from waywarden.web.local.checking import Checking, CheckPage

LocalPage = Drawing | Checking


def local_routes(page: LocalPage | None) -> list[Route]:
    """Return the routes of the drawing page or the check page, or none."""
    if isinstance(page, Drawing):
        return DrawingPage(page, lambda: built("draw.html")).routes()
    if isinstance(page, Checking):
        return CheckPage(page, lambda: built("check.html")).routes()
    return []
