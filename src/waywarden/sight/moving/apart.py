"""Road users that touch in the picture, kept apart: who was seen alone is known again in what two of them make.

A moving part is one road user until it turns out to be more: it takes in others that were followed before, it is
suddenly larger, or it falls apart for good. Who is in a part with others is found by where the pixels it had in the
frame before went, and keeps its size. What the known ones leave of a part is somebody new, if it is large enough. All
of it is in pixels of the small picture, and lives from one frame to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from waywarden.sight.moving.blobs import Areas, Boxes, Labels, Mask, blobs, labelled

Levels = npt.NDArray[np.int16]
Floats = npt.NDArray[np.float64]

LEAST_AREA = 0.0008
"""Share of the picture; what is smaller is noise or too far away to be counted."""
LEAST_FILLED = 0.25
"""Share of its box that a road user fills."""
LEAST_SIDE_PX = 3
LEAST_LEFT = 0.5
"""What the known ones leave of a part is somebody new if it has this share of the smallest one's box."""
GROWN = 0.12
"""Pixels within this share of its size around a road user's box are its own."""
FITS = 0.15
"""How much nearer to its own pixels each side of a box comes in a frame."""
PIECE = 0.25
"""A piece has at least this share of what is seen of a road user, and lies within its box by ``INSIDE``."""
INSIDE = 0.6
APART_S = 0.3
"""Pieces that stay apart for so long are two road users."""
FEW_OWN = 0.4
"""The sides of a box are set by the pixels that are a road user's alone if they are this share of it."""
LEAST_OWN, HIDDEN_S = 0.12, 2.0
"""Who has less than this share of its box to itself is hidden, and for longer than this is gone."""
KNOWN_S = 0.25
"""Seen for less than this, one is not known well enough to be told from others."""
LOST_S = 0.6
EASE = 0.4
"""How much of its velocity one takes from its last step."""
SAME = 0.75
"""Of two boxes that share more than this (intersection over union) one is nobody's."""


@dataclass(slots=True, eq=False)
class One:
    """A road user: box (left, top, right, bottom), velocity (px/s); s that it is known, unseen, in pieces, hidden."""

    box: Floats
    velocity: Floats = field(default_factory=lambda: np.zeros(2))
    known_s: float = 0.0
    unseen_s: float = 0.0
    pieces_s: float = 0.0
    hidden_s: float = 0.0

    def expected(self, seconds: float) -> Floats:
        """Return the box so many seconds on."""
        return np.asarray(self.box + np.tile(self.velocity * seconds, 2))

    def move(self, box: Floats, seconds: float) -> None:
        """Take the box of the next frame. A side that stays may be hidden: the velocity is the faster side's."""
        steps = (box - self.box).reshape(2, 2)
        now = np.where(np.abs(steps[0]) > np.abs(steps[1]), steps[1], steps[0]) / seconds
        self.velocity += EASE * (now - self.velocity)
        self.box, self.unseen_s = box, 0.0
        self.known_s += seconds


