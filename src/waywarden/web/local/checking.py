"""The check page: somebody counts by hand on silhouettes, and learns how far our count of the same minutes is off.

It exists only while ``waywarden audit`` runs, on this machine alone (``admitting``). What we counted is not on the page
before what was counted by hand is saved: whoever knows the answer counts towards it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from waywarden.exchange.checks import check_rows
from waywarden.terms.places import Camera
from waywarden.terms.records import Direction, IntervalCheck
from waywarden.web.local.admitting import NO_STORE, admit, sent_by_the_page
from waywarden.web.parts.check_row import check_json
from waywarden.web.problems import QueryError, UnknownNameError
from waywarden.web.published import as_json

Shape = tuple[float, bytes]
"""Seconds from the minute's beginning, and the cells in order of rows, eight in a byte."""


@dataclass(frozen=True, slots=True)
class ShownMinute:
    """One minute to be counted: its silhouettes, from a little before it to a little after its ``seconds``."""

    seconds: float
    shapes: Sequence[Shape]


@dataclass(frozen=True, slots=True)
class ByHand:
    """Somebody saw somebody pass: in which minute, so many seconds from its beginning."""

    minute: int
    at_s: float
    gate_id: str
    direction: Direction
    vehicle_class: str


@dataclass(frozen=True, slots=True)
class Checking:
    """What the check page works with.

    Parameters
    ----------
    token : str
        The secret of this run, part of the address that is opened.
    camera : Camera
        Its gates are counted over.
    size_px : (width, height)
        Of the camera's pictures, in whose pixels gates are.
    grid : (columns, rows)
        Of the silhouettes.
    classes : sequence of str
        Those that are published.
    minutes : sequence of ShownMinute
    save : (minutes that were counted, what was counted in them) -> list of IntervalCheck
        Compares it with ours, keeps what comes of it, and returns it.
    """

    token: str
    camera: Camera
    size_px: tuple[int, int]
    grid: tuple[int, int]
    classes: Sequence[str]
    minutes: Sequence[ShownMinute]
    save: Callable[[Sequence[int], Sequence[ByHand]], Sequence[IntervalCheck]]


class CheckPage:
    """The routes under ``/check``. ``page_file`` gives the built page's file, or raises NotBuiltError."""

    def __init__(self, checking: Checking, page_file: Callable[[], str]) -> None:
        self._checking = checking
        self._page_file = page_file

    def routes(self) -> list[Route]:
        """Return the routes of the check page."""
        return [
            Route("/check/{camera}", self.page),
            Route("/check/{camera}/camera.json", self.camera),
            Route("/check/{camera}/minutes/{minute:int}", self.minute),
            Route("/check/{camera}/save", self.save, methods=["POST"]),
        ]

    def page(self, request: Request) -> Response:
        """Answer with the page itself."""
        self._admit(request)
        return FileResponse(self._page_file(), headers=NO_STORE)

    def camera(self, request: Request) -> Response:
        """Answer with what is to be counted: gates, classes, and how long each minute is."""
        self._admit(request)
        checking = self._checking
        body = {
            "camera": checking.camera.id,
            "name": checking.camera.name,
            "size_px": list(checking.size_px),
            "grid": list(checking.grid),
            "gates": [as_json(gate) for gate in checking.camera.gates],
            "classes": list(checking.classes),
            "minutes": [minute.seconds for minute in checking.minutes],
        }
        return JSONResponse(body, headers=NO_STORE)

    def minute(self, request: Request) -> Response:
        """Answer with the silhouettes of one minute."""
        self._admit(request)
        number = request.path_params["minute"]
        if number >= len(self._checking.minutes):
            raise UnknownNameError(f"there is no minute {number}: there are {len(self._checking.minutes)}, from 0 on")
        shapes = self._checking.minutes[number].shapes
        body = {"shapes": [[round(at_s, 3), base64.b64encode(cells).decode()] for at_s, cells in shapes]}
        return JSONResponse(body, headers=NO_STORE)

    async def save(self, request: Request) -> Response:
        """Take what was counted by hand; answer with how our count compares."""
        self._admit(request)
        body = await sent_by_the_page(request, "the check page", "counted")
        return await run_in_threadpool(self._save, body)

    def _save(self, body: bytes) -> Response:
        minutes, passed = read_counted(body, self._checking)
        rows = check_rows(self._checking.save(minutes, passed))
        return JSONResponse({"checks": [check_json(row) for row in rows]}, headers=NO_STORE)

    def _admit(self, request: Request) -> None:
        admit(request, self._checking.token, "the check page", "audit")
        if request.path_params["camera"] != self._checking.camera.id:
            raise UnknownNameError(f"the check page is of camera '{self._checking.camera.id}' alone")


def read_counted(body: bytes, checking: Checking) -> tuple[list[int], list[ByHand]]:
    """Read which minutes were counted, and what was; QueryError says what is wrong with it."""
    try:
        sent = json.loads(body)
        minutes = sorted({_minute(each, checking) for each in sent["minutes"]})
        passed = [_by_hand(row, checking) for row in sent["passed"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise QueryError(f"what was counted could not be read ({error}): reload the page and count again") from error
    if not minutes or any(one.minute not in minutes for one in passed):
        raise QueryError("what was counted is of minutes that were not counted to their end: count one whole minute")
    return minutes, passed


def _minute(number: Any, checking: Checking) -> int:
    if type(number) is not int or not 0 <= number < len(checking.minutes):
        raise ValueError(f"there is no minute {number}")
    return number


def _by_hand(row: Mapping[str, Any], checking: Checking) -> ByHand:
    at_s, gate_id, name = row["at_s"], row["gate"], row["vehicle_class"]
    if type(at_s) not in (int, float) or not -60 <= at_s <= 3600:
        raise ValueError(f"{at_s} is no time in a minute")
    if gate_id not in [gate.id for gate in checking.camera.gates] or name not in checking.classes:
        raise ValueError(f"there is no gate '{gate_id}', or no class '{name}'")
    return ByHand(_minute(row["minute"], checking), float(at_s), gate_id, Direction(row["direction"]), name)
