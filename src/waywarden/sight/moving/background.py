"""The street without its road users, out of looks at it that are spread over minutes.

What a pixel shows most of the time need not be the street: at a stop line it is mostly somebody's roof, for as long as
the light is red. But the street comes back between one and the next, so what a pixel showed counts by how often it came
back, hardly by how long it stayed. That is uncertain for a pixel alone, but where one pixel shows the street those
around it do, and the street has fewer edges than who drives on it: so whole looks are weighed around each pixel.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from waywarden.sight.frame import Picture

Colours = npt.NDArray[np.float32]
Levels = npt.NDArray[np.int16]
Mask = npt.NDArray[np.bool_]

CANDIDATES = 12
"""So many of the looks, evenly spread, are tried as the street's colour at each pixel."""
ALIKE = 14
"""Of 255; two looks whose colours differ by less than this in every channel show the same thing."""
STAYS = 0.1
"""A run of n looks that are alike weighs n to this power."""
MOSTLY, MOSTLY_WEIGHS = 0.6, 100.0
"""But what shows in this share of the looks weighs so many times more: no red light lasts for so much of the time."""
AROUND = 0.021
"""Looks are weighed within this share of the picture's width around a pixel."""
PLAIN = 4.0
"""Of 255; a look weighs the less the more its edges are, and the same for all that are well below this."""


def background_of(looks: Sequence[Picture]) -> tuple[Colours, Colours]:
    """Return the background (h, w, 3) float32 and its noise (h, w) float32, the median difference from it.

    Parameters
    ----------
    looks : n pictures (h, w, 3) uint8 in order of time, n >= 1
    """
    stack = np.stack(looks)
    changes = (stack.max(axis=0) - stack.min(axis=0)).max(axis=2) >= ALIKE
    shown = stack[:, changes].astype(np.int16)
    reach = max(1, round(AROUND * stack.shape[2]))
    many = np.maximum(_sums_around(changes.astype(np.float32), reach), 1)
    best = np.full(len(shown[0]), -1.0, np.float32)
    which = np.zeros(len(shown[0]), np.intp)
    tried = np.unique(np.linspace(0, len(stack) - 1, CANDIDATES).astype(int))
    for i in tried:
        weights = np.zeros(changes.shape, np.float32)
        weights[changes] = _weight_of_runs(_difference(shown, shown[i]) < ALIKE)
        plain = PLAIN + _sums_around(_edges(stack[i]), reach) / (2 * reach + 1) ** 2
        weight = (_sums_around(weights, reach) / (many * plain))[changes]
        better = weight > best
        best[better], which[better] = weight[better], i
    return _as_chosen(stack, changes, shown, which)


def _as_chosen(
    stack: npt.NDArray[np.uint8], changes: Mask, shown: Levels, which: npt.NDArray[np.intp]
) -> tuple[Colours, Colours]:
    """Return background and noise: of each pixel that changes, out of the looks that are like look ``which`` there."""
    few = stack[:: max(1, len(stack) // 12)].astype(np.int16)
    background = few.mean(axis=0, dtype=np.float32)
    noise = np.median(np.abs(few - background).max(axis=3), axis=0).astype(np.float32)
    colours, spread = np.zeros(shown.shape[1:], np.float32), np.zeros(shown.shape[1], np.float32)
    for i in np.unique(which):
        there = which == i
        of = shown[:, there]
        difference = _difference(of, of[i])
        alike = difference < ALIKE
        colours[there] = np.einsum("np,npc->pc", alike, of, dtype=np.float32) / alike.sum(axis=0)[:, None]
        spread[there] = np.nanmedian(np.where(alike, difference, np.nan), axis=0)
    background[changes], noise[changes] = colours, spread
    return background, noise


def _difference(shown: Levels, of: Levels) -> Levels:
    """Return (n, m) the largest difference of any channel between (n, m, 3) and (m, 3)."""
    difference = np.abs(shown[..., 0] - of[..., 0])
    for channel in (1, 2):
        np.maximum(difference, np.abs(shown[..., channel] - of[..., channel]), out=difference)
    return np.asarray(difference)


def _weight_of_runs(alike: Mask) -> Colours:
    """Return (m,) the sum of the lengths, to the power ``STAYS``, of the runs of True along the first axis.

    Where ``MOSTLY`` of all are True it is ``MOSTLY_WEIGHS`` times as much.
    """
    of_length = np.arange(len(alike) + 1, dtype=np.float32) ** np.float32(STAYS)
    of_length[0] = 0
    weight = np.zeros(alike.shape[1], np.float32)
    run = np.zeros(alike.shape[1], np.intp)
    for look in alike:
        weight += of_length[np.where(look, 0, run)]
        run = np.where(look, run + 1, 0)
    weight += of_length[run]
    weight[alike.mean(axis=0) >= MOSTLY] *= MOSTLY_WEIGHS
    return weight


def _edges(look: Picture) -> Colours:
    """Return (h, w) the largest difference to any of the four pixels beside, of any channel."""
    wide = look.astype(np.int16)
    edges = np.zeros(look.shape[:2], np.int16)
    across = np.abs(np.diff(wide, axis=1)).max(axis=2)
    down = np.abs(np.diff(wide, axis=0)).max(axis=2)
    for part, steps in ((np.s_[:, 1:], across), (np.s_[:, :-1], across), (np.s_[1:], down), (np.s_[:-1], down)):
        np.maximum(edges[part], steps, out=edges[part])
    return edges.astype(np.float32)


def _sums_around(values: Colours, reach: int) -> Colours:
    """Return (h, w) the sums of the square that reaches so many pixels to each side."""
    side = 2 * reach + 1
    down = np.cumsum(np.pad(values, ((reach + 1, reach), (0, 0))), axis=0, dtype=np.float32)
    rows = down[side:] - down[:-side]
    across = np.cumsum(np.pad(rows, ((0, 0), (reach + 1, reach))), axis=1, dtype=np.float32)
    return np.asarray(across[:, side:] - across[:, :-side])
