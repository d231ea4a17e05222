"""The street segments that one fix may be on, each way, and how likely each is by distance and heading."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.geo.streets.network import Network, Numbers, may_be_driven
from waywarden.terms.drives import Floats

MOST_SEGMENTS = 8
LEAST_REACH_M, REACH_SIGMAS = 20.0, 4.0
LANE_M = 2.5
"""Standard deviation of how far a lane is from the middle of the street, which is where its line is drawn."""
KNOWN_SIGMA_M = 5.0
"""Of a fix that does not tell its own."""
HEADING_KAPPA = 4.0
"""Concentration of the heading about that of the street (von Mises): 4 is a standard deviation of 30 degrees. Tuned on
seeds 1 to 8 of ``bench/map_matching.py``."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The ``k`` directed street segments that one fix may be on.

    Parameters
    ----------
    segment : (k,) int64
    along : (k,) bool
    driven_m, left_m : (k,) float64
        Metres from the segment's start, as driven, and metres to its end.
    offset_m : (k,) float64
        How far the fix is to the right of the line, as driven.
    open_back : (k,) bool
        Whether the segment is open the other way as well.
    log : (k,) float64
        Log of how likely the fix is there, but for a constant.
    sigma_m : float
        Standard deviation of the fix.
    """

    segment: Numbers
    along: npt.NDArray[np.bool_]
    driven_m: Floats
    left_m: Floats
    offset_m: Floats
    open_back: npt.NDArray[np.bool_]
    log: Floats
    sigma_m: float

    def only(self, number: int) -> Candidates:
        """Return one of them."""
        one = slice(number, number + 1)
        return Candidates(
            self.segment[one], self.along[one], self.driven_m[one], self.left_m[one], self.offset_m[one],
            self.open_back[one], self.log[one], self.sigma_m,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Feet:
    """The nearest point of each of ``k`` street segments to one point, nearest first.

    ``chainage_m``, ``far_m`` and ``right_m`` (to the right of the line, along it) are (k,); ``direction`` (k, 2) is the
    unit vector along the line there.
    """

    segment: Numbers
    chainage_m: Floats
    far_m: Floats
    right_m: Floats
    direction: Floats


def feet(streets: Network, xy_m: Floats, reach_m: float) -> Feet:
    """Return the nearest point of each street segment within ``reach_m`` of a point (2,)."""
    near = streets.near(xy_m, reach_m)
    pieces = streets.pieces
    start = pieces.start_m[near]
    along = pieces.end_m[near] - start
    square = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((xy_m - start) * along).sum(axis=1) / square, 0.0, 1.0)
    off = xy_m - (start + share[:, None] * along)
    far_m = np.hypot(off[:, 0], off[:, 1])
    order = np.argsort(far_m, kind="stable")
    order = order[far_m[order] <= reach_m]
    # The first of each segment is its nearest piece.
    first = np.sort(np.unique(pieces.segment[near[order]], return_index=True)[1])
    order = order[first]
    direction = along[order] / np.sqrt(square[order])[:, None]
    right_m = off[order, 0] * direction[:, 1] - off[order, 1] * direction[:, 0]
    chainage_m = pieces.from_m[near[order]] + share[order] * pieces.length_m[near[order]]
    return Feet(pieces.segment[near[order]], chainage_m, far_m[order], right_m, direction)


def candidates(streets: Network, xy_m: Floats, heading_deg: float, sigma_m: float) -> Candidates:
    """Return what one fix may be on, none where no street is near.

    Parameters
    ----------
    streets : Network
    xy_m : (2,) float64
        In the network's metres.
    heading_deg : float
        Clockwise from north, NaN where it is not known.
    sigma_m : float
        Standard deviation of the fix, NaN where it is not known.
    """
    sigma_m = float(np.hypot(KNOWN_SIGMA_M if np.isnan(sigma_m) else sigma_m, LANE_M))
    found = feet(streets, xy_m, max(LEAST_REACH_M, REACH_SIGMAS * sigma_m))
    k = min(len(found.segment), MOST_SEGMENTS)
    segment, along, driven, left, offset, back, log = [], [], [], [], [], [], []
    for i in range(k):
        one = streets.segments[int(found.segment[i])]
        street = streets.streets[one.street]
        towards = np.degrees(np.arctan2(found.direction[i, 0], found.direction[i, 1]))
        for is_along in (True, False):
            if not may_be_driven(street, along=is_along):
                continue
            off_deg = heading_deg - towards if is_along else heading_deg - towards - 180.0
            turned = 0.0 if np.isnan(heading_deg) else HEADING_KAPPA * (np.cos(np.radians(off_deg)) - 1.0)
            segment.append(int(found.segment[i]))
            along.append(is_along)
            from_start, to_end = found.chainage_m[i] - one.from_m, one.to_m - found.chainage_m[i]
            driven.append(from_start if is_along else to_end)
            left.append(to_end if is_along else from_start)
            offset.append(found.right_m[i] if is_along else -found.right_m[i])
            back.append(may_be_driven(street, along=not is_along))
            log.append(-0.5 * (found.far_m[i] / sigma_m) ** 2 + turned)
    return Candidates(
        np.array(segment, np.int64), np.array(along, bool), np.array(driven, np.float64), np.array(left, np.float64),
        np.array(offset, np.float64), np.array(back, bool), np.array(log, np.float64), sigma_m,
    )  # fmt: skip
