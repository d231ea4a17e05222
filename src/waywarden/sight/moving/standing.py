"""Who stands: a layer over the background, of what came to rest there and has not left yet.

What moves is what differs from this layer and from the background both, so one who drives past a queue is not part of
it, and the first of a queue to go leaves it at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.sight.moving.blobs import Mask, parts, thicker
from waywarden.sight.moving.movers import LEAST_AREA, Floats, Mover, window

Planes = npt.NDArray[np.uint8]

CALM_S = 0.3
STANDS_S = 0.8
"""What has not changed for this long stands."""
STANDS_LONG_S = 2.5
"""The plain side of a bus that drives past is calm for less than this."""
REST_PX = 1.0
CALM = 10.0
"""Of 255; a pixel whose brightness changes by less than this is at rest."""
ALIKE = 20.0
"""Of 255; a pixel that is nearer than this to the layer shows the one who stands there."""
LEAVES = 0.3
"""One that came alone leaves when this share of it has changed, and nobody who passes explains it."""
GONE = 0.5
"""One is gone where this share of it is background again."""
PASSES = 0.1


@dataclass(slots=True, eq=False)
class Stander:
    """Somebody who stands; ``shape`` are the pixels within ``place``. ``single`` if it was seen coming."""

    box: Floats
    place: tuple[slice, slice]
    shape: Mask
    single: bool
    area: int


class Standing:
    """Those who stand in the pictures of one camera, and what they look like."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.all: list[Stander] = []
        self._layer = np.zeros((3, *shape), np.uint8)
        self._stands = np.zeros(shape, bool)
        self._owned = np.zeros(shape, bool)
        self._calm: npt.NDArray[np.uint8] | None = None
        self.calm_s = np.zeros(shape, np.float32)

    def watch(self, look: Planes, seconds: float) -> None:
        """Take the next picture (3, h, w); see for how long each pixel has been at rest."""
        bright = look[1]
        if self._calm is None:
            self._calm = bright
        self.calm_s += np.float32(seconds)
        self.calm_s[apart(bright, self._calm) >= CALM] = 0
        self._calm = (self._calm >> 1) + (bright >> 1)

    def moving(self, look: Planes, solid: Mask, movers: Sequence[Mover]) -> tuple[Mask, list[Mover]]:
        """Return which of the ``solid`` pixels move, and those who stood and drive off now."""
        self._stands &= solid
        shown = self._stands & (apart(look, self._layer).max(axis=0) < ALIKE)
        leaving = [one for one in self.all if self._leaves(one, shown, solid, movers)]
        gone = [one for one in self.all if one not in leaving and self._is_gone(one, solid)]
        for one in leaving:
            shown[one.place] &= ~one.shape
        for one in leaving + gone:
            self.forget(one)
        for one in self.all:
            if not one.single:
                self._shrink(one, solid)
        started = [Mover(one.box, one.area, age_s=1.0, alone_s=1.0, travelled=1.0) for one in leaving]
        return solid & ~shown, started

    def _leaves(self, one: Stander, shown: Mask, solid: Mask, movers: Sequence[Mover]) -> bool:
        if not one.single or (one.shape & ~shown[one.place]).sum() < LEAVES * one.area:
            return False
        return not any(_overlap(one.box, m.box) > PASSES for m in movers)

    def _is_gone(self, one: Stander, solid: Mask) -> bool:
        return bool((one.shape & solid[one.place]).sum() < GONE * one.area)

    def _shrink(self, one: Stander, solid: Mask) -> None:
        """Forget the places of one (who may be several) that are background again."""
        kept = one.shape & solid[one.place]
        self._owned[one.place] &= ~(one.shape & ~kept)
        one.shape = kept
        ys, xs = np.nonzero(kept)
        if len(ys):
            y, x = one.place[0].start, one.place[1].start
            one.box = np.array([xs.min() + x, ys.min() + y, xs.max() + 1 + x, ys.max() + 1 + y], float)

    def take(self, look: Planes, moving: Mask, movers: Sequence[Mover]) -> list[Mover]:
        """Take over whoever came to rest; return those who still move."""
        free = moving & ~self._stands
        still = []
        for mover in movers:
            place = window(mover.box, moving.shape)
            mine = moving[place]
            calm = self.calm_s[place] >= STANDS_S
            at_rest = mover.unseen_s == 0 and mover.age_s >= STANDS_S and (mine & calm).sum() > 0.8 * mine.sum()
            if at_rest and float(np.abs(mover.velocity).max()) < 2 * REST_PX:
                self._add(look, place, mine.copy(), mover.box, single=mover.travelled >= 1)
                continue
            still.append(mover)
            free[place] &= self.calm_s[place] >= STANDS_LONG_S
        calm = free & (self.calm_s >= STANDS_S)
        self._paint(look, calm)
        return still

    def gather(self, least: int) -> None:
        """Make one of each part of the layer that is nobody's."""
        boxes, areas, of = parts(self._stands & ~self._owned)
        for i in np.flatnonzero(areas >= least):
            box = boxes[i].astype(float)
            place = window(box, of.shape)
            shape = of[place] == i + 1
            self._owned[place] |= shape
            self.all.append(Stander(box, place, shape, single=False, area=int(areas[i])))

    def forget(self, one: Stander) -> None:
        """Nobody stands there."""
        self._stands[one.place] &= ~one.shape
        self._owned[one.place] &= ~one.shape
        self.all = [other for other in self.all if other is not one]

    def _add(self, look: Planes, place: tuple[slice, slice], shape: Mask, box: Floats, *, single: bool) -> None:
        self._stands[place] |= shape
        self._owned[place] |= shape
        self._layer[:, place[0], place[1]][:, shape] = look[:, place[0], place[1]][:, shape]
        self.all.append(Stander(box, place, shape, single=single, area=int(shape.sum())))

    def _paint(self, look: Planes, where: Mask) -> None:
        ys, xs = np.nonzero(where)
        if len(ys):
            self._layer[:, ys, xs] = look[:, ys, xs]
            self._stands[ys, xs] = True


def _overlap(one: Floats, other: Floats) -> float:
    """Return the share of ``one`` that ``other`` covers."""
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    return float(np.prod(np.clip(sides, 0, None)) / max(1e-6, float(np.prod(one[2:] - one[:2]))))


def apart(one: Planes, other: Planes) -> Planes:
    """Return by how much two arrays of bytes differ, without leaving the bytes: it is twenty times as fast so."""
    return np.maximum(one, other) - np.minimum(one, other)
