"""``/api/v1/session/provider``: signing in at an OpenID provider, and the way back from there.

A sign-in begins by a POST of the page itself, which gets a secret in a cookie; only a browser that has it can finish.
The way back ends at the road's page, whatever came: nothing that comes from outside says where to.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from waywarden.terms.errors import WaywardenError
from waywarden.web.accounts.admission import (
    address_of,
    cookie_name,
    refuse_open_lines,
    refuse_strangers,
    session_of,
)
from waywarden.web.accounts.desk import Desk, Provider
from waywarden.web.parts.part import API
from waywarden.web.problems import RefusedError

PATH = f"{API}/session/provider"
BACK = "/sign-in/back"
"""Where a provider sends a browser back to."""
PAGE = "/road#tab=triage"
"""Where one signs in, and so where one finds oneself afterwards."""
BEGUN, SAID = "waywarden_sign_in", "waywarden_sign_in_said"
BEGUN_S, CODE_S, SAID_S = 600, 900, 60
"""How long a browser keeps the secret of a sign-in, what was said with a code in it, and what was said else."""
LONGEST_ANSWER = 8192
NO_STORE = {"Cache-Control": "no-store"}


class AtProviders:
    """The resource of signing in at a provider."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(PATH, self.said, methods=["GET"]),
            Route(PATH, self.begin, methods=["POST"]),
            Route(BACK, self.back, methods=["GET"]),
        ]

    def said(self, request: Request) -> Response:
        """Answer with the provider's name, and with what came of the sign-in that this browser last tried."""
        said = unquote(request.cookies.get(self._name(SAID), ""))
        return JSONResponse({"provider": self._provider().name, "said": said or None}, headers=NO_STORE)

    def begin(self, request: Request) -> Response:
        """Begin a sign-in: answer with the address at the provider where the browser is to go."""
        refuse_open_lines(request, self._desk)
        refuse_strangers(request, self._desk)
        going = self._provider().begin(session_of(request, self._desk), address_of(request))
        response = JSONResponse({"address": going.address}, headers=NO_STORE)
        response.delete_cookie(self._name(SAID), **self._cookie("strict"))
        # Lax: it has to be there when the browser comes back from another site.
        response.set_cookie(self._name(BEGUN), going.browser, max_age=BEGUN_S, **self._cookie("lax"))
        return response

    def back(self, request: Request) -> Response:
        """Finish a sign-in, and show the page: signed in, or with a sentence that says why not."""
        response = RedirectResponse(PAGE, HTTPStatus.SEE_OTHER, headers=NO_STORE)
        try:
            refuse_open_lines(request, self._desk)
            session = self._provider().finish(_answer(request), request.cookies.get(self._name(BEGUN), ""))
        except WaywardenError as error:
            has_code = isinstance(error, RefusedError) and "code" in error.more
            life_s = CODE_S if has_code else SAID_S
            response.set_cookie(self._name(SAID), quote(str(error)), max_age=life_s, **self._cookie("strict"))
        else:
            # No Max-Age, as of a session that began with a password.
            response.set_cookie(cookie_name(self._desk), session, **self._cookie("strict"))
            response.delete_cookie(self._name(SAID), **self._cookie("strict"))
            response.delete_cookie(self._name(BEGUN), **self._cookie("lax"))
        return response

    def _provider(self) -> Provider:
        if self._desk.provider is None:
            said = "there is no provider to sign in at here: 'waywarden serve --sign-in' is told of one"
            raise RefusedError(HTTPStatus.NOT_FOUND, said)
        return self._desk.provider

    def _name(self, cookie: str) -> str:
        return f"__Host-{cookie}" if self._desk.is_https else cookie

    def _cookie(self, same_site: str) -> dict[str, Any]:
        return {"path": "/", "secure": self._desk.is_https, "httponly": True, "samesite": same_site}


def _answer(request: Request) -> Mapping[str, str]:
    """Return what the provider sent the browser back with; RefusedError (400) where that is too much, or ambiguous."""
    params = request.query_params
    twice = any(len(params.getlist(name)) > 1 for name in ("state", "code", "iss", "error"))
    if twice or len(request.url.query) > LONGEST_ANSWER:
        raise RefusedError(
            HTTPStatus.BAD_REQUEST, "the provider's answer is too long, or says a thing twice: begin again"
        )
    return params
