"""How far the clocks of two instruments on one vehicle are apart, by the speed that both of them saw.

Stops and starts make a pattern of their own: the speeds are cross-correlated (normalised, over what overlaps) at every
lag, and the best lag is the offset, if it is good, and if no other lag is nearly as good.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waywarden.terms.drives import Floats

STEP_S = 0.1
LEAST_OVERLAP_S = 20.0
LEAST_SHARE = 0.5
"""Of the shorter one, so much has to overlap the other: over one start alone any two drives are alike."""
LEAST_CORRELATION = 0.8
"""Under this two speeds are not of one vehicle, or one of them is noise."""
LEAST_LEAD = 0.02
"""By so much the best lag has to be better than any that is more than ``APART_S`` from it."""
APART_S = 5.0
LEAST_CHANGE_MPS = 0.3
"""Standard deviation of a speed that changes enough to be told from another time of the same drive."""


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """What to add to the other clock to get the first one's time, and the correlation of the speeds then."""

    offset_s: float
    correlation: float


def clock_offset(first: tuple[Floats, Floats], other: tuple[Floats, Floats], most_s: float = 60.0) -> ClockOffset | str:
    """Return how far the clocks are apart, or, in words, why that is unknown.

    Parameters
    ----------
    first, other : two arrays (n,) float64
        Times in seconds, ascending, and speeds in metres a second at these times.
    most_s : float
        Offsets are looked for from ``-most_s`` to ``most_s``.
    """
    one, two = _even(*first), _even(*other)
    if min(len(one), len(two)) * STEP_S < LEAST_OVERLAP_S:
        return f"unknown: the two have less than {LEAST_OVERLAP_S:g} s of motion"
    if min(float(np.std(one)), float(np.std(two))) < LEAST_CHANGE_MPS:
        return "unknown: the speed hardly changes, so that one time looks like another"
    apart_s = float(first[0][0] - other[0][0])
    lags = np.arange(-len(two) + 1, len(one))
    offsets_s = apart_s + lags * STEP_S
    score = np.where(np.abs(offsets_s) <= most_s, _correlations(one, two, lags), -np.inf)
    best = int(np.argmax(score))
    if score[best] < LEAST_CORRELATION:
        return f"unknown: within {most_s:g} s the two speeds are nowhere alike"
    rivals = score[np.abs(lags - lags[best]) * STEP_S > APART_S]
    if len(rivals) and rivals.max() > score[best] - LEAST_LEAD:
        return "unknown: the two speeds are alike at several offsets"
    return ClockOffset(float(offsets_s[best]), float(score[best]))


def _even(at_s: Floats, speed_mps: Floats) -> Floats:
    """Return the speed at even steps."""
    known = ~np.isnan(speed_mps)
    if known.sum() < 2:
        return np.empty(0)
    steps = np.arange(at_s[known][0], at_s[known][-1], STEP_S)
    return np.asarray(np.interp(steps, at_s[known], speed_mps[known]), np.float64)


def _correlations(one: Floats, two: Floats, lags: np.typing.NDArray[np.int64]) -> Floats:
    """Return the correlation at each lag over what overlaps, -inf where that is too short."""
    size = 1 << (len(one) + len(two)).bit_length()

    def summed(a: Floats, b: Floats) -> Floats:
        # The sum of a[i + lag] b[i], by the Fourier transform.
        through = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
        return np.asarray(through[lags % size], np.float64)

    ones_one, ones_two = np.ones_like(one), np.ones_like(two)
    middle_one, middle_two = one - one.mean(), two - two.mean()
    count = summed(ones_one, ones_two)
    count = np.maximum(count, 1.0)
    mean_one, mean_two = summed(middle_one, ones_two) / count, summed(ones_one, middle_two) / count
    both = summed(middle_one, middle_two) / count - mean_one * mean_two
    spread_one = summed(middle_one**2, ones_two) / count - mean_one**2
    spread_two = summed(ones_one, middle_two**2) / count - mean_two**2
    spread = np.sqrt(np.maximum(spread_one, 1e-9) * np.maximum(spread_two, 1e-9))
    least = max(LEAST_OVERLAP_S / STEP_S, LEAST_SHARE * min(len(one), len(two)))
    enough = (count >= least) & (spread > LEAST_CHANGE_MPS**2 / 4)
    return np.where(enough, both / spread, -np.inf)
