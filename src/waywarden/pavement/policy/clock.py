"""Working hours: when a response is due, on a clock that stands still at night, on days off and on holidays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_DAYS = 3660
"""A clock that has not run out in ten years has no working hours worth the name."""


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """When a place works: from ``opens`` to ``closes``, its own time, on ``weekdays`` (0 is Monday) but no holidays."""

    time_zone: ZoneInfo
    opens: time
    closes: time
    weekdays: frozenset[int]
    holidays: frozenset[date]

    def __post_init__(self) -> None:
        """Refuse a place that never works (ValueError)."""
        if self.opens >= self.closes or not self.weekdays <= set(range(7)) or not self.weekdays:
            raise ValueError("working hours open before they close, on a day of the week at least")

    def shift(self, day: date) -> tuple[datetime, datetime] | None:
        """Return when work begins and ends on ``day`` (UTC), None where there is none."""
        if day.weekday() not in self.weekdays or day in self.holidays:
            return None
        begins, ends = (datetime.combine(day, at, self.time_zone).astimezone(UTC) for at in (self.opens, self.closes))
        return begins, ends

    def due_at(self, start: datetime, hours: float) -> datetime:
        """Return when ``hours`` of working time from ``start`` on have run out (UTC).

        ValueError if they have not within ten years.
        """
        left = timedelta(hours=hours)
        for begins, ends in self._shifts_from(start):
            if left <= ends - begins:
                return begins + left
            left -= ends - begins
        raise ValueError(f"{hours:g} working hours from {start} never run out: check working days and holidays")

    def hours_between(self, start: datetime, end: datetime) -> float:
        """Return the hours of working time between two instants; 0 where ``end`` is not later."""
        spent = timedelta()
        for begins, ends in self._shifts_from(start):
            if begins >= end:
                break
            spent += min(ends, end) - begins
        return spent / timedelta(hours=1)

    def _shifts_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield what is left of each shift from ``start`` on."""
        first = start.astimezone(self.time_zone).date()
        for n in range(LONGEST_DAYS):
            shift = self.shift(first + timedelta(days=n))
            if shift is not None and shift[1] > start:
                yield max(shift[0], start.astimezone(UTC)), shift[1]
