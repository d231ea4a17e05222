"""The last step of each family of network: its raw output to boxes, scores and labels. Pure arithmetic.

Every function returns (boxes (n, 4) float32 xyxy in pixels of the network's input, scores (n,) float32,
labels (n,) int64) with at least the given score, overlapping boxes of one label not yet merged.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Raw = tuple[Floats, Floats, npt.NDArray[np.int64]]
Head = Callable[[Sequence[Floats], tuple[int, int], float], Raw]


def rows_of_seven(outputs: Sequence[Floats], size: tuple[int, int], least_score: float) -> Raw:
    """SSD ``DetectionOutput``: rows (image, label, score, left, top, right, bottom), corners as shares of the input."""
    rows = outputs[0].reshape(-1, 7)
    rows = rows[(rows[:, 0] >= 0) & (rows[:, 2] >= least_score)]
    width, height = size
    boxes = rows[:, 3:7] * np.array([width, height, width, height], np.float32)
    return boxes.astype(np.float32), rows[:, 2], rows[:, 1].astype(np.int64)


def rows_of_five(outputs: Sequence[Floats], _size: tuple[int, int], least_score: float) -> Raw:
    """ATSS as exported by OpenVINO's training: boxes (n, 5) in input pixels with the score last, and labels."""
    rows, labels = outputs[0].reshape(-1, 5), outputs[1].reshape(-1)
    keep = rows[:, 4] >= least_score
    return rows[keep, :4].astype(np.float32), rows[keep, 4], labels[keep].astype(np.int64)


@functools.cache
def grid_points(size: tuple[int, int], strides: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Return the cells' (n, 2) column and row, and (n, 1) stride, level by level, row by row."""
    cells, steps = [], []
    for stride in strides:
        columns, rows = -(-size[0] // stride), -(-size[1] // stride)
        x, y = np.meshgrid(np.arange(columns), np.arange(rows))
        cells.append(np.stack([x, y], axis=-1).reshape(-1, 2))
        steps.append(np.full((columns * rows, 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(steps).astype(np.float32)


def yolox(outputs: Sequence[Floats], size: tuple[int, int], least_score: float) -> Raw:
    """YOLOX (Ge et al. 2021): per cell (dx, dy, log w, log h, objectness, 80 class scores), strides 8, 16, 32."""
    rows = outputs[0].reshape(-1, outputs[0].shape[-1])
    keep = np.flatnonzero(rows[:, 4] >= least_score)  # most cells are empty, and need not be looked through
    keep = keep[rows[keep, 4] * rows[keep, 5:].max(axis=1) >= least_score]
    score = rows[keep, 4] * rows[keep, 5:].max(axis=1)
    return _from_cells(rows[keep], keep, size), score, rows[keep, 5:].argmax(axis=1)


def three_a_cell(outputs: Sequence[Floats], size: tuple[int, int], least_score: float) -> Raw:
    """Ours: three rows a cell of (dx, dy, log w, log h, score, 7 class logits), strides 8, 16, 32.

    The boxes of ATSS (Zhang et al. 2020), read as those of YOLOX. The score is that there is a road user and that the
    box lies well on it; of which class is a question of its own.
    """
    rows = outputs[0].reshape(-1, outputs[0].shape[-1])
    keep = np.flatnonzero(rows[:, 4] >= least_score)
    return _from_cells(rows[keep], keep // 3, size), rows[keep, 4], rows[keep, 5:].argmax(axis=1)


def _from_cells(rows: Floats, cells: npt.NDArray[np.intp], size: tuple[int, int]) -> Floats:
    """Return the (n, 4) boxes of rows (n, 4 or more) of (dx, dy, log w, log h) at ``cells`` of strides 8, 16, 32."""
    cell, stride = (values[cells] for values in grid_points(size, (8, 16, 32)))
    centre, half = (rows[:, :2] + cell) * stride, np.exp(rows[:, 2:4]) * stride / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def nanodet_plus(outputs: Sequence[Floats], size: tuple[int, int], least_score: float) -> Raw:
    """NanoDet-Plus: per cell 80 class scores, then 4 distances as distributions over 0..7 cells; strides 8 to 64.

    The expected value of each distribution is the distance (Li et al. 2020, Generalized Focal Loss, eq. 5).
    """
    rows = outputs[0].reshape(-1, outputs[0].shape[-1])
    classes = rows[:, :80]
    score = classes.max(axis=1)
    keep = score >= least_score
    cell, stride = grid_points(size, (8, 16, 32, 64))
    logits = rows[keep, 80:].reshape(-1, 4, 8)
    share = np.exp(logits - logits.max(axis=2, keepdims=True))
    share /= share.sum(axis=2, keepdims=True)
    reach = (share @ np.arange(8, dtype=np.float32)) * stride[keep]
    centre = cell[keep] * stride[keep]
    boxes = np.concatenate([centre - reach[:, :2], centre + reach[:, 2:]], axis=1)
    return boxes.astype(np.float32), score[keep], classes[keep].argmax(axis=1)


def without_doubles(boxes: Floats, scores: Floats, most_overlap: float) -> npt.NDArray[np.intp]:
    """Non-maximum suppression: indices of boxes to keep, best first, none overlapping a better one by more than given.

    Parameters
    ----------
    boxes : (n, 4) float32
    scores : (n,) float32
    most_overlap : float
        Largest allowed intersection over union of two kept boxes.
    """
    order = np.argsort(-scores, kind="stable")
    keep = []
    while len(order):
        best, rest = order[0], order[1:]
        keep.append(best)
        order = rest[overlap(boxes[best], boxes[rest]) <= most_overlap]
    return np.array(keep, dtype=np.intp)


def overlap(box: Floats, boxes: Floats) -> Floats:
    """Return (n,) intersection over union of one box (4,) with boxes (n, 4)."""
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[2:], boxes[:, 2:])
    both = np.prod(np.clip(high - low, 0, None), axis=1)
    area = np.prod(box[2:] - box[:2]) + np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) - both
    return np.asarray(both / np.maximum(area, 1e-9), dtype=np.float32)
