"""The checks of one place's intervals. Each takes arrays over its bins and returns which of them it objects to.

What city data desks look for: Toronto's ``unacceptable_gaps`` and ``anomalous_ranges`` (its bdit_data-sources
repository, volumes/miovision), Telraam's uptime, and the validity tests of the FHWA Traffic Monitoring Guide (runs of
zeros, runs of one value, counts outside their history). How often each is wrong on real counters that work is printed
by ``bench/quality_flags.py`` and stands in ``docs/quality.md``.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from waywarden.traffic.quality.expected import Floats, Usual, Whole

Flags = npt.NDArray[np.bool_]

WHOLE = 0.95
"""An interval of which this much was watched is as good as whole."""
HALF = 0.5
UNUSUAL_SPREADS = 6.0
OUT_OF_RANGE_SPREADS = 8.0
"""Both tuned on I-94 hourly counts of 2012 to 2014; reported on 2015 to 2018 and on other roads."""
STUCK_CHANCE = 1e-7
"""A run of one value is objected to if an honest counter shows it less often than once in so many intervals."""
INSIDE = 5.0
"""Vehicles within a junction at one time; not tuned."""
ZERO_RUN_LEAST = 14.0
"""A run of zeros is objected to where so many road users were usual in it: exp(-14) is once in a million."""


def run_of(same: Flags) -> Whole:
    """Return the number of the run to which each bin belongs; ``same[i]`` says whether bin i goes on from bin i - 1."""
    return np.asarray(np.cumsum(~same), np.int64)


def partly_watched(watched: Floats) -> Flags:
    """Return which were watched in part: the count is what was seen, and less than what passed."""
    return np.asarray((watched < WHOLE) & (watched >= HALF), np.bool_)


def barely_watched(watched: Floats) -> Flags:
    """Return which were watched for less than half."""
    return np.asarray(watched < HALF, np.bool_)


def zero_run(count: Floats, watched: Floats, joined: Flags, seen: Usual) -> Flags:
    """Return the zeros that go on for longer than the place's usual traffic allows.

    ``joined[i]``: bin i follows on bin i - 1 without a hole. Traffic less even than Poisson's is allowed longer runs,
    by the square of its spread.
    """
    usually = np.nan_to_num(seen.count) * watched / seen.spread**2
    zero = count == 0
    run = run_of(joined & zero & np.roll(zero, 1))
    missed = np.bincount(run, np.where(zero, usually, 0.0))
    return np.asarray(zero & (missed[run] >= ZERO_RUN_LEAST), np.bool_)


def stuck(count: Floats, joined: Flags) -> Flags:
    """Return the runs of one count, above 0, that are too long to be chance.

    The chance that a Poisson count repeats is at most that of its likeliest value, which is ``floor(count)``; traffic
    scatters more than that, so it repeats less.
    """
    same = joined & (count == np.roll(count, 1))
    run = run_of(same)
    repeats = np.bincount(run)[run] - 1
    likeliest = np.array([_likeliest(value) for value in count])
    return np.asarray((count > 0) & (repeats * np.log(likeliest) < math.log(STUCK_CHANCE)), np.bool_)


def _likeliest(mean: float) -> float:
    """Return the probability of the likeliest value of a Poisson count of this mean (a whole number above 0)."""
    return math.exp(mean * math.log(mean) - mean - math.lgamma(mean + 1)) if mean > 0 else 1.0


def unusual(seen: Usual) -> Flags:
    """Return which are further off what is usual for their hour of the week than traffic goes, but not absurdly."""
    return np.asarray((np.abs(np.nan_to_num(seen.off)) > UNUSUAL_SPREADS) & ~out_of_range(seen), np.bool_)


def out_of_range(seen: Usual) -> Flags:
    """Return which are far off, and also off what is usual at that time on any day of the week."""
    far = np.abs(np.nan_to_num(seen.off)) > OUT_OF_RANGE_SPREADS
    return np.asarray(far & (np.abs(np.nan_to_num(seen.off_week)) > UNUSUAL_SPREADS), np.bool_)


def imbalance(entering: Floats, leaving: Floats, share: float) -> Flags:
    """Return where who came into a junction and who left it in an hour differ by more than ``share`` of the larger.

    The two are counts of the same vehicles, so by chance they differ only by the few that are inside as the hour begins
    or ends, and by misses: three deviations of one missed in ten are allowed to chance.
    """
    apart = np.abs(entering - leaving)
    chance = INSIDE + 3 * np.sqrt(0.1 * (entering + leaving))
    return np.asarray((apart > share * np.maximum(entering, leaving)) & (apart > chance), np.bool_)
