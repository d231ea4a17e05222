"""The drawing page: gates and calibration points, drawn on a redacted still, saved into city.toml.

It exists only while ``waywarden gates`` runs, on this machine alone (``admitting``).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from waywarden.terms.errors import ConfigError
from waywarden.terms.places import Calibration, CalibrationPoint, Camera, Gate, Movement, PointPx
from waywarden.web.local.admitting import NO_STORE, admit, sent_by_the_page
from waywarden.web.problems import QueryError


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the drawing page works with.

    Parameters
    ----------
    token : str
        The secret of this run, part of the address that is opened.
    still : camera id -> bytes
        A JPEG from which every road user has been removed (the bytes of a ``RedactedJpeg``).
    current : camera id -> Camera
        The camera as city.toml has it now; a WaywardenError if there is none.
    save : (camera id, gates, movements, calibration) -> None
        Writes them into city.toml; ConfigError if they cannot be.
    picture_px : camera id -> (width, height)
        The size of the camera's own pictures, in whose pixels gates are; the still may be smaller.
    """

    token: str
    still: Callable[[str], bytes]
    current: Callable[[str], Camera]
    save: Callable[[str, tuple[Gate, ...], tuple[Movement, ...], Calibration | None], None]
    picture_px: Callable[[str], tuple[int, int]]


class DrawingPage:
    """The routes under ``/draw``. ``page_file`` gives the built page's file, or raises NotBuiltError."""

    def __init__(self, drawing: Drawing, page_file: Callable[[], str]) -> None:
        self._drawing = drawing
        self._page_file = page_file

    def routes(self) -> list[Route]:
        """Return the routes of the drawing page."""
        return [
            Route("/draw/{camera}", self.page),
            Route("/draw/{camera}/camera.json", self.camera),
            Route("/draw/{camera}/still.jpg", self.still),
            Route("/draw/{camera}/save", self.save, methods=["POST"]),
        ]

    def page(self, request: Request) -> Response:
        """Answer with the page itself."""
        self._admit(request)
        return FileResponse(self._page_file(), headers=NO_STORE)

    def camera(self, request: Request) -> Response:
        """Answer with the camera's gates, movements and calibration as they stand in city.toml."""
        self._admit(request)
        return self._answer(request.path_params["camera"])

    def still(self, request: Request) -> Response:
        """Answer with the redacted still."""
        self._admit(request)
        picture = self._drawing.still(request.path_params["camera"])
        return Response(picture, media_type="image/jpeg", headers=NO_STORE)

    async def save(self, request: Request) -> Response:
        """Take what was drawn and write it into city.toml; answer with the camera as it then stands."""
        self._admit(request)
        body = await sent_by_the_page(request, "the drawing page", "drawn")
        return await run_in_threadpool(self._save, request.path_params["camera"], body)

    def _save(self, camera_id: str, body: bytes) -> Response:
        gates, movements, calibration = read_drawn(body)
        refuse_outside(gates, calibration, self._drawing.picture_px(camera_id))
        self._drawing.save(camera_id, gates, movements, calibration)
        return self._answer(camera_id)

    def _answer(self, camera_id: str) -> Response:
        camera = self._drawing.current(camera_id)
        return JSONResponse(_camera_json(camera, self._drawing.picture_px(camera_id)), headers=NO_STORE)

    def _admit(self, request: Request) -> None:
        admit(request, self._drawing.token, "the drawing page", "gates")


def _camera_json(camera: Camera, size_px: tuple[int, int]) -> dict[str, object]:
    calibration = camera.calibration
    return {
        "camera": camera.id,
        "name": camera.name,
        "size_px": list(size_px),
        "gates": [
            {"gate": gate.id, "from_px": list(gate.from_px), "to_px": list(gate.to_px), "name": gate.name}
            for gate in camera.gates
        ],
        "movements": [
            {"movement": move.id, "from_gate": move.from_gate, "to_gate": move.to_gate, "name": move.name}
            for move in camera.movements
        ],
        "calibration": None
        if calibration is None
        else {
            "crs": calibration.crs,
            "points": [{"px": list(point.px), "ground": list(point.ground)} for point in calibration.points],
        },
    }


def read_drawn(body: bytes) -> tuple[tuple[Gate, ...], tuple[Movement, ...], Calibration | None]:
    """Read what the page sent; QueryError says what is wrong with it."""
    try:
        sent = json.loads(body)
        return _read_drawn(sent)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise QueryError(f"what was drawn could not be read ({error}): reload the page and draw it again") from error


def _read_drawn(sent: Mapping[str, Any]) -> tuple[tuple[Gate, ...], tuple[Movement, ...], Calibration | None]:
    gates = tuple(
        Gate(_text(row, "gate"), _point(row["from_px"]), _point(row["to_px"]), _text(row, "name"))
        for row in sent["gates"]
    )
    movements = tuple(
        Movement(_text(row, "movement"), _text(row, "from_gate"), _text(row, "to_gate"), _text(row, "name"))
        for row in sent["movements"]
    )
    drawn = sent["calibration"]
    if drawn is None:
        return gates, movements, None
    points = tuple(CalibrationPoint(_point(row["px"]), _point(row["ground"])) for row in drawn["points"])
    return gates, movements, Calibration(_text(drawn, "crs"), points)


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row[name]
    if not isinstance(value, str) or len(value) > 200:
        raise ValueError(f"'{name}' must be a text of at most 200 letters")
    return value.strip()


def _point(value: Any) -> PointPx:
    x, y = value
    if isinstance(x, str | bool) or isinstance(y, str | bool) or not (math.isfinite(x) and math.isfinite(y)):
        raise ValueError("a point must be two numbers")
    return float(x), float(y)


def refuse_outside(gates: Sequence[Gate], calibration: Calibration | None, size_px: tuple[int, int]) -> None:
    """Raise ConfigError where something lies outside the picture of ``size_px`` (width, height)."""
    width, height = size_px
    points = [(f"gate '{gate.id}'", point) for gate in gates for point in (gate.from_px, gate.to_px)]
    if calibration is not None:
        points += [("a calibration point", point.px) for point in calibration.points]
    for what, (x, y) in points:
        if not (0 <= x <= width and 0 <= y <= height):
            raise ConfigError(f"{what} is outside the picture: ({x:g}, {y:g}) is not within {width} x {height} pixels")
