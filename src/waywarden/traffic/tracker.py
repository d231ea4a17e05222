"""From boxes in single frames to road users that persist while they are in the picture.

Associate, update, delete, initiate: constant velocity, one global assignment a frame. A track lives in memory, has no
number, and is forgotten when its road user has left the picture.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import lap
import numpy as np
import numpy.typing as npt

from waywarden.terms.kinds import KINDS, Kind
from waywarden.terms.transient import Detections

Floats = npt.NDArray[np.float64]
Box = Floats
"""(4,) float64: centre x, centre y, width, height in pixels."""

SURE_SCORE = 0.5
"""A box that matches nothing begins a track only if it is at least this certain (the common scale of ``sight``)."""
BEGIN_HITS = 3
"""So many boxes make a track believable."""
BEGIN_S = 0.12
"""And it has to have lasted this long, so that three frames of a fast camera are not enough."""
MOVING_LOST_S = 1.2
STILL_LOST_S = 6.0
"""How long an unseen road user is waited for: the moving ones leave, the standing ones are hidden."""
STILL_SIZES_PER_S = 0.15
"""Slower than this share of its own size a second, a road user counts as standing."""
LEAST_OVERLAP = 0.1
FAR_COST = 0.8
"""Nothing is matched at a higher cost than this."""
FOOT_WEIGHT = 0.5
CLOSE_COST = 0.6
"""First every road user takes the box that surely is its own (overlap .4 and more), the certain boxes before the
uncertain; only what is left may reach further. One assignment for all lets two of them swap where they meet."""
MOTION_EASE = 0.65
"""Boxes of movement jump in size where road users touch, but there are few false ones: they may reach further."""
UNLIKE = 0.3
"""What it costs to take a box for a track of a neighbouring group of kinds."""
_GROUP = {Kind.PEDESTRIAN: 0, Kind.BICYCLE: 1, Kind.MOTORCYCLE: 1, Kind.CAR: 2, Kind.VAN: 2, Kind.BUS: 2}
_GROUP |= {Kind.TRUCK: 2, Kind.VEHICLE: 2}
TAKEN_INSIDE = 0.7
"""A box this much inside a matched one is a part of it, not another road user."""
RIDER_INSIDE = 0.6
"""A pedestrian box this much inside a two-wheeler's, widened upwards, is its rider."""
VELOCITY_S = 0.6
"""Velocity is taken over this much of the past."""


@dataclass(slots=True, eq=False)
class Track:
    """One road user in one picture: where it was, and what it was taken for."""

    box: Box
    at: datetime
    begun: datetime
    velocity_px: Floats = field(default_factory=lambda: np.zeros(4))
    hits: int = 1
    votes: dict[Kind, float] = field(default_factory=dict)
    past: deque[tuple[datetime, Box]] = field(default_factory=lambda: deque(maxlen=64))

    def predicted(self, at: datetime) -> Box:
        """Return the box at ``at``, by constant velocity; the size stays."""
        box = self.box + self.velocity_px * min((at - self.at).total_seconds(), MOVING_LOST_S)
        box[2:] = self.box[2:]
        return box

    def seen(self, box: Box, kind: Kind, score: float, at: datetime) -> None:
        """Take in a matched box."""
        self.past.append((at, box))
        while (at - self.past[0][0]).total_seconds() > VELOCITY_S and len(self.past) > BEGIN_HITS:
            self.past.popleft()
        self.box, self.at = box, at
        self.hits += 1
        self.votes[kind] = self.votes.get(kind, 0.0) + score
        self.velocity_px = _slope(self.past)

    @property
    def believable(self) -> bool:
        """Whether it was seen often and long enough to be counted."""
        return self.hits >= BEGIN_HITS and (self.at - self.begun).total_seconds() >= BEGIN_S

    @property
    def still(self) -> bool:
        """Whether it stands, as far as its own size tells."""
        return float(np.hypot(*self.velocity_px[:2])) < STILL_SIZES_PER_S * size_px(self.box)

    @property
    def kind(self) -> Kind:
        """What most of the score says it is; a name for a class beats plain ``vehicle``, and that no name at all."""
        return vote(self.votes)

    @property
    def ground_px(self) -> tuple[float, float]:
        """Where it touches the ground: the middle of the box's lower side."""
        return float(self.box[0]), float(self.box[1] + self.box[3] / 2)


