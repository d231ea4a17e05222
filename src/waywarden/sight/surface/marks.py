"""From masks of cells to what may leave the room: tiles, and a box around each pothole. Pure arithmetic."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from waywarden.sight.moving.blobs import blobs
from waywarden.terms.transient import tile_px

Floats = npt.NDArray[np.float32]


def tiles(cells: Floats, width: int, height: int) -> Floats:
    """Return (rows, columns) the largest of ``cells`` (h, w) in each tile of a picture of this size in pixels.

    A cell belongs to the tile that its middle lies in.
    """
    side = tile_px(width, height)
    down, across = (
        ((np.arange(many) + 0.5) * size / many // side).astype(int)
        for many, size in zip(cells.shape, (height, width), strict=True)
    )
    found = np.zeros((-(-height // side), -(-width // side)), np.float32)
    np.maximum.at(found, (down[:, None], across[None]), cells)
    return found


def parts(cells: Floats, least: float, least_px: float, width: int, height: int) -> tuple[Floats, Floats, Floats]:
    """Return boxes (n, 4) px, scores (n,) and extents (n,) px of the connected parts of ``cells`` at least ``least``.

    A part's score is its largest cell; parts of less than ``least_px`` pixels are left out.
    """
    boxes, areas = blobs(cells >= least)
    cell_px = np.array([width / cells.shape[1], height / cells.shape[0]] * 2, np.float32)
    extents = (areas * cell_px[0] * cell_px[1]).astype(np.float32)
    large = extents >= least_px
    scores = [cells[top:bottom, left:right].max() for left, top, right, bottom in boxes[large]]
    return (boxes[large] * cell_px).astype(np.float32), np.array(scores, np.float32), extents[large]
