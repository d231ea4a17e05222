"""Who moves: parts of a mask that is made anew for every picture, taken apart by where each road user should be now.

Two road users that touch are one part. Each of them was seen alone before, so each claims the pixels where its box,
moved on by its velocity, should be; and the edges that it shares with nobody say where it really is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from waywarden.sight.moving.blobs import Mask, parts

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

LEAST_AREA = 0.0008
"""Share of the picture; what is smaller is noise or too far away to be counted."""
LEAST_FILLED = 0.25
"""Share of its box that a road user fills."""
VELOCITY_S = 0.5
UNSEEN_S = 0.5
"""A mover of which nothing is seen is waited for this long."""
CLAIM = 0.25
"""A mover claims a part of the mask of which this share, or as much as this share of the mover, lies in its box."""
REACH = 1.4
"""It claims pixels up to this many half sizes from where its middle should be, ..."""
REACH_PX = 2.0
"""... and so much further."""
ALONE_S = 0.3
"""One that was not seen alone for this long is no one yet: where it touches another, it is a part of it."""
APART_S = 0.3
"""Two parts of one mover that stay apart for this long are two ..."""
APART_SHARE = 0.2
"""... if each has this share of both."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Pixels that a mover claims: their box, how many, and which of the box's four sides are surely its own."""

    box: Floats
    area: int
    free: tuple[bool, bool, bool, bool] = (True, True, True, True)


@dataclass(slots=True, eq=False)
class Mover:
    """Somebody who moves, in working pixels: box (4,) left, top, right, bottom; velocity (2,) a second."""

    box: Floats
    area: int
    velocity: Floats = field(default_factory=lambda: np.zeros(2))
    age_s: float = 0.0
    alone_s: float = 0.0
    apart_s: float = 0.0
    unseen_s: float = 0.0
    travelled: float = 0.0
    past: deque[tuple[float, Floats]] = field(default_factory=lambda: deque(maxlen=16))

    @property
    def size(self) -> Floats:
        """Width and height."""
        return np.asarray(self.box[2:] - self.box[:2])

    @property
    def middle(self) -> Floats:
        """The box's middle."""
        return np.asarray((self.box[:2] + self.box[2:]) / 2)

    def move(self, box: Floats, seconds: float) -> None:
        """Take in where it is now."""
        self.box = box
        self.age_s += seconds
        self.past.append((self.age_s, self.middle))
        while self.age_s - self.past[0][0] > VELOCITY_S and len(self.past) > 3:
            self.past.popleft()
        self.velocity = _slope(self.past)
        self.travelled += float(np.hypot(*self.velocity)) * seconds / float(self.size.max())


def _slope(past: Sequence[tuple[float, Floats]]) -> Floats:
    t = np.array([at for at, _ in past])
    t -= t.mean()
    spread = float(t @ t)
    return np.zeros(2) if spread == 0 else np.asarray(t @ np.array([middle for _, middle in past]) / spread)


class Movers:
    """Those who move in the pictures of one camera."""

    def __init__(self) -> None:
        self.all: list[Mover] = []

    def update(self, moving: Mask, seconds: float) -> None:
        """Find everybody again in the mask of the next picture, ``seconds`` later."""
        least = LEAST_AREA * moving.size
        boxes, areas, of = parts(moving)
        claims = {id(m): _claims(_expected(m, seconds), m.area, of, areas) for m in self.all}
        self._drop_the_young(claims)
        expected = [_expected(mover, seconds) for mover in self.all]
        pieces: list[list[Piece]] = [[] for _ in self.all]
        new: list[Piece] = []
        for part in range(len(boxes)):
            who = [i for i, mover in enumerate(self.all) if part in claims[id(mover)]]
            if not who:
                new.append(Piece(boxes[part].astype(float), int(areas[part])))
            elif len(who) == 1:
                pieces[who[0]].append(Piece(boxes[part].astype(float), int(areas[part])))
            else:
                for i, piece in _shared_out(part, boxes[part], of, who, expected):
                    pieces[i].append(piece)
        for mover, box, own in zip(self.all, expected, pieces, strict=True):
            new += _moved(mover, box, own, seconds)
        height, width = moving.shape
        self.all = [m for m in self.all if m.unseen_s <= UNSEEN_S and _in_picture(m.box, width, height)]
        self.all += [Mover(p.box, p.area) for p in new if p.area >= least and _believable(p)]

    def _drop_the_young(self, claims: dict[int, set[int]]) -> None:
        """Drop movers that touch another one before they were ever seen alone."""
        kept: list[Mover] = []
        for mover in sorted(self.all, key=lambda m: -m.age_s):
            own = claims[id(mover)]
            if mover.alone_s >= ALONE_S or not any(own & claims[id(other)] for other in kept):
                kept.append(mover)
        self.all = kept


