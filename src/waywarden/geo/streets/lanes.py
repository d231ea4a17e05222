"""Which lane of a street was driven, and in which lane something lies: as far as that is known, and no guess beyond.

A satellite receiver errs by more than a lane is wide. So the lane is known only where there is one, or where the drive
says which; and that of what a camera placed beside the vehicle follows from how far to its side it lies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from waywarden.geo.streets.network import chainages_m
from waywarden.terms.distress import Way
from waywarden.terms.road.lanes import LaneStretch
from waywarden.terms.streets import Street

LANE_M = 3.5
"""How wide a lane is taken to be."""
UNSURE_M = 0.5
"""A vehicle is in the middle of its lane to within this; what lies so near the line between two is in neither."""


def lanes_driven(
    street: Street, way: Way, stretch_m: tuple[float, float], said: int | None = None
) -> tuple[LaneStretch, ...]:
    """Return in which lane the parts of a stretch were driven, as far as that is known, by chainage.

    Parameters
    ----------
    street : Street
    way : Way
        Which way it was driven.
    stretch_m : (low, high)
        Chainages.
    said : int, optional
        The lane that the drive says it was in, counted from the kerb: 1 is at the kerb. Where the street has fewer
        than that, it cannot have been, and the lane is not known; where it has one, it is that one.
    """
    found = []
    for low_m, high_m, count in _counts(street, way, stretch_m):
        lane = 1 if count == 1 else said
        if lane is not None and (count is None or lane <= count):
            found.append(LaneStretch(low_m, high_m, lane))
    return _together(found)


def _counts(street: Street, way: Way, stretch_m: tuple[float, float]) -> Iterator[tuple[float, float, int | None]]:
    """Yield the parts of a stretch, each with how many lanes there are that way; None where nobody says."""
    low_m, high_m = stretch_m
    if not street.lanes:
        yield low_m, high_m, None
        return
    for lanes, (start, end) in zip(street.lanes, pairwise(chainages_m(street.line)), strict=True):
        first, last = max(float(start), low_m), min(float(end), high_m)
        if first < last:
            yield first, last, lanes.along if way is Way.ALONG else lanes.against


def _together(parts: Sequence[LaneStretch]) -> tuple[LaneStretch, ...]:
    """Return the parts, those of one lane that follow one another as one."""
    found: list[LaneStretch] = []
    for each in parts:
        before = found[-1] if found else None
        if before is not None and before.lane == each.lane and each.from_m - before.to_m < 0.01:
            found[-1] = LaneStretch(before.from_m, each.to_m, each.lane)
        else:
            found.append(each)
    return tuple(LaneStretch(round(each.from_m, 1), round(each.to_m, 1), each.lane) for each in found)


def lanes_there(street: Street, way: Way, chainage_m: float) -> int | None:
    """Return how many lanes a street has one way at a chainage, None where nobody says."""
    if not street.lanes:
        return None
    piece = int(np.searchsorted(chainages_m(street.line), chainage_m, "right")) - 1
    lanes = street.lanes[min(max(piece, 0), len(street.lanes) - 1)]
    return lanes.along if way is Way.ALONG else lanes.against


def lane_of(
    driven: int | None, lanes: int | None, right_m: float | None, *, kerb_right: bool | None = None
) -> int | None:
    """Return the lane in which something lies, None where that is not known.

    Parameters
    ----------
    driven : int or None
        The lane in which the vehicle was.
    lanes : int or None
        How many there are that way.
    right_m : float or None
        How far to the right of the vehicle's middle it lies; None where nobody can say.
    kerb_right : bool or None
        Whether the kerb, lane 1, is to the right of who drives; None where nobody says: then only the driven lane can
        be told.
    """
    if right_m is None:
        # On the only lane that there is this way; or anywhere across the road.
        return 1 if lanes == 1 else None
    over = round(abs(right_m) / LANE_M)
    clear = abs(abs(right_m) - over * LANE_M) <= LANE_M / 2 - UNSURE_M
    if driven is None or not clear:
        return None
    if over == 0:
        return driven
    if kerb_right is None:
        return None
    lane = driven - over if (right_m > 0) == kerb_right else driven + over
    # Beyond a lane towards the middle of a street of unknown width may be the other way's.
    return lane if 1 <= lane <= (lanes if lanes is not None else driven) else None
