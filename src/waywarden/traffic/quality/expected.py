"""What a place usually counts at an hour of the week, and how far from it counts usually are.

Robust, because the history that is learnt from holds the faults that are looked for: medians, and the median absolute
deviation (Rousseeuw and Croux 1993). On the scale 2 sqrt(x + 3/8) counts of any size scatter alike: by 1 if they are
Poisson's (Anscombe 1948), by more if traffic is less even than that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

NEIGHBOURS = 6
"""A usual count is the median of at most so many weeks before and so many after: seasons change, not weeks."""
LEAST = 4
"""Of fewer others than this no usual count is known."""
LEAST_SPREAD = 30
"""Of fewer deviations than this the spread of an hour of the day is not known, and the place's own stands in."""
MAD_TO_SD = 1.4826
WORKDAYS = 5


@dataclass(frozen=True, slots=True)
class Usual:
    """Per bin: the usual count of a wholly watched one (NaN: not known), and how many spreads off it the count is.

    ``off_week`` is how far it is off what is usual at that time on any day of the week (0: within): a holiday counts
    like a Sunday, and is no fault.
    """

    count: Floats
    off: Floats
    off_week: Floats
    spread: Floats


def stabilised(count: Floats) -> Floats:
    """Return counts on the scale on which all scatter alike.

    Examples
    --------
    >>> stabilised(np.array([0.0, 100.0])).round(1)
    array([ 1.2, 20. ])
    """
    return np.asarray(2.0 * np.sqrt(count + 0.375), np.float64)


def usual(starts: list[datetime], count: Floats, watched: Floats, time_zone: ZoneInfo) -> Usual:
    """Return what was usual for each bin of one place.

    Parameters
    ----------
    starts : n datetimes, in order
    count : (n,) float64
    watched : (n,) float64
        The share of each bin that was watched, 0..1; a bin of which less than half was is learnt nothing from.
    time_zone : ZoneInfo
        The clock by which people come and go.
    """
    local = [at.astimezone(time_zone) for at in starts]
    minute = np.array([at.hour * 60 + at.minute for at in local], np.int64)
    day = np.array([at.weekday() for at in local], np.int64)
    whole = np.where(watched >= 0.5, count / np.maximum(watched, 0.5), np.nan)
    of_week = _medians_of_others(day * 1440 + minute, whole)
    kind_of_day = np.where(day < WORKDAYS, 0, day)
    of_day = _medians_of_others(kind_of_day * 1440 + minute, whole)
    known = np.where(np.isnan(of_week), of_day, of_week)
    deviation = stabilised(count) - stabilised(known * watched)
    spread = _spread(minute // 60, deviation)
    low, high = _week(minute, day, whole)
    nearest = np.fmax(np.fmin(count, high * watched), low * watched)
    return Usual(known, deviation / spread, (stabilised(count) - stabilised(nearest)) / spread, spread)


def _week(minute: Whole, day: Whole, count: Floats) -> tuple[Floats, Floats]:
    """Return the least and the most that is usual at each bin's time of day on any day; NaN where no day is known."""
    low, high = np.full(len(count), np.nan), np.full(len(count), np.nan)
    for one in np.unique(minute):
        at = minute == one
        days = [count[at & (day == each) & ~np.isnan(count)] for each in range(7)]
        medians = [float(np.median(each)) for each in days if len(each) >= LEAST]
        if medians:
            low[at], high[at] = min(medians), max(medians)
    return low, high


def _medians_of_others(slot: Whole, count: Floats) -> Floats:
    """Return, for each bin, the median of the nearest others in its slot; NaN where there are fewer than ``LEAST``."""
    found = np.full(len(count), np.nan)
    order = np.argsort(slot, kind="stable")
    for same in np.split(order, np.nonzero(np.diff(slot[order]))[0] + 1):
        if len(same) > LEAST:
            found[same] = _medians_beside(count[same])
    return found


def _medians_beside(count: Floats) -> Floats:
    """Return the median of up to ``NEIGHBOURS`` known counts before and after each, itself left out."""
    padded = np.concatenate([np.full(NEIGHBOURS, np.nan), count, np.full(NEIGHBOURS, np.nan)])
    beside = np.lib.stride_tricks.sliding_window_view(padded, 2 * NEIGHBOURS + 1).copy()
    beside[:, NEIGHBOURS] = np.nan
    enough = (~np.isnan(beside)).sum(axis=1) >= LEAST
    found = np.full(len(count), np.nan)
    if enough.any():
        found[enough] = np.nanmedian(beside[enough], axis=1)
    return found


def _spread(hour: Whole, deviation: Floats) -> Floats:
    """Return the spread of each bin's deviations by hour of the day, at least Poisson's."""
    everywhere = _robust_sd(deviation)
    found = np.full(len(deviation), everywhere)
    for one in np.unique(hour):
        same = hour == one
        if (~np.isnan(deviation[same])).sum() >= LEAST_SPREAD:
            found[same] = _robust_sd(deviation[same])
    return np.asarray(np.maximum(found, 1.0), np.float64)


def _robust_sd(deviation: Floats) -> float:
    known = deviation[~np.isnan(deviation)]
    return float(MAD_TO_SD * np.median(np.abs(known))) if len(known) else 1.0
