"""When does a road user cross a gate? Once, however long it stands on it.

A road user has changed sides when its ground point is beyond the gate by more than the hysteresis; the crossing is then
dated and placed where the way led through the gate. Rules:

* it is beyond by that in two frames, or by twice that in one;
* the side it starts on is the side it is first seen on, however near;
* it counts only if the way leads through the gate between its ends; a little beside one it is no crossing, but it tells
  the way through a junction;
* back over the gate is another crossing, the other way;
* between two frames the way is straight.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from waywarden.geo.plane import Point, share_along, side_of
from waywarden.terms.places import Gate
from waywarden.terms.records import Direction

BORN_WITHIN = 0.6
"""A road user that comes into view driving, this share of its size beyond a gate, has come through the gate: it was
hidden there, or its track was broken there. Tuned on the human tracks of the TfL clips."""
THERE_WITHIN = 0.15
"""The same for one that was there when watching began: no more than its box jitters."""
TOUCHES = 1e-3
"""A road user this share of its size before a gate has reached it: that is how exact boxes are."""
GONE_S = 0.6
"""One that was lost on its way to a gate would have been there this soon."""
HYSTERESIS = 0.3
"""Share of its own size by which a road user has to be beyond a gate. Boxes jitter by up to a tenth of their size; .15,
.22 and .3 gave the same counts on the TfL, Dresden and made-up clips, and .3 stands the most jitter. In one frame alone
it takes twice as much: of the thousands of frames of one that stands on a gate, some jitter beyond .3."""

BESIDE_GATE = 0.25
"""One may seem to pass beside a gate that it passed, by this share of the gate's length ..."""
BESIDE_SIZES = 0.5
"""... and this many of its sizes: the lower side of a bus seen askew has its middle beside the bus, and a box that is
cut by somebody in front has it above the wheels. Both tuned on made-up junctions, seeds 31 to 34."""


@dataclass(frozen=True, slots=True)
class Step:
    """Where a road user was: its ground point, the side of the square of its box's area, and the box's middle.

    ``cut`` says that its box ends at the picture's edge: then the ground point is not where the road user stands.
    """

    at: datetime
    ground_px: Point
    size_px: float
    middle_px: Point
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Through:
    """A way leads through a gate: which way, when and where; ``beside``, a little past one of its ends."""

    gate_id: str
    direction: Direction
    at: datetime
    ground_px: Point
    beside: bool = False


class GateWatch:
    """One road user against one gate. Feed it steps in order of time."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._side = 0.0
        self._last: tuple[Step, float] | None = None
        self._through: tuple[datetime, Point] | None = None

    def step(self, step: Step) -> Through | None:
        """Take one step; return the crossing if the road user is now surely on the other side."""
        distance = side_of(self._gate.from_px, self._gate.to_px, step.ground_px)
        if self._last is None or self._side == 0:
            self._side = 1.0 if distance > 0 else -1.0 if distance < 0 else 0.0
        elif self._last[1] * distance < 0 or (self._last[1] != 0 and distance == 0):
            self._through = _where(self._last, step, distance)
        stays = self._last is not None and self._last[1] * self._side <= -HYSTERESIS * self._last[0].size_px
        self._last = (step, distance)
        beyond = distance * self._side <= -HYSTERESIS * step.size_px * (1 if stays else 2)
        return self._changed() if beyond else None

    def end(self) -> Through | None:
        """Return the crossing of a road user that left the picture on the other side, however near the gate."""
        if self._last is None or self._side == 0:
            return None
        step, distance = self._last
        if self._through is None and abs(distance) <= TOUCHES * step.size_px:
            self._through = step.at, step.ground_px
        return self._changed() if distance * self._side <= TOUCHES * step.size_px else None

    def gone(self, velocity_px: Point) -> Through | None:
        """Return the crossing that must have been just after the last step, if the way led to the gate and was lost.

        It is the counterpart of ``born``: one that drove at ``velocity_px`` a second was hidden at the gate.
        """
        if self._last is None:
            return None
        (step, distance), gate = self._last, self._gate
        (x, y), (vx, vy) = step.ground_px, velocity_px
        towards = distance - side_of(gate.from_px, gate.to_px, (x + vx, y + vy))
        if not 0 < distance / (towards or 1.0) <= GONE_S or abs(distance) > BORN_WITHIN * step.size_px:
            return None
        seconds = distance / towards
        there = (x + seconds * vx, y + seconds * vy)
        if not 0 <= share_along(gate.from_px, gate.to_px, there) <= 1:
            return None
        self._last = None
        return Through(gate.id, Direction.BACKWARD if distance > 0 else Direction.FORWARD, step.at, there)

    def born(self, first: Step, later: Step, *, there: bool) -> Through | None:
        """Return the crossing that must have been just before ``first``, if the way leads from the gate.

        It came into view across the gate, its middle still before it, or so near beyond that it was hidden there. One
        that was ``there`` when watching began is not looked for in the time before.
        """
        gate = self._gate
        was, now = (side_of(gate.from_px, gate.to_px, step.ground_px) for step in (first, later))
        within = THERE_WITHIN if there else BORN_WITHIN
        near = self.across(first) or abs(was) <= within * first.size_px
        away = was * now > 0 and abs(now) - abs(was) >= BORN_WITHIN * first.size_px
        if not (near and away and 0 <= share_along(gate.from_px, gate.to_px, first.ground_px) <= 1):
            return None
        return Through(gate.id, Direction.FORWARD if was > 0 else Direction.BACKWARD, first.at, first.ground_px)

    def across(self, step: Step) -> bool:
        """Return whether a road user stands across the gate: its ground point beyond it, its middle not."""
        ground, middle = (side_of(self._gate.from_px, self._gate.to_px, at) for at in (step.ground_px, step.middle_px))
        return ground * middle < 0 or abs(middle) <= THERE_WITHIN * step.size_px

    def _changed(self) -> Through | None:
        if self._through is None or self._last is None:
            return None
        self._side = -self._side
        (at, ground_px), gate = self._through, self._gate
        share = share_along(gate.from_px, gate.to_px, ground_px)
        beyond = max(-share, share - 1, 0.0)
        beyond_px = beyond * math.dist(gate.from_px, gate.to_px)
        if beyond > BESIDE_GATE or beyond_px > BESIDE_SIZES * self._last[0].size_px:
            return None
        direction = Direction.FORWARD if self._side > 0 else Direction.BACKWARD
        return Through(gate.id, direction, at, ground_px, beside=beyond > 0)


def _where(last: tuple[Step, float], step: Step, distance: float) -> tuple[datetime, Point]:
    before, was = last
    share = was / (was - distance)
    (x0, y0), (x1, y1) = before.ground_px, step.ground_px
    return before.at + share * (step.at - before.at), (x0 + share * (x1 - x0), y0 + share * (y1 - y0))
