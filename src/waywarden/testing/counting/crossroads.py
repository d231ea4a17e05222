"""A made-up junction as boxes alone: what a good network would say of its traffic, with who hides whom.

The traffic and the mast are those of the made-up street; no picture is drawn. A road user is a cuboid, its box the
bounds of the eight corners. Who is nearer hides who is behind: a box is cut to what is seen of it, and is not there at
all where too little is. Boxes jitter, and some are missed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from waywarden.terms.kinds import kind_number
from waywarden.terms.transient import Detections, Passage
from waywarden.testing.drivers import STEP_S, WARM_UP_S, Trip
from waywarden.testing.junction import Path, turn_of
from waywarden.testing.mast import Mast
from waywarden.testing.street import START
from waywarden.testing.truth import passage_of

Floats = npt.NDArray[np.float64]

GRID = 10
"""A box is looked at in this many parts each way to see what is hidden."""
LEAST_SEEN = 0.3
"""A box of which less is seen is not detected; it is cut where a side of it is hidden."""
LEAST_PX = 8.0
LEAST_INSIDE = 0.5
"""Nor is one of which less is inside the picture."""
SAME_S = 10.0
"""A passage and a true movement of one name are the same if they end within this of each other: a lorry that stops on
its way out has its middle over the gate seconds before the lower side of its box."""

HIDDEN_S = 2.0
"""One of whom less than ``LEAST_SEEN`` is seen for so long before and after a gate was hidden there: it was never
detected as it passed. That is as far as traffic infers a straight way over a gap."""
HIDDEN_STEP_S = 0.1


@dataclass(frozen=True, slots=True)
class Eye:
    """How well boxes are seen: the share that is missed, and the standard deviation of edges as a share of the size."""

    missed: float = 0.05
    jitter: float = 0.03


def boxes_of(
    trips: Sequence[Trip],
    mast: Mast,
    rate_hz: float,
    seconds: float,
    rng: np.random.Generator,
    eye: Eye = Eye(),
) -> Iterator[Detections]:
    """Yield the detections of every frame of ``seconds`` of traffic before ``mast``."""
    count = math.ceil(seconds * rate_hz)
    ways = [_way(trip, mast, rate_hz, count) for trip in trips]
    begins = np.array([way.first for way in ways])
    ends = np.array([way.first + len(way.boxes) for way in ways])
    for n in range(count):
        here = [ways[i] for i in np.flatnonzero((begins <= n) & (n < ends))]
        seen = _visible(np.array([way.boxes[n - way.first] for way in here]).reshape(-1, 5), mast.size_px)
        boxes, kinds = [], []
        for way, box in zip(here, seen, strict=True):
            if box is not None and rng.random() >= eye.missed:
                sd = eye.jitter * math.sqrt((box[2] - box[0]) * (box[3] - box[1]))
                boxes.append(box + rng.normal(0, sd, 4))
                kinds.append(way.kind)
        at = START + timedelta(seconds=n / rate_hz)
        xyxy = np.array(boxes, np.float32).reshape(-1, 4)
        yield Detections(
            "crossroads", at, 1 / rate_hz, xyxy, np.full(len(boxes), 0.9, np.float32), np.array(kinds, np.int8)
        )


@dataclass(frozen=True, slots=True)
class _Way:
    """A road user from its ``first`` frame on: (n, 5) left, top, right, bottom, and how far away."""

    first: int
    boxes: Floats
    kind: int


def _way(trip: Trip, mast: Mast, rate_hz: float, count: int) -> _Way:
    first = max(0, math.ceil(trip.begins_s() * rate_hz))
    last = min(count, math.floor(trip.ends_s() * rate_hz) + 1)
    at_s = np.arange(first, max(first, last)) / rate_hz
    return _Way(first, _boxes(trip, mast, at_s), kind_number(trip.kind))


def _boxes(trip: Trip, mast: Mast, at_s: Floats) -> Floats:
    """Return (n, 5) left, top, right, bottom and distance of a road user at (n,) times, cut nowhere."""
    along_m = np.interp((at_s + WARM_UP_S) / STEP_S - trip.first_step, np.arange(len(trip.s_m)), trip.s_m)
    middle, heading = trip.path.pose(along_m, trip.wheelbase_m)
    ahead = np.stack([np.cos(heading), np.sin(heading)], axis=-1)
    aside = np.stack([-ahead[..., 1], ahead[..., 0]], axis=-1)
    length, width = ahead * trip.length_m / 2, aside * trip.width_m / 2
    feet = [middle + length * a + width * b for a in (-1, 1) for b in (-1, 1)]
    corners = [np.column_stack([foot, np.full(len(at_s), z_m)]) for foot in feet for z_m in (0.0, trip.height_m)]
    px, depth = mast.project(np.stack(corners, axis=1))
    low, high = px.min(axis=1), px.max(axis=1)
    near = np.where(depth.min(axis=1) > 1.0, depth.mean(axis=1), np.inf)
    return np.column_stack([low, high, near])


def _visible(boxes: Floats, size_px: tuple[int, int]) -> list[Floats | None]:
    """Return the (4,) part of each box (n, 5) that is seen, None where it is too little."""
    whole = boxes[:, :4]
    inside = np.clip(whole, 0, np.array([*size_px, *size_px], float))
    found: list[Floats | None] = []
    for i, (box, full) in enumerate(zip(inside, whole, strict=True)):
        width, height = box[2] - box[0], box[3] - box[1]
        share = width * height / max(float(np.prod(full[2:] - full[:2])), 1e-9)
        if not np.isfinite(boxes[i, 4]) or min(width, height) < LEAST_PX or share < LEAST_INSIDE:
            found.append(None)
            continue
        found.append(_unhidden(box, inside[boxes[:, 4] < boxes[i, 4]]))
    return found


def _unhidden(box: Floats, nearer: Floats) -> Floats | None:
    """Return the bounds of what is seen of ``box`` behind the boxes (m, 4) that are ``nearer``."""
    over = nearer[np.all(nearer[:, 2:] > box[:2], axis=1) & np.all(nearer[:, :2] < box[2:], axis=1)]
    if not len(over):
        return box
    steps = (np.arange(GRID) + 0.5) / GRID
    x, y = box[0] + steps * (box[2] - box[0]), box[1] + steps * (box[3] - box[1])
    hidden = np.zeros((GRID, GRID), bool)
    for left, top, right, bottom in over:
        hidden |= ((y > top) & (y < bottom))[:, None] & ((x > left) & (x < right))[None]
    if 1 - hidden.mean() < LEAST_SEEN:
        return None
    rows, columns = np.flatnonzero(~hidden.all(axis=1)), np.flatnonzero(~hidden.all(axis=0))
    low = np.array([columns[0], rows[0]]) / GRID
    high = np.array([columns[-1] + 1, rows[-1] + 1]) / GRID
    side = box[2:] - box[:2]
    return np.concatenate([box[:2] + low * side, box[:2] + high * side])


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of the movements of one turn (``left``, ``through``, ``right``).

    ``seen`` and ``inferred`` really were made, ``missed`` were made and not found, ``false`` were found and never made.
    Of the missed, ``hidden`` were hidden at a gate for the whole of their passage (``HIDDEN_S`` before and after it).
    """

    true: int = 0
    seen: int = 0
    inferred: int = 0
    missed: int = 0
    false: int = 0
    hidden: int = 0

    def __add__(self, other: Found) -> Found:
        """Return both together."""
        mine, others = astuple(self), astuple(other)
        return Found(*(a + b for a, b in zip(mine, others, strict=True)))


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """A movement that really was made, and when the vehicle's middle passed the gates it came in and left by."""

    trip: Trip
    path: Path
    begins_s: float
    ends_s: float

    def whole(self, last_s: float) -> bool:
        return self.begins_s >= 0 and self.ends_s <= last_s


