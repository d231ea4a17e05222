"""The street without its road users, out of looks at it."""

from __future__ import annotations

import numpy as np
import pytest

from waywarden.sight.moving.background import background_of

WINDOWS = {(200, 40, 40): 32, (235, 235, 235): 45, (40, 60, 170): 58}
"""Where the dark window of who has this colour begins."""


def street(seed=1):
    """Return asphalt with a line on it."""
    rgb = np.full((90, 160, 3), 110.0) + np.random.default_rng(seed).normal(0, 5, (90, 160, 1))
    rgb[:, 76:79] = 190
    return rgb


def looks(colours):
    """Return a look for each of the colours of who stands at the stop line; None for nobody."""
    pictures = []
    for n, colour in enumerate(colours):
        rgb = street()
        if colour is not None:
            rgb[40:58, 30:70] = colour
            rgb[44:50, WINDOWS[colour] : WINDOWS[colour] + 10] = 25
        pictures.append(np.clip(rgb + np.random.default_rng(n).normal(0, 2, rgb.shape), 0, 255).astype(np.uint8))
    return pictures


@pytest.mark.parametrize("stands", [8, 14])
def test_where_somebody_stands_most_of_the_time_the_street_is_what_comes_back(stands):
    """Three that wait for a green light, each for so many looks, and two looks at the street after each of them."""
    colours = [(200, 40, 40)] * stands + [None] * 2 + [(235, 235, 235)] * stands + [None] * 2
    colours += [(40, 60, 170)] * stands + [None] * 2
    background, noise = background_of(looks(colours))
    assert np.abs(background - street()).max() < 12
    assert np.percentile(noise, 95) < 8


def test_an_empty_street_is_itself():
    background, noise = background_of(looks([None] * 9))
    assert np.abs(background - street()).max() < 12
    assert noise.shape == (90, 160)


def test_one_look_is_the_background():
    (look,) = looks([None])
    background, noise = background_of([look])
    assert (background == look).all()
    assert (noise == 0).all()


def test_somebody_who_comes_again_and_again_in_one_colour_is_not_the_street():
    """A tram line: plainer than the street, there in every fourth look."""
    pictures = looks([None] * 32)
    for n in range(0, 32, 4):
        pictures[n][30:70, 20:100] = 60
    background, _ = background_of(pictures)
    assert np.abs(background - street()).max() < 12
