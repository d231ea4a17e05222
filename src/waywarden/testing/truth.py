"""What really happened on a made-up street. It exists only because the street does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.terms.kinds import Kind, KindNumbers
from waywarden.terms.records import Direction
from waywarden.terms.transient import BoxesPx, Scores
from waywarden.testing.drivers import STEP_S, Trip
from waywarden.testing.junction import ARMS, Lane, Path

STANDS_MPS = 5 / 3.6


@dataclass(frozen=True, slots=True)
class TrueCrossing:
    """The middle of one road user's footprint passed a gate's line on the ground, ``at_s`` after the first frame."""

    gate_id: str
    direction: Direction
    at_s: float
    kind: Kind
    speed_mps: float


@dataclass(frozen=True, slots=True)
class TrueMovement:
    """One vehicle came in over one gate and went out over another, both while the clip ran.

    ``at_s`` is the time of the way out, ``mean_speed_mps`` the distance driven between the gates by the time it took.
    """

    movement_id: str
    from_gate: str
    to_gate: str
    kind: Kind
    entered_s: float
    at_s: float
    mean_speed_mps: float


@dataclass(frozen=True, slots=True)
class TrueBoxes:
    """Exact boxes of one frame.

    Parameters
    ----------
    xyxy_px : (n, 4) float32
        The tight box of the body's outline, cut at the picture's edge.
    kind : (n,) int8
    visible_share : (n,) float32 in 0..1
        How much of the whole outline is really seen: not behind something, not outside the picture.
    """

    xyxy_px: BoxesPx
    kind: KindNumbers
    visible_share: Scores


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth of a clip.

    Parameters
    ----------
    crossings, movements : tuples in order of time
    queue_m : gate id -> (seconds,) float64
        At each whole second: from the stop line of that arm's traffic lane to the tail of its last vehicle upstream
        that is slower than 5 km/h; 0 without one. It is of the street, also where the picture does not show it.
    boxes : frame number -> TrueBoxes
    """

    crossings: tuple[TrueCrossing, ...]
    movements: tuple[TrueMovement, ...]
    queue_m: Mapping[str, npt.NDArray[np.float64]]
    boxes: Callable[[int], TrueBoxes]


def passes_s(trip: Trip, along_m: float) -> float | None:
    """Return when the middle of ``trip`` passes ``along_m`` of its path; None if it never does."""
    steps = np.array(trip.s_m)
    after = int(np.searchsorted(steps, along_m, side="right"))
    if after == 0 or after == len(steps):
        return None
    share = (along_m - steps[after - 1]) / (steps[after] - steps[after - 1])
    return trip.begins_s() + (after - 1 + float(share)) * STEP_S


def passage_of(trip: Trip) -> tuple[Path, float, float] | None:
    """Return a vehicle's path, and when its middle passes the gates it comes in and leaves by, in or out of the clip.

    None of who walks, and of a vehicle that never passes both.
    """
    if not isinstance(trip.path, Path):
        return None
    entered_s, left_s = passes_s(trip, trip.path.gate_in_s), passes_s(trip, trip.path.clear_s)
    return None if entered_s is None or left_s is None else (trip.path, entered_s, left_s)


def _speed_mps(trip: Trip, at_s: float) -> float:
    """Return the speed over the step around ``at_s``."""
    return (trip.along_m(at_s + STEP_S / 2) - trip.along_m(at_s - STEP_S / 2)) / STEP_S


def crossings_of(trips: Sequence[Trip], last_s: float) -> tuple[TrueCrossing, ...]:
    """Return every crossing of a gate in 0..``last_s``. Nobody on foot crosses a gate: they walk beside it."""
    found = []
    for trip in trips:
        if isinstance(trip.path, Path):
            ways = ((trip.path.from_arm, Direction.FORWARD, trip.path.gate_in_s),
                    (trip.path.to_arm, Direction.BACKWARD, trip.path.clear_s))  # fmt: skip
            for gate, direction, along_m in ways:
                at_s = passes_s(trip, along_m)
                if at_s is not None and 0 <= at_s <= last_s:
                    found.append(TrueCrossing(gate, direction, at_s, trip.kind, _speed_mps(trip, at_s)))
    return tuple(sorted(found, key=lambda crossing: crossing.at_s))


def movements_of(trips: Sequence[Trip], last_s: float) -> tuple[TrueMovement, ...]:
    """Return every turning movement whose both crossings fall in 0..``last_s``."""
    found = []
    for trip in trips:
        passage = passage_of(trip)
        if passage is None:
            continue
        path, entered_s, left_s = passage
        if entered_s >= 0 and left_s <= last_s:
            speed = (path.clear_s - path.gate_in_s) / (left_s - entered_s)
            found.append(
                TrueMovement(path.movement_id, path.from_arm, path.to_arm, trip.kind, entered_s, left_s, speed)
            )
    return tuple(sorted(found, key=lambda movement: movement.at_s))


def queues_of(trips: Sequence[Trip], last_s: float) -> dict[str, npt.NDArray[np.float64]]:
    """Return the queue of each arm at every whole second of 0..``last_s``."""
    seconds = np.arange(int(last_s) + 1)
    queues = {arm: np.zeros(len(seconds)) for arm in ARMS}
    for trip in trips:
        if not isinstance(trip.path, Path) or trip.path.lane is not Lane.TRAFFIC:
            continue
        for second in seconds[(seconds >= trip.begins_s()) & (seconds < trip.ends_s())]:
            s = trip.along_m(float(second))
            waits = s + trip.length_m / 2 < trip.path.stop_s and _speed_mps(trip, float(second)) < STANDS_MPS
            tail_m = trip.path.stop_s - (s - trip.length_m / 2)
            if waits and tail_m > queues[trip.path.from_arm][second]:
                queues[trip.path.from_arm][second] = tail_m
    return queues
