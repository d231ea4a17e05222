"""One road user in the small picture, from frame to frame: where it is, how it goes, and where its pixels went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from waywarden.sight.moving.blobs import Mask

Levels = npt.NDArray[np.int16]
Floats = npt.NDArray[np.float64]
"""(4,) float64 where it is a box: left, top, right, bottom in pixels of the small picture."""

EASE = 0.4
"""How much of its velocity one takes from its last step."""
GROWN = 0.12
"""Pixels within this share of its size around a road user's box are its own."""
MOST_PIXELS = 250
"""Of a road user, so many pixels are looked for."""
LEAST_PIXELS, LEAST_SHARE = 8, 0.1
"""Fewer of them than this, or than this share of its box, tell nothing."""
REACH = 3
"""They are looked for so many pixels around where they were going."""
UNLIKE = 40
"""Of 255: a pixel that differs by more is hidden by somebody, by how much is all the same."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture: (h, w) int16 its brightness, and (h, w) bool what moves in it."""

    level: Levels
    solid: Mask


@dataclass(slots=True, eq=False)
class One:
    """A road user: box, velocity (px/s), and for how many seconds it is known, unseen, in pieces, hidden.

    ``whole_px`` is the area of its box before it was in pieces.
    """

    box: Floats
    velocity: Floats = field(default_factory=lambda: np.zeros(2))
    known_s: float = 0.0
    unseen_s: float = 0.0
    pieces_s: float = 0.0
    hidden_s: float = 0.0
    whole_px: float = 0.0

    def expected(self, seconds: float) -> Floats:
        """Return the box so many seconds on."""
        return np.asarray(self.box + np.tile(self.velocity * seconds, 2))

    def move(self, box: Floats, seconds: float) -> None:
        """Take the box of the next frame. Where its sides went unlike far somebody hid one: the smaller step counts."""
        steps = (box - self.box).reshape(2, 2)
        now = np.where(np.abs(steps[0]) > np.abs(steps[1]), steps[1], steps[0]) / seconds
        self.velocity += EASE * (now - self.velocity)
        self.box, self.unseen_s = box, 0.0
        self.known_s += seconds

    def miss(self, seconds: float) -> None:
        """Go on as it went, unseen."""
        self.box = self.expected(seconds)
        self.unseen_s += seconds

    def found(self, pictures: tuple[Seen, Seen], others: Sequence[Floats], seconds: float) -> Floats:
        """Return the box where the pixels that were its alone in the first of two pictures are in the second.

        ``others`` are the boxes of those it touched in the first. Where the pixels are too few, it goes on as it went.
        """
        before, now = pictures
        was = inside(self.box, before.level.shape)
        own = before.solid[was].copy()
        for other in others:
            own[inside(other - np.tile([was[1].start, was[0].start], 2), own.shape)] = False
        rows, columns = np.nonzero(own)
        if len(rows) < max(LEAST_PIXELS, LEAST_SHARE * area(self.box)):
            return self.expected(seconds)
        some = slice(None, None, -(-len(rows) // MOST_PIXELS))
        rows, columns = rows[some] + was[0].start, columns[some] + was[1].start
        going = np.rint(self.velocity * seconds).astype(int)
        steps = np.arange(-REACH, REACH + 1)
        y = np.clip(rows + going[1] + steps[:, None], 0, now.level.shape[0] - 1)
        x = np.clip(columns + going[0] + steps[:, None], 0, now.level.shape[1] - 1)
        differs = np.abs(now.level[y[:, None], x[None]] - before.level[rows, columns])
        cost = np.minimum(differs, UNLIKE).mean(axis=2)
        i, j = (int(at) for at in np.unravel_index(int(cost.argmin()), cost.shape))
        step = np.array([steps[j] + between(cost[i], j), steps[i] + between(cost[:, j], i)]) + going
        return np.asarray(self.box + np.tile(step, 2))


def between(cost: Floats, i: int) -> float:
    """Return by how much of a step the least of a parabola through three of the costs (n,) lies beside the ``i``-th."""
    if not 0 < i < len(cost) - 1:
        return 0.0
    before, least, after = cost[i - 1 : i + 2].tolist()
    bend = before - 2 * least + after
    return 0.0 if bend <= 0 else 0.5 * (before - after) / bend


def inside(box: Floats, shape: Sequence[int]) -> tuple[slice, slice]:
    """Return the rows and columns of a box that are within a picture of ``shape``."""
    left, top, right, bottom = np.rint(box).astype(int).tolist()
    return slice(max(0, top), min(max(0, bottom), shape[0])), slice(max(0, left), min(max(0, right), shape[1]))


def wider(box: Floats) -> Floats:
    """Return the box with ``GROWN`` of its size more on each side."""
    by = GROWN * (box[2:] - box[:2])
    return np.concatenate([box[:2] - by, box[2:] + by])


def area(box: Floats) -> float:
    """Return the area of a box in square pixels."""
    return float((box[2] - box[0]) * (box[3] - box[1]))


def shared(a: Floats, b: Floats) -> float:
    """Return the intersection of two boxes over their union."""
    both = common(a, b)
    return both / max(area(a) + area(b) - both, 1e-9)


def common(a: Floats, b: Floats) -> float:
    """Return the area that two boxes share, in square pixels."""
    return float(np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None).prod())
