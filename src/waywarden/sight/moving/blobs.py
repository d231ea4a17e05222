"""Connected parts of a yes/no picture, in numpy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Boxes = npt.NDArray[np.int64]
Areas = npt.NDArray[np.int64]
Labels = npt.NDArray[np.int32]


def thicker(mask: Mask, reach: int) -> Mask:
    """Return ``mask`` grown by ``reach`` pixels in each of the four directions and the corners (dilation)."""
    grown = mask
    for axis in (0, 1):
        now = grown.copy()
        for step in range(1, reach + 1):
            if axis == 0:
                now[step:] |= grown[:-step]
                now[:-step] |= grown[step:]
            else:
                now[:, step:] |= grown[:, :-step]
                now[:, :-step] |= grown[:, step:]
        grown = now
    return np.asarray(grown)


def thinner(mask: Mask, reach: int) -> Mask:
    """Return ``mask`` shrunk by ``reach`` pixels (erosion); outside the picture counts as set."""
    return ~thicker(~mask, reach)


def blobs(mask: Mask) -> tuple[Boxes, Areas]:
    """Return boxes (n, 4; left, top, right, bottom, the last two exclusive) and areas (n,) of the 8-connected parts."""
    boxes, areas, _ = labelled(mask)
    return boxes, areas


def labelled(mask: Mask) -> tuple[Boxes, Areas, Labels]:
    """Return boxes and areas as ``blobs`` does, and (h, w) int32 which part each pixel is of: from 1 on, 0 for none.

    Runs of set pixels are found row by row, and runs that touch one of the row above are joined (union-find).
    """
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    stops = np.nonzero(edges == -1)[1]
    parent = np.arange(len(rows)).tolist()
    _join_rows(parent, rows.tolist(), starts.tolist(), stops.tolist())
    roots = np.array([_root(parent, i) for i in range(len(parent))], np.int64)
    names, which = np.unique(roots, return_inverse=True)
    n = len(names)
    low = np.full((n, 2), np.iinfo(np.int64).max)
    high = np.zeros((n, 2), np.int64)
    np.minimum.at(low, which, np.column_stack([starts, rows]))
    np.maximum.at(high, which, np.column_stack([stops, rows + 1]))
    ends = np.zeros((mask.shape[0], mask.shape[1] + 1), np.int32)
    ends[rows, starts] = which + 1
    ends[rows, stops] -= (which + 1).astype(np.int32)
    areas = np.bincount(which, stops - starts, n).astype(np.int64)
    return np.concatenate([low, high], axis=1), areas, np.cumsum(ends, axis=1, dtype=np.int32)[:, :-1]


def _join_rows(parent: list[int], rows: list[int], starts: list[int], stops: list[int]) -> None:
    above = 0
    for i, row in enumerate(rows):
        while above < i and (rows[above] < row - 1 or (rows[above] == row - 1 and stops[above] < starts[i])):
            above += 1
        j = above
        while j < i and rows[j] == row - 1 and starts[j] <= stops[i]:
            parent[_root(parent, i)] = _root(parent, j)
            j += 1


def _root(parent: list[int], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i
