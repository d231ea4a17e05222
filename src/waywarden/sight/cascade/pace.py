"""How often to look: so that nobody moves further between two looks than a tracker can follow.

The rate is in looks a second, never in every so many frames: a street is as fast at 10 frames a second as at 30. It is
set from what the looks themselves show, the distance that boxes move in lengths of their own size, and goes up at once,
but down slowly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from waywarden.terms.transient import BoxesPx, Scores

Floats = npt.NDArray[np.float64]

FIRST_HZ = 8.0
"""The rate when a street wakes, or watching begins: until its speed is known, one that goes eight of its sizes a second
can be followed."""
LEAST_HZ, MOST_HZ = 6.0, 25.0
"""Limits; at the first one a vehicle that is in view for half a second gets three looks."""
STEP_SIZES = 0.5
"""A box may move by this share of its size between two looks. This and the rates were tuned on the TfL, Dresden and
Intel clips and made-up street 2 by day. ``bench/cost.py`` shows the errors beside those of looking at every frame."""
KEEP_S = 1.5
"""The rate goes down with this time constant once the fastest has left."""
SURE_SCORE = 0.5
FARTHEST_SIZES, MOST_GROWTH = 1.6, 1.4
"""Boxes of two looks are one road user if no further apart, in sizes, and no more unlike in size, than this: at six
looks a second a car at 120 km/h is 1.25 of its sizes further on."""
MOST_TURNED = 0.6
"""A velocity that changed by more than this share of itself from one look to the next is noise, or another's box."""
LONGEST_STEP_S = 0.5
"""What was seen longer ago than this says nothing of speed."""
STANDS_SIZES_PER_S = 0.15
QUICKEN, SLACKEN, MOST_QUICKENED = 1.5, 1.1, 4.0
"""An audit that finds looks too few makes them so much more frequent, one that finds nothing wrong so much less, up to
a limit. Where one audit in five finds fault the two are even (1.5 = 1.1 ^ 4.25). Not tuned."""


@dataclass(frozen=True, slots=True)
class _Look:
    """The sure boxes of a look: middles (n, 2), sizes (n,), velocities (n, 2) in pixels a second, NaN where unknown."""

    at: datetime
    middles: Floats
    sizes: Floats
    velocities: Floats


class Pace:
    """The look rate of one camera."""

    def __init__(self) -> None:
        self._rate_hz = FIRST_HZ
        self._before: _Look | None = None
        self._quickened = 1.0
        self.moving = False

    @property
    def interval_s(self) -> float:
        """Seconds from one look to the next while something moves."""
        return 1 / min(MOST_HZ, self._quickened * self._rate_hz)

    def quicken(self) -> None:
        """Look more often than speed alone asks for, from now on."""
        self._quickened = min(MOST_QUICKENED, self._quickened * QUICKEN)

    def slacken(self) -> None:
        """Come back a little to what speed asks for."""
        self._quickened = max(1.0, self._quickened / SLACKEN)

    def wake(self) -> None:
        """Something moves after a quiet time: it may be fast."""
        self._rate_hz = max(self._rate_hz, FIRST_HZ)

    def take(self, at: datetime, boxes: BoxesPx, scores: Scores) -> None:
        """Learn from the boxes (n, 4) of a look at ``at``."""
        sure = boxes[scores >= SURE_SCORE].astype(np.float64)
        sizes = np.sqrt(np.maximum(1.0, np.prod(sure[:, 2:] - sure[:, :2], axis=1)))
        now = _Look(at, (sure[:, :2] + sure[:, 2:]) / 2, sizes, np.full((len(sure), 2), np.nan))
        before, self._before = self._before, now
        self.moving = False
        seconds = 0.0 if before is None else (at - before.at).total_seconds()
        if before is None or not 0 < seconds <= LONGEST_STEP_S:
            return
        speeds = _follow(before, now, seconds)
        driving = speeds[speeds > STANDS_SIZES_PER_S]
        self.moving = bool(len(driving))
        fastest = float(driving.max(initial=0.0))
        self._ease(min(MOST_HZ, max(LEAST_HZ, fastest / STEP_SIZES)), seconds)

    def _ease(self, wanted_hz: float, seconds: float) -> None:
        """Go up at once, down with ``KEEP_S``."""
        share = 1.0 if wanted_hz > self._rate_hz else min(1.0, seconds / KEEP_S)
        self._rate_hz += share * (wanted_hz - self._rate_hz)


def _follow(before: _Look, now: _Look, seconds: float) -> Floats:
    """Note the velocities of ``now``; return the speeds, in sizes a second, of those that went on as they had.

    Two boxes are one road user where each is the other's nearest, by where it was going: one wrong pair in a crowd
    shall not set the rate.
    """
    if not len(before.sizes) or not len(now.sizes):
        return np.zeros(0)
    going = np.nan_to_num(before.velocities)
    step = now.middles[:, None] - before.middles[None]
    size = np.minimum(now.sizes[:, None], before.sizes[None])
    apart = np.linalg.norm(step - going[None] * seconds, axis=2) / size
    unlike = np.maximum(now.sizes[:, None], before.sizes[None]) > MOST_GROWTH * size
    apart = np.where(unlike, np.inf, apart)
    nearest = apart.argmin(axis=1)
    here = np.arange(len(nearest))
    pair = (apart.argmin(axis=0)[nearest] == here) & (apart[here, nearest] <= FARTHEST_SIZES)
    velocities = step[here, nearest] / seconds
    now.velocities[pair] = velocities[pair]
    was = before.velocities[nearest]
    turned = np.linalg.norm(velocities - was, axis=1)
    speed = np.linalg.norm(velocities, axis=1)
    steady = pair & (turned <= MOST_TURNED * np.maximum(speed, np.linalg.norm(was, axis=1)))  # NaN: not known yet
    return np.asarray((speed / now.sizes)[steady])
