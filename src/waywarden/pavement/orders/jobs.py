"""Jobs, and the visits that they come to: what lies together in one street is done in one go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
METRES_A_DEGREE = 111_195.0
"""Of a great circle on a sphere of 6,371 km."""


@dataclass(frozen=True, slots=True)
class Job:
    """A defect that is to be worked on: where it is, for how long, and what it is worth to have it done today."""

    defect_id: str
    street: str
    chainage_m: float
    longitude: float
    latitude: float
    minutes: float
    priority: float

    def __post_init__(self) -> None:
        """Refuse impossible jobs (ValueError)."""
        if not (-180 <= self.longitude <= 180 and -90 <= self.latitude <= 90):
            raise ValueError(
                f"{self.longitude:g}, {self.latitude:g} is nowhere: give longitude and latitude in degrees"
            )
        if not 0 < self.minutes < float("inf") or not 0 < self.priority < float("inf"):
            raise ValueError(f"minutes and priority are more than 0, got {self.minutes:g} and {self.priority:g}")


@dataclass(frozen=True, slots=True)
class Visit:
    """Jobs of one street that one crew does in one go, in order of their chainage. ``minutes`` are spent there."""

    jobs: tuple[Job, ...]
    minutes: float

    @property
    def priority(self) -> float:
        """Of all its jobs together."""
        return sum(each.priority for each in self.jobs)


def visits_of(jobs: Iterable[Job], reach_m: float, setup_minutes: float, longest_minutes: float) -> list[Visit]:
    """Return the visits that ``jobs`` come to; every job is in exactly one.

    Parameters
    ----------
    jobs : iterable of Job
    reach_m : float
        Jobs of one street are one visit where the last is at most so far along the street from the first.
    setup_minutes : float
        A visit takes so long besides its jobs: cones out, cones in.
    longest_minutes : float
        No visit is made longer than this by putting jobs together.
    """
    visits: list[list[Job]] = []
    for job in sorted(jobs, key=lambda one: (one.street, one.chainage_m, one.defect_id)):
        last = visits[-1] if visits else []
        near = bool(last) and last[0].street == job.street and job.chainage_m - last[0].chainage_m <= reach_m
        if near and setup_minutes + sum(each.minutes for each in last) + job.minutes <= longest_minutes:
            last.append(job)
        else:
            visits.append([job])
    return [Visit(tuple(each), setup_minutes + sum(job.minutes for job in each)) for each in visits]


def straight_minutes(places: Sequence[tuple[float, float]], detour: float, speed_kmh: float) -> Floats:
    """Return (n, n) minutes from each place to each: the straight line, times ``detour``, at ``speed_kmh``.

    Parameters
    ----------
    places : sequence of (longitude, latitude)
        In degrees. Distances are those of a plane about their middle, good to a part in a thousand within a city.
    """
    middle = radians(sum(latitude for _, latitude in places) / len(places))
    at = [(longitude * cos(middle) * METRES_A_DEGREE, latitude * METRES_A_DEGREE) for longitude, latitude in places]
    per_metre = detour / (speed_kmh * 1000 / 60)
    return np.array([[hypot(x - u, y - v) * per_metre for u, v in at] for x, y in at])
