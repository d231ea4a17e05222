"""What only some may look at: who wrote what into the ledger (managers), and which accounts there are (administrators).

Everybody may see what happened to a street. Under which account it was written is the office's business.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from waywarden.terms.office.accounts import ACCOUNTS, LEDGER
from waywarden.web.accounts.admission import admitted
from waywarden.web.accounts.asked import read_json
from waywarden.web.accounts.desk import Desk
from waywarden.web.accounts.sessions import NO_STORE
from waywarden.web.accounts.written import account_json, change_json, entry_json
from waywarden.web.parts.part import API
from waywarden.web.problems import QueryError, refuse_parameters

OF_LEDGER, OF_CHANGES, OF_ACCOUNTS = f"{API}/ledger", f"{API}/names/changes", f"{API}/accounts"
MOST = 1000
Row = TypeVar("Row")


class Looks:
    """The resources that are for the office alone."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(OF_LEDGER, self.ledger),
            Route(OF_CHANGES, self.changes),
            Route(OF_ACCOUNTS, self.accounts),
            Route(f"{OF_ACCOUNTS}/{{account}}/lock", self.lock, methods=["POST"]),
        ]

    def ledger(self, request: Request) -> Response:
        """Answer with entries of the ledger, each with the account that wrote it."""
        admitted(request, self._desk, LEDGER)
        return _slice(request, "entries", self._desk.entries, entry_json)

    def changes(self, request: Request) -> Response:
        """Answer with changes of names, each with the account that wrote it."""
        admitted(request, self._desk, LEDGER)
        return _slice(request, "changes", self._desk.changes, change_json)

    def accounts(self, request: Request) -> Response:
        """Answer with the accounts."""
        admitted(request, self._desk, ACCOUNTS)
        refuse_parameters(request.query_params)
        return JSONResponse({"accounts": [account_json(each) for each in self._desk.accounts()]}, headers=NO_STORE)

    async def lock(self, request: Request) -> Response:
        """Lock an account, which ends its sessions and tokens at once, or unlock it."""
        sent = await read_json(request, {"locked": bool})
        return await run_in_threadpool(self._lock, request, sent["locked"])

    def _lock(self, request: Request, locked: bool) -> Response:  # noqa: FBT001 - as it is sent
        admitted(request, self._desk, ACCOUNTS)
        self._desk.lock(request.path_params["account"], locked)
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=NO_STORE)


def _slice(
    request: Request, name: str, rows: Callable[[int, int], Sequence[Row]], shown: Callable[[Row], dict[str, object]]
) -> Response:
    params = request.query_params
    refuse_parameters(params, ["first", "limit"])
    first, limit = (_whole(params.get(key), key, usual) for key, usual in (("first", 0), ("limit", MOST)))
    limit = min(max(limit, 1), MOST)
    found = rows(first, limit + 1)
    following = f"{request.url.path}?first={first + limit}&limit={limit}" if len(found) > limit else None
    return JSONResponse({name: [shown(each) for each in found[:limit]], "next": following}, headers=NO_STORE)


def _whole(given: str | None, name: str, usual: int) -> int:
    if given is None:
        return usual
    if not (given.isascii() and given.isdigit() and len(given) < 16):
        raise QueryError(f"'{name}' is a whole number, got '{given[:40]}'")
    return int(given)
