"""Connected parts, growing and shrinking, against scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import ndimage

from waywarden.sight.moving.blobs import blobs, thicker, thinner

MASKS = arrays(bool, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=24))
ALL_ROUND = np.ones((3, 3), bool)


def _by_scipy(mask):
    labels, n = ndimage.label(mask, ALL_ROUND)
    parts = ndimage.find_objects(labels)
    return sorted(
        (x.start, y.start, x.stop, y.stop, int((labels[y, x] == i + 1).sum())) for i, (y, x) in enumerate(parts[:n])
    )


def _by_us(mask):
    boxes, areas = blobs(mask)
    return sorted((*box, area) for box, area in zip(boxes.tolist(), areas.tolist(), strict=True))


@given(MASKS)
def test_parts_are_those_that_scipy_finds(mask):
    assert _by_us(mask) == _by_scipy(mask)


@given(st.integers(0, 999), st.floats(0.05, 0.95))
def test_parts_of_larger_masks_too(seed, share):
    mask = np.random.default_rng(seed).random((40, 60)) < share
    assert _by_us(mask) == _by_scipy(mask)


@pytest.mark.parametrize("value", [False, True])
def test_nothing_and_all(value):
    assert _by_us(np.full((7, 9), value)) == ([(0, 0, 9, 7, 63)] if value else [])


@given(MASKS, st.integers(0, 4))
def test_growing_and_shrinking_are_those_of_scipy(mask, reach):
    square = np.ones((2 * reach + 1, 2 * reach + 1), bool)
    assert np.array_equal(thicker(mask, reach), ndimage.binary_dilation(mask, square))
    assert np.array_equal(thinner(mask, reach), ndimage.binary_erosion(mask, square, border_value=1))
