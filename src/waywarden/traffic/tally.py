"""Crossings and passages to intervals: counts that can be added, and how much of each interval was watched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from waywarden.terms.kinds import ALL_CLASSES
from waywarden.terms.places import Camera
from waywarden.terms.records import Direction, TrafficInterval
from waywarden.terms.transient import Crossing, Passage

BINS_MIN = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60)
"""Lengths of an interval that divide the hour, in minutes."""
LEAST_FOR_V85 = 5
"""The 85th percentile of fewer speeds than this is not published."""

_Where = tuple[str | None, Direction | None, str | None]


@dataclass(frozen=True, slots=True)
class Clock:
    """Intervals of ``bin_min`` minutes that begin on the full hour of the city's own clock."""

    bin_min: int
    time_zone: ZoneInfo

    def __post_init__(self) -> None:
        """ValueError where the bin does not divide the hour."""
        if self.bin_min not in BINS_MIN:
            raise ValueError(f"an interval is one of {', '.join(map(str, BINS_MIN))} minutes, got {self.bin_min}")

    @property
    def bin(self) -> timedelta:
        """The length of an interval."""
        return timedelta(minutes=self.bin_min)

    def start_of(self, at: datetime) -> datetime:
        """Return the start (UTC) of the interval that holds ``at``."""
        local = at.astimezone(self.time_zone)
        into_hour = timedelta(minutes=local.minute % self.bin_min, seconds=local.second, microseconds=local.microsecond)
        return (at - into_hour).astimezone(UTC)


@dataclass(slots=True)
class _Cell:
    """One class in one interval at one place."""

    count: int = 0
    inferred: int = 0
    speeds_mps: list[float] = field(default_factory=list)

    def take(self, other: _Cell) -> None:
        self.count += other.count
        self.inferred += other.inferred
        self.speeds_mps += other.speeds_mps


class IntervalTally:
    """Counts of one camera by interval. Tallies of parts of a recording add up to the tally of the whole.

    Parameters
    ----------
    camera : Camera
        Whose gates and movements are counted; nothing else is.
    clock : Clock
    class_scheme : mapping of kind to published class
    method : str
        Name of the object detector, kept with every record.
    """

    def __init__(self, camera: Camera, clock: Clock, class_scheme: Mapping[str, str], method: str) -> None:
        self._camera, self._clock, self._class_scheme, self._method = camera, clock, class_scheme, method
        self._watched: defaultdict[datetime, timedelta] = defaultdict(timedelta)
        self._cells: defaultdict[tuple[datetime, _Where], dict[str, _Cell]] = defaultdict(dict)

    def watch(self, at: datetime, watched_s: float) -> None:
        """Note that the street was watched for ``watched_s`` seconds from ``at`` on."""
        until = at + timedelta(seconds=watched_s)
        while at < until:
            start = self._clock.start_of(at)
            upto = min(until, start + self._clock.bin)
            self._watched[start] += upto - at
            at = upto

    def add(self, items: Iterable[Crossing | Passage]) -> None:
        """Count crossings and passages."""
        for item in items:
            where: _Where = (
                (item.gate_id, item.direction, None) if isinstance(item, Crossing) else (None, None, item.movement_id)
            )
            self._take(self._clock.start_of(item.at), where, self._class_scheme[item.kind], _cell_of(item))

    def __add__(self, other: IntervalTally) -> IntervalTally:
        """Return the tally of both; ValueError if they are not of the same camera, clock and method."""
        if (self._camera, self._clock, self._method) != (other._camera, other._clock, other._method):
            raise ValueError("only tallies of the same camera, clock and method can be added")
        both = IntervalTally(self._camera, self._clock, self._class_scheme, self._method)
        for part in (self, other):
            for start, watched in part._watched.items():
                both._watched[start] += watched
            for (start, where), cells in part._cells.items():
                for name, cell in cells.items():
                    both._take(start, where, name, cell)
        return both

    def records(self) -> list[TrafficInterval]:
        """Return every interval that was watched, in order of time; what was not watched is absent, never 0."""
        return [record for start in sorted(self._watched) for record in self._records_of(start)]

    def take_closed(self, before: datetime) -> list[TrafficInterval]:
        """Return the intervals that end no later than ``before``, and forget them."""
        closed = sorted(start for start in self._watched if start + self._clock.bin <= before)
        records = [record for start in closed for record in self._records_of(start)]
        for start in closed:
            del self._watched[start]
        for key in [key for key in self._cells if key[0] in closed]:
            del self._cells[key]
        return records

    def _take(self, start: datetime, where: _Where, name: str, cell: _Cell) -> None:
        self._cells[start, where].setdefault(name, _Cell()).take(cell)

    def _places(self) -> Iterator[_Where]:
        for gate in self._camera.gates:
            for direction in Direction:
                yield gate.id, direction, None
        for movement in self._camera.movements:
            yield None, None, movement.id

    def _records_of(self, start: datetime) -> Iterator[TrafficInterval]:
        for where in self._places():
            cells = self._cells.get((start, where), {})
            total = _Cell()
            for cell in cells.values():
                total.take(cell)
            for name, cell in [(ALL_CLASSES, total), *sorted(cells.items())]:
                yield self._record(start, where, name, cell)

    def _record(self, start: datetime, where: _Where, name: str, cell: _Cell) -> TrafficInterval:
        gate_id, direction, movement_id = where
        speeds = cell.speeds_mps
        return TrafficInterval(
            camera_id=self._camera.id,
            gate_id=gate_id,
            direction=direction,
            movement_id=movement_id,
            vehicle_class=name,
            start=start,
            duration_s=60 * self._clock.bin_min,
            observed_s=min(self._watched[start], self._clock.bin).total_seconds(),
            count=cell.count,
            mean_speed_mps=float(np.mean(speeds)) if speeds else None,
            v85_mps=float(np.percentile(speeds, 85)) if len(speeds) >= LEAST_FOR_V85 else None,
            method=self._method,
            inferred=cell.inferred,
        )


def _cell_of(item: Crossing | Passage) -> _Cell:
    """Return one road user; what was inferred is apart from what was seen, and has no speed."""
    if isinstance(item, Passage) and item.inferred:
        return _Cell(inferred=1)
    return _Cell(1, speeds_mps=[] if item.speed_mps is None else [item.speed_mps])