def _expected(mover: Mover, seconds: float) -> Floats:
    return np.asarray(mover.box + np.tile(mover.velocity * seconds, 2))


def window(box: Floats, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Return rows and columns of the picture that ``box`` covers."""
    x0, y0, x1, y1 = (round(float(v)) for v in box)
    return slice(max(0, y0), max(0, min(y1, shape[0]))), slice(max(0, x0), max(0, min(x1, shape[1])))


def _claims(box: Floats, own: int, of: Whole, areas: Whole) -> set[int]:
    within = np.bincount(of[window(box, of.shape)].ravel(), minlength=len(areas) + 1)[1:]
    return set(np.flatnonzero((within > 0) & (within >= CLAIM * np.minimum(areas, own))).tolist())


def _shared_out(
    part: int, box: Whole, of: Whole, who: Sequence[int], expected: Sequence[Floats]
) -> Iterable[tuple[int, Piece]]:
    """Yield whose the pixels of a part are that several claim: each pixel goes to whose box it is deepest in."""
    x0, y0, x1, y1 = box.tolist()
    ys, xs = np.nonzero(of[y0:y1, x0:x1] == part + 1)
    at = np.stack([xs + x0 + 0.5, ys + y0 + 0.5])
    boxes = np.array([expected[i] for i in who])
    middle, half = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2
    depth = (np.abs(at[None] - middle[:, :, None]) / np.maximum(half, 1)[:, :, None]).max(axis=1)
    owner = depth.argmin(axis=0)
    for k, i in enumerate(who):
        mine = (owner == k) & (depth[k] <= REACH + REACH_PX / max(1.0, float(half[k].min())))
        if mine.any():
            x, y = xs[mine] + x0, ys[mine] + y0
            seen = np.array([x.min(), y.min(), x.max() + 1, y.max() + 1], float)
            yield i, Piece(seen, int(mine.sum()), _free(boxes[k], np.delete(boxes, k, axis=0)))


def _free(box: Floats, others: Floats) -> tuple[bool, bool, bool, bool]:
    """Return which sides of ``box`` (left, top, right, bottom) no other one reaches across."""
    beside = (others[:, 1] < box[3]) & (others[:, 3] > box[1])
    above = (others[:, 0] < box[2]) & (others[:, 2] > box[0])
    return (
        not bool((beside & (others[:, 0] < box[0])).any()),
        not bool((above & (others[:, 1] < box[1])).any()),
        not bool((beside & (others[:, 2] > box[2])).any()),
        not bool((above & (others[:, 3] > box[3])).any()),
    )


def _moved(mover: Mover, expected: Floats, own: Sequence[Piece], seconds: float) -> list[Piece]:
    """Move ``mover`` to its pieces; return those that turned out to be somebody else."""
    if not own:
        mover.unseen_s += seconds
        mover.box = expected
        return []
    main = max(own, key=lambda piece: piece.area)
    rest = [piece for piece in own if piece is not main]
    mover.unseen_s = 0.0
    alone = all(all(piece.free) for piece in own)
    large = [p for p in rest if p.area >= APART_SHARE * (p.area + main.area)]
    mover.apart_s = mover.apart_s + seconds if large and alone else 0.0
    apart = large if mover.apart_s >= APART_S else []
    seen = _around([main.box, *(p.box for p in rest if not any(p is q for q in apart))])
    if alone:
        mover.alone_s += seconds
        mover.area = sum(p.area for p in own if not any(p is q for q in apart))
        mover.move(seen, seconds)
    else:
        mover.move(_placed(expected, seen, main.free), seconds)
    return apart


def _around(boxes: Sequence[Floats]) -> Floats:
    stack = np.array(boxes)
    return np.concatenate([stack[:, :2].min(axis=0), stack[:, 2:].max(axis=0)])


def _placed(expected: Floats, seen: Floats, free: Sequence[bool]) -> Floats:
    """Return the expected box, shifted so that its free sides are where they are seen."""
    shift = []
    for axis in (0, 1):
        sides = [side for side in (axis, axis + 2) if free[side]]
        shift.append(float(np.mean([seen[side] - expected[side] for side in sides])) if sides else 0.0)
    return np.asarray(expected + np.tile(shift, 2))


def _in_picture(box: Floats, width: int, height: int) -> bool:
    x, y = (box[:2] + box[2:]) / 2
    return bool(0 <= x <= width and 0 <= y <= height)


def _believable(piece: Piece) -> bool:
    sides = piece.box[2:] - piece.box[:2]
    return bool(piece.area >= LEAST_FILLED * sides.prod() and sides.min() >= 3)
