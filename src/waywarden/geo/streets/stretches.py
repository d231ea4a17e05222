"""From matched fixes to stretches: without a break along one street one way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waywarden.geo.streets.matching import DECIDED, LONGEST_GAP_S, UNDECIDED, Matched
from waywarden.geo.streets.network import Network
from waywarden.terms.distress import Way
from waywarden.terms.drives import Floats

LEAST_M = 5.0
"""A shorter stretch is a crossing of the street, or noise at a junction."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A drive was on a street, one way, from one fix to another (``last`` included).

    ``low_m`` and ``high_m`` are the lowest and highest chainage of its fixes; ``confidence`` is that of its surest fix.
    """

    street_id: str
    way: Way
    first: int
    last: int
    low_m: float
    high_m: float
    confidence: float

    @property
    def decided(self) -> bool:
        """Whether it is sure enough that it was this street and this way: at one fix of a way that hangs together."""
        return self.confidence >= DECIDED


def stretches(streets: Network, at_s: Floats, matched: Matched) -> list[Stretch]:
    """Return the stretches of a drive in order of time; those shorter than ``LEAST_M`` are left out.

    Parameters
    ----------
    streets : Network
    at_s : (n,) float64
        Times of the fixes.
    matched : Matched
    """
    street = np.array([each.street for each in streets.segments] + [UNDECIDED])[matched.segment]
    changes = (np.diff(street) != 0) | np.diff(matched.along) | (np.diff(at_s) > LONGEST_GAP_S)
    found = []
    for run in np.split(np.arange(len(at_s)), np.flatnonzero(changes) + 1):
        number = int(street[run[0]])
        if number == UNDECIDED:
            continue
        low_m, high_m = float(matched.chainage_m[run].min()), float(matched.chainage_m[run].max())
        if high_m - low_m >= LEAST_M:
            way = Way.ALONG if matched.along[run[0]] else Way.AGAINST
            sure = float(matched.confidence[run].max())
            found.append(
                Stretch(streets.streets[number].street_id, way, int(run[0]), int(run[-1]), low_m, high_m, sure)
            )
    return found
