"""The peak hour and its factor, as the Highway Capacity Manual (HCM) defines them.

HCM 6th edition, chapter 4, equation 4-2: PHF = V / (4 x V15), the count of the peak hour by four times that of its
busiest fifteen minutes. The peak hour is the 60 minutes that begin on any quarter and hold the most.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

Part = TypeVar("Part", bound=Hashable)

QUARTER = timedelta(minutes=15)
HOUR_QUARTERS = 4
WHOLE = 0.95
"""A quarter of which less was watched makes no peak hour: the rule of the page too (``page/src/series.ts``)."""


@dataclass(frozen=True, slots=True)
class QuarterCount:
    """Fifteen minutes from ``start`` on (aware), how many passed, and which share of them was watched (0..1)."""

    start: datetime
    count: int
    watched: float


@dataclass(frozen=True, slots=True)
class PeakHour:
    """The hour from ``start`` on. ``phf`` is None where nothing passed."""

    start: datetime
    count: int
    phf: float | None


def peak_hour_factor(counts: Sequence[int]) -> float | None:
    """Return the factor of an hour of four quarters; None where nothing passed, ValueError for other than four.

    Examples
    --------
    >>> round(peak_hour_factor([900, 1000, 1200, 850]), 2)
    0.82
    """
    if len(counts) != HOUR_QUARTERS:
        raise ValueError(f"an hour is {HOUR_QUARTERS} quarters, got {len(counts)}")
    return sum(counts) / (HOUR_QUARTERS * max(counts)) if max(counts) > 0 else None


def peak_hour(quarters: Sequence[QuarterCount]) -> PeakHour | None:
    """Return the busiest wholly watched hour of ``quarters``, given in order of time; None where there is none.

    Of two hours with the same count it is the first.
    """
    best: PeakHour | None = None
    for first in range(len(quarters) - HOUR_QUARTERS + 1):
        hour = quarters[first : first + HOUR_QUARTERS]
        joined = all(one.start == hour[0].start + number * QUARTER for number, one in enumerate(hour))
        count = sum(one.count for one in hour)
        if joined and all(one.watched >= WHOLE for one in hour) and (best is None or count > best.count):
            best = PeakHour(hour[0].start, count, peak_hour_factor([one.count for one in hour]))
    return best


def peak_hours(quarters: Sequence[QuarterCount], part_of: Callable[[datetime], Part]) -> list[tuple[Part, PeakHour]]:
    """Return the peak hour of each part (a morning, say), in order; ``part_of`` says which a quarter is of.

    An hour counts to a part if all of it lies in it. A part without a wholly watched hour is left out.
    """
    found = []
    for part in dict.fromkeys(part_of(one.start) for one in quarters):
        peak = peak_hour([one for one in quarters if part_of(one.start) == part])
        if peak is not None:
            found.append((part, peak))
    return found
