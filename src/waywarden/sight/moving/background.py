"""The street without its road users, out of looks at it that are spread over minutes.

What a pixel shows most of the time need not be the street: at a stop line it is mostly somebody's roof. But every road
user stands there once, and the street comes back after each of them. So each colour that a pixel showed is weighed by
the sum of the square roots of the lengths of its runs, and the heaviest is the street.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from waywarden.sight.frame import Picture

Colours = npt.NDArray[np.float32]

CANDIDATES = 12
"""So many of the looks, evenly spread, are tried as the street's colour at each pixel."""
ALIKE = 14.0
"""Of 255; two looks whose colours differ by less than this in every channel show the same thing."""


def background_of(looks: Sequence[Picture]) -> tuple[Colours, Colours]:
    """Return the background (h, w, 3) float32 and its noise (h, w) float32, the median difference from it.

    Parameters
    ----------
    looks : n pictures (h, w, 3) uint8 in order of time, n >= 1
    """
    stack = np.stack(looks).astype(np.int16)
    best = np.full(stack.shape[1:3], -1.0, np.float32)
    background = np.zeros(stack.shape[1:], np.float32)
    noise = np.zeros(stack.shape[1:3], np.float32)
    for i in np.unique(np.linspace(0, len(stack) - 1, CANDIDATES).astype(int)):
        difference = np.abs(stack - stack[i]).max(axis=3)
        alike = difference < ALIKE
        weight = _weight_of_runs(alike)
        better = weight > best
        best[better] = weight[better]
        shown = stack[:, better].astype(np.float32)
        shown[~alike[:, better]] = np.nan
        background[better] = np.nanmedian(shown, axis=0)
        noise[better] = np.nanmedian(np.where(alike[:, better], difference[:, better], np.nan), axis=0)
    return background, noise


def _weight_of_runs(alike: npt.NDArray[np.bool_]) -> Colours:
    """Return (h, w) the sum of the square roots of the lengths of the runs of True along the first axis."""
    weight = np.zeros(alike.shape[1:], np.float32)
    run = np.zeros(alike.shape[1:], np.float32)
    for look in alike:
        weight += np.where(look, 0, np.sqrt(run))
        run = np.where(look, run + 1, 0)
    return np.asarray(weight + np.sqrt(run), np.float32)
