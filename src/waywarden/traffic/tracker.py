"""From boxes in single frames to road users that persist while they are in the picture.

Associate, update, delete, initiate: constant velocity, the cheapest assignment. A track lives in memory, has no number
of ours, and is forgotten when its road user has left the picture. Somebody else's numbers, where boxes come with them,
are a strong hint and no more: their tracks break, swap, and begin again with an old number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt

from waywarden.terms.transient import Detections
from waywarden.traffic.association import far_cost, near_cost, own_cost, shared_out
from waywarden.traffic.boxes import NOBODYS, Boxes, Floats, taken, without_riders
from waywarden.traffic.track import NEW_LOST_S, Track

SURE_SCORE = 0.5
"""A box that matches nothing begins a track only if it is at least this certain (the common scale of ``sight``)."""
FAR_COST = 0.8
"""Nothing that overlaps is matched at a higher cost than this."""
CLOSE_COST = 0.6
"""First every road user takes the box that surely is its own (overlap .4 and more), the certain boxes before the
uncertain; only what is left may reach further. One assignment for all lets two of them swap where they meet."""
UNSURE_SCORE, UNSURE_LOST_S = 0.25, NEW_LOST_S
"""Boxes too uncertain to begin a track, but as certain as this, are strung together over gaps of this long, for
as long as no certain one comes: a car that comes out from behind a van is half seen before it is surely seen."""
OWN_COST = 0.25
"""Before all, one takes the box of its own given number if it is this near (a share of ``association.OWN_SIZES``)."""

_Cost = Callable[[Sequence[Track], Boxes, datetime], Floats]


class Tracker:
    """Follows the road users of one camera from frame to frame."""

    def __init__(self) -> None:
        self._tracks: list[Track] = []
        self._unsure: list[Track] = []

    def update(self, detections: Detections) -> Sequence[Track]:
        """Return the tracks that were seen in this frame; the others are waited for, then forgotten."""
        boxes, at = without_riders(detections), detections.at
        self._tracks = [track for track in self._tracks if (at - track.at).total_seconds() <= track.patience_s]
        matched = self._matched(boxes, at)
        for i, track in matched.items():
            track.seen(boxes.box[i], boxes.kind[i], float(boxes.score[i]), at)
            track.given = int(boxes.given[i])
        seen = boxes.box[list(matched)]
        owned = boxes.given != NOBODYS
        left = [i for i in np.flatnonzero(boxes.score >= UNSURE_SCORE).tolist() if i not in matched]
        free = [i for i, inside in zip(left, taken(boxes.box[left], seen), strict=True) if owned[i] or not inside]
        new = self._begun(boxes.of(free), at)
        self._tracks += new
        return [*matched.values(), *new]

    def __contains__(self, track: object) -> bool:
        """Return whether ``track`` is still followed or waited for."""
        return any(track is known for known in self._tracks)

    def _matched(self, boxes: Boxes, at: datetime) -> dict[int, Track]:
        """Return whose each box is, by its index; the surest first."""
        sure, given = boxes.score >= SURE_SCORE, boxes.given != NOBODYS
        near = near_cost(self._tracks, boxes, at) if self._tracks and len(boxes.kind) else np.empty((0, 0))
        # which boxes, what it costs (None: as ``near`` has it for all of them), and how much at most
        stages: list[tuple[npt.NDArray[np.bool_], _Cost | None, float]] = [
            (given, own_cost, OWN_COST),
            (sure, None, CLOSE_COST),
            (~sure, None, CLOSE_COST),
            (sure, None, FAR_COST),
            (given, own_cost, 1.0),
            (sure, far_cost, 1.0),
        ]
        whose: dict[int, int] = {}
        for among, cost_of, most_cost in stages:
            busy = set(whose.values())
            waiting = [row for row in range(len(self._tracks)) if row not in busy]
            free = [i for i in np.flatnonzero(among).tolist() if i not in whose]
            if waiting and free:
                some = [self._tracks[row] for row in waiting]
                cost = cost_of(some, boxes.of(free), at) if cost_of else near[np.ix_(waiting, free)]
                whose |= {free[column]: waiting[row] for row, column in shared_out(cost, most_cost)}
        return {i: self._tracks[row] for i, row in whose.items()}

    def _begun(self, boxes: Boxes, at: datetime) -> list[Track]:
        """Return the tracks that begin with the certain ones of ``boxes``, and string the others together."""
        waiting = [track for track in self._unsure if (at - track.at).total_seconds() <= UNSURE_LOST_S]
        pairs = shared_out(near_cost(waiting, boxes, at), CLOSE_COST) if waiting and len(boxes.kind) else []
        before = {column: waiting[row] for row, column in pairs}
        begun, unsure = [], [track for track in waiting if track not in before.values()]
        for i, score in enumerate(boxes.score):
            led = before.get(i)
            if score >= SURE_SCORE:
                begun.append(_new(boxes, i, at, led))
            elif led is None:
                unsure.append(_new(boxes, i, at))
            else:
                led.seen(boxes.box[i], boxes.kind[i], float(score), at)
                unsure.append(led)
        self._unsure = unsure
        return begun


def _new(boxes: Boxes, i: int, at: datetime, led: Track | None = None) -> Track:
    """Return the track that begins with a box, or began where the uncertain ones that ``led`` to it did."""
    box, votes = boxes.box[i], {boxes.kind[i]: float(boxes.score[i])}
    begun, first = (led.begun, led.first) if led else (at, box)
    return Track(box, at, begun, first, int(boxes.given[i]), votes=votes)
