"""Road users that touch in the picture, kept apart: who was seen alone is known again in what two of them make.

A moving part is one road user until it turns out to be more: it takes in others that were followed before, or it falls
apart for good. Who is in a part with others is found by where the pixels it had in the frame before went, and keeps its
size. What the known ones leave of such a part is somebody new, if it is large enough. All of it is in pixels of the
small picture, and lives from one frame to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from waywarden.sight.moving.blobs import Areas, Boxes, Labels, Mask, blobs, labelled
from waywarden.sight.moving.one import Floats, Levels, One, Seen, area, common, inside, shared, wider

LEAST_AREA = 0.0008
"""Share of the picture; what is smaller is noise or too far away to be counted: a bicycle has a little more."""
LEAST_FILLED = 0.25
"""Share of its box that a road user fills."""
LEAST_SIDE_PX = 3
LEAST_LEFT = 0.5
"""What the known ones leave of a part is somebody new if it has this share of the smallest one's box."""
FITS = 0.15
"""How much nearer to its own pixels each side of a box comes in a frame."""
FEW_OWN, TOUCHES = 0.2, 0.1
"""They have to be this share of the box, and nobody else's box takes more than the other: or it stays as it is."""
PIECE = 0.05
"""A piece has at least this share of what is seen of a road user, and lies within its box by ``INSIDE``."""
INSIDE = 0.6
APART_S, SPREAD = 0.3, 1.2
"""Pieces that stay apart for so long are two road users, if the box around them is so many times what it was ..."""
POST_S = 2.0
"""... and after this time even if it is not: one that passes behind a post is one."""
KNOWN_S = 0.25
"""Who was seen for less than this is not known well enough to be told from others."""
LEAST_OWN, HIDDEN_S = 0.12, 2.0
"""Who has less than this share of its box to itself is hidden, and for longer than this is gone."""
LOST_S = 0.6
SAME = 0.75
"""Of two boxes that share more than this (intersection over union) one is nobody's."""
MOST_STEP_S = 1.0
"""Over a longer time than this nobody is known again."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of a frame: (n, 4) boxes, (n,) areas, (h, w) which part each pixel is of, from 1 on."""

    boxes: Boxes
    areas: Areas
    labels: Labels

    def held(self, box: Floats) -> Areas:
        """Return (n,) how many pixels of each part are in ``box``."""
        there = self.labels[inside(box, self.labels.shape)]
        return np.bincount(there.ravel(), minlength=len(self.areas) + 1)[1:]

    def around(self, numbers: Sequence[int]) -> Floats:
        """Return the box around some parts."""
        low, high = self.boxes[numbers, :2].min(axis=0), self.boxes[numbers, 2:].max(axis=0)
        return np.concatenate([low, high]).astype(np.float64)

    def joint(self, numbers: Sequence[int]) -> tuple[Floats, Mask]:
        """Return the box around some parts, and which of its pixels are theirs."""
        box = self.around(numbers)
        return box, np.isin(self.labels[inside(box, self.labels.shape)], np.add(numbers, 1))


