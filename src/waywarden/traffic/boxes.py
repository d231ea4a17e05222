"""Boxes of one frame: how large they are, which lie inside others, and which are riders of what they sit on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.terms.kinds import KINDS, Kind, kind_number
from waywarden.terms.transient import Detections, Scores

Floats = npt.NDArray[np.float64]
Box = Floats
"""(4,) float64: centre x, centre y, width, height in pixels."""

GivenNumbers = npt.NDArray[np.int64]

TAKEN_INSIDE = 0.7
"""A box this much inside a matched one is a part of it, not another road user."""
RIDER_INSIDE = 0.6
"""A pedestrian box this much inside a two-wheeler's, widened upwards, is its rider."""
NOBODYS = -1
"""Somebody else's number of a box that nobody followed."""
_ON_FOOT, _BICYCLE, _MOTORCYCLE = (kind_number(kind) for kind in (Kind.PEDESTRIAN, Kind.BICYCLE, Kind.MOTORCYCLE))


@dataclass(frozen=True, slots=True)
class Followed(Detections):
    """Detections that somebody else has followed already: ``given`` (n,) int64 are their numbers, -1 for none.

    They come from a file. No frame leaves the sealed process with numbers on it, and no number leaves this room.
    """

    given: GivenNumbers


@dataclass(frozen=True, slots=True)
class Boxes:
    """The road users of one frame: (n, 4) boxes (centre and size), n scores, kinds and somebody else's numbers."""

    box: Floats
    score: Scores
    kind: list[Kind]
    given: GivenNumbers

    def of(self, numbers: npt.NDArray[np.intp] | list[int]) -> Boxes:
        """Return those of the given indices."""
        chosen = np.asarray(numbers, np.intp)
        return Boxes(self.box[chosen], self.score[chosen], [self.kind[i] for i in chosen], self.given[chosen])


def size_px(box: Box) -> float:
    """Return the side of the square of the box's area."""
    return math.sqrt(box[2] * box[3])


def ground_px(box: Box) -> tuple[float, float]:
    """Return where a box touches the ground: the middle of its lower side."""
    return float(box[0]), float(box[1] + box[3] / 2)


def sizes_px(boxes: Floats) -> Floats:
    """Return (n,) sides of the squares of the areas of (n, 4) boxes."""
    return np.asarray(np.sqrt(boxes[:, 2] * boxes[:, 3]))


def corners(boxes: Floats, sign: int) -> Floats:
    """Return (n, 2): the top left corners (``sign`` -1) or the bottom right ones (1)."""
    return np.asarray(boxes[:, :2] + sign * boxes[:, 2:] / 2)


def feet(boxes: Floats) -> Floats:
    """Return (n, 2) ground points: the middles of the lower sides."""
    return np.asarray(boxes[:, :2] + boxes[:, 2:] * np.array([0.0, 0.5]))


def overlaps(one: Floats, other: Floats) -> Floats:
    """Return (m, n) intersections over unions of (m, 4) and (n, 4) boxes."""
    both = _common(one, other)
    areas = np.prod(one[:, 2:], axis=1)[:, None] + np.prod(other[:, 2:], axis=1)[None]
    return np.asarray(both / np.maximum(areas - both, 1e-9))


def _common(one: Floats, other: Floats) -> Floats:
    """Return (m, n) areas that (m, 4) and (n, 4) boxes share."""
    low = np.maximum(corners(one, -1)[:, None], corners(other, -1)[None])
    high = np.minimum(corners(one, 1)[:, None], corners(other, 1)[None])
    sides = np.maximum(high - low, 0.0)
    return np.asarray(sides[..., 0] * sides[..., 1])


def shares_inside(boxes: Floats, others: Floats) -> Floats:
    """Return (m, n) shares of (m, 4) ``boxes`` that lie inside each of ``others`` (n, 4)."""
    return np.asarray(_common(boxes, others) / np.prod(boxes[:, 2:], axis=1)[:, None])


def taken(boxes: Floats, matched: Floats) -> npt.NDArray[np.bool_]:
    """Return (m,) whether most of each of (m, 4) ``boxes`` is inside one (n, 4) that is already somebody."""
    return np.asarray((shares_inside(boxes, matched) >= TAKEN_INSIDE).any(axis=1))


def without_riders(detections: Detections) -> Boxes:
    """Return the road users on a frame, without the pedestrians that ride a two-wheeler."""
    low, high = detections.xyxy_px[:, :2].astype(float), detections.xyxy_px[:, 2:].astype(float)
    boxes = np.concatenate([(low + high) / 2, np.maximum(high - low, 1e-3)], axis=1)
    kinds = [KINDS[number] for number in detections.kind]
    given = detections.given if isinstance(detections, Followed) else np.full(len(boxes), NOBODYS, np.int64)
    mounts = (detections.kind == _BICYCLE) | (detections.kind == _MOTORCYCLE)
    rides = (detections.kind == _ON_FOOT) & _rides(boxes, boxes[mounts])
    return Boxes(boxes, detections.score, kinds, given).of(np.flatnonzero(~rides))


def _rides(people: Floats, mounts: Floats) -> npt.NDArray[np.bool_]:
    """Return (m,) whether each of (m, 4) ``people`` sits on one of ``mounts`` (n, 4)."""
    taller = mounts.copy()
    taller[:, 1] -= mounts[:, 3] * 0.25
    taller[:, 3] *= 1.5
    return np.asarray((shares_inside(people, taller) >= RIDER_INSIDE).any(axis=1))
