"""From stored intervals and camera health to how far each bin can be trusted. Pure: the same in, the same out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from waywarden.terms.kinds import ALL_CLASSES
from waywarden.terms.places import Camera
from waywarden.terms.records import (
    CameraHealth,
    Direction,
    Doubt,
    HealthState,
    IntervalCheck,
    IntervalQuality,
    Quality,
    TrafficInterval,
)
from waywarden.traffic.audit.error import disputed
from waywarden.traffic.measures.arms import arm_gates, inward
from waywarden.traffic.measures.turning import Group, groups
from waywarden.traffic.quality import checks
from waywarden.traffic.quality.checks import Flags
from waywarden.traffic.quality.expected import Floats, usual

Where = tuple[str | None, Direction | None, str | None]
"""Gate and direction, or movement."""
DOUBTFUL = frozenset(
    {
        Doubt.BARELY_WATCHED,
        Doubt.ZERO_RUN,
        Doubt.STUCK,
        Doubt.OUT_OF_RANGE,
        Doubt.GROSS_IMBALANCE,
        Doubt.DISAGREEMENT,
        Doubt.CAMERA_MOVED,
    }
)
"""Any of these makes a bin doubtful; any other doubt leaves it usable."""
DISPUTED_SHARE = 0.1
"""A second count that surely (at 97.5 %) has more than this share of road users that ours has not, or the other way."""
IMBALANCE_SHARE = 0.1
"""Turning counts are customarily sent back where in and out differ by over a tenth."""
GROSS_SHARE = 0.3
_STATES = {"dark": Doubt.BAD_LIGHT, "moved": Doubt.CAMERA_MOVED}
"""What a state of the camera is called as a doubt; any other that is not ``ok`` is a bad picture."""
_COUNTED_ALL_THE_SAME = {"moved", "blurred", "shaking"}
"""States in which frames are still counted, so that a wholly watched bin can have them."""


@dataclass(frozen=True, slots=True)
class _Series:
    """One place's bins in order, as arrays."""

    where: Where
    starts: list[datetime]
    count: Floats
    watched: Floats
    joined: Flags


def judge(
    camera: Camera,
    intervals: Iterable[TrafficInterval],
    health: Iterable[CameraHealth],
    time_zone: ZoneInfo,
    class_scheme: Mapping[str, str],
    second: Iterable[IntervalCheck] = (),
) -> list[IntervalQuality]:
    """Judge every bin of ``camera`` that is among ``intervals``.

    Parameters
    ----------
    intervals : iterable of TrafficInterval
        With history: what is usual is learnt from them, so the more weeks the better. Of one length.
    health : iterable of CameraHealth
        The camera's changes of state, of the same time.
    second : iterable of IntervalCheck, optional
        How a second count compares, by day: all bins of a gate and way share what was found in moments of their day.

    Returns
    -------
    list of IntervalQuality
        In order of place and start. A check that lacks its history has no say: good means that none objects.
    """
    rows = [row for row in intervals if row.camera_id == camera.id]
    all_series = _series(rows)
    gaps = _gaps(all_series)
    states = _states(all_series, [one for one in health if one.camera_id == camera.id])
    uneven = _imbalance(camera, rows, class_scheme, time_zone)
    disputes = _disputes(one for one in second if one.camera_id == camera.id)
    found = []
    for series in all_series:
        flags = _of_place(series, time_zone) | {Doubt.DISAGREEMENT: _in_days(series.starts, disputes[series.where])}
        for number, start in enumerate(series.starts):
            whole = bool(series.watched[number] >= checks.WHOLE)
            doubts = {doubt for doubt, flagged in flags.items() if flagged[number]} | uneven.get(start, set())
            doubts |= {_doubt_of(one) for one in states.get(start, ()) if not whole or one in _COUNTED_ALL_THE_SAME}
            if whole and start in gaps:
                doubts.add(Doubt.GAP)
            found.append(_quality(camera.id, series.where, start, doubts))
    return found


def _quality(camera_id: str, where: Where, start: datetime, doubts: set[Doubt]) -> IntervalQuality:
    quality = Quality.DOUBTFUL if doubts & DOUBTFUL else Quality.USABLE if doubts else Quality.GOOD
    gate_id, direction, movement_id = where
    ordered = tuple(doubt for doubt in Doubt if doubt in doubts)
    return IntervalQuality(camera_id, gate_id, direction, movement_id, start, quality, ordered)


def _series(rows: Iterable[TrafficInterval]) -> list[_Series]:
    places: defaultdict[Where, list[TrafficInterval]] = defaultdict(list)
    for row in rows:
        if row.vehicle_class == ALL_CLASSES:
            places[row.gate_id, row.direction, row.movement_id].append(row)
    found = []
    for where, bins in places.items():
        ordered = sorted(bins, key=lambda row: row.start)
        starts = [row.start for row in ordered]
        follows = [
            after.start == before.start + timedelta(seconds=before.duration_s) for before, after in pairwise(ordered)
        ]
        count = np.array([row.count for row in ordered], np.float64)
        watched = np.array([row.observed_s / row.duration_s for row in ordered], np.float64)
        found.append(_Series(where, starts, count, watched, np.array([False, *follows], np.bool_)))
    return found


