"""From a second count to an error with its interval: what share of the true count ours is off by.

Of N = agreed + missed road users that the second count has, ours missed a share m = missed / N, and has
e = extra / N besides. The error of the count is e - m. Intervals, at 95 %:

* missed is binomial in N: the score interval (Wilson 1927, J. Am. Stat. Assoc. 22, 209-212);
* extra is no part of N, so it is taken as Poisson: the score interval, whose ends solve (extra - x)^2 = z^2 x (Rao);
* their difference: MOVER, the method of variance estimates recovery (Zou and Donner 2008, Stat. Med. 27, 1693-1702),
  as Newcombe (1998, Stat. Med. 17, 873-890) combines score intervals.

What the second count has wrong as well cannot be seen in it, nor is it seen that crossings come in platoons, so that
errors of neighbours go together; with few moments checked the true interval is wider.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from waywarden.terms.figures.shares import Z_95, Interval, of_share
from waywarden.terms.records import IntervalCheck


@dataclass(frozen=True, slots=True)
class CountError:
    """An error as a share of the true count, -0.02 for two missed in a hundred, and where it lies at 95 %."""

    share: float
    low: float
    high: float


def error_of(agreed: int, missed: int, extra: int) -> CountError | None:
    """Return the error of a count; None where the second count has nobody, so that there is no share.

    Examples
    --------
    >>> error_of(96, 4, 1)
    CountError(share=-0.03, low=-0.0889, high=0.0226)
    """
    n = agreed + missed
    if n == 0:
        return None
    m, e = missed / n, extra / n
    (m_low, m_high), (e_low, e_high) = of_share(missed, n), of_rate(extra, n)
    low = e - m - math.hypot(e - e_low, m_high - m)
    high = e - m + math.hypot(e_high - e, m - m_low)
    return CountError(round(e - m, 4), round(low, 4), round(high, 4))


def of_rate(some: int, n: int) -> Interval:
    """Return where the rate for each of ``n`` lies of something that was seen ``some`` times (Rao's score)."""
    z = Z_95
    half = z * math.sqrt(some + z * z / 4)
    return max(0.0, some + z * z / 2 - half) / n, (some + z * z / 2 + half) / n


def total(checks: Iterable[IntervalCheck]) -> CountError | None:
    """Return the error over all of ``checks``: of one class, or of ``all``, or road users would count twice."""
    agreed = missed = extra = 0
    for one in checks:
        agreed, missed, extra = agreed + one.agreed, missed + one.missed, extra + one.extra
    return error_of(agreed, missed, extra)


def disputed(agreed: int, missed: int, extra: int, most_share: float) -> bool:
    """Return whether surely (at 97.5 %) more than ``most_share`` of the road users are missed, or are too many."""
    n = agreed + missed
    if n == 0:
        return of_rate(extra, 1)[0] > 1  # surely somebody where there was nobody
    return of_share(missed, n)[0] > most_share or of_rate(extra, n)[0] > most_share
