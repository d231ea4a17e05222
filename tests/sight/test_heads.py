"""Raw outputs that are made by hand, so that the boxes they stand for are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waywarden.sight.networks.heads import (
    grid_points,
    nanodet_plus,
    overlap,
    rows_of_five,
    rows_of_seven,
    three_a_cell,
    without_doubles,
    yolox,
)

SIZE = (416, 416)


def _cell(stride, column, row, strides):
    """Return the row of the output that belongs to a cell."""
    before = sum((-(-SIZE[0] // s)) ** 2 for s in strides if s < stride)
    return before + row * -(-SIZE[0] // stride) + column


def test_ssd_rows_are_shares_of_the_input():
    rows = np.array(
        [
            [0, 1, 0.9, 0.25, 0.5, 0.5, 0.75],
            [0, 2, 0.3, 0, 0, 1, 1],
            [0, 3, 0.1, 0, 0, 1, 1],  # too uncertain
            [-1, 1, 0.9, 0, 0, 1, 1],  # the end of the list
        ],
        np.float32,
    )
    boxes, scores, labels = rows_of_seven([rows[None, None]], (400, 200), 0.2)
    assert boxes.tolist() == [[100, 100, 200, 150], [0, 0, 400, 200]]
    assert scores == pytest.approx([0.9, 0.3])
    assert labels.tolist() == [1, 2]


def test_rows_of_five_are_pixels():
    rows = np.array([[10, 20, 30, 40, 0.8], [1, 2, 3, 4, 0.1]], np.float32)
    boxes, scores, labels = rows_of_five([rows, np.array([2, 0])], (448, 256), 0.2)
    assert (boxes.tolist(), labels.tolist()) == ([[10, 20, 30, 40]], [2])
    assert scores == pytest.approx([0.8])


@pytest.mark.parametrize(("stride", "column", "row"), [(8, 0, 0), (8, 51, 51), (16, 3, 20), (32, 12, 0)])
def test_yolox_cells(stride, column, row):
    strides = (8, 16, 32)
    raw = np.zeros((1, 52**2 + 26**2 + 13**2, 85), np.float32)
    at = _cell(stride, column, row, strides)
    raw[0, at, :5] = 0.5, 0.25, np.log(3), np.log(2), 0.8
    raw[0, at, 5 + 7] = 0.5
    boxes, scores, labels = yolox([raw], SIZE, 0.3)
    x, y = (column + 0.5) * stride, (row + 0.25) * stride
    assert boxes == pytest.approx(np.array([[x - 1.5 * stride, y - stride, x + 1.5 * stride, y + stride]]), abs=1e-3)
    assert scores == pytest.approx([0.4])
    assert labels.tolist() == [7]


@pytest.mark.parametrize("row_of_cell", [0, 1, 2])
@pytest.mark.parametrize(("stride", "column", "row"), [(8, 0, 0), (8, 51, 51), (16, 3, 20), (32, 12, 0)])
def test_three_rows_a_cell(stride, column, row, row_of_cell):
    raw = np.zeros((1, 3 * (52**2 + 26**2 + 13**2), 12), np.float32)
    at = 3 * _cell(stride, column, row, (8, 16, 32)) + row_of_cell
    raw[0, at] = [0.5, 0.25, np.log(3), np.log(2), 0.8, -4, -3, -2, -5, -6, -2.5, -7]
    boxes, scores, labels = three_a_cell([raw], SIZE, 0.3)
    x, y = (column + 0.5) * stride, (row + 0.25) * stride
    assert boxes == pytest.approx(np.array([[x - 1.5 * stride, y - stride, x + 1.5 * stride, y + stride]]), abs=1e-3)
    assert scores == pytest.approx([0.8])  # whatever its class
    assert labels.tolist() == [2]


@pytest.mark.parametrize(("stride", "column", "row"), [(8, 0, 0), (16, 25, 25), (32, 5, 9), (64, 6, 6)])
def test_nanodet_cells(stride, column, row):
    strides = (8, 16, 32, 64)
    raw = np.zeros((1, 52**2 + 26**2 + 13**2 + 7**2, 112), np.float32)
    at = _cell(stride, column, row, strides)
    raw[0, at, 2] = 0.6
    for side, cells in enumerate((1, 2, 3, 4)):
        raw[0, at, 80 + 8 * side + cells] = 50.0  # the whole distribution on one distance
    boxes, scores, labels = nanodet_plus([raw], SIZE, 0.3)
    x, y = column * stride, row * stride
    wanted = np.array([[x - stride, y - 2 * stride, x + 3 * stride, y + 4 * stride]])
    assert boxes == pytest.approx(wanted, abs=1e-3)
    assert scores == pytest.approx([0.6])
    assert labels.tolist() == [2]


def test_nanodet_distances_are_expected_values():
    raw = np.zeros((1, 52**2 + 26**2 + 13**2 + 7**2, 112), np.float32)
    raw[0, 0, 0] = 0.9
    raw[0, 0, 80:] = np.tile(np.log([1, 1, 1, 1, 1, 1, 1, 1]), 4)  # all distances alike: 3.5 cells
    boxes, _, _ = nanodet_plus([raw], SIZE, 0.3)
    assert boxes == pytest.approx(np.array([[-28, -28, 28, 28]]), abs=1e-3)


def test_the_grid_covers_the_picture_level_by_level():
    cell, stride = grid_points((32, 16), (8, 16))
    assert cell.tolist()[:5] == [[0, 0], [1, 0], [2, 0], [3, 0], [0, 1]]
    assert stride[:, 0].tolist() == [8] * 8 + [16] * 2


CORNERS = st.tuples(*[st.integers(0, 60)] * 2, *[st.integers(1, 40)] * 2)
BOXES = st.lists(CORNERS, max_size=15).map(
    lambda some: np.array([(x, y, x + w, y + h) for x, y, w, h in some], np.float32).reshape(-1, 4)
)


def _share(a, b):
    """Intersection over union, said plainly."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    both = max(width, 0) * max(height, 0)
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


@given(BOXES, st.randoms(use_true_random=False), st.sampled_from([0.3, 0.45, 0.7]))
def test_doubles_are_dropped_as_a_plain_loop_would(boxes, chance, most):
    scores = np.array([chance.random() for _ in boxes], np.float32)
    kept = []
    for i in sorted(range(len(boxes)), key=lambda i: -scores[i]):
        if all(_share(boxes[i], boxes[j]) <= np.float32(most) for j in kept):
            kept.append(i)
    assert without_doubles(boxes, scores, most).tolist() == kept


@given(BOXES)
def test_overlap_is_the_plain_one(boxes):
    for box in boxes:
        assert overlap(box, boxes) == pytest.approx([_share(box, other) for other in boxes], abs=1e-6)
