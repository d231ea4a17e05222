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
"""And it has to have lasted this long, so that three frames of a fast camera are not enough ..."""
EVEN_SIZES = 0.5
"""... unless each went on from the one before, by a size and as even as this: no flicker does."""
NAMELESS_SIZES = 1.0
"""Who has no name is known by its way alone, so it has to have come this many of its sizes since it was seen again: a
sign that flickers, or leaves that the wind moves, go nowhere. Tuned on the TfL clips."""
NEW_LOST_S, MOVING_LOST_S, STILL_LOST_S = 0.41, 1.2, 6.0
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
Place = tuple[float, float, float, float]
"""Seconds since a track began, centre x and y, and the lower side's y, in pixels."""


@dataclass(slots=True, eq=False)
class Track:
    """One road user in one picture. It has no number of ours; ``given`` is somebody else's, or ``NOBODYS``.

    ``first`` is where it was when it had ``begun``, be it that nothing was certain then. ``kind`` is what most of the
    score says it is; a name for a class beats plain ``vehicle``, and that no name at all. ``sizes_per_s`` is how many
    of its own sizes it goes in a second; ``again``, where it was seen for the second time.
    """

    box: Box
    at: datetime
    begun: datetime
    first: Box
    given: int = NOBODYS
    velocity_px: Floats = field(default_factory=lambda: np.zeros(2))
    hits: int = 1
    votes: dict[Kind, float] = field(default_factory=dict)
    again: Box = field(init=False)
    kind: Kind = field(init=False)
    sizes_per_s: float = field(init=False, default=0.0)
    _past: deque[Place] = field(init=False, default_factory=lambda: deque(maxlen=PAST))

    def __post_init__(self) -> None:
        """Begin where it is."""
        self.again = self.box
        self._past.append(self._place(self.box, self.at))
        self.kind = vote(self.votes)

    def seen(self, box: Box, kind: Kind, score: float, at: datetime) -> None:
        """Take in a matched box."""
        past, now = self._past, self._place(box, at)
        past.append(now)
        while now[0] - past[0][0] > VELOCITY_S and len(past) > BEGIN_HITS:
            past.popleft()
        self.box, self.at = box, at
        self.hits += 1
        self.again = box if self.hits == 2 else self.again
        self.votes[kind] = self.votes.get(kind, 0.0) + score
        self.kind = vote(self.votes)
        self.velocity_px = velocity(past)
        self.sizes_per_s = math.hypot(*self.velocity_px.tolist()) / size_px(box)

    def _place(self, box: Box, at: datetime) -> Place:
        x, y, _, height = box.tolist()
        return (at - self.begun).total_seconds(), x, y, y + height / 2

    @property
    def believable(self) -> bool:
        """Whether it was seen often and long enough to be counted."""
        if self.given != NOBODYS and self.hits >= GIVEN_HITS:
            return True
        named, lasted = self.kind != Kind.UNCLASSIFIED, (self.at - self.begun).total_seconds() >= BEGIN_S
        return self.hits >= BEGIN_HITS and ((named or self._goes()) if lasted else (named and self._darts()))

    def _goes(self) -> bool:
        """Return whether it went anywhere since it was seen for the second time."""
        return math.dist(self.box[:2], self.again[:2]) >= NAMELESS_SIZES * size_px(self.box)

    def _darts(self) -> bool:
        """Return whether it goes on as it came, farther than a flicker would be: few boxes of something fast."""
        due = self.first + (self.hits - 1) * (self.again - self.first)
        return self._goes() and math.dist(self.box[:2], due[:2]) <= EVEN_SIZES * size_px(self.box)

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


def velocity(past: Sequence[Place]) -> Floats:
    """Return (2,): the least-squares velocity in pixels per second; 0 while there is only one place.

    Along y it is that of the lower side, unless the centre went far more evenly: a box whose height flickers has steady
    wheels, and one that is cut by somebody in front has a steadier middle.
    """
    # plain sums in one pass, from the first place on: there are three places or a dozen, for which numpy takes longer
    n, (t0, x0, middle0, lower0) = len(past), past[0]
    sum_t, sum_tt, sum_x, sum_tx, sum_m, sum_tm, sum_mm, sum_l, sum_tl, sum_ll = (0.0,) * 10
    for seconds, across, middle, lower in past:
        t, x, m, low = seconds - t0, across - x0, middle - middle0, lower - lower0
        sum_t, sum_tt, sum_x, sum_tx = sum_t + t, sum_tt + t * t, sum_x + x, sum_tx + t * x
        sum_m, sum_tm, sum_mm = sum_m + m, sum_tm + t * m, sum_mm + m * m
        sum_l, sum_tl, sum_ll = sum_l + low, sum_tl + t * low, sum_ll + low * low
    spread = sum_tt - sum_t * sum_t / n
    if spread <= 0:
        return np.zeros(2)
    by_x, by_middle, by_lower = ((both - sum_t * one / n) / spread
                                 for both, one in ((sum_tx, sum_x), (sum_tm, sum_m), (sum_tl, sum_l)))  # fmt: skip
    middle_uneven = sum_mm - sum_m * sum_m / n - by_middle**2 * spread
    lower_uneven = sum_ll - sum_l * sum_l / n - by_lower**2 * spread
    return np.array([by_x, by_middle if middle_uneven < STEADIER * lower_uneven and n > 2 else by_lower])
