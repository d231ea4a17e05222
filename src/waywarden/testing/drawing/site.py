"""What stands around a junction: houses, trees, signal posts, street lamps; drawn from a seed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from waywarden.testing.drawing.meshes import Body, Builder
from waywarden.testing.drawing.paint import Placed
from waywarden.testing.junction import ARMS, HALF_ROAD_M, OUTWARDS, STOP_M
from waywarden.testing.mast import Mast

HOUSE_FROM_M = 15.0
POST_M = HALF_ROAD_M + 1.0


@dataclass(frozen=True, slots=True)
class House:
    """A block: west, south, east, north in metres, its height, its colour, and the number of its pattern."""

    box_m: tuple[float, float, float, float]
    height_m: float
    rgb: tuple[float, float, float]
    look: int


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree: where, how high its crown's middle, the crown's radius."""

    x_m: float
    y_m: float
    crown_m: float
    radius_m: float
    look: int


@dataclass(frozen=True, slots=True)
class Site:
    """What stands around one junction."""

    houses: tuple[House, ...]
    trees: tuple[Tree, ...]
    posts: tuple[Placed, ...]
    lamps_m: tuple[tuple[float, float], ...]
    look: int
    drives_on_left: bool


def site(rng: np.random.Generator, mast: Mast, *, occlusion: bool, drives_on_left: bool) -> Site:
    """Return what stands around a junction, drawn from ``rng``; nothing hides a gate unless ``occlusion``."""
    tones = ((168, 120, 96), (190, 176, 150), (150, 148, 144), (204, 190, 160), (128, 92, 78), (176, 164, 156))
    near = tuple(math.copysign(1, v) for v in mast.position_m[:2])
    houses, trees = [], []
    for sx in (-1, 1):
        for sy in (-1, 1):
            if (sx, sy) == near:
                continue
            for along_x, along_y in ((0, 0), (1, 0), (0, 1), (2, 0), (0, 2)):
                x0, y0 = HOUSE_FROM_M + 28 * along_x, HOUSE_FROM_M + 28 * along_y
                x1, y1 = x0 + float(rng.uniform(22, 27)), y0 + float(rng.uniform(22, 27))
                box = (min(sx * x0, sx * x1), min(sy * y0, sy * y1), max(sx * x0, sx * x1), max(sy * y0, sy * y1))
                tone = tones[rng.integers(len(tones))]
                houses.append(House(box, float(rng.uniform(8, 17)), tone, int(rng.integers(1000))))
            for x, y in ((rng.uniform(20, 40), 11.5), (11.5, rng.uniform(20, 40))):
                trees.append(
                    Tree(
                        sx * float(x),
                        sy * y,
                        float(rng.uniform(4, 5)),
                        float(rng.uniform(1.7, 2.4)),
                        int(rng.integers(99)),
                    )
                )
    for out in OUTWARDS.values():
        side = (out[1], out[0])
        far = [(out[0] * d + side[0] * s, out[1] * d + side[1] * s) for d, s in ((112, -30), (124, 30))]
        box = (
            min(far[0][0], far[1][0]),
            min(far[0][1], far[1][1]),
            max(far[0][0], far[1][0]),
            max(far[0][1], far[1][1]),
        )
        houses.append(House(box, 13.0, tones[rng.integers(len(tones))], int(rng.integers(1000))))
    posts, lamps = _posts(drives_on_left=drives_on_left)
    if occlusion:
        trees.append(Tree(near[0] * 8.7, near[1] * 8.7, 5.2, 2.3, 7))
        posts = (*posts, Placed(_board(), near[0] * 17.0, near[1] * 8.0, math.radians(mast.heading_deg)))
    return Site(tuple(houses), tuple(trees), posts, lamps, int(rng.integers(1000)), drives_on_left)


def _posts(*, drives_on_left: bool) -> tuple[tuple[Placed, ...], tuple[tuple[float, float], ...]]:
    """Return signal posts beside each stop line and street lamps along each arm."""
    placed, lamps = [], []
    hand = -1 if drives_on_left else 1
    for arm in ARMS:
        ox, oy = OUTWARDS[arm]
        right = (-oy * hand, ox * hand)
        edge = POST_M
        placed.append(
            Placed(_signal(), ox * STOP_M + right[0] * edge, oy * STOP_M + right[1] * edge, math.atan2(oy, ox))
        )
        for away in (16.0, 44.0):
            x, y = ox * away - right[0] * (edge + 0.3), oy * away - right[1] * (edge + 0.3)
            placed.append(Placed(_lamp_post(), x, y, math.atan2(right[1], right[0])))
            lamps.append((x + right[0] * 2, y + right[1] * 2))
    return tuple(placed), tuple(lamps)


def _signal() -> Body:
    """Return a signal post, whose head looks ahead (x)."""
    build = Builder()
    build.limb((0, 0, 0), (0, 0, 2.3), 0.13, (70, 72, 74))
    build.flanks((-0.12, 0.12), (0.17, 0.17), (2.2, 3.2), ((30, 32, 32), 0.1, 0))
    for x in (-0.12, 0.12):
        build.end(x, (-0.17, 0.17), (2.2, 3.2), ((34, 36, 36), 0.1, 0))
    return build.body()


def _lamp_post() -> Body:
    """Return a street lamp whose arm reaches ahead (x)."""
    build = Builder()
    build.limb((0, 0, 0), (0, 0, 7.4), 0.16, (96, 98, 100))
    build.limb((0, 0, 7.4), (1.8, 0, 7.8), 0.11, (96, 98, 100))
    build.limb((1.5, 0, 7.8), (2.3, 0, 7.85), 0.24, (150, 150, 150))
    return build.body()


def _board() -> Body:
    """Return a traffic sign upon two legs, to stand in the view."""
    build = Builder()
    for y in (-0.9, 0.9):
        build.limb((0, y, 0), (0, y, 4.2), 0.14, (120, 122, 124))
    for x in (-0.05, 0.05):
        build.end(x, (-1.2, 1.2), (2.3, 4.2), ((40, 84, 150), 0.1, 0))
    return build.body()
