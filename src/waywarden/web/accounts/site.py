"""Signing in and writing, as routes that are served beside the reading API."""

from __future__ import annotations

from collections.abc import Callable

from waywarden.web.accounts.beside import Beside
from waywarden.web.accounts.desk import Desk
from waywarden.web.accounts.document import document
from waywarden.web.accounts.looks import Looks
from waywarden.web.accounts.provider import AtProviders
from waywarden.web.accounts.sessions import Sessions
from waywarden.web.accounts.writes import Writes
from waywarden.web.parts.part import OpenApiPart

HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
"""OWASP ASVS 4.0.3, 14.4.5."""


def beside(desk: Desk, watching: Callable[[], str] = str) -> Beside:
    """Return what ``create_app`` serves beside the reading API so that accounts can write, and what ``watch`` says."""
    routes = [*Sessions(desk).routes(), *AtProviders(desk).routes(), *Writes(desk).routes(), *Looks(desk).routes()]
    return Beside(routes, HTTPS_ONLY if desk.is_https else {}, watching, OpenApiPart(path_items=document()))
