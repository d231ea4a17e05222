"""Made-up boxes of road users whose truth is known, frame by frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from waywarden.terms.kinds import Kind, kind_number
from waywarden.terms.places import Camera, Gate
from waywarden.terms.records import Direction
from waywarden.terms.transient import Crossing, Detections
from waywarden.traffic.finder import CrossingFinder

START = datetime(2026, 6, 1, 7, tzinfo=UTC)
RATE_HZ = 25.0
GATE = Gate("gate", (100.0, 240.0), (540.0, 240.0))
"""Standing at A on the left and looking right, the right hand is down the picture: down is forward."""

Box = tuple[float, float, float, float, Kind, float]
"""Ground point x, y, width, height, kind, score."""


def time_of(frame: int) -> datetime:
    """Return the time of a frame."""
    return START + timedelta(seconds=frame / RATE_HZ)


def car(x: float, y: float, *, width: float = 40.0, height: float = 30.0, kind=Kind.CAR, score: float = 0.9) -> Box:
    """Return a road user that touches the ground at (x, y)."""
    return x, y, width, height, kind, score


def detections(frame: int, boxes: Sequence[Box], *, at: datetime | None = None, watched_s: float | None = None):
    """Return the Detections of one frame."""
    xyxy = [(x - w / 2, y - h, x + w / 2, y) for x, y, w, h, _, _ in boxes]
    return Detections(
        "cam",
        at or time_of(frame),
        1 / RATE_HZ if watched_s is None else watched_s,
        np.array(xyxy, np.float32).reshape(-1, 4),
        np.array([box[5] for box in boxes], np.float32),
        np.array([kind_number(box[4]) for box in boxes], np.int8),
    )


def frames_of(*ways: Sequence[Box | None], lead: int = 25, tail: int = 60) -> list[list[Box]]:
    """Return the boxes of each frame: an empty second, the ways side by side (None: not seen), and empty frames."""
    longest = max(len(way) for way in ways)
    middle = [[way[n] for way in ways if n < len(way) and way[n] is not None] for n in range(longest)]
    return [[] for _ in range(lead)] + middle + [[] for _ in range(tail)]


def found_in(frames: Iterable[Sequence[Box]], camera: Camera, homography=None) -> list:
    """Return all that a CrossingFinder finds."""
    finder = CrossingFinder(camera, homography)
    found = [item for n, boxes in enumerate(frames) for item in finder.update(detections(n, boxes))]
    return found + finder.finish()


def camera_of(*gates: Gate, **more) -> Camera:
    """Return a camera with these gates."""
    return Camera("cam", "made up", (), gates=gates, **more)


def forward_backward(found: Iterable, gate_id: str = "gate") -> tuple[int, int]:
    """Return how often a gate was crossed each way."""
    ways = [item.direction for item in found if isinstance(item, Crossing) and item.gate_id == gate_id]
    return ways.count(Direction.FORWARD), ways.count(Direction.BACKWARD)
