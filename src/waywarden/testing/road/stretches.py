"""The road itself, stretch by stretch: its asphalt, its lines, what is beside it, how it bends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waywarden.testing.road.decoys import WHITE, YELLOW, Painted
from waywarden.testing.road.noise import Floats, wander

HALF_M, STEP_M = 30.0, 0.02
"""Profiles reach so far to each side, with a value every so many metres."""
WALL_M = 9.5
"""Vegetation stands so far from the road's middle."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of even looks, from ``from_m`` on.

    ``profile`` (n, 6) float32 is, across the road: red, green, blue, and how much grain, blotches and broad patches
    show. ``grey`` is how bright its asphalt is, ``lines`` its painted lines (without end).
    """

    from_m: float
    lane_m: float
    grey: float
    profile: Floats
    lines: tuple[Painted, ...]


@dataclass(frozen=True, slots=True)
class Road:
    """Stretches in order, and which way the road heads: ``heading_rad`` every metre, 0 straight on."""

    stretches: tuple[Stretch, ...]
    heading_rad: Floats

    def stretch_at(self, s_m: float) -> Stretch:
        """Return the stretch that ``s_m`` is on."""
        return [each for each in self.stretches if each.from_m <= max(s_m, 0)][-1]

    def bend_from(self, s_m: float) -> tuple[Floats, Floats]:
        """Return (metres ahead, metres to the right) of the road's middle, as one sees it who heads along it."""
        ahead = np.arange(0, 160, 1.0)
        here = np.interp(s_m + ahead, np.arange(len(self.heading_rad)), self.heading_rad)
        right = np.concatenate(([0.0], np.cumsum(here[:-1] - here[0])))
        return np.asarray(ahead, np.float32), np.asarray(right, np.float32)


def a_road(rng: np.random.Generator, metres: float, *, lined: bool, straight: bool) -> Road:
    """Return a road of ``metres``, drawn from ``rng``."""
    lane_m, stretches, at = float(rng.uniform(3.1, 3.7)), [], 0.0
    verge = _verge(rng)
    while at < metres:
        stretches.append(_stretch(rng, at, lane_m, verge, lined=lined))
        at += float(rng.uniform(60, 220))
    bends = np.zeros(int(metres) + 200)
    begin = 0
    while not straight and begin < len(bends):
        long = int(rng.integers(50, 160))
        bends[begin : begin + long] = 0.0 if rng.random() < 0.5 else 1 / (rng.choice((-1, 1)) * rng.uniform(250, 900))
        begin += long
    soft = np.convolve(bends, np.ones(25) / 25, mode="same")
    return Road(tuple(stretches), np.asarray(np.cumsum(soft), np.float32))


@dataclass(frozen=True, slots=True)
class _Verge:
    """What is beside the road for the whole drive."""

    shoulder_m: float
    shoulder: Floats
    grass: Floats


def _verge(rng: np.random.Generator) -> _Verge:
    shoulders = ((0.95, 0.95, 0.97), (1.12, 1.02, 0.9), (0.8, 0.8, 0.82))
    greens = ((84, 108, 48), (112, 118, 62), (134, 126, 84), (70, 92, 50))
    return _Verge(
        float(rng.choice((0.4, rng.uniform(1, 2.6)))), np.array(shoulders[rng.integers(3)], np.float32),
        np.array(greens[rng.integers(4)], np.float32) * float(rng.uniform(0.8, 1.15)),
    )  # fmt: skip


def _stretch(rng: np.random.Generator, from_m: float, lane_m: float, verge: _Verge, *, lined: bool) -> Stretch:
    u = np.arange(-HALF_M, HALF_M, STEP_M)
    grey = float(rng.uniform(78, 150))
    tint = np.array(((1, 1, 1.01), (1.02, 1, 0.96), (1.03, 1, 0.98), (0.99, 1, 1.02))[rng.integers(4)])
    own = np.abs(np.abs(u) - lane_m / 2)
    worn, oily, dust = rng.uniform(-0.12, 0.1), rng.uniform(0, 0.14), rng.uniform(0, 0.08)
    tone = 1 + worn * np.exp(-(((own - 0.8) / 0.3) ** 2)) - oily * np.exp(-((own / 0.35) ** 2))
    tone += 0.03 * wander(rng, len(u), 1.0) + 0.016 * rng.standard_normal(len(u))
    tone += dust * np.exp(-((np.abs(np.abs(u) - lane_m) / 0.35) ** 2))
    profile = np.empty((len(u), 6), np.float32)
    profile[:, :3] = grey * tone[:, None] * tint
    profile[:, 3:] = (rng.uniform(0.06, 0.15), rng.uniform(0.02, 0.06), rng.uniform(0.02, 0.06))
    beside = np.abs(u) > lane_m + 0.3
    profile[beside, :3] = grey * verge.shoulder * rng.uniform(0.85, 1.15)
    profile[beside, 3:] = (0.16, 0.08, 0.07)
    beyond = np.abs(u) > lane_m + 0.3 + verge.shoulder_m
    profile[beyond, :3] = verge.grass
    profile[beyond, 3:] = (0.24, 0.22, 0.16)
    lines = _lines(rng, lane_m) if lined else ()
    return Stretch(from_m, lane_m, grey, profile, lines)


def _lines(rng: np.random.Generator, lane_m: float) -> tuple[Painted, ...]:
    worn, half = float(np.clip(rng.normal(0.2, 0.18), 0, 0.7)), float(rng.uniform(0.05, 0.075))
    middle = YELLOW if rng.random() < 0.7 else WHITE
    dash, gap = ((3.0, 9.0), (4.0, 12.0), (2.0, 4.0))[rng.integers(3)]
    style = rng.integers(4)
    found = [] if style == 3 else [Painted(lane_m, 0, np.inf, half, WHITE, worn)]
    found.append(Painted(-lane_m, 0, np.inf, half, WHITE, worn))
    if style == 0:
        found += [Painted(u, 0, np.inf, half, middle, worn) for u in (-0.12, 0.12)]
    else:
        found.append(Painted(0, 0, np.inf, half, middle, worn, dash, gap))
    if style == 1:
        found.append(Painted(0.22, 0, np.inf, half, middle, worn))
    return tuple(found)
