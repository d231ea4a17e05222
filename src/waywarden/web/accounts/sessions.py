"""``/api/v1/session``: who is signed in, signing in, out, and another password."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from waywarden.web.accounts.admission import (
    address_of,
    cookie_name,
    csrf_of,
    refuse_open_lines,
    refuse_strangers,
    refuse_without_csrf,
    seen_by,
    session_of,
    signed_in,
)
from waywarden.web.accounts.asked import read_json
from waywarden.web.accounts.desk import Desk
from waywarden.web.parts.part import API
from waywarden.web.problems import RefusedError

PATH = f"{API}/session"
NO_STORE = {"Cache-Control": "no-store"}


class Sessions:
    """The resource of one's own session."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(PATH, self.who, methods=["GET"]),
            Route(PATH, self.sign_in, methods=["POST"]),
            Route(PATH, self.sign_out, methods=["DELETE"]),
            Route(f"{PATH}/password", self.new_password, methods=["POST"]),
        ]

    def who(self, request: Request) -> Response:
        """Answer with who is signed in."""
        return self._answer(session_of(request, self._desk))

    async def sign_in(self, request: Request) -> Response:
        """Begin a session; one that the browser had before ends."""
        refuse_open_lines(request, self._desk)
        refuse_strangers(request, self._desk)
        sent = await read_json(request, {"name": str, "password": str})
        return await run_in_threadpool(self._sign_in, request, sent["name"], sent["password"])

    def _sign_in(self, request: Request, name: str, password: str) -> Response:
        session = self._desk.sign_in(name, password, address_of(request))
        self._desk.sign_out(session_of(request, self._desk))
        return self._begun(session)

    def sign_out(self, request: Request) -> Response:
        """End the session."""
        self._own(request)
        self._desk.sign_out(session_of(request, self._desk))
        response = Response(status_code=HTTPStatus.NO_CONTENT, headers=NO_STORE)
        response.delete_cookie(cookie_name(self._desk), **self._cookie())
        return response

    async def new_password(self, request: Request) -> Response:
        """Change the password; all sessions of the account end, and a new one begins here."""
        refuse_open_lines(request, self._desk)
        sent = await read_json(request, {"password": str, "new_password": str})
        return await run_in_threadpool(self._new_password, request, sent["password"], sent["new_password"])

    def _new_password(self, request: Request, old: str, new: str) -> Response:
        self._own(request)
        session = session_of(request, self._desk)
        return self._begun(self._desk.new_password(session, old, new, address_of(request)))

    def _own(self, request: Request) -> None:
        """Refuse who is not signed in, and what another site asks."""
        if signed_in(request, self._desk) is None:
            raise RefusedError(HTTPStatus.UNAUTHORIZED, f"nobody is signed in: POST {PATH} first")
        refuse_strangers(request, self._desk)
        refuse_without_csrf(request, session_of(request, self._desk))

    def _begun(self, session: str) -> Response:
        response = self._answer(session)
        response.set_cookie(cookie_name(self._desk), session, **self._cookie())
        return response

    def _answer(self, session: str) -> Response:
        account = self._desk.signed_in(session) if session else None
        body = {
            "account": None if account is None else account.name,
            "role": seen_by(account).value,
            "csrf": None if account is None else csrf_of(session),
            "provider": None if self._desk.provider is None else self._desk.provider.name,
        }
        return JSONResponse(body, headers=NO_STORE)

    def _cookie(self) -> dict[str, Any]:
        # No Max-Age: it goes with the browser, and runs out here (run.accounts.signing_in).
        return {"path": "/", "secure": self._desk.is_https, "httponly": True, "samesite": "strict"}
