"""Parts of intervals, and their sum: what one run of the program watched of an interval is added to what is stored.

Why an interval is kept in parts, and what that promises, is decided in ``docs/decisions/0050-parts.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from waywarden.terms.records import TrafficInterval

Part = Sequence[TrafficInterval]
"""All records of one camera and one start that one stretch of watching gave."""

ROUNDING_S = 1.0
"""Two parts whose watched time is this much longer than the interval still fit: frames are not cut at its ends."""


def added(parts: Iterable[Part]) -> list[TrafficInterval]:
    """Return the sum of ``parts`` of one camera and start, in order of time: counts and watched seconds add up.

    ``observed_s`` adds up for each gate and direction (or movement) alone, so that one drawn later has its own. Mean
    speeds are weighted with the counts. ``v85_mps`` cannot be added: it is that of the one part that counted anybody,
    else None. What is no number (``method``) is the last part's.
    """
    watched: dict[tuple[object, ...], float] = {}
    rows: dict[tuple[object, ...], TrafficInterval] = {}
    for part in parts:
        for place, observed_s in _watched(part).items():
            watched[place] = watched.get(place, 0.0) + observed_s
        for one in part:
            key = (*_place(one), one.vehicle_class)
            rows[key] = _sum(rows[key], one) if key in rows else one
    return [replace(one, observed_s=min(watched[_place(one)], float(one.duration_s))) for one in rows.values()]


def fits(parts: Iterable[Part]) -> bool:
    """Say whether ``parts`` of one camera and start watched no more than there is of it.

    They do not where the clock was set back, and the same quarter of an hour came twice.
    """
    total: dict[tuple[object, ...], float] = {}
    for part in parts:
        for place, observed_s in _watched(part).items():
            total[place] = total.get(place, 0.0) + observed_s
        longest_s = max((one.duration_s for one in part), default=0)
        if part and max(total.values()) > longest_s + ROUNDING_S:
            return False
    return True


def by_start(intervals: Iterable[TrafficInterval]) -> Mapping[datetime, Part]:
    """Return records of one camera by the start of their interval."""
    found: dict[datetime, list[TrafficInterval]] = {}
    for one in intervals:
        found.setdefault(one.start, []).append(one)
    return found


def observed_s(part: Part) -> float:
    """Return the seconds that ``part`` watched: those of the place that was watched longest."""
    return max((one.observed_s for one in part), default=0.0)


def _place(one: TrafficInterval) -> tuple[object, ...]:
    return one.gate_id, one.direction, one.movement_id


def _watched(part: Part) -> dict[tuple[object, ...], float]:
    return {_place(one): one.observed_s for one in part}


def _sum(one: TrafficInterval, other: TrafficInterval) -> TrafficInterval:
    count = one.count + other.count
    alone = one if not other.count else other if not one.count else None
    means = [(part.mean_speed_mps, part.count) for part in (one, other) if part.mean_speed_mps is not None]
    weight = sum(n for _, n in means)
    mean = sum(mean * n for mean, n in means) / weight if weight else None
    v85 = alone.v85_mps if alone else None
    return replace(other, count=count, mean_speed_mps=mean, v85_mps=v85, inferred=one.inferred + other.inferred)