class Apart:
    """The road users of one camera, kept apart from frame to frame."""

    def __init__(self) -> None:
        self._ones: list[One] = []
        self._before: Seen | None = None

    def update(self, solid: Mask, level: Levels, seconds: float) -> Floats:
        """Return (n, 4) boxes of who is in the moving parts (h, w) of a picture.

        Parameters
        ----------
        solid : (h, w) bool
        level : (h, w) int16
            Its brightness, or one of its colours.
        seconds : float
            Since the frame before. After none, or more than ``MOST_STEP_S``, everything begins anew.
        """
        if self._before is None or self._before.level.shape != level.shape or not 0 < seconds <= MOST_STEP_S:
            self._ones.clear()
        parts = _Parts(*labelled(solid))
        now = Seen(level, solid)
        fit = of_road_users(parts.boxes, parts.areas, solid.shape, LEAST_AREA)
        within = self._within(parts, seconds)
        seen = [One(parts.boxes[i].astype(np.float64)) for i in np.flatnonzero(fit).tolist() if i not in within]
        for ones, numbers in within.values():
            if ones:
                seen += self._of_part(ones, parts.joint(numbers), now, seconds)
        unseen = [one for one in self._ones if one not in seen]
        for one in unseen:
            one.miss(seconds)
        self._ones = seen + [one for one in unseen if one.unseen_s <= LOST_S]
        self._before = now
        return np.array([one.box for one in seen], np.float64).reshape(-1, 4)

    def _within(self, parts: _Parts, seconds: float) -> dict[int, tuple[list[One], list[int]]]:
        """Return by part who is in it, and the numbers of all parts that are one with it; a piece of one has nobody."""
        within: dict[int, tuple[list[One], list[int]]] = {}
        held = []
        for one in self._ones:
            of = parts.held(one.expected(seconds))
            if of.any():
                number = int(of.argmax())
                within.setdefault(number, ([], [number]))[0].append(one)
                held.append((one, number, of))
        for one, number, of in held:
            ones, numbers = within[number]
            found = np.flatnonzero((of >= PIECE * of.sum()) & (of >= INSIDE * parts.areas)).tolist()
            pieces = [piece for piece in found if piece not in within]
            one.pieces_s = max(0.0, one.pieces_s + (seconds if pieces else -seconds))
            if one.pieces_s == 0:
                one.whole_px = area(one.box)
            if len(ones) == 1 and not self._fell_apart(one, parts.around([number, *pieces])):
                numbers += pieces
                within |= {piece: ([], []) for piece in pieces}
        return within

    @staticmethod
    def _fell_apart(one: One, box: Floats) -> bool:
        """Return whether one in pieces, with ``box`` around them, turned out to be two."""
        grown = area(box) > SPREAD * one.whole_px
        return one.pieces_s > (APART_S if grown else POST_S)

    def _of_part(self, ones: list[One], joint: tuple[Floats, Mask], now: Seen, seconds: float) -> list[One]:
        """Return who is in a part: the ``ones`` that were expected in it, moved, and whoever is new."""
        box, mask = joint
        known = [one for one in ones if one.known_s >= KNOWN_S] or ones[:1]
        if len(known) == 1 or self._before is None:
            known[0].move(box, seconds)
            return known[:1]
        was = [one.box for one in known]
        now_at = [one.found((self._before, now), _without(was, one.box), seconds) for one in known]
        for one, at in zip(known, now_at, strict=True):
            one.move(at, seconds)
        known = _without_doubles(known)
        boxes = [one.box.copy() for one in known]
        for one in known:
            others = _without(boxes, one.box)
            own, whole = _own(one.box, others, mask, box[:2]), area(one.box)
            clear = all(common(one.box, other) <= TOUCHES * whole for other in others)
            if clear and own.sum() >= FEW_OWN * whole:
                one.box = one.box + FITS * (_around(own, box[:2]) - one.box)
            one.hidden_s = one.hidden_s + seconds if own.sum() < LEAST_OWN * whole else 0.0
        known = [one for one in known if one.hidden_s <= HIDDEN_S]
        return known + _left(known, mask, box[:2], LEAST_AREA * now.level.size)


def of_road_users(boxes: Boxes, areas: Areas, shape: Sequence[int], least_area: float) -> Mask:
    """Return (n,) whether parts of a picture of ``shape`` are large and full enough to be road users.

    ``least_area`` is a share of the picture.
    """
    sides = boxes[:, 2:] - boxes[:, :2]
    large = areas >= least_area * shape[0] * shape[1]
    return np.asarray(large & (areas >= LEAST_FILLED * sides.prod(axis=1)) & (sides.min(axis=1) >= LEAST_SIDE_PX))


def _without(boxes: Sequence[Floats], box: Floats) -> list[Floats]:
    return [other for other in boxes if not np.array_equal(other, box)]


def _own(box: Floats, others: Sequence[Floats], mask: Mask, corner: Floats) -> Mask:
    """Return the pixels of a part, whose corner is given, in or beside a box and in none of the others."""
    away = np.tile(corner, 2)
    own = np.zeros_like(mask)
    around = inside(wider(box - away), mask.shape)
    own[around] = mask[around]
    for other in others:
        own[inside(other - away, mask.shape)] = False
    return own


def _around(own: Mask, corner: Floats) -> Floats:
    """Return the box around some pixels of a part whose corner is given."""
    rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float64) + np.tile(corner, 2)


def _left(known: Sequence[One], mask: Mask, corner: Floats, least_px: float) -> list[One]:
    """Return who is new in a part: what the known ones leave of it, where that is large."""
    away = np.tile(corner, 2)
    rest = mask.copy()
    for one in known:
        rest[inside(wider(one.box - away), mask.shape)] = False
    boxes, areas = blobs(rest)
    least_px = max(least_px, LEAST_LEFT * min((area(one.box) for one in known), default=0.0))
    return [One(box + away) for box, pixels in zip(boxes, areas, strict=True) if pixels >= least_px]


def _without_doubles(ones: Sequence[One]) -> list[One]:
    """Return who is not the same as somebody who is known for longer."""
    kept: list[One] = []
    for one in sorted(ones, key=lambda one: -one.known_s):
        if all(shared(one.box, other.box) <= SAME for other in kept):
            kept.append(one)
    return kept
