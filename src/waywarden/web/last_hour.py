"""One number per camera: how many road users in the last hour that was counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from waywarden.store.port import IntervalFilter, RecordStore
from waywarden.terms.kinds import ALL_CLASSES
from waywarden.terms.places import Camera
from waywarden.terms.records import TrafficInterval
from waywarden.web.published import LastHour

HOUR = timedelta(hours=1)


def last_hour_of(camera: Camera, newest: datetime | None, store: RecordStore) -> LastHour | None:
    """Return the hour up to the end of the camera's newest interval; None where nothing was counted yet.

    ``newest`` is when that interval started. One query, of at most an hour and a bin of rows of class ``all``.
    """
    if newest is None:
        return None
    rows = store.intervals(IntervalFilter(camera.id, vehicle_class=ALL_CLASSES, since=newest - HOUR))
    return summed(camera, rows) if rows else None


def summed(camera: Camera, rows: Iterable[TrafficInterval]) -> LastHour:
    """Return the sum of the last hour of ``rows``: every movement, or else the busiest gate, both ways.

    Gates are not added to each other: a road user that crosses two of them would count twice.
    """
    all_rows = list(rows)
    end = max(_end(row) for row in all_rows)
    inside = [row for row in all_rows if row.start >= end - HOUR]
    movements = [row for row in inside if row.movement_id is not None]
    if camera.movements and movements:
        count, basis = sum(row.count for row in movements), "all movements"
    else:
        count, basis = _busiest_gate(camera, inside)
    watched: dict[datetime, float] = {}
    for row in inside:
        watched[row.start] = max(watched.get(row.start, 0.0), row.observed_s)
    return LastHour(end - HOUR, end, count, sum(watched.values()), basis)


def _end(row: TrafficInterval) -> datetime:
    return row.start + timedelta(seconds=row.duration_s)


def _busiest_gate(camera: Camera, rows: Iterable[TrafficInterval]) -> tuple[int, str]:
    counts: Counter[str] = Counter()
    for row in rows:
        if row.gate_id is not None:
            counts[row.gate_id] += row.count
    if not counts:
        return 0, "no gate"
    gate_id, count = counts.most_common(1)[0]
    names = {gate.id: gate.name for gate in camera.gates}
    return count, f"gate {names.get(gate_id) or gate_id}, both ways"
