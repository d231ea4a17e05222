"""Whether a way that broke off inside the junction and one that began there are one road user's.

Told by time, place and velocity alone, never by what anybody looks like. A movement that is told so is *inferred*: it
is counted apart from those that were seen. Where two movements could be meant, none is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from waywarden.geo.plane import Point, share_along, side_of
from waywarden.terms.places import Camera, Gate
from waywarden.terms.records import Direction
from waywarden.traffic.crossings import BESIDE_GATE, Step, Through

MOST_GAP = timedelta(seconds=12)
"""Nobody is hidden by another for longer, but behind a whole queue, and there are too many to tell then."""
OVERLAP = timedelta(seconds=0.6)
"""A new track may begin a little before the old one is seen for the last time: two boxes of one road user."""
STANDS_SIZES = 1.5
"""One that stood still is found again within so many of its sizes ..."""
FASTER = 1.6
"""... and one that drove within what it could drive in the time, this many times as fast as it was seen to."""
MOST_LARGER = 2.0
"""Sizes (sides of the square of the box's area) of the two differ by no more: a junction is not deep."""
BACKWARDS_SIZES = 0.5
STRAIGHT_S = 2.0
"""One that came out from behind another came straight from a gate that it passed at most this long before, between its
ends or ``BESIDE_GATE`` beside them. Tuned on made-up junctions, seeds 31 to 34."""
ON_S, ON_SIZES = 3.0, 1.5
"""And one that was lost went straight on through a gate that is no further than this ahead. Tuned on made-up junctions,
seeds 31 to 34 and 41 to 44."""

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class End:
    """Where a way breaks off, or begins, and how it went there in pixels a second.

    ``entries`` are the gates that it came in by; who is found to have gone out by another is taken off that list.
    """

    step: Step
    velocity_px: Vector
    entries: list[Through]


class LooseEnds:
    """The ways that broke off inside a camera's junction, until somebody goes out of it who came from nowhere."""

    def __init__(self, camera: Camera) -> None:
        self._movements = {(m.from_gate, m.to_gate) for m in camera.movements}
        used = {name for pair in self._movements for name in pair}
        self._gates = gates = [gate for gate in camera.gates if gate.id in used]
        self._inwards = {
            gate.id: _inwards(gate, [_middle(other) for other in gates if other is not gate]) for gate in gates
        }
        self._ends: list[End] = []

    def lose(self, end: End) -> None:
        """Remember a way that broke off, if it came in by a gate of a movement."""
        if self._came_in(end):
            self._ends.append(end)

    def claim(self, out: Through, begun: End, unseen: Sequence[End] = (), *, guess: bool = True) -> Through | None:
        """Return by which gate the one came in who began at ``begun`` and goes ``out``; None if that cannot be told.

        ``unseen`` are ways that are waited for still, and may turn out to have broken off. Where none fits, the gate
        straight behind is ``guess``ed.
        """
        if self._inwards.get(out.gate_id) in {None, out.direction}:
            return None
        self._ends = [end for end in self._ends if end.entries and begun.step.at - end.step.at <= 2 * MOST_GAP]
        able = [end for end in (*self._ends, *unseen) if self._came_in(end) and goes_on(end, begun)]
        if not able:
            entry = self.straight(begun, inwards=True, on=False) if guess else None
        elif len({end.entries[-1].gate_id for end in able}) == 1:
            first = min(able, key=lambda end: end.step.at)
            entry = first.entries[-1]
            first.entries.clear()
        else:
            return None
        return entry if entry and (entry.gate_id, out.gate_id) in self._movements else None

    def leads_in(self, through: Through) -> bool | None:
        """Return whether a crossing leads into the junction; None where its gate is none of the junction's."""
        inwards = self._inwards.get(through.gate_id)
        return None if inwards is None else inwards is through.direction

    def straight(self, end: End, *, inwards: bool, on: bool) -> Through | None:
        """Return how a way leads straight ``on``, or else straight back, through a gate, if it is one gate.

        ``inwards``: into the junction. Back it is at most ``STRAIGHT_S``, on at most ``ON_S`` and ``ON_SIZES``.
        """
        found = []
        for gate in self._gates:
            towards = self._inwards[gate.id]
            ahead = 1 if towards is Direction.FORWARD else -1
            (x, y), (vx, vy) = end.step.ground_px, end.velocity_px.tolist()
            now, before = (ahead * side_of(gate.from_px, gate.to_px, at) for at in ((x, y), (x - vx, y - vy)))
            if towards is None or now == before or (now > before) != inwards:
                continue
            seconds = now / (before - now)
            there = (x + vx * seconds, y + vy * seconds)
            near = 0 <= seconds <= ON_S and math.dist(there, (x, y)) <= ON_SIZES * end.step.size_px
            passes = -BESIDE_GATE <= share_along(gate.from_px, gate.to_px, there) <= 1 + BESIDE_GATE
            if passes and (near if on else -STRAIGHT_S <= seconds <= 0):
                way = towards if inwards else opposite(towards)
                found.append(Through(gate.id, way, end.step.at + timedelta(seconds=seconds), there))
        return found[0] if len(found) == 1 else None

    def _came_in(self, end: End) -> bool:
        return bool(end.entries) and self.leads_in(end.entries[-1]) is True


def _middle(gate: Gate) -> Point:
    return (gate.from_px[0] + gate.to_px[0]) / 2, (gate.from_px[1] + gate.to_px[1]) / 2


def opposite(direction: Direction) -> Direction:
    """Return the other way over a gate."""
    return Direction.BACKWARD if direction is Direction.FORWARD else Direction.FORWARD


def _inwards(gate: Gate, others: Sequence[Point]) -> Direction | None:
    """Return which way over ``gate`` leads to the other gates of the junction."""
    if not others:
        return None
    x, y = np.mean(others, axis=0)
    return Direction.FORWARD if side_of(gate.from_px, gate.to_px, (float(x), float(y))) > 0 else Direction.BACKWARD


def goes_on(end: End, begun: End) -> bool:
    """Return whether ``begun`` may be the road user that was lost at ``end``."""
    gap = begun.step.at - end.step.at
    if not -OVERLAP <= gap <= MOST_GAP:
        return False
    sizes = sorted((end.step.size_px, begun.step.size_px))
    if sizes[1] > MOST_LARGER * sizes[0]:
        return False
    way = np.subtract(begun.step.ground_px, end.step.ground_px)
    seconds = max(gap.total_seconds(), 0.0)
    speed = max(float(np.hypot(*end.velocity_px)), float(np.hypot(*begun.velocity_px)))
    if float(np.hypot(*way)) > STANDS_SIZES * sizes[1] + FASTER * speed * seconds:
        return False
    return all(_forwards(way, each.velocity_px, sizes[1]) for each in (end, begun))


def _forwards(way: Vector, velocity_px: Vector, size_px: float) -> bool:
    """Return whether ``way`` does not lead back against a velocity."""
    speed = float(np.hypot(*velocity_px))
    return speed == 0 or float(way @ velocity_px) / speed >= -BACKWARDS_SIZES * size_px
