"""Who moves and has no name: what the sampler saw in a look that the network does not explain.

A network of a few classes overlooks what it was not shown: a motorcycle beside a lorry, a car from straight above. The
sampler has seen it move already; here its points become a box. Where traffic is so dense that the points of all run
into one, the network stands alone.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from waywarden.sight.cascade.sampler import Mask
from waywarden.sight.moving.blobs import blobs, thicker, thinner
from waywarden.sight.networks.heads import Floats
from waywarden.sight.ports import Seen
from waywarden.terms.kinds import Kind, kind_number
from waywarden.terms.transient import BoxesPx

LEAST_POINTS = 6
LEAST_FILLED = 0.35
"""Share of its box that a road user fills."""
LEAST_MOVED = 0.25
"""Share of a part that changed within the last moment: what only stands out is a place that somebody left, or stands.
Tuned, as the others, on the TfL and Dresden clips."""

NEAR = 0.35
"""A network's box reaches this share of its size further on every side (shadow, trailer, spray) ..."""
MOST_NEAR = 0.15
"""... and explains a moving part of which more than this share lies within. Tuned on the TfL clips' human counts."""
MOST_HELD = 0.5
"""What holds more than this share of a network's box is several that touch, or the light that changes."""
MOVER_SCORE = 0.55


def with_unnamed(seen: Seen, standing_out: Mask, moved: Mask, step_px: int) -> Seen:
    """Return what the network saw, then boxes of kind ``unclassified`` of what moved elsewhere.

    Parameters
    ----------
    seen : the network's boxes, scores and kinds
    standing_out, moved : (h, w) bool
        Which of the sampler's points differ from the street, and which changed within the last moment.
    step_px : int
        The points are half of it from the picture's corner, and so far apart.
    """
    boxes, scores, kinds = seen
    moving = moving_boxes(standing_out | moved, moved) * np.float32(step_px)
    alone = moving[~explained(moving, boxes)]
    n = len(alone)
    return (
        np.concatenate([boxes, alone]),
        np.concatenate([scores, np.full(n, MOVER_SCORE, np.float32)]),
        np.concatenate([kinds, np.full(n, kind_number(Kind.UNCLASSIFIED), np.int8)]),
    )


def moving_boxes(standing_out: Mask, moved: Mask) -> BoxesPx:
    """Return (n, 4) float32 boxes, counted in points, of connected points that stand out and of which enough moved."""
    boxes, areas = blobs(thinner(thicker(standing_out, 1), 1))
    sides = boxes[:, 2:] - boxes[:, :2]
    fit = (areas >= LEAST_POINTS) & (areas >= LEAST_FILLED * sides.prod(axis=1)) & (sides.min(axis=1) >= 2)
    goes = [
        np.count_nonzero(moved[y0:y1, x0:x1]) >= LEAST_MOVED * area
        for (x0, y0, x1, y1), area in zip(boxes[fit].tolist(), areas[fit].tolist(), strict=True)
    ]
    return np.asarray(boxes[fit][np.array(goes, np.bool_)], np.float32)


def explained(moving: Floats, boxes: Floats) -> npt.NDArray[np.bool_]:
    """Return (m,) whether each of ``moving`` (m, 4) is what the network saw (n, 4): near one, or with one in it."""
    if not len(boxes) or not len(moving):
        return np.zeros(len(moving), np.bool_)
    sides = boxes[:, 2:] - boxes[:, :2]
    grown = np.concatenate([boxes[:, :2] - sides * NEAR, boxes[:, 2:] + sides * NEAR], axis=1)
    near = _common(moving, grown) > MOST_NEAR * np.prod(moving[:, 2:] - moving[:, :2], axis=1)[:, None]
    holds = _common(moving, boxes) > MOST_HELD * np.prod(sides, axis=1)
    return np.asarray((near | holds).any(axis=1))


def _common(one: Floats, other: Floats) -> Floats:
    """Return (m, n) the areas that boxes (m, 4) and (n, 4) share."""
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    return np.asarray(np.prod(np.clip(high - low, 0, None), axis=2))