class Apart:
    """The road users of one camera, kept apart from frame to frame."""

    def __init__(self) -> None:
        self._ones: list[One] = []
        self._level: Levels | None = None
        self._solid: Mask | None = None

    def update(self, solid: Mask, level: Levels, seconds: float) -> Floats:
        """Return (n, 4) boxes of who is in the parts ``solid`` of a picture of brightness ``level``.

        ``seconds`` have gone since the frame before; after more than a second everything begins anew.
        """
        if self._level is None or self._level.shape != level.shape or not 0 < seconds <= 1:
            self._ones.clear()
        boxes, areas, labels = labelled(solid)
        fit = of_road_users(boxes, areas, solid.shape)
        within = self._within(labels, boxes, areas, seconds)
        seen: list[One] = []
        for number, box in enumerate(boxes.astype(float)):
            if number in within:
                ones, names = within[number]
                if ones:
                    seen += self._of_part(ones, names, boxes, labels, level, seconds)
            elif fit[number]:
                seen.append(One(box))
        unseen = [one for one in self._ones if not any(one is other for other in seen)]
        for one in unseen:
            one.box = one.expected(seconds)
            one.unseen_s += seconds
        self._ones = seen + [one for one in unseen if one.unseen_s <= LOST_S]
        self._level, self._solid = level, solid
        return np.array([one.box for one in seen], float).reshape(-1, 4)

    def _within(self, labels: Labels, boxes: Floats, areas: Floats, seconds: float):
        """Return for each part who is in it, and the parts that are one with it; a piece of one has nobody."""
        held = []
        for one in self._ones:
            part = labels[_cut(one.expected(seconds), labels.shape)]
            held.append(np.bincount(part.ravel(), minlength=len(areas) + 1)[1:])
        within: dict[int, tuple[list[One], list[int]]] = {}
        for one, of in zip(self._ones, held, strict=True):
            if of.size and of.max() > 0:
                number = int(of.argmax())
                within.setdefault(number, ([], [number]))[0].append(one)
        for one, of in zip(self._ones, held, strict=True):
            if not of.size or of.max() == 0:
                continue
            ones, names = within[int(of.argmax())]
            pieces = [
                int(i)
                for i in np.flatnonzero((of >= PIECE * of.sum()) & (of >= INSIDE * areas))
                if int(i) not in within
            ]
            one.pieces_s = one.pieces_s + seconds if pieces else max(0.0, one.pieces_s - seconds)
            if pieces and len(ones) == 1 and one.pieces_s <= APART_S:
                names += pieces
                within |= {piece: ([], []) for piece in pieces}
        return within

    def _of_part(self, ones: list[One], names, boxes, labels, level, seconds) -> list[One]:
        """Return who is in a part: the ``ones`` that were expected in it, moved, and whoever is new."""
        low, high = boxes[names, :2].min(axis=0), boxes[names, 2:].max(axis=0)
        box, corner = np.concatenate([low, high]).astype(float), low.astype(float)
        known = [one for one in ones if one.known_s >= KNOWN_S] or ones[:1]
        if len(known) == 1:
            known[0].move(box, seconds)
            return known
        mask = np.isin(labels[_cut(box, labels.shape)], np.add(names, 1))
        for one in known:
            one.move(self._found(one, level, seconds), seconds)
        known = _without_doubles(known)
        own = {id(one): _own(one, known, mask, corner) for one in known}
        for one in known:
            one.box += FITS * (_around(own[id(one)], one, corner) - one.box)
            hidden = own[id(one)].sum() < LEAST_OWN * _area(one.box)
            one.hidden_s = one.hidden_s + seconds if hidden else 0.0
        known = [one for one in known if one.hidden_s <= HIDDEN_S]
        rest = mask.copy()
        for one in known:
            rest[_cut(_wider(one.box - np.tile(corner, 2)), rest.shape)] = False
        new, areas = blobs(rest)
        least = max(LEAST_AREA * labels.size, LEAST_LEFT * min((_area(one.box) for one in known), default=0))
        return known + [One(each + np.tile(corner, 2)) for each, area in zip(new, areas, strict=True) if area >= least]

    def _found(self, one: One, level: Levels, seconds: float) -> Floats:
        """Return the box of ``one`` where the pixels that it had in the frame before are now."""
        if self._level is None or self._solid is None:
            return one.expected(seconds)
        was = _cut(one.box, level.shape)
        rows, columns = np.nonzero(self._solid[was])
        if len(rows) < 8:
            return one.expected(seconds)
        some = slice(None, None, -(-len(rows) // MOST_PIXELS))
        rows, columns = rows[some] + was[0].start, columns[some] + was[1].start
        going = np.rint(one.velocity * seconds).astype(int)
        steps = np.arange(-REACH, REACH + 1)
        y = np.clip(rows + going[1] + steps[:, None], 0, level.shape[0] - 1)
        x = np.clip(columns + going[0] + steps[:, None], 0, level.shape[1] - 1)
        there = level[y[:, None], x[None]]
        cost = np.minimum(np.abs(there - self._level[rows, columns]), UNLIKE).mean(axis=2)
        i, j = np.unravel_index(int(cost.argmin()), cost.shape)
        step = np.array([steps[j] + _between(cost[i], int(j)), steps[i] + _between(cost[:, j], int(i))]) + going
        return np.asarray(one.box + np.tile(step, 2))


def of_road_users(boxes: Boxes, areas: Areas, shape: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Return (n,) whether parts of a picture of ``shape`` are large and full enough to be road users."""
    sides = boxes[:, 2:] - boxes[:, :2]
    large = areas >= LEAST_AREA * shape[0] * shape[1]
    return np.asarray(large & (areas >= LEAST_FILLED * sides.prod(axis=1)) & (sides.min(axis=1) >= LEAST_SIDE_PX))


MOST_PIXELS = 250
"""Of a road user, so many pixels are looked for."""
REACH = 3
"""They are looked for so many pixels around where they were going."""
UNLIKE = 40
"""Of 255: pixels that differ by more are hidden by somebody, which is all the same how much."""


def _between(cost: Floats, i: int) -> float:
    """Return by how much of a step the least of a parabola through three costs lies beside the middle one."""
    if not 0 < i < len(cost) - 1:
        return 0.0
    a, b, c = cost[i - 1 : i + 2].tolist()
    return 0.0 if a + c <= 2 * b else 0.5 * (a - c) / (a - 2 * b + c)


def _cut(box: Floats, shape: Sequence[int]) -> tuple[slice, slice]:
    """Return the rows and columns of a box within a picture of ``shape``."""
    x0, y0, x1, y1 = np.rint(box).astype(int).tolist()
    return slice(max(0, y0), max(0, y1)), slice(max(0, x0), max(0, x1))


def _area(box: Floats) -> float:
    return float((box[2] - box[0]) * (box[3] - box[1]))


def _wider(box: Floats) -> Floats:
    by = GROWN * (box[2:] - box[:2])
    return np.concatenate([box[:2] - by, box[2:] + by])


def _own(one: One, ones: Sequence[One], mask: Mask, corner: Floats) -> Mask:
    """Return those pixels of a part that are in this one's box and in nobody else's."""
    away = np.tile(corner, 2)
    own = np.zeros_like(mask)
    around = _cut(_wider(one.box - away), mask.shape)
    own[around] = mask[around]
    for other in ones:
        if other is not one:
            own[_cut(other.box - away, mask.shape)] = False
    return own


def _around(own: Mask, one: One, corner: Floats) -> Floats:
    """Return the box around a road user's own pixels, or the one it has where they are too few to tell."""
    if own.sum() < FEW_OWN * _area(one.box):
        return one.box
    rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], float) + np.tile(corner, 2)


def _without_doubles(ones: Sequence[One]) -> list[One]:
    """Return who is not the same as somebody who is known for longer."""
    kept: list[One] = []
    for one in sorted(ones, key=lambda one: -one.known_s):
        if all(_shared(one.box, other.box) <= SAME for other in kept):
            kept.append(one)
    return kept


def _shared(a: Floats, b: Floats) -> float:
    sides = np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None)
    both = float(sides.prod())
    return both / max(_area(a) + _area(b) - both, 1e-9)
