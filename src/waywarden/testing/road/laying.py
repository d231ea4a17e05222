"""Where decoys lie: each kind drawn from a seed, one call a thing (or the few things that come together)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waywarden.testing.road.decoys import (
    BITUMEN,
    WHITE,
    YELLOW,
    Band,
    Cover,
    Decoy,
    Flat,
    Painted,
    Patch,
    Puddle,
    Shade,
    Stain,
)


@dataclass(frozen=True, slots=True)
class Where:
    """Where something is to lie: about ``s_m`` along a road with lanes of ``lane_m``, as bright as ``grey``."""

    s_m: float
    lane_m: float
    grey: float


def shadows(rng: np.random.Generator, at: Where) -> list[Flat]:
    """Return the shadow of a tree, a pole or a wire."""
    dark = float(rng.uniform(0.4, 0.72))
    what = rng.random()
    if what < 0.5:
        side = float(rng.choice((-1, 1)))
        reach = (float(rng.uniform(2, 6)), float(rng.uniform(1.5, 6)))
        return [Shade((side * float(rng.uniform(1, 6)), at.s_m), reach, float(rng.uniform(-0.9, 0.5)), dark)]
    half = float(rng.uniform(0.05, 0.16) if what < 0.8 else rng.uniform(0.008, 0.022))
    soft, slant = half * float(rng.uniform(0.15, 0.5)), float(rng.uniform(-4, 4))
    ends = ((-9.0, at.s_m), (9.0, at.s_m + slant))
    return [Band(*ends, half, soft, dark if what < 0.8 else dark * 0.6, 0, None, Decoy.SHADOWS)]


def joints(rng: np.random.Generator, at: Where) -> list[Flat]:
    """Return a sealed joint, across or along, or the joint of a bridge."""
    what, half = rng.random(), float(rng.uniform(0.012, 0.035))
    colour = BITUMEN * float(rng.uniform(0.6, 1.15))
    dark, ragged = float(rng.uniform(0.5, 0.95)), float(rng.uniform(0, 0.35))
    if what < 0.45:
        return [Band((-at.lane_m, at.s_m), (at.lane_m, at.s_m), half, 0.004, dark, ragged, colour, Decoy.JOINTS)]
    if what < 0.85:
        u, length = float(rng.uniform(-0.15, at.lane_m + 0.1)), float(rng.uniform(8, 30))
        ends = ((u, at.s_m), (u + float(rng.normal(0, 0.04)), at.s_m + length))
        return [Band(*ends, half, 0.004, dark, ragged, colour, Decoy.JOINTS)]
    steel, more = np.array((128, 126, 122), np.float32), at.lane_m + 1
    return [
        Band((-more, at.s_m), (more, at.s_m), 0.14, 0.004, 1, 0.05, steel, Decoy.JOINTS),
        Band((-more, at.s_m), (more, at.s_m), 0.03, 0.004, 1, 0, BITUMEN * 0.7, Decoy.JOINTS),
    ]


def manholes(rng: np.random.Generator, at: Where) -> list[Flat]:
    """Return a cover or a grate."""
    middle = (float(rng.uniform(0.4, at.lane_m - 0.1)), at.s_m)
    is_round = bool(rng.random() < 0.75)
    radius = float(rng.uniform(0.29, 0.36) if is_round else rng.uniform(0.2, 0.3))
    return [Cover(middle, radius, is_round, float(rng.uniform(45, 110)), float(at.grey * rng.uniform(0.8, 1.5)))]


def patches(rng: np.random.Generator, at: Where) -> list[Flat]:
    """Return a repair: a trench across, a square or a shapeless one."""
    what = rng.random()
    middle, reach = (float(rng.uniform(0.5, at.lane_m - 0.4)), at.s_m), (float(rng.uniform(0.3, 1)),
                                                                      float(rng.uniform(0.4, 3)))  # fmt: skip
    if what < 0.2:
        middle, reach = (0.0, at.s_m), (at.lane_m, float(rng.uniform(0.25, 0.7)))
    rgb = np.array((1, 1, 1.01), np.float32) * (at.grey * float(rng.choice((0.62, 0.8, 1.2)) + rng.normal(0, 0.06)))
    seal = float(rng.choice((0, rng.uniform(0.3, 0.9))))
    return [Patch(middle, reach, bool(what < 0.65), rgb, float(rng.uniform(0.05, 0.16)), seal)]


def wet(rng: np.random.Generator, at: Where) -> list[Flat]:
    """Return a puddle, or but a damp place."""
    middle = (float(rng.uniform(0, at.lane_m)), at.s_m)
    reach = (float(rng.uniform(0.2, 1)), float(rng.uniform(0.4, 3.5)))
    sky = np.array((176, 186, 198), np.float32) * float(rng.uniform(0.75, 1.1))
    return [Puddle(middle, reach, float(rng.choice((0, rng.uniform(0.4, 1)))), sky)]


def markings(rng: np.random.Generator, at: Where) -> list[Flat]:
    """Return an arrow, a stop line, or a crossing for those on foot."""
    what, worn, mid = rng.random(), float(rng.uniform(0, 0.4)), at.lane_m / 2
    if what < 0.4:
        return [Painted(mid, at.s_m, at.s_m + 4.5, 0.09, WHITE, worn, head=True, decoy=Decoy.MARKINGS)]
    if what < 0.7:
        return [Painted(mid, at.s_m, at.s_m + 0.4, mid, WHITE, worn, decoy=Decoy.MARKINGS)]
    if what < 0.85:
        return [Painted(u, at.s_m, at.s_m + 3, 0.22, WHITE, worn, decoy=Decoy.MARKINGS)
                for u in np.arange(-at.lane_m + 0.5, at.lane_m, 1.0)]  # fmt: skip
    return [Painted(mid, at.s_m + i * 0.9, at.s_m + i * 0.9 + 0.25, mid, YELLOW, worn, decoy=Decoy.MARKINGS)
            for i in range(4)]  # fmt: skip


def stains(rng: np.random.Generator, at: Where) -> list[Flat]:
    """Return spilt oil, a trail of drops, or the marks of tyres that slid."""
    what, dark = rng.random(), float(rng.uniform(0.2, 0.55))
    mid = at.lane_m / 2 + float(rng.normal(0, 0.3))
    if what < 0.4:
        return [Stain((mid, at.s_m), (float(rng.uniform(0.08, 0.5)), float(rng.uniform(0.1, 0.9))), dark)]
    if what < 0.7:
        return [Stain((mid + float(rng.normal(0, 0.06)), at.s_m + float(s)), (float(rng.uniform(0.02, 0.1)),) * 2, dark)
                for s in rng.uniform(0, 8, 14)]  # fmt: skip
    long, aside = float(rng.uniform(4, 16)), float(rng.normal(0, 0.5))
    return [Band((u, at.s_m), (u + aside, at.s_m + long), 0.1, 0.06, dark, 0.5, BITUMEN * 0.8, Decoy.STAINS)
            for u in (mid - 0.75, mid + 0.75)]  # fmt: skip


def worn_paint(rng: np.random.Generator, at: Where) -> list[Flat]:
    """Return what is left of an old line or arrow."""
    worn, u = float(rng.uniform(0.5, 0.85)), float(rng.uniform(0.1, at.lane_m))
    colour = YELLOW if rng.random() < 0.35 else WHITE
    if rng.random() < 0.3:
        return [Painted(at.lane_m / 2, at.s_m, at.s_m + 4.5, 0.09, colour, worn, head=True, decoy=Decoy.WORN_PAINT)]
    dash, long = float(rng.choice((0, 3))), float(rng.uniform(4, 30))
    return [Painted(u, at.s_m, at.s_m + long, 0.07, colour, worn, dash, dash * 1.5, decoy=Decoy.WORN_PAINT)]


LAYS = {
    Decoy.SHADOWS: shadows,
    Decoy.JOINTS: joints,
    Decoy.MANHOLES: manholes,
    Decoy.PATCHES: patches,
    Decoy.WET: wet,
    Decoy.MARKINGS: markings,
    Decoy.STAINS: stains,
    Decoy.WORN_PAINT: worn_paint,
}
