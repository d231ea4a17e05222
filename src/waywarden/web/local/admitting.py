"""Who may use the pages that are for this machine alone: the drawing page, and the check page.

Three checks keep others out: the request comes from and to the loopback address, it carries the token of this run, and
a save comes from the page itself.
"""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from starlette.requests import Request

from waywarden.web.problems import NotAllowedError, QueryError

TOKEN_HEADER = "x-waywarden-token"  # noqa: S105 - a header's name
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
MAX_BODY_BYTES = 1_000_000
NO_STORE = {"Cache-Control": "no-store"}


def admit(request: Request, token: str, page: str, command: str) -> None:
    """Raise NotAllowedError unless the request is of this machine and carries the token of this run."""
    came_from = request.client.host if request.client else ""
    if came_from not in LOOPBACK or (request.url.hostname or "") not in LOOPBACK:
        raise NotAllowedError(f"{page} answers to this machine alone: open it at 127.0.0.1")
    given = request.headers.get(TOKEN_HEADER) or request.query_params.get("token", "")
    if not hmac.compare_digest(given.encode(), token.encode()):
        raise NotAllowedError(f"{page} wants its token: open the address that 'waywarden {command}' printed")


async def sent_by_the_page(request: Request, page: str, what: str) -> bytes:
    """Return the body of a save; NotAllowedError if another site sent it, QueryError if it is too long."""
    origin = request.headers.get("origin", "")
    if urlsplit(origin).netloc != request.headers.get("host") or not origin.startswith("http://"):
        raise NotAllowedError(f"a save must come from {page} itself, not from '{origin}'")
    body = await request.body()
    if len(body) > MAX_BODY_BYTES:
        raise QueryError(f"what was {what} may be {MAX_BODY_BYTES} bytes at most, got {len(body)}")
    return body