def vote(votes: Mapping[Kind, float]) -> Kind:
    """Return the kind with most votes.

    A vague kind never wins while the definite ones have a quarter of all votes, and a pedestrian with a tenth of a
    bicycle or motorcycle is its rider: networks see the rider sooner than the wheels.
    """
    definite: dict[Kind, float] = {
        kind: n for kind, n in votes.items() if kind not in {Kind.VEHICLE, Kind.UNCLASSIFIED}
    }
    has_name = bool(definite) and sum(definite.values()) * 4 >= sum(votes.values())
    pool: Mapping[Kind, float] = definite if has_name else votes
    winner = max(pool, key=lambda kind: (pool[kind], -KINDS.index(kind)))
    wheels = max((Kind.BICYCLE, Kind.MOTORCYCLE), key=lambda kind: pool.get(kind, 0.0))
    rides = winner == Kind.PEDESTRIAN and pool.get(wheels, 0.0) * 10 >= sum(pool.values())
    return wheels if rides else winner


def size_px(box: Box) -> float:
    """Return the side of the square of the box's area."""
    return float(np.sqrt(box[2] * box[3]))


class Tracker:
    """Follows the road users of one camera from frame to frame."""

    def __init__(self) -> None:
        self._tracks: list[Track] = []

    def update(self, detections: Detections) -> Sequence[Track]:
        """Return the tracks that were seen in this frame; the others are waited for, then forgotten."""
        boxes, scores, kinds = without_riders(detections)
        at = detections.at
        self._tracks = [track for track in self._tracks if (at - track.at).total_seconds() <= _patience_s(track)]
        sure = scores >= SURE_SCORE
        pairs: list[tuple[Track, int]] = []
        for among, most_cost in ((sure, CLOSE_COST), (~sure, CLOSE_COST), (sure, FAR_COST)):
            taken = [i for _, i in pairs]
            waiting = [track for track in self._tracks if not any(track is other for other, _ in pairs)]
            free = np.array([i for i in np.flatnonzero(among) if i not in taken], np.intp)
            found = associate(waiting, boxes[free], [kinds[i] for i in free], at, most_cost)
            pairs += [(waiting[row], int(free[column])) for row, column in found]
        matched = [i for _, i in pairs]
        for track, i in pairs:
            track.seen(boxes[i], kinds[i], float(scores[i]), at)
        new = [
            Track(boxes[i], at, at, votes={kinds[i]: float(scores[i])}, past=deque([(at, boxes[i])], maxlen=64))
            for i in np.flatnonzero(sure)
            if i not in matched and not _taken(boxes[i], boxes[matched])
        ]
        self._tracks += new
        return [track for track, _ in pairs] + new

    def __contains__(self, track: object) -> bool:
        """Return whether ``track`` is still followed or waited for."""
        return any(track is known for known in self._tracks)


def associate(
    tracks: Sequence[Track], boxes: Floats, kinds: Sequence[Kind], at: datetime, most_cost: float
) -> list[tuple[int, int]]:
    """Return the index pairs of tracks and boxes whose total cost is least, none costing more than given."""
    if not tracks or not len(boxes):
        return []
    cost = pair_cost(np.array([track.predicted(at) for track in tracks]), boxes)
    cost += [[_unlike(track, kind) for kind in kinds] for track in tracks]
    cost[:, [kind == Kind.UNCLASSIFIED for kind in kinds]] *= MOTION_EASE
    _, column_of, _ = lap.lapjv(np.where(cost > most_cost, 1000.0, cost), extend_cost=True, cost_limit=2 * most_cost)
    return [(row, int(i)) for row, i in enumerate(column_of) if i >= 0 and cost[row, i] <= most_cost]


def _unlike(track: Track, kind: Kind) -> float:
    """Return the cost of taking a box of ``kind`` for ``track``: a rider may look like a pedestrian, no car does."""
    if track.votes.get(kind, 0.0) >= 0.1 * sum(track.votes.values()):
        return 0.0
    return {0: 0.0, 1: UNLIKE}.get(abs(_GROUP.get(track.kind, 1) - _GROUP.get(kind, 1)), 1000.0)


