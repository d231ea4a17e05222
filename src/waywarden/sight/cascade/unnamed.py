"""What the sampler adds to a look: who moves and has no name, and whom the network was not sure of.

A network of a few classes overlooks what it was not shown: a motorcycle beside a lorry, a car from straight above. The
sampler has seen it move already; here its points become a box, where no box of the network explains them. And where
the network has a box that it does not quite believe, movement inside says that somebody is there.
"""

from __future__ import annotations

import numpy as np

from waywarden.sight.cascade.regions import PartPx
from waywarden.sight.cascade.sampler import Mask
from waywarden.sight.movers import MOVER_SCORE, explained
from waywarden.sight.moving.blobs import blobs, thicker, thinner
from waywarden.sight.ports import Seen
from waywarden.terms.kinds import Kind, kind_number
from waywarden.terms.transient import BoxesPx, Scores

SURE_SCORE = 0.5
LEAST_POINTS = 6
LEAST_FILLED = 0.35
"""Share of its box that a road user fills."""
LEAST_MOVED = 0.4
"""Share of an uncertain box that moves, if it is a road user. All tuned on the TfL clips and made-up seeds 1 to 3."""
OWN = 0.2
"""A sure box owns the movement within itself and this share of its size around it: shadows, spray, a trailer."""


class Grid:
    """From pixels of the frame to the sampler's points of a part, and back."""

    def __init__(self, part_px: PartPx, step_px: int) -> None:
        self._corner = np.array(part_px[:2] * 2, np.float32)
        self._edge = np.array(part_px[2:] * 2, np.float32)
        self._step_px = step_px

    def within(self, box: BoxesPx, grow: float) -> tuple[slice, slice]:
        """Return rows and columns of the points in one box (4,), grown by a share of its size on each side."""
        reach = grow * np.tile(box[2:] - box[:2], 2) * np.array([-1, -1, 1, 1])
        x0, y0, x1, y1 = np.maximum(np.round((box + reach - self._corner) / self._step_px), 0).astype(int).tolist()
        return np.s_[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]

    def boxes(self, points: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> BoxesPx:
        """Return boxes of points as boxes of pixels, both (n, 4)."""
        return np.asarray(np.minimum(points * self._step_px + self._corner, self._edge), np.float32)


def with_unnamed(seen: Seen, moved: Mask, grid: Grid) -> Seen:
    """Return what the network saw, surer where it moved, then boxes of kind ``unclassified`` of what moved elsewhere.

    Parameters
    ----------
    seen : the network's boxes, scores and kinds
    moved : (h, w) bool
        Which of the sampler's points changed within the last moment.
    grid : Grid
    """
    boxes, scores, kinds = seen
    scores = confirmed(boxes, scores, moved, grid)
    sure = boxes[scores >= SURE_SCORE]
    free = moved.copy()
    for box in sure:
        free[grid.within(box, OWN)] = False
    moving = moving_boxes(free, grid)
    alone = moving[~explained(moving, sure)]
    n = len(alone)
    return (
        np.concatenate([boxes, alone]),
        np.concatenate([scores, np.full(n, MOVER_SCORE, np.float32)]),
        np.concatenate([kinds, np.full(n, kind_number(Kind.UNCLASSIFIED), np.int8)]),
    )


def confirmed(boxes: BoxesPx, scores: Scores, moved: Mask, grid: Grid) -> Scores:
    """Return (n,) scores, raised to ``MOVER_SCORE`` where an uncertain box moves and is no part of a sure one."""
    raised = scores.copy()
    sure = boxes[scores >= SURE_SCORE]
    for i in np.flatnonzero(scores < SURE_SCORE):
        points = moved[grid.within(boxes[i], 0.0)]
        if points.size and points.mean() >= LEAST_MOVED and not explained(boxes[i : i + 1], sure)[0]:
            raised[i] = MOVER_SCORE
    return raised


def moving_boxes(free: Mask, grid: Grid) -> BoxesPx:
    """Return (n, 4) boxes, in pixels of the frame, of connected points that moved."""
    boxes, areas = blobs(thinner(thicker(free, 1), 1) if free.any() else free)
    sides = boxes[:, 2:] - boxes[:, :2]
    fit = (areas >= LEAST_POINTS) & (areas >= LEAST_FILLED * sides.prod(axis=1)) & (sides.min(axis=1) >= 2)
    return grid.boxes(boxes[fit])
