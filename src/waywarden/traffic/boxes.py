"""Boxes of one frame: how large they are, which lie inside others, and which are riders of what they sit on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.terms.kinds import KINDS, Kind
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
    low = np.maximum(corners(one, -1)[:, None], corners(other, -1)[None])
    high = np.minimum(corners(one, 1)[:, None], corners(other, 1)[None])
    both = np.prod(np.clip(high - low, 0, None), axis=2)
    areas = np.prod(one[:, 2:], axis=1)[:, None] + np.prod(other[:, 2:], axis=1)[None]
    return np.asarray(both / np.maximum(areas - both, 1e-9))


def shares_inside(box: Box, others: Floats) -> Floats:
    """Return (n,) shares of ``box`` that lie inside each of ``others`` (n, 4)."""
    low = np.maximum(box[:2] - box[2:] / 2, corners(others, -1))
    high = np.minimum(box[:2] + box[2:] / 2, corners(others, 1))
    return np.asarray(np.prod(np.clip(high - low, 0, None), axis=1) / np.prod(box[2:]))


def taken(box: Box, matched: Floats) -> bool:
    """Return whether most of a box is inside one that is already somebody."""
    return bool(len(matched)) and bool(np.any(shares_inside(box, matched) >= TAKEN_INSIDE))


def without_riders(detections: Detections) -> Boxes:
    """Return the road users on a frame, without the pedestrians that ride a two-wheeler."""
    low, high = detections.xyxy_px[:, :2].astype(float), detections.xyxy_px[:, 2:].astype(float)
    boxes = np.concatenate([(low + high) / 2, np.maximum(high - low, 1e-3)], axis=1)
    kinds = [KINDS[number] for number in detections.kind]
    given = detections.given if isinstance(detections, Followed) else np.full(len(boxes), NOBODYS, np.int64)
    mounts = [i for i, kind in enumerate(kinds) if kind in {Kind.BICYCLE, Kind.MOTORCYCLE}]
    keep = [i for i, kind in enumerate(kinds) if kind != Kind.PEDESTRIAN or not _rides(boxes[i], boxes[mounts])]
    return Boxes(boxes, detections.score, kinds, given).of(keep)


def _rides(person: Box, mounts: Floats) -> bool:
    if not len(mounts):
        return False
    taller = mounts.copy()
    taller[:, 1] -= mounts[:, 3] * 0.25
    taller[:, 3] *= 1.5
    return bool(np.any(shares_inside(person, taller) >= RIDER_INSIDE))
