"""Boxes as others have them, put as ours are: one of a road user in a frame, and scores on the common scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from waywarden.exchange.mot import NOBODYS, MotBox
from waywarden.terms.kinds import Kind
from waywarden.traffic.boxes import overlaps
from waywarden.traffic.tracker import SURE_SCORE

SAME_OVERLAP = 0.7
"""Boxes that nobody followed and that overlap so much are of one road user: many networks look for each class apart,
and say both "car" and "truck" of one van."""
SAME_NUMBER_OVERLAP = 0.3
"""With one number on both, so much is enough. Farther apart they may be of two who got one number, class by class."""
SURE_SHARE = 0.6
"""A box is sure from this share of what the surest have: .5 of the .83 and more that is usual."""
SUREST_PERCENT = 99
"""The surest are the best of a frame, in the best hundredth of the frames: most boxes of a file may be chaff, and most
of its frames empty."""
_ON_FOOT, _TWO_WHEELS = {Kind.PEDESTRIAN}, {Kind.BICYCLE, Kind.MOTORCYCLE}


def on_our_scale(boxes: Sequence[MotBox]) -> list[MotBox]:
    """Return the boxes of a file, in order of frames, with .5 the score from which one that nobody followed is sure.

    A file whose surest boxes have the usual scores keeps its own.
    """
    loose = [box for box in boxes if box.number == NOBODYS]
    tops = [max(box.score for box in seen) for _, seen in groupby(loose, key=lambda box: box.frame)]
    sure = SURE_SHARE * float(np.percentile(tops, SUREST_PERCENT)) if tops else SURE_SCORE
    if sure >= SURE_SCORE:
        return list(boxes)
    scores = np.interp([box.score for box in boxes], (0, sure, 1), (0, SURE_SCORE, 1)).tolist()
    return [replace(box, score=score) for box, score in zip(boxes, scores, strict=True)]


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
