"""The day's plan: visits in the order in which each crew makes them, with the minutes at which it comes and goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from waywarden.pavement.orders.jobs import Floats, Job, Visit, straight_minutes, visits_of
from waywarden.pavement.orders.routes import Shift, routed, spent_minutes


@dataclass(frozen=True, slots=True)
class Working:
    """How crews work. ``yard`` is the longitude and latitude where they begin; the middle of all jobs if None.

    ``detour`` and ``speed_kmh`` make minutes of straight lines; ``matrix`` says them itself, from defect to defect and
    ``""``, the yard. Of two ways between the same places the longer counts.
    """

    crews: int
    shift_minutes: float
    reach_m: float
    setup_minutes: float
    yard: tuple[float, float] | None = None
    detour: float = 1.3
    speed_kmh: float = 30.0
    matrix: Mapping[tuple[str, str], float] | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """A visit of a crew: it comes and goes so many minutes after the shift began."""

    visit: Visit
    arrive_minutes: float
    leave_minutes: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What each crew does, when it is back in the yard (minutes), and the visits that no crew has time for."""

    crews: tuple[tuple[Stop, ...], ...]
    back_minutes: tuple[float, ...]
    left: tuple[Visit, ...]

    @property
    def priority(self) -> float:
        """What is served."""
        return sum(stop.visit.priority for stops in self.crews for stop in stops)


def planned(jobs: Sequence[Job], working: Working, rng: np.random.Generator) -> Plan:
    """Return the plan that serves most priority; ValueError if there is no job, or the matrix lacks a way."""
    if not jobs:
        raise ValueError("a plan is for a job at least: none was given")
    visits = visits_of(jobs, working.reach_m, working.setup_minutes, working.shift_minutes / 2)
    shift = Shift(
        _travel(visits, jobs, working), np.array([0.0, *(each.minutes for each in visits)]),
        np.array([0.0, *(each.priority for each in visits)]), working.crews, working.shift_minutes,
    )  # fmt: skip
    routes = routed(shift, rng)
    made = {number for route in routes for number in route}
    left = tuple(visit for number, visit in enumerate(visits, 1) if number not in made)
    return Plan(
        tuple(_stops(visits, shift, route) for route in routes),
        tuple(spent_minutes(shift, route) for route in routes), left,
    )  # fmt: skip


def yard_of(jobs: Sequence[Job], working: Working) -> tuple[float, float]:
    """Return where crews begin: the yard, or the middle of all jobs."""
    middle = (float(np.mean([job.longitude for job in jobs])), float(np.mean([job.latitude for job in jobs])))
    return working.yard or middle


def _travel(visits: Sequence[Visit], jobs: Sequence[Job], working: Working) -> Floats:
    """Return minutes between the yard and the visits, each visit being where its first job is."""
    first = [visit.jobs[0] for visit in visits]
    if working.matrix is None:
        places = [yard_of(jobs, working), *((job.longitude, job.latitude) for job in first)]
        return straight_minutes(places, working.detour, working.speed_kmh)
    names = ["", *(job.defect_id for job in first)]
    ways = working.matrix
    lacking = next(((a, b) for a in names for b in names if a != b and (a, b) not in ways), None)
    if lacking is not None:
        raise ValueError(f"the matrix has no way from {lacking[0] or 'the yard'} to {lacking[1] or 'the yard'}: add it")
    return np.array([[0.0 if a == b else max(ways[a, b], ways[b, a]) for b in names] for a in names])


def _stops(visits: Sequence[Visit], shift: Shift, route: Sequence[int]) -> tuple[Stop, ...]:
    found, now, at = [], 0.0, 0
    for number in route:
        now += float(shift.travel_minutes[at, number])
        visit = visits[number - 1]
        found.append(Stop(visit, now, now + visit.minutes))
        now, at = now + visit.minutes, number
    return tuple(found)
