"""Which box is whose: what it costs to take a box for a road user, and the cheapest way to share them all out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import lap
import numpy as np

from waywarden.terms.kinds import Kind
from waywarden.traffic.boxes import Boxes, Floats, feet, overlaps, sizes_px
from waywarden.traffic.track import MOVING_LOST_S, SURE_LOST_S, Track

NEVER = 1000.0
"""The cost of what is never done."""
LEAST_OVERLAP = 0.1
FOOT_WEIGHT = 0.5
MOTION_EASE = 0.65
"""Boxes of movement jump in size where road users touch, but there are few false ones: they may reach further."""
NAMELESS = 0.3
"""What it costs to take a box that has no name for a track that has one, or the other way round ..."""
UNLIKE = 0.6
"""... and one of a neighbouring group of kinds: a cyclist who passes somebody waiting is not that somebody. Tuned on
made-up streets; from .8 on a rider whom the network calls a pedestrian, now and then, is lost (Dresden)."""
MOST_LARGER = 9.0
"""A box of more than this many times the area is another one."""
FAST_SIZES = 2.2
"""A road user seen once may be this many of its sizes further on in the next frame ..."""
FAST_SIZES_PER_S = 20.0
"""... or go this many a second: a car head-on at 120 km/h. Both only where nothing nearer explains either."""
FAST_LARGER = 3.0
"""Over such a reach a box of more than this many times the area is another one ..."""
DOUBLE_COST = 0.3
"""... and one of double the area is believed this much less far."""
LATE_SIZES = 0.8
"""One that is followed is found again this near to the stretch between where it was and where it was going ..."""
LATE_SIZES_PER_S = 6.0
LATE_MOST_SIZES = 1.2
"""... or, where frames are far apart, within what it could make up by driving off or braking, up to this."""
OWN_SIZES = 3.0
"""With somebody else's number on it, a box is believed to be the same road user's this far from that stretch."""
_GROUP = {Kind.PEDESTRIAN: 0, Kind.UNCLASSIFIED: 1, Kind.BICYCLE: 1, Kind.MOTORCYCLE: 1, Kind.CAR: 2, Kind.VAN: 2}
_GROUP |= {Kind.BUS: 2, Kind.TRUCK: 2, Kind.VEHICLE: 2}


def shared_out(cost: Floats, most_cost: float) -> list[tuple[int, int]]:
    """Return the (row, column) pairs whose total ``cost`` (m, n) is least, none costing more than ``most_cost``."""
    if not cost.size:
        return []
    _, column_of, _ = lap.lapjv(np.where(cost > most_cost, NEVER, cost), extend_cost=True, cost_limit=2 * most_cost)
    return [(row, int(i)) for row, i in enumerate(column_of) if i >= 0 and cost[row, i] <= most_cost]


def near_cost(tracks: Sequence[Track], boxes: Boxes, at: datetime) -> Floats:
    """Return (m, n) costs of taking boxes for tracks that ought to be about there."""
    cost = pair_cost(predicted(tracks, at), boxes.box)
    cost += unlike(tracks, boxes.kind)
    cost[:, [kind == Kind.UNCLASSIFIED for kind in boxes.kind]] *= MOTION_EASE
    return cost


def predicted(tracks: Sequence[Track], at: datetime) -> Floats:
    """Return (m, 4) the boxes of ``tracks`` at ``at``, by constant velocity; their sizes stay."""
    boxes = np.array([track.box for track in tracks])
    trusted_s = [MOVING_LOST_S if track.still else SURE_LOST_S for track in tracks]
    going_s = np.minimum([(at - track.at).total_seconds() for track in tracks], trusted_s)
    boxes[:, :2] += np.array([track.velocity_px for track in tracks]) * going_s[:, None]
    return boxes


def pair_cost(predicted: Floats, boxes: Floats) -> Floats:
    """Return (m, n) costs of matching (m, 4) predicted with (n, 4) seen boxes (centre and size, pixels).

    Where they overlap: 1 - intersection over union, and ``FOOT_WEIGHT`` of the distance of their ground points in box
    sizes (a box cut short by one in front loses its ground point first). Else 1 and the distance of their centres in
    box sizes. ``NEVER``: one more than ``MOST_LARGER`` times as large as the other.
    """
    size = np.maximum(sizes_px(predicted)[:, None], sizes_px(boxes)[None])
    overlap = overlaps(predicted, boxes)
    apart = np.linalg.norm(predicted[:, None, :2] - boxes[None, :, :2], axis=2) / size
    foot = np.linalg.norm(feet(predicted)[:, None] - feet(boxes)[None], axis=2) / size
    cost = np.where(overlap >= LEAST_OVERLAP, 1 - overlap + FOOT_WEIGHT * foot, 1 + apart)
    return np.asarray(np.where(_larger(predicted, boxes) > MOST_LARGER, NEVER, cost))


def unlike(tracks: Sequence[Track], kinds: Sequence[Kind]) -> Floats:
    """Return (m, n) costs of taking a box of a kind for a track: a rider may look like a pedestrian, no car does."""
    different = list(dict.fromkeys(kinds))
    costs = np.array([_unlike(track, different) for track in tracks], float)
    return np.asarray(costs[:, [different.index(kind) for kind in kinds]])


def _unlike(track: Track, kinds: Sequence[Kind]) -> list[float]:
    least, own = 0.1 * sum(track.votes.values()), track.kind
    return [0.0 if track.votes.get(kind, 0.0) >= least else _apart(own, kind) for kind in kinds]


def _apart(one: Kind, other: Kind) -> float:
    groups = abs(_GROUP[one] - _GROUP[other])
    if groups == 1 and Kind.UNCLASSIFIED in {one, other}:
        return NAMELESS
    return (0.0, UNLIKE, NEVER)[groups]


def alike(one: Kind, other: Kind) -> bool:
    """Return whether one road user may be taken for both: no car is ever seen as a cyclist."""
    return Kind.UNCLASSIFIED in {one, other} or (_GROUP[one] == 2) == (_GROUP[other] == 2)


def far_cost(tracks: Sequence[Track], boxes: Boxes, at: datetime) -> Floats:
    """Return (m, n): how far each box is from where a track may have come to, as a share of how far is believed.

    At most 1 is believed. A track that was seen once has no velocity: it may be as far as something fast gets.
    """
    sizes, reach = _far_sizes(tracks, boxes, at)
    larger = _larger(np.array([track.box for track in tracks]), boxes.box)
    cost = np.where(larger > FAST_LARGER, NEVER, sizes / reach + DOUBLE_COST * np.log2(larger))
    return np.asarray(cost + unlike(tracks, boxes.kind))


def own_cost(tracks: Sequence[Track], boxes: Boxes, at: datetime) -> Floats:
    """Return (m, n) as ``far_cost``, but only where somebody else gave both the same number, and with more reach."""
    sizes, reach = _far_sizes(tracks, boxes, at)
    same = np.array([[track.given == number >= 0 for number in boxes.given] for track in tracks], bool)
    once = np.array([track.hits == 1 for track in tracks])[:, None]
    return np.where(same, sizes / np.where(once, 4 * reach, OWN_SIZES), NEVER)


def _far_sizes(tracks: Sequence[Track], boxes: Boxes, at: datetime) -> tuple[Floats, Floats]:
    """Return (m, n) distances in sizes from the stretch between a track's last and predicted place; (m, 1) reach."""
    was, due = np.array([track.box for track in tracks]), predicted(tracks, at)
    size = np.sqrt(sizes_px(was)[:, None] * sizes_px(boxes.box)[None])
    since_s = np.array([(at - track.at).total_seconds() for track in tracks])
    once = np.array([track.hits == 1 for track in tracks])
    late = np.clip(LATE_SIZES_PER_S * since_s, LATE_SIZES, LATE_MOST_SIZES)
    reach = np.where(once, np.maximum(FAST_SIZES, FAST_SIZES_PER_S * since_s), late)
    return _from_stretch(feet(was), feet(due), feet(boxes.box)) / size, reach[:, None]


def _from_stretch(a: Floats, b: Floats, points: Floats) -> Floats:
    """Return (m, n) distances of (n, 2) ``points`` from the stretches between (m, 2) ``a`` and ``b``."""
    along = (b - a)[:, None]
    to = points[None] - a[:, None]
    share = np.sum(to * along, axis=2) / np.maximum(np.sum(along**2, axis=2), 1e-9)
    return np.asarray(np.linalg.norm(to - np.clip(share, 0, 1)[..., None] * along, axis=2))


def _larger(one: Floats, other: Floats) -> Floats:
    """Return (m, n): how many times the smaller's area the larger has."""
    a, b = np.prod(one[:, 2:], axis=1)[:, None], np.prod(other[:, 2:], axis=1)[None]
    return np.asarray(np.maximum(a, b) / np.maximum(np.minimum(a, b), 1e-9))
