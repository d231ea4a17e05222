"""One road user while it is in the picture: where it was, how it moves, what it was taken for."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from waywarden.terms.kinds import KINDS, Kind
from waywarden.traffic.boxes import NOBODYS, Box, Floats, size_px

BEGIN_HITS = 3
"""So many boxes make a track believable."""
GIVEN_HITS = 2
"""And so many that somebody else gave one number."""
BEGIN_S = 0.09
"""And it has to have lasted this long, so that three frames of a fast camera are not enough."""
NAMELESS_SIZES = 1.0
"""Who has no name is known by its way alone, so it has to have come this many of its sizes since it was seen again: a
sign that flickers, or leaves that the wind moves, go nowhere. Tuned on the TfL clips."""
NEW_LOST_S = 0.41
MOVING_LOST_S = 1.2
STILL_LOST_S = 6.0
"""How long an unseen road user is waited for: what flashed up once is nobody, the moving leave, the standing are hidden
by others."""
SURE_LOST_S = 2.5
SURE_HITS = 6
"""Who was seen this often, or has a number of somebody else's, goes a way that can be trusted this long."""
LOST_SIZES = 2.5
"""Who is slow is waited for until it would have gone this many of its sizes, up to ``STILL_LOST_S``."""
STILL_SIZES_PER_S = 0.15
"""Slower than this share of its own size a second, a road user counts as standing."""
VELOCITY_S = 0.6
"""Velocity is taken over this much of the past."""
STEADIER = 0.5
"""So much less uneven the way of the centre has to be, to be believed before that of the lower side."""
PAST = 64


@dataclass(slots=True, eq=False)
class Track:
    """One road user in one picture. It has no number of ours; ``given`` is somebody else's, or ``NOBODYS``.

    ``first`` is where it was when it had ``begun``, be it that nothing was certain then.
    """

    box: Box
    at: datetime
    begun: datetime
    first: Box
    given: int = NOBODYS
    velocity_px: Floats = field(default_factory=lambda: np.zeros(2))
    hits: int = 1
    votes: dict[Kind, float] = field(default_factory=dict)
    past: deque[tuple[datetime, Box]] = field(default_factory=lambda: deque(maxlen=PAST))
    again: Box | None = None

    def predicted(self, at: datetime) -> Box:
        """Return the box at ``at``, by constant velocity; the size stays."""
        box = self.box.copy()
        trusted_s = MOVING_LOST_S if self.still else SURE_LOST_S
        box[:2] += self.velocity_px * min((at - self.at).total_seconds(), trusted_s)
        return box

    def seen(self, box: Box, kind: Kind, score: float, at: datetime) -> None:
        """Take in a matched box."""
        self.past.append((at, box))
        while (at - self.past[0][0]).total_seconds() > VELOCITY_S and len(self.past) > BEGIN_HITS:
            self.past.popleft()
        self.box, self.at = box, at
        self.hits += 1
        self.again = box if self.again is None else self.again
        self.votes[kind] = self.votes.get(kind, 0.0) + score
        self.velocity_px = velocity(self.past)

    @property
    def believable(self) -> bool:
        """Whether it was seen often and long enough to be counted."""
        if self.given != NOBODYS and self.hits >= GIVEN_HITS:
            return True
        if self.hits < BEGIN_HITS or (self.at - self.begun).total_seconds() < BEGIN_S:
            return False
        return self._goes() or self.kind != Kind.UNCLASSIFIED

    def _goes(self) -> bool:
        """Return whether it went anywhere since it was seen for the second time."""
        if self.again is None:
            return False
        return math.dist(self.box[:2], self.again[:2]) >= NAMELESS_SIZES * size_px(self.box)

    @property
    def sizes_per_s(self) -> float:
        """How many of its own sizes it goes in a second."""
        return math.hypot(*self.velocity_px.tolist()) / size_px(self.box)

    @property
    def still(self) -> bool:
        """Whether it stands, as far as its own size tells."""
        return self.sizes_per_s < STILL_SIZES_PER_S

    @property
    def patience_s(self) -> float:
        """How long it is waited for once it is not seen."""
        trusted_s = SURE_LOST_S if self.hits >= SURE_HITS or self.given != NOBODYS else MOVING_LOST_S
        if self.hits < BEGIN_HITS:
            return NEW_LOST_S if self.given == NOBODYS else trusted_s
        if self.still:
            return STILL_LOST_S
        return max(trusted_s, min(STILL_LOST_S, LOST_SIZES / self.sizes_per_s))

    @property
    def kind(self) -> Kind:
        """What most of the score says it is; a name for a class beats plain ``vehicle``, and that no name at all."""
        return vote(self.votes)


def vote(votes: Mapping[Kind, float]) -> Kind:
    """Return the kind with most votes.

    A vague kind never wins while the definite ones have a quarter of all votes, and a pedestrian with a tenth of a
    bicycle or motorcycle is its rider: networks see the rider sooner than the wheels.
    """
    definite: dict[Kind, float] = {
        kind: n for kind, n in votes.items() if kind not in {Kind.VEHICLE, Kind.UNCLASSIFIED}
    }
    has_name = bool(definite) and sum(definite.values()) * 4 >= sum(votes.values())
    pool: Mapping[Kind, float] = definite if has_name else votes
    winner = max(pool, key=lambda kind: (pool[kind], -KINDS.index(kind)))
    wheels = max((Kind.BICYCLE, Kind.MOTORCYCLE), key=lambda kind: pool.get(kind, 0.0))
    rides = winner == Kind.PEDESTRIAN and pool.get(wheels, 0.0) * 10 >= sum(pool.values())
    return wheels if rides else winner


def velocity(past: Sequence[tuple[datetime, Box]]) -> Floats:
    """Return (2,): the least-squares velocity in pixels per second; 0 while there is only one box.

    Along y it is that of the lower side, unless the centre went far more evenly: a box whose height flickers has steady
    wheels, and one that is cut by somebody in front has a steadier middle.
    """
    # plain arithmetic: there are three boxes or a dozen, for which numpy takes five times as long
    n, begun = len(past), past[0][0]
    t = [(at - begun).total_seconds() for at, _ in past]
    mean = sum(t) / n
    t = [each - mean for each in t]
    spread = sum(each * each for each in t)
    if spread == 0:
        return np.zeros(2)
    boxes = [box.tolist() for _, box in past]
    x, _ = _line(t, [box[0] for box in boxes], spread)
    middle, middle_uneven = _line(t, [box[1] for box in boxes], spread)
    lower, lower_uneven = _line(t, [box[1] + box[3] / 2 for box in boxes], spread)
    return np.array([x, middle if middle_uneven < STEADIER * lower_uneven and n > 2 else lower])


def _line(t: Sequence[float], way: Sequence[float], spread: float) -> tuple[float, float]:
    """Return the least-squares slope of ``way`` over ``t``, whose mean is 0, and the sum of squares that is left."""
    mean = sum(way) / len(way)
    slope = sum(each * value for each, value in zip(t, way, strict=True)) / spread
    return slope, sum((value - mean - slope * each) ** 2 for each, value in zip(t, way, strict=True))