def _disputes(checks: Iterable[IntervalCheck]) -> defaultdict[Where, list[IntervalCheck]]:
    """Return the days of each place on which a second count is surely another one."""
    found: defaultdict[Where, list[IntervalCheck]] = defaultdict(list)
    for one in checks:
        if one.vehicle_class == ALL_CLASSES and disputed(one.agreed, one.missed, one.extra, DISPUTED_SHARE):
            found[one.gate_id, one.direction, None].append(one)
    return found


def _in_days(starts: Sequence[datetime], days: Sequence[IntervalCheck]) -> Flags:
    spans = [(one.start, one.start + timedelta(seconds=one.duration_s)) for one in days]
    return np.array([any(begin <= start < end for begin, end in spans) for start in starts], np.bool_)


def _of_place(series: _Series, time_zone: ZoneInfo) -> dict[Doubt, Flags]:
    seen = usual(series.starts, series.count, series.watched, time_zone)
    return {
        Doubt.PARTLY_WATCHED: checks.partly_watched(series.watched),
        Doubt.BARELY_WATCHED: checks.barely_watched(series.watched),
        Doubt.ZERO_RUN: checks.zero_run(series.count, series.watched, series.joined, seen),
        Doubt.STUCK: checks.stuck(series.count, series.joined),
        Doubt.UNUSUAL: checks.unusual(seen),
        Doubt.OUT_OF_RANGE: checks.out_of_range(seen),
    }


def _gaps(all_series: Sequence[_Series]) -> set[datetime]:
    """Return the bins whose hour was not watched whole, though the camera was watched before and after that hour.

    An hour at the beginning or the end of a survey is short, not broken. Hours are UTC's: no zone's bins straddle them
    but by a quarter or a half, which moves the hour and breaks no bin.
    """
    watched: dict[datetime, float] = {}
    length_s: dict[datetime, float] = {}
    for series in all_series:
        for number, start in enumerate(series.starts):
            watched[start] = max(watched.get(start, 0.0), float(series.watched[number]))
    if len(watched) < 2:
        return set()
    starts = sorted(watched)
    bin_s = min((after - before).total_seconds() for before, after in pairwise(starts))
    for start in starts:
        hour = start.replace(minute=0, second=0, microsecond=0)
        length_s[hour] = length_s.get(hour, 0.0) + bin_s * watched[start]
    first, last = min(length_s), max(length_s)
    broken = {hour for hour, seconds in length_s.items() if first < hour < last and seconds < checks.WHOLE * 3600}
    return {start for start in starts if start.replace(minute=0, second=0, microsecond=0) in broken}


def _states(all_series: Sequence[_Series], health: Sequence[CameraHealth]) -> dict[datetime, set[str]]:
    """Return the states other than ``ok`` that the camera was in during each bin."""
    changes = sorted(health, key=lambda one: one.at)
    starts = sorted({start for series in all_series for start in series.starts})
    if not changes or len(starts) < 1:
        return {}
    bin_s = min((after - before for before, after in pairwise(starts)), default=timedelta(minutes=15))
    found: dict[datetime, set[str]] = {}
    for one, after in zip(changes, [*(change.at for change in changes[1:]), starts[-1] + bin_s], strict=True):
        if one.state is HealthState.OK:
            continue
        for start in starts[bisect_right(starts, one.at - bin_s) : bisect_left(starts, after)]:
            found.setdefault(start, set()).add(one.state.value)
    return found


def _doubt_of(state: str) -> Doubt:
    return _STATES.get(state, Doubt.BAD_PICTURE)


def _imbalance(
    camera: Camera, rows: Iterable[TrafficInterval], class_scheme: Mapping[str, str], time_zone: ZoneInfo
) -> dict[datetime, set[Doubt]]:
    """Return the bins of the hours in which who came into the junction and who left it differ."""
    ways = {gate.id: inward(gate, camera) for gate in arm_gates(camera)} if camera.movements else {}
    on_foot = {name for name, group in groups(class_scheme).items() if group is Group.ON_FOOT}
    hours: defaultdict[datetime, list[float]] = defaultdict(lambda: [0.0, 0.0])
    bins: defaultdict[datetime, set[datetime]] = defaultdict(set)
    for row in rows:
        if row.gate_id not in ways or row.vehicle_class == ALL_CLASSES or row.vehicle_class in on_foot:
            continue
        hour = row.start.astimezone(time_zone).replace(minute=0, second=0, microsecond=0)
        hours[hour][row.direction != ways[row.gate_id]] += row.count
        bins[hour].add(row.start)
    entering, leaving = (np.array([each[side] for each in hours.values()], np.float64) for side in (0, 1))
    found: dict[datetime, set[Doubt]] = {}
    for doubt, share in ((Doubt.IMBALANCE, IMBALANCE_SHARE), (Doubt.GROSS_IMBALANCE, GROSS_SHARE)):
        for hour, flagged in zip(hours, checks.imbalance(entering, leaving, share), strict=True):
            for start in bins[hour] if flagged else ():
                found[start] = {doubt}  # the grosser one takes the place of the other
    return found