def pair_cost(predicted: Floats, boxes: Floats) -> Floats:
    """Return (m, n) costs of matching (m, 4) predicted with (n, 4) seen boxes (centre and size, pixels).

    Where they overlap: 1 - intersection over union, and ``FOOT_WEIGHT`` of the distance of their ground points in box
    sizes (a box cut short by one in front loses its ground point first). Else 1 and the distance of their centres in
    box sizes. 1000 means never: one more than three times as large as the other.
    """
    low = np.maximum(_corner(predicted, -1)[:, None], _corner(boxes, -1)[None])
    high = np.minimum(_corner(predicted, 1)[:, None], _corner(boxes, 1)[None])
    both = np.prod(np.clip(high - low, 0, None), axis=2)
    area, other = np.prod(predicted[:, 2:], axis=1)[:, None], np.prod(boxes[:, 2:], axis=1)[None]
    overlap = both / np.maximum(area + other - both, 1e-9)
    size = np.sqrt(np.maximum(area, other))
    apart = np.linalg.norm(predicted[:, None, :2] - boxes[None, :, :2], axis=2) / size
    feet = np.linalg.norm(_feet(predicted)[:, None] - _feet(boxes)[None], axis=2) / size
    cost = np.where(overlap >= LEAST_OVERLAP, 1 - overlap + FOOT_WEIGHT * feet, 1 + apart)
    return np.asarray(np.where(np.maximum(area, other) > 9 * np.minimum(area, other), 1000.0, cost))


def _feet(boxes: Floats) -> Floats:
    return np.asarray(boxes[:, :2] + boxes[:, 2:] * np.array([0.0, 0.5]))


def _taken(box: Box, matched: Floats) -> bool:
    """Return whether most of a box is inside one that is already somebody."""
    if not len(matched):
        return False
    return bool(np.any(_share_inside(box, matched) >= TAKEN_INSIDE))


def _share_inside(box: Box, others: Floats) -> Floats:
    """Return (n,) shares of ``box`` that lie inside each of ``others`` (n, 4)."""
    low = np.maximum(box[:2] - box[2:] / 2, _corner(others, -1))
    high = np.minimum(box[:2] + box[2:] / 2, _corner(others, 1))
    return np.asarray(np.prod(np.clip(high - low, 0, None), axis=1) / np.prod(box[2:]))


def without_riders(detections: Detections) -> tuple[Floats, npt.NDArray[np.float32], list[Kind]]:
    """Return boxes (n, 4; centre and size), scores and kinds, without the pedestrians that ride a two-wheeler."""
    low, high = detections.xyxy_px[:, :2].astype(float), detections.xyxy_px[:, 2:].astype(float)
    boxes = np.concatenate([(low + high) / 2, np.maximum(high - low, 1e-3)], axis=1)
    kinds = [KINDS[number] for number in detections.kind]
    mounts = [i for i, kind in enumerate(kinds) if kind in {Kind.BICYCLE, Kind.MOTORCYCLE}]
    keep = [i for i, kind in enumerate(kinds) if kind != Kind.PEDESTRIAN or not _rides(boxes[i], boxes[mounts])]
    return boxes[keep], detections.score[keep], [kinds[i] for i in keep]


def _rides(person: Box, mounts: Floats) -> bool:
    if not len(mounts):
        return False
    taller = mounts.copy()
    taller[:, 1] -= mounts[:, 3] * 0.25
    taller[:, 3] *= 1.5
    return bool(np.any(_share_inside(person, taller) >= RIDER_INSIDE))


def _corner(boxes: Floats, sign: int) -> Floats:
    return np.asarray(boxes[:, :2] + sign * boxes[:, 2:] / 2)


def _patience_s(track: Track) -> float:
    if track.hits < BEGIN_HITS:
        return MOVING_LOST_S / 3
    return STILL_LOST_S if track.still else MOVING_LOST_S


def _slope(past: Sequence[tuple[datetime, Box]]) -> Floats:
    """Return the least-squares velocity of the boxes, per second; 0 while there is only one."""
    t = np.array([(at - past[0][0]).total_seconds() for at, _ in past])
    t -= t.mean()
    spread = float(t @ t)
    if spread == 0:
        return np.zeros(4)
    return np.asarray(t @ np.array([box for _, box in past]) / spread)