def found_of(
    passages: Iterable[Passage], trips: Sequence[Trip], last_s: float, mast: Mast | None = None
) -> dict[str, Found]:
    """Return by turn what ``passages`` have of the movements really made, each told by its name, its kind and its time.

    A movement that began before the first frame or ended after the last one, at ``last_s``, is neither true nor false.
    Only with a ``mast`` is it known who was hidden.
    """
    left = [made for trip in trips for made in _made(trip)]
    table = {turn: Found() for turn in ("left", "through", "right")}
    for made in left:
        table[made.path.turn] += Found(true=int(made.whole(last_s)))
    for passage in sorted(passages, key=lambda passage: passage.at):
        meant = _meant(passage, left)
        if meant is None:
            table[turn_of(*passage.movement_id.split("-"))] += Found(false=1)
            continue
        left.remove(meant)
        if meant.whole(last_s):
            table[meant.path.turn] += Found(inferred=1) if passage.inferred else Found(seen=1)
    for made in left:
        if made.whole(last_s):
            hidden = mast is not None and any(
                hidden_at(made.trip, at_s, trips, mast) for at_s in (made.begins_s, made.ends_s)
            )
            table[made.path.turn] += Found(missed=1, hidden=int(hidden))
    return table


def hidden_at(trip: Trip, at_s: float, trips: Sequence[Trip], mast: Mast) -> bool:
    """Return whether one of ``trips`` was never seen within ``HIDDEN_S`` of ``at_s``, whatever was detected.

    Seen is one of whose box ``LEAST_SEEN`` is not hidden by who is nearer, and enough of it inside the picture.
    """
    return not any(
        _is_seen(trip, moment_s, trips, mast)
        for moment_s in np.arange(at_s - HIDDEN_S, at_s + HIDDEN_S + HIDDEN_STEP_S / 2, HIDDEN_STEP_S)
    )


def _is_seen(trip: Trip, at_s: float, trips: Sequence[Trip], mast: Mast) -> bool:
    others = [each for each in trips if each is not trip and each.begins_s() <= at_s <= each.ends_s()]
    boxes = np.concatenate([_boxes(each, mast, np.array([at_s])) for each in (trip, *others)])
    return trip.begins_s() <= at_s <= trip.ends_s() and _visible(boxes, mast.size_px)[0] is not None


def _meant(passage: Passage, among: Sequence[_Made]) -> _Made | None:
    """Return which movement a passage is of: one of its kind before another, the nearest in time."""
    at_s = (passage.at - START).total_seconds()
    alike = [m for m in among if m.path.movement_id == passage.movement_id and abs(m.ends_s - at_s) <= SAME_S]
    return min(alike, key=lambda made: (made.trip.kind != passage.kind, abs(made.ends_s - at_s)), default=None)


def _made(trip: Trip) -> Iterator[_Made]:
    """Yield a vehicle's movement, if it both comes in and leaves."""
    passage = passage_of(trip)
    if passage is not None:
        yield _Made(trip, *passage)
