"""Who asks, and whether they may: sessions by cookie, machines by token, and no request that another site made.

A session is a random secret in a cookie that no script can read. What changes something also has to carry the token
that the page got when it signed in (``X-CSRF-Token``), and to come from the page's own origin.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.requests import Request

from waywarden.terms.office.accounts import Account, AccountRole, may
from waywarden.web.accounts.desk import Desk
from waywarden.web.local.admitting import LOOPBACK
from waywarden.web.problems import RefusedError

COOKIE = "waywarden_session"
HTTPS_COOKIE = f"__Host-{COOKIE}"
"""By this prefix a browser takes it from this host alone, by https alone (RFC 6265bis, 4.1.3.2)."""
CSRF_HEADER = "X-CSRF-Token"
BEARER = "bearer "
LOOKING = frozenset({"GET", "HEAD"})
log = logging.getLogger("waywarden.accounts")
_BY_TOKEN = {"WWW-Authenticate": "Bearer"}


def cookie_name(desk: Desk) -> str:
    """Return what the session's cookie is called."""
    return HTTPS_COOKIE if desk.is_https else COOKIE


def session_of(request: Request, desk: Desk) -> str:
    """Return the secret of the request's session; empty where it has none."""
    return request.cookies.get(cookie_name(desk), "")


def csrf_of(session: str) -> str:
    """Return the token that goes with a session. It is made of the session's secret and says nothing of it."""
    return hmac.new(session.encode(), b"waywarden csrf", hashlib.sha256).hexdigest()


def address_of(request: Request) -> str:
    """Return where a request comes from."""
    return request.client.host if request.client else ""


def admitted(request: Request, desk: Desk, what: str) -> Account:
    """Return the account that asks, if it may do ``what``; RefusedError (401, 403 or 429) if it may not."""
    account = _by_token(request, desk) or _by_session(request, desk)
    if not may(account.role, what):
        log.warning("%s may not: %s", account.name, what)
        said = f"{account.name} is a {account.role} and may not do that ({what}): ask whoever looks after accounts"
        raise RefusedError(HTTPStatus.FORBIDDEN, said)
    if request.method not in LOOKING:
        desk.try_write(account.name, address_of(request))
    return account


def refuse_strangers(request: Request, desk: Desk) -> None:
    """Raise RefusedError where a browser says that another site made the request."""
    origin = request.headers.get("origin")
    if origin is None:
        # Browsers without one tell this way; programs tell neither, and have no cookies that others could use.
        if request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            raise RefusedError(HTTPStatus.FORBIDDEN, "another site made this request: open the page itself")
    elif not _is_ours(origin, request, desk):
        raise RefusedError(HTTPStatus.FORBIDDEN, f"this has to come from the page itself, not from '{origin}'")


def refuse_open_lines(request: Request, desk: Desk) -> None:
    """Raise RefusedError where a password would go over a network that anybody can listen to."""
    if not desk.is_https and address_of(request) not in LOOPBACK:
        said = "passwords are taken by https only: put a proxy with a certificate before 'waywarden serve --origin'"
        raise RefusedError(HTTPStatus.FORBIDDEN, said)


def refuse_without_csrf(request: Request, session: str) -> None:
    """Raise RefusedError where the request does not carry its session's token."""
    given = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), csrf_of(session).encode()):
        said = f"the header {CSRF_HEADER} has to be the 'csrf' of GET /api/v1/session: reload the page"
        raise RefusedError(HTTPStatus.FORBIDDEN, said)


def signed_in(request: Request, desk: Desk) -> Account | None:
    """Return the account that is signed in, None where nobody is."""
    session = session_of(request, desk)
    return desk.signed_in(session) if session else None


def seen_by(account: Account | None) -> AccountRole:
    """Return the role of whoever asks: who is not signed in is a viewer."""
    return AccountRole.VIEWER if account is None else account.role


def _by_token(request: Request, desk: Desk) -> Account | None:
    given = request.headers.get("authorization", "")
    if not given.lower().startswith(BEARER):
        # A proxy may ask for a password of its own, and hand that on.
        return None
    account = desk.of_token(given[len(BEARER) :].strip())
    if account is None:
        said = "that token is not known, has run out, or is locked: 'waywarden accounts token' makes a new one"
        raise RefusedError(HTTPStatus.UNAUTHORIZED, said, _BY_TOKEN)
    return account


def _by_session(request: Request, desk: Desk) -> Account:
    account = signed_in(request, desk)
    if account is None:
        raise RefusedError(HTTPStatus.UNAUTHORIZED, "sign in first (POST /api/v1/session), or send a token", _BY_TOKEN)
    if request.method not in LOOKING:
        refuse_strangers(request, desk)
        refuse_without_csrf(request, session_of(request, desk))
    return account


def _is_ours(origin: str, request: Request, desk: Desk) -> bool:
    if desk.origin:
        return origin == desk.origin
    return urlsplit(origin).netloc == request.headers.get("host")
