"""Where a ride jolted as it does in a pothole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.pavement.ride.ride import RATE_HZ, Ride, passed

Reals = npt.NDArray[np.float64]

JOLT_HZ = (4.0, 30.0)
"""A hole makes wheels hop (8 to 15 Hz) and the body heave after them; what is slower is humps and sags.

This and the next three were tuned on the seeds 1 to 20 of ``waywarden road ride-score``, which reports on others.
"""
LEAST_MPS2 = 3.0
"""A jolt is at least so strong, brought to ``AT_MPS``."""
LEAST_TIMES = 4.0
"""And so many times as strong as the road around it shakes (its standard deviation, by the median)."""
AROUND_S = 20.0
"""That is taken over so long."""
AT_MPS = 12.5
"""Strengths are those at 45 km/h: over a road of waviness 2 acceleration goes with the square root of speed."""
SLOWEST_MPS = 2.0
"""Slower than this nothing is made of what a phone feels: doors and hands are stronger than the road."""
ONE_M = 4.5
"""Front and rear wheels go through the same hole within so much road."""


@dataclass(frozen=True, slots=True)
class Jolt:
    """The ride jolted ``at_s``, when the front wheels got there, at ``speed_mps``.

    ``strength_mps2`` is its largest acceleration, brought to 45 km/h.
    """

    at_s: float
    strength_mps2: float
    speed_mps: float


def find_jolts(ride: Ride) -> tuple[Jolt, ...]:
    """Return the jolts of ``ride`` in order of time."""
    moving = ride.speed_mps >= SLOWEST_MPS
    speed = np.maximum(ride.speed_mps, SLOWEST_MPS)
    felt = np.abs(passed(ride.vertical_mps2, *JOLT_HZ)) * np.sqrt(AT_MPS / speed)
    strong = np.flatnonzero((felt > np.maximum(LEAST_MPS2, LEAST_TIMES * _around(felt))) & moving)
    along_m = np.cumsum(ride.speed_mps) / RATE_HZ
    found, rest = [], strong
    while len(rest):
        one = rest[: np.searchsorted(along_m[rest], along_m[rest[0]] + ONE_M)]
        first = int(one[0])
        found.append(Jolt(float(ride.at_s[first]), float(felt[one].max()), float(ride.speed_mps[first])))
        rest = rest[len(one) :]
    return tuple(found)


def _around(felt: Reals) -> Reals:
    """Return (n,) how strongly the road shakes about each sample: a standard deviation, by medians of blocks."""
    blocks = np.array_split(felt, max(round(len(felt) / RATE_HZ / AROUND_S), 1))
    ends = np.cumsum([len(block) for block in blocks])
    middles = ends - np.array([len(block) / 2 for block in blocks])
    medians = [1.4826 * float(np.median(block)) for block in blocks]
    return np.asarray(np.interp(np.arange(len(felt)), middles, medians), np.float64)


EARLY_S, LATE_S = 0.15, 0.4
"""A jolt is of a hole if it comes from so much before the front wheels reach its middle to so much after."""


@dataclass(frozen=True, slots=True)
class Hits:
    """How many holes were felt, how many jolts were of none, how many holes were missed. Hits add."""

    felt: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other: Hits) -> Hits:
        return Hits(self.felt + other.felt, self.false + other.false, self.missed + other.missed)

    @property
    def f1(self) -> float:
        """2 felt / (2 felt + false + missed); 1 where there was nothing to feel and nothing was felt."""
        every = 2 * self.felt + self.false + self.missed
        return 2 * self.felt / every if every else 1.0


def score_jolts(jolts_s: Iterable[float], holes_s: Sequence[float]) -> Hits:
    """Return how well jolts tell of holes, both by their times; a hole takes the first free jolt of its own."""
    free, felt = sorted(jolts_s), 0
    for hole in sorted(holes_s):
        own = next((each for each in free if -EARLY_S <= each - hole <= LATE_S), None)
        if own is not None:
            free.remove(own)
            felt += 1
    return Hits(felt, len(free), len(holes_s) - felt)
