"""Road users that touch, kept apart: upright rectangles, each with a grain of its own, on a picture of 384 x 216."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waywarden.sight.moving.apart import Apart

SHAPE = (216, 384)
STEP_S = 0.08


def grain(seed, width, height):
    """Return the look of a road user."""
    return np.random.default_rng(seed).integers(30, 220, (height, width)).astype(np.int16)


def picture(*placed):
    """Return the moving parts and the brightness of a street; of two that overlap the later is in front."""
    solid, level = np.zeros(SHAPE, bool), np.full(SHAPE, 110, np.int16)
    for look, x, y in placed:
        height, width = look.shape
        part = np.s_[max(0, y) : y + height, max(0, x) : x + width]
        solid[part] = True
        level[part] = look[max(0, -y) :, max(0, -x) :][: SHAPE[0] - max(0, y), : SHAPE[1] - max(0, x)]
    return solid, level


def boxes(pictures, step_s=STEP_S):
    """Return the boxes of each picture."""
    apart = Apart()
    return [apart.update(solid, level, step_s) for solid, level in pictures]


def is_at(found, x, y, width, height):
    """Return whether one of the boxes shares more than half with this one."""
    low, high = np.maximum(found[:, :2], (x, y)), np.minimum(found[:, 2:], (x + width, y + height))
    both = np.clip(high - low, 0, None).prod(axis=1)
    areas = (found[:, 2:] - found[:, :2]).prod(axis=1) + width * height
    return bool((both / (areas - both) > 0.5).any())


@given(speed=st.integers(1, 4), above=st.integers(0, 10), seed=st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_two_that_pass_each_other_stay_two(speed, above, seed):
    left, right = grain(seed, 50, 24), grain(seed + 100, 46, 26)
    steps = range(320 // (2 * speed))
    ways = [(20 + speed * n, 80 + above, 320 - speed * n, 96) for n in steps]
    pictures = [picture((left, x, y), (right, x2, y2)) for x, y, x2, y2 in ways]
    for (x, y, x2, y2), found in zip(ways, boxes(pictures), strict=True):
        assert len(found) == 2
        assert is_at(found, x, y, 50, 24)
        assert is_at(found, x2, y2, 46, 26)


def test_one_that_comes_up_behind_another_is_another_and_so_it_is_when_the_first_drives_off():
    first, second = grain(1, 50, 26), grain(2, 44, 26)
    ways = [(200, min(20 + 3 * n, 158)) for n in range(100)] + [(200 + 3 * n, 158) for n in range(40)]
    for n, ((x, x2), found) in enumerate(
        zip(ways, boxes(picture((first, x, 90), (second, x2, 94)) for x, x2 in ways), strict=True)
    ):
        assert len(found) == 2, n
        assert is_at(found, x, 90, 50, 26)
        assert is_at(found, x2, 94, 44, 26)


def test_two_that_were_never_seen_apart_are_two_when_one_drives_off():
    first, second = grain(1, 50, 26), grain(2, 44, 26)
    ways = [150] * 20 + [150 + 3 * n for n in range(20)]
    found = boxes(picture((first, x, 90), (second, 108, 90)) for x in ways)
    assert len(found[10]) == 1
    assert len(found[-1]) == 2
    assert is_at(found[-1], ways[-1], 90, 50, 26)
    assert is_at(found[-1], 108, 90, 44, 26)


@pytest.mark.parametrize("at", [8, 20, 40])
def test_one_that_is_in_two_pieces_for_a_moment_is_one(at):
    """As behind a post, or where a window is as grey as the street."""
    look = grain(1, 60, 26)
    pictures = [picture((look, 20 + 3 * n, 90)) for n in range(80)]
    for n in range(40, 56):
        solid, level = pictures[n]
        solid[:, 20 + 3 * n + at : 28 + 3 * n + at] = False
        level[:, 20 + 3 * n + at : 28 + 3 * n + at] = 110
    for n, found in enumerate(boxes(pictures)):
        assert len(found) == 1, n
        assert is_at(found, 20 + 3 * n, 90, 60, 26)


def test_one_that_left_the_picture_is_forgotten():
    look = grain(1, 50, 26)
    pictures = [picture((look, 300 + 4 * n, 90)) for n in range(21)] + [picture()] * 3
    assert all(len(found) == 0 for found in boxes(pictures)[-3:])


@pytest.mark.parametrize("step_s", [0.0, 1.5, -1.0])
def test_after_a_gap_everything_begins_anew(step_s):
    first, second = grain(1, 50, 26), grain(2, 44, 26)
    apart = Apart()
    for x in range(60, 158, 3):
        apart.update(*picture((first, 200, 90), (second, x, 94)), STEP_S)
    touching = picture((first, 200, 90), (second, 158, 94))
    assert len(apart.update(*touching, STEP_S)) == 2
    assert len(apart.update(*touching, step_s)) == 1


def test_a_speck_is_nobody():
    assert len(boxes([picture((grain(1, 6, 5), 100, 100))])[0]) == 0
