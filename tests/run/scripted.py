"""A camera without pictures: detections by script, quickly, with a truth that is known; for the tests of watching."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from waywarden.run.counting.count import Watching
from waywarden.run.watching.camera import Look, Pace, WatchJob
from waywarden.run.watching.log import Log
from waywarden.terms.kinds import Kind, kind_number
from waywarden.terms.places import Camera, City, Gate
from waywarden.terms.records import CameraHealth
from waywarden.terms.transient import Detections

T0 = datetime(2026, 6, 1, 12, tzinfo=UTC)
RATE_HZ = 5
SIZE_PX = (320, 240)
EVERY = 30
"""A car every so many frames: 6 s. It is seen for 22 frames and crosses the gate on the 12th of them, to the right."""
GATE = Gate("g", (160, 240), (160, 0))
KINDS = [kind_number(Kind.CAR), kind_number(Kind.BUS)]
QUICK = Pace(keep_s=0.005, first_wait_s=0.005, longest_wait_s=0.02, refused_wait_s=0.05, stop_s=3)


def a_camera(name: str = "a", *gates: Gate) -> Camera:
    return Camera(name, name.upper(), (f"rtsp://127.0.0.1/{name}",), gates=gates or (GATE,))


def a_city(*cameras: Camera) -> City:
    return City("T", "UTC", cameras or (a_camera(),), {str(kind): str(kind) for kind in Kind})


def seen_on(number: int, camera_id: str = "a", start: datetime = T0) -> Detections:
    """Return what is seen on the ``number``-th frame: a car, or a bus every third time, or nothing."""
    car, step = divmod(number, EVERY)
    there = step < 22
    left = 5.0 + 12.0 * step
    xyxy_px = np.array([[left, 100, left + 40, 130]] if there else np.empty((0, 4)), np.float32)
    kind = np.full(len(xyxy_px), KINDS[car % 3 == 0], np.int8)
    at = start + timedelta(seconds=number / RATE_HZ)
    return Detections(camera_id, at, 1 / RATE_HZ, xyxy_px, np.full(len(xyxy_px), 0.9, np.float32), kind)


def looking(seen: Callable[[Camera], Iterator[Detections | CameraHealth]], size_px: tuple[int, int] = SIZE_PX) -> Look:
    """Return a look that yields what ``seen`` yields."""

    def look(camera: Camera, _on_process: object) -> Watching:
        def items() -> Generator[Detections | CameraHealth]:
            yield from seen(camera)

        return Watching(size_px, None, items())

    return look


def a_job(look: Look, city: City | None = None, pace: Pace = QUICK) -> tuple[WatchJob, io.StringIO]:
    """Return a job of one-minute intervals, and what its log writes into."""
    out = io.StringIO()
    return WatchJob(city or a_city(), look, "scripted", 1, Log(out, as_json=True), pace), out


def said(out: io.StringIO) -> list[tuple[str, str]]:
    """Return what was logged: what happened, and the words."""
    return [(line["happened"], line["words"]) for line in map(json.loads, out.getvalue().splitlines())]
