"""Two counts of the same moments, crossing by crossing: who is in both, in one alone, in the other alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from waywarden.terms.kinds import ALL_CLASSES
from waywarden.terms.records import Direction

Place = tuple[str, Direction, str]
"""Gate, direction and class."""


@dataclass(frozen=True, slots=True)
class Passed:
    """Somebody of a class passed a gate one way."""

    gate_id: str
    direction: Direction
    at: datetime
    vehicle_class: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many are in both counts, in the second alone (``missed``), in ours alone (``extra``). They add up."""

    agreed: int = 0
    missed: int = 0
    extra: int = 0

    def __add__(self, other: Agreement) -> Agreement:
        """Return the sum."""
        return Agreement(self.agreed + other.agreed, self.missed + other.missed, self.extra + other.extra)


def compared(
    ours: Iterable[Passed], second: Iterable[Passed], span: tuple[datetime, datetime], within: timedelta
) -> Mapping[Place, Agreement]:
    """Compare two counts of ``span`` [begin, end), by place and class, and by place alone (class ``all``).

    Both may reach beyond ``span`` by ``within``, so that whoever passes at its very end finds the other. A pair belongs
    to the time at which ``second`` has it. Places at which nobody passed are absent.
    """
    times: defaultdict[Place, tuple[list[datetime], list[datetime]]] = defaultdict(lambda: ([], []))
    for side, count in enumerate((ours, second)):
        for one in count:
            for name in (one.vehicle_class, ALL_CLASSES):
                times[one.gate_id, one.direction, name][side].append(one.at)
    found = {place: _agreement(*both, span, within) for place, both in times.items()}
    return {place: one for place, one in found.items() if one != Agreement()}


def _agreement(
    ours: Sequence[datetime], second: Sequence[datetime], span: tuple[datetime, datetime], within: timedelta
) -> Agreement:
    """Pair the times in their order, as many as can be: on a line the next that is near enough is never wrong."""
    begin, end = span
    a, b = sorted(ours), sorted(second)
    agreed = missed = extra = i = j = 0
    while i < len(a) or j < len(b):
        if i < len(a) and j < len(b) and abs(a[i] - b[j]) <= within:
            agreed += begin <= b[j] < end
            i, j = i + 1, j + 1
        elif j == len(b) or (i < len(a) and a[i] < b[j]):
            extra += begin <= a[i] < end
            i += 1
        else:
            missed += begin <= b[j] < end
            j += 1
    return Agreement(agreed, missed, extra)
