"""Who moves and has no name: what the sampler saw in a look that the network does not explain.

A network of a few classes overlooks what it was not shown: a motorcycle beside a lorry, a car from straight above. The
sampler has seen it move already; here its points become a box. Where traffic is so dense that the points of all run
into one, the network stands alone.
"""

from __future__ import annotations

import numpy as np

from waywarden.sight.cascade.regions import PartPx
from waywarden.sight.cascade.sampler import Mask
from waywarden.sight.movers import MOVER_SCORE, explained
from waywarden.sight.moving.blobs import blobs, thicker, thinner
from waywarden.sight.ports import Seen
from waywarden.terms.kinds import Kind, kind_number
from waywarden.terms.transient import BoxesPx

LEAST_POINTS = 6
LEAST_FILLED = 0.35
"""Share of its box that a road user fills."""
LEAST_MOVED = 0.25
"""Share of a part that changed within the last moment: what only stands out is a place that somebody left, or stands.
Tuned, as the others, on the TfL and Dresden clips."""


def with_unnamed(seen: Seen, standing_out: Mask, moved: Mask, part_px: PartPx, step_px: int) -> Seen:
    """Return what the network saw, then boxes of kind ``unclassified`` of what moved elsewhere.

    Parameters
    ----------
    seen : the network's boxes, scores and kinds
    standing_out, moved : (h, w) bool
        Which of the sampler's points differ from the street, and which changed within the last moment.
    part_px, step_px
        Where the points are: half a step from the part's corner, a step apart.
    """
    boxes, scores, kinds = seen
    moving = moving_boxes(standing_out | moved, moved)
    corner, edge = np.array(part_px[:2] * 2, np.float32), np.array(part_px[2:] * 2, np.float32)
    moving = np.minimum(moving * step_px + corner, edge)
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
