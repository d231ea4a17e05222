"""People on foot: along the pavement, over a crosswalk when the signal says so, and on."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from waywarden.testing.junction import ARMS, CROSSWALK_M, HALF_ROAD_M, OUTWARDS, Points

PAVEMENT_M = HALF_ROAD_M + 1.7
KERB_M = HALF_ROAD_M + 0.6
COMES_FROM_M = 55.0
BETWEEN_WALKERS_S = 11.0


@dataclass(frozen=True)
class Footway:
    """A polyline over the crosswalk of ``arm``: ``kerb_s`` is where one waits, ``over_s`` where one is over."""

    arm: str
    points: Points
    knots: npt.NDArray[np.float64]
    kerb_s: float
    over_s: float

    @property
    def length_m(self) -> float:
        """The whole length."""
        return float(self.knots[-1])

    def pose(self, s: npt.ArrayLike, wheelbase_m: float) -> tuple[Points, Points]:
        """Return points (..., 2) and headings (...) at distances ``s``; the heading looks 0.3 m and more ahead."""
        reach_m = max(wheelbase_m, 0.3)
        here, ahead = self._at(np.asarray(s, float)), self._at(np.asarray(s, float) + reach_m)
        back = self._at(np.asarray(s, float) - reach_m)
        along = ahead - back
        return here, np.arctan2(along[..., 1], along[..., 0])

    def _at(self, s: npt.NDArray[np.float64]) -> Points:
        return np.stack([np.interp(s, self.knots, self.points[:, axis]) for axis in (0, 1)], axis=-1)


def footway(rng: np.random.Generator) -> Footway:
    """Return a way from a pavement over one crosswalk to another pavement, drawn from ``rng``."""
    arm = ARMS[rng.integers(4)]
    out = np.array(OUTWARDS[arm])
    side = np.array((out[1], -out[0])) * (1 if rng.random() < 0.5 else -1)
    crossing_m = rng.uniform(CROSSWALK_M[0] + 0.6, CROSSWALK_M[1] - 0.6)
    aside_m = PAVEMENT_M + rng.uniform(-0.5, 0.7)
    ends = []
    for sign in (1, -1):
        if rng.random() < 0.5:
            ends.append((out * COMES_FROM_M + side * sign * aside_m, out * crossing_m + side * sign * aside_m))
        else:
            corner = (out + side * sign) * aside_m
            ends.append((side * sign * COMES_FROM_M + out * aside_m, corner))
    kerbs = [out * crossing_m + side * sign * (KERB_M + rng.uniform(0, 0.5)) for sign in (1, -1)]
    points = np.array([ends[0][0], ends[0][1], kerbs[0], kerbs[1], ends[1][1], ends[1][0]])
    knots = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))))
    return Footway(arm, points, knots, float(knots[2]), float(knots[3]))


@dataclass(slots=True)
class Walker:
    """Someone on foot while they walk."""

    path: Footway
    first_step: int
    look: int
    pace_mps: float
    height_m: float
    s: float = 0.0
    history: list[float] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        """Whether they stand at the kerb."""
        return self.s == self.path.kerb_s

    @property
    def is_on(self) -> str | None:
        """The arm on whose crosswalk they are, or None."""
        return self.path.arm if self.path.kerb_s < self.s < self.path.over_s else None

    def walk(self, step_s: float, *, may_cross: bool) -> None:
        """Walk for ``step_s``; stop at the kerb where they may not cross."""
        reached = self.s + self.pace_mps * step_s
        if self.s <= self.path.kerb_s < reached and not may_cross:
            reached = self.path.kerb_s
        self.s = reached
        self.history.append(reached)


def new_walker(rng: np.random.Generator, step: int) -> Walker:
    """Return someone who sets out at ``step``."""
    height_m = float(rng.normal(1.72, 0.08))
    return Walker(footway(rng), step, int(rng.integers(2**31)), float(rng.uniform(1.15, 1.6)), height_m)
