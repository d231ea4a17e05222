"""What accounts write: facts about defects, and changes of their names. Each answers with what was written down.

Two may write at once, and a phone may have been away for hours. So a request may say what it had seen: the number of
the newest entry, as ``If-Match`` or as ``after``. Where more was written since, nothing is, and the answer says what.
A request with an ``Idempotency-Key`` is written once, however often it is sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from waywarden.terms.distress import Change
from waywarden.terms.ledger import Fact, Triage, spelt
from waywarden.terms.office.accounts import NAMES
from waywarden.web.accounts.admission import admitted
from waywarden.web.accounts.asked import read_json, read_word
from waywarden.web.accounts.desk import Condition, Desk, Renaming, Writing
from waywarden.web.accounts.sessions import NO_STORE
from waywarden.web.accounts.written import TOLD_WITH, change_json, entry_json, told_with
from waywarden.web.parts.part import API
from waywarden.web.problems import RefusedError, nearest

DEFECT = f"{API}/defects/{{defect}}"
OF_NAMES = f"{API}/names"
KEY_HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{8,80}")
_MATCH = re.compile(r'"?(\d{1,15})"?')
_WHEN = {"after": int, "observed_at": str}


class Writes:
    """The resources by which accounts write."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route(f"{DEFECT}/triage", self.triage, methods=["POST"]),
            Route(f"{DEFECT}/facts", self.facts, methods=["POST"]),
            Route(f"{OF_NAMES}/merge", self.merge, methods=["POST"]),
            Route(f"{OF_NAMES}/split", self.split, methods=["POST"]),
            Route(f"{OF_NAMES}/undo", self.undo, methods=["POST"]),
        ]

    async def triage(self, request: Request) -> Response:
        """Write down what somebody who looked says a defect is."""
        sent = await read_json(request, {"outcome": str}, _WHEN)
        outcome = read_word(sent, "outcome", Triage)
        told = spelt({"triage": outcome.value})
        return await run_in_threadpool(self._write, request, sent, outcome.fact, told)

    async def facts(self, request: Request) -> Response:
        """Write down that a defect was measured, ordered, made safe, repaired, rejected and so on."""
        sent = await read_json(request, {"fact": str}, {**_WHEN, "told": dict})
        fact = read_word(sent, "fact", Fact)
        if fact not in TOLD_WITH:
            said = f"'{fact}' is written by the program alone: {nearest(fact, TOLD_WITH)}"
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, said)
        return await run_in_threadpool(self._write, request, sent, fact, told_with(fact, sent.get("told", {})))

    async def merge(self, request: Request) -> Response:
        """Write down that two defects are one."""
        sent = await read_json(request, {"keep": str, "gone": str}, {"after": int})
        if sent["keep"] == sent["gone"]:
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, "'keep' and 'gone' are the names of two defects")
        return await run_in_threadpool(self._rename, request, sent, Change.MERGED, (sent["keep"], sent["gone"]))

    async def split(self, request: Request) -> Response:
        """Write down that some sightings of a defect are of another one."""
        sent = await read_json(request, {"sightings": list}, {"after": int})
        names = tuple(sent["sightings"])
        if not names or not all(isinstance(each, str) for each in names):
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, "'sightings' are one or more names of sightings")
        return await run_in_threadpool(self._rename, request, sent, Change.SPLIT, names)

    async def undo(self, request: Request) -> Response:
        """Take a change of names back."""
        sent = await read_json(request, {"number": int}, {"after": int})
        return await run_in_threadpool(self._rename, request, sent, Change.UNDONE, ())

    def _write(self, request: Request, sent: Mapping[str, Any], fact: Fact, told: str) -> Response:
        account = admitted(request, self._desk, fact)
        at = _time(sent["observed_at"]) if "observed_at" in sent else None
        defect = request.path_params["defect"]
        writing = Writing(account, defect, fact, told, at, condition_of(request, sent))
        return _written(request, lambda: entry_json(self._desk.write(writing)))

    def _rename(self, request: Request, sent: Mapping[str, Any], change: Change, names: tuple[str, ...]) -> Response:
        account = admitted(request, self._desk, NAMES)
        renaming = Renaming(account, change, names, sent.get("number", -1), condition_of(request, sent))
        return _written(request, lambda: change_json(self._desk.rename(renaming)))


def condition_of(request: Request, sent: Mapping[str, Any]) -> Condition:
    """Return on which condition that is to be written; RefusedError (400) where it cannot be read."""
    key, match = request.headers.get(KEY_HEADER, ""), request.headers.get("if-match")
    if key and not _KEY.fullmatch(key):
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"{KEY_HEADER} is 8 to 80 letters and figures, such as a UUID")
    after = sent.get("after")
    if match is not None:
        number = _MATCH.fullmatch(match.strip())
        if number is None:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "If-Match is the number of the newest entry that was seen")
        after = int(number[1])
    said = json.dumps([request.url.path, sent], sort_keys=True)
    return Condition(after, key, said)


def _written(request: Request, write: Callable[[], dict[str, object]]) -> Response:
    try:
        return JSONResponse(write(), HTTPStatus.CREATED, headers=NO_STORE)
    except RefusedError as error:
        # RFC 9110, 13.1.1: where it was If-Match that did not hold, the answer says so.
        if "if-match" in request.headers and error.status is HTTPStatus.CONFLICT:
            raise RefusedError(HTTPStatus.PRECONDITION_FAILED, str(error), more=error.more) from error
        raise


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    said = f"'observed_at' is a time with its offset from UTC, such as 2026-05-04T07:30:00Z, got '{text[:40]}'"
    raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, said)
