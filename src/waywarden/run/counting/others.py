"""Boxes as others have them, put as ours are: one of a road user in a frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from waywarden.exchange.mot import NOBODYS, MotBox
from waywarden.terms.kinds import Kind
from waywarden.traffic.boxes import overlaps

SAME_OVERLAP = 0.7
"""Boxes that nobody followed and that overlap so much are of one road user: many networks look for each class apart,
and say both "car" and "truck" of one van."""
SAME_NUMBER_OVERLAP = 0.3
"""With one number on both, so much is enough. Farther apart they may be of two who got one number, class by class."""
_ON_FOOT, _TWO_WHEELS = {Kind.PEDESTRIAN}, {Kind.BICYCLE, Kind.MOTORCYCLE}


def once_each(seen: Sequence[MotBox]) -> list[MotBox]:
    """Return the boxes of one frame, of several of one road user only the surest, in the order in which they came.

    One who rides and what is ridden are left as they are: the tracker knows which of the two it is.
    """
    places = [(b.left_px + b.width_px / 2, b.top_px + b.height_px / 2, b.width_px, b.height_px) for b in seen]
    box, number = np.array(places), np.array([b.number for b in seen])
    enough = np.where(number == NOBODYS, SAME_OVERLAP, SAME_NUMBER_OVERLAP)
    again = (overlaps(box, box) >= enough) & (number[:, None] == number)
    if again.sum() == len(seen):  # each is itself alone
        return list(seen)
    dropped: set[int] = set()
    for i in sorted(range(len(seen)), key=lambda i: -seen[i].score):
        if i not in dropped:
            others = np.flatnonzero(again[i]).tolist()
            dropped |= {j for j in others if j != i and not _rides(seen[i].kind, seen[j].kind)}
    return [b for i, b in enumerate(seen) if i not in dropped]


def _rides(one: Kind, other: Kind) -> bool:
    return bool({one, other} & _ON_FOOT and {one, other} & _TWO_WHEELS)
