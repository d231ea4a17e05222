"""The turning movement count (TMC): stored intervals of a junction in quarters of an hour, by movement and group."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from waywarden.geo.homography import Homography
from waywarden.terms.kinds import ALL_CLASSES, Kind
from waywarden.terms.places import Camera, Gate, Movement
from waywarden.terms.records import TrafficInterval
from waywarden.traffic.measures.arms import Turn, arm_gates, turn_of
from waywarden.traffic.measures.peak import QUARTER, QuarterCount

QUARTER_S = 900


class Group(StrEnum):
    """What a count sheet keeps apart. HCM's heavy vehicles are buses and trucks."""

    LIGHT = "light"
    HEAVY = "heavy"
    BICYCLE = "bicycle"
    ON_FOOT = "on foot"


MOTOR = (Group.LIGHT, Group.HEAVY)
_GROUP_OF_KIND: Mapping[str, Group] = {
    Kind.BUS: Group.HEAVY,
    Kind.TRUCK: Group.HEAVY,
    Kind.BICYCLE: Group.BICYCLE,
    Kind.PEDESTRIAN: Group.ON_FOOT,
}


def groups(class_scheme: Mapping[str, str]) -> dict[str, Group]:
    """Return the group of each published class.

    A class into which kinds of several groups fall (a scheme that lumps buses with cars) counts as light: its heavy
    share cannot be known, see ``tells_heavy``.
    """
    kinds: defaultdict[str, set[Group]] = defaultdict(set)
    for kind, name in class_scheme.items():
        kinds[name].add(_GROUP_OF_KIND.get(kind, Group.LIGHT))
    return {name: next(iter(found)) if len(found) == 1 else Group.LIGHT for name, found in kinds.items()}


def tells_heavy(class_scheme: Mapping[str, str]) -> bool:
    """Return whether the scheme keeps every heavy kind apart from the light ones."""
    grouped = groups(class_scheme)
    return all(grouped[class_scheme[kind]] is Group.HEAVY for kind in (Kind.BUS, Kind.TRUCK) if kind in class_scheme)


@dataclass(frozen=True, slots=True)
class Approach:
    """One arm, and the movements that come in by it with what they do, left to right."""

    gate: Gate
    movements: tuple[tuple[Movement, Turn], ...]


@dataclass(slots=True)
class Quarter:
    """Fifteen minutes of a junction. ``watched`` is the share of them that was (0: nothing is known, not even 0)."""

    start: datetime
    watched: float = 0.0
    by_movement: Counter[tuple[str, Group]] = field(default_factory=Counter)
    on_foot_by_gate: Counter[str] = field(default_factory=Counter)

    def count(self, movements: Iterable[str], wanted: Sequence[Group] = MOTOR) -> int:
        """Return how many of the ``wanted`` groups made one of ``movements``."""
        return sum(self.by_movement[movement, group] for movement in movements for group in wanted)


@dataclass(frozen=True, slots=True)
class TurningCount:
    """A junction's count: its approaches, and its quarters in order, without holes from the first to the last."""

    camera: Camera
    approaches: tuple[Approach, ...]
    quarters: tuple[Quarter, ...]
    tells_heavy: bool

    @property
    def movement_ids(self) -> tuple[str, ...]:
        """Every movement, approach by approach."""
        return tuple(movement.id for approach in self.approaches for movement, _ in approach.movements)

    def totals(self, movements: Iterable[str], wanted: Sequence[Group] = MOTOR) -> list[QuarterCount]:
        """Return the count of ``movements`` in each quarter."""
        chosen = tuple(movements)
        return [QuarterCount(one.start, one.count(chosen, wanted), one.watched) for one in self.quarters]


def turning_count(
    camera: Camera,
    intervals: Iterable[TrafficInterval],
    class_scheme: Mapping[str, str],
    homography: Homography | None = None,
) -> TurningCount:
    """Return the count of ``camera``'s junction.

    Parameters
    ----------
    intervals : iterable of TrafficInterval
        Of this camera, of one length that divides the quarter (1, 3, 5 or 15 min); shorter ones are added up.
    class_scheme : mapping of kind to published class

    Raises
    ------
    ValueError
        If intervals do not divide the quarter.
    """
    grouped = groups(class_scheme)
    rows = [row for row in intervals if row.camera_id == camera.id]
    quarters = _quarters(rows)
    known = {movement.id for movement in camera.movements}
    for row in rows:
        quarter = quarters[quarter_of(row.start)]
        group = grouped.get(row.vehicle_class)
        if group is None or row.vehicle_class == ALL_CLASSES:
            continue
        if row.movement_id in known:
            quarter.by_movement[row.movement_id, group] += row.count
        elif row.gate_id is not None and group is Group.ON_FOOT:
            quarter.on_foot_by_gate[row.gate_id] += row.count
    return TurningCount(camera, _approaches(camera, homography), tuple(quarters.values()), tells_heavy(class_scheme))


def quarter_of(at: datetime) -> datetime:
    """Return the start of the quarter of an hour that holds ``at``; zones' offsets are whole quarters."""
    return at - timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)


def _quarters(rows: Sequence[TrafficInterval]) -> dict[datetime, Quarter]:
    """Return empty quarters from the first row to the last, with how much of each was watched."""
    watched: defaultdict[datetime, dict[datetime, float]] = defaultdict(dict)
    for row in rows:
        if QUARTER_S % row.duration_s:
            raise ValueError(
                f"a turning movement count is in quarters of an hour, and {row.duration_s // 60}-minute intervals do "
                "not add up to them: count with --bin 15, 5, 3 or 1"
            )
        inside = watched[quarter_of(row.start)]
        inside[row.start] = max(row.observed_s, inside.get(row.start, 0.0))
    if not watched:
        return {}
    first, last = min(watched), max(watched)
    starts = (first + number * QUARTER for number in range((last - first) // QUARTER + 1))
    return {at: Quarter(at, sum(watched[at].values()) / QUARTER_S if at in watched else 0.0) for at in starts}


def _approaches(camera: Camera, homography: Homography | None) -> tuple[Approach, ...]:
    order: Callable[[tuple[Movement, Turn]], int] = lambda one: list(Turn).index(one[1])  # noqa: E731 - a sort key
    found = []
    for gate in arm_gates(camera):
        movements = [(one, turn_of(one, camera, homography)) for one in camera.movements if one.from_gate == gate.id]
        if movements:
            found.append(Approach(gate, tuple(sorted(movements, key=order))))
    return tuple(found)
