"""Our counts beside somebody else's of the same street and time: error, and the GEH statistic.

GEH = sqrt(2 (M - C)^2 / (M + C)) of two hourly flows (UK DfT, TAG unit M3.1, table 2; before that DMRB volume 12):
under 5 an individual flow counts as validated, and 85 % of them should be.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from waywarden.terms.kinds import ALL_CLASSES
from waywarden.terms.records import Direction, TrafficInterval

GEH_GOOD = 5.0
WATCHED = 0.95
"""Less of a time watched, and nothing is said about it: the missing part is no error of the count."""


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What somebody counted at one place from ``start`` (aware) on. Without ``direction`` a gate is both ways."""

    gate_id: str | None
    direction: Direction | None
    movement_id: str | None
    vehicle_class: str
    start: datetime
    duration_s: int
    count: int


@dataclass(frozen=True, slots=True)
class Compared:
    """One surveyed count beside ours; ``counted`` is None where we did not watch all of that time."""

    surveyed: Surveyed
    counted: int | None

    @property
    def geh(self) -> float | None:
        """The GEH statistic, of the two counts as hourly flows."""
        if self.counted is None:
            return None
        hourly = 3600 / self.surveyed.duration_s
        return geh(self.counted * hourly, self.surveyed.count * hourly)


@dataclass(frozen=True, slots=True)
class PlaceError:
    """All of one place and class that could be compared: sums, and how many flows have a GEH under 5."""

    place: str
    vehicle_class: str
    compared: int
    not_watched: int
    surveyed: int
    counted: int
    absolute_error: int
    under_five: int

    @property
    def error_share(self) -> float | None:
        """The error of the sum by what was surveyed; None where that is nothing."""
        return (self.counted - self.surveyed) / self.surveyed if self.surveyed else None


def geh(modelled_vph: float, counted_vph: float) -> float:
    """Return the GEH statistic of two hourly flows; 0 of two empty ones.

    Examples
    --------
    >>> round(geh(1100, 1000), 2)
    3.09
    """
    total = modelled_vph + counted_vph
    return math.sqrt(2 * (modelled_vph - counted_vph) ** 2 / total) if total else 0.0


def compare(surveyed: Iterable[Surveyed], intervals: Iterable[TrafficInterval]) -> list[Compared]:
    """Return each surveyed count beside the sum of our intervals that lie in its time, in order of place and start.

    A class that has no row in a watched interval was counted 0 times. An interval that sticks out of the surveyed time
    does not count, so a survey in 5 minutes cannot be compared with intervals of 15.
    """
    bins = _bins(intervals)
    found = [Compared(one, _counted(one, bins)) for one in surveyed]
    return sorted(found, key=lambda one: (place_of(one.surveyed), one.surveyed.vehicle_class, one.surveyed.start))


def by_place(compared: Iterable[Compared]) -> list[PlaceError]:
    """Return the error of each place and class, in order."""
    groups: defaultdict[tuple[str, str], list[Compared]] = defaultdict(list)
    for one in compared:
        groups[place_of(one.surveyed), one.surveyed.vehicle_class].append(one)
    return [_error(place, name, some) for (place, name), some in sorted(groups.items())]


def place_of(one: Surveyed) -> str:
    """Return a place in words."""
    if one.movement_id is not None:
        return one.movement_id
    return f"{one.gate_id} {one.direction.value if one.direction else 'both ways'}"


def _error(place: str, name: str, some: Sequence[Compared]) -> PlaceError:
    known = [(one.surveyed.count, one.counted, one.geh) for one in some if one.counted is not None]
    return PlaceError(
        place,
        name,
        compared=len(known),
        not_watched=len(some) - len(known),
        surveyed=sum(there for there, _, _ in known),
        counted=sum(ours for _, ours, _ in known),
        absolute_error=sum(abs(ours - there) for there, ours, _ in known),
        under_five=sum(value is not None and value < GEH_GOOD for _, _, value in known),
    )


_Bins = Mapping[tuple[str | None, Direction | None, str | None], Mapping[datetime, Mapping[str, TrafficInterval]]]


def _bins(intervals: Iterable[TrafficInterval]) -> _Bins:
    found: defaultdict[tuple[str | None, Direction | None, str | None], dict[datetime, dict[str, TrafficInterval]]]
    found = defaultdict(dict)
    for row in intervals:
        found[row.gate_id, row.direction, row.movement_id].setdefault(row.start, {})[row.vehicle_class] = row
    return found


def _counted(one: Surveyed, bins: _Bins) -> int | None:
    """Return our count in the time of ``one``; None where less than ``WATCHED`` of it was watched."""
    ways = [one.direction] if one.direction or one.movement_id else list(Direction)
    total = 0
    for way in ways:
        inside = list(_inside(one, bins.get((one.gate_id, way, one.movement_id), {})))
        if sum(cells[ALL_CLASSES].observed_s for cells in inside) < WATCHED * one.duration_s:
            return None
        total += sum(cells[one.vehicle_class].count for cells in inside if one.vehicle_class in cells)
    return total


def _inside(
    one: Surveyed, by_start: Mapping[datetime, Mapping[str, TrafficInterval]]
) -> Iterator[Mapping[str, TrafficInterval]]:
    end = one.start + timedelta(seconds=one.duration_s)
    for start, cells in by_start.items():
        if ALL_CLASSES not in cells:
            continue
        if one.start <= start and start + timedelta(seconds=cells[ALL_CLASSES].duration_s) <= end:
            yield cells
