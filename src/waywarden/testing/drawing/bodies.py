"""Shapes of road users: small meshes of flat faces, and thin limbs, in their own metres (x ahead, y left, z up)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from waywarden.terms.kinds import Kind
from waywarden.testing.drawing.meshes import GLASS, HUB, TRIM, TYRE, Body, Builder, Rgb, Rib, Span, darker, hull
from waywarden.testing.drivers import Trip

LAMP: Rgb = (235, 238, 235)
TAIL: Rgb = (170, 24, 22)
PLATE: Rgb = (225, 222, 200)
PAINTS: tuple[Rgb, ...] = (
    (232, 234, 234), (228, 230, 230), (236, 236, 232), (222, 224, 226), (204, 206, 208), (190, 194, 198),
    (176, 180, 184), (140, 145, 150), (112, 116, 122), (60, 63, 68), (52, 54, 58), (48, 66, 112), (70, 100, 150),
    (150, 40, 40), (58, 88, 74),
)  # fmt: skip
VAN_PAINTS: tuple[Rgb, ...] = ((236, 237, 236), (230, 230, 226), (214, 216, 218), (52, 66, 96), (110, 114, 118))
LIVERIES: tuple[Rgb, ...] = ((40, 76, 130), (150, 40, 36), (46, 104, 70), (200, 130, 40), (70, 72, 78))
BUS_PAINTS: tuple[Rgb, ...] = ((176, 34, 36), (228, 229, 226), (48, 96, 138), (214, 186, 84), (232, 232, 230))
CLOTHES: tuple[Rgb, ...] = ((44, 50, 68), (86, 78, 70), (140, 52, 52), (66, 96, 130), (186, 182, 172), (40, 40, 46))
HAIR: tuple[Rgb, ...] = ((34, 30, 28), (58, 44, 34), (86, 70, 52), (120, 120, 120))
SKINS: tuple[Rgb, ...] = ((176, 132, 108), (140, 98, 74), (92, 64, 48))


def _lamps(build: Builder, half: float, width: float, z: float) -> None:
    """Add head and tail lamps, plates, bumpers and a grille to the ends at ``half`` the length."""
    for x, rgb, which, up in ((half + 0.01, LAMP, "head", 0.17), (-half - 0.01, TAIL, "tail", 0.26)):
        for side in (-1, 1):
            y0, y1 = side * width * 0.5, side * width * 0.97
            build.end(x, (y0, y1), (z, z + up), (rgb, 0.1, 2))
            build.lamp(which, (x, (y0 + y1) / 2, z + up / 2))
        build.end(x, (-0.26, 0.26), (0.42, 0.54), (PLATE, 0, 3))
        build.end(x, (-width * 0.9, width * 0.9), (0.2, 0.4), (TRIM, 0.1, 1))
    build.end(half + 0.01, (-width * 0.46, width * 0.46), (z - 0.02, z + 0.15), (TRIM, 0.1, 1))


def car(trip: Trip, rng: np.random.Generator) -> Body:
    """Return a hatchback, a saloon or a tall car."""
    paint = PAINTS[rng.integers(len(PAINTS))]
    half, wide, top = trip.length_m / 2, trip.width_m / 2, trip.height_m
    style = int(rng.integers(3))
    top += (0.0, -0.04, 0.16)[style]
    boot_z, rear_x = ((0.98, -0.93), (1.0, -0.66), (1.06, -0.96))[style]
    tops = ((-1.0, 0.7, 0.86), (-0.97, boot_z - 0.06, boot_z), (rear_x, boot_z - 0.05, boot_z + 0.02))
    cabin = ((rear_x + 0.2, 0.95, top * 0.97), (-0.36, 0.94, top), (-0.3, 0.94, top), (0.08, 0.93, top * 0.985))
    nose = ((0.5, 0.92, 0.99), (0.84, 0.84, 0.9), (0.96, 0.72, 0.78), (1.0, 0.62, 0.66))
    ribs: list[Rib] = []
    for x, belt, roof in (*tops, *cabin, *nose):
        end = 1.0 if abs(x) < 0.83 else 0.96 if abs(x) < 0.95 else 0.92 if abs(x) < 0.98 else 0.84
        cabin_here = roof > 1.2
        levels = (
            (0.92 * end, 0.2), (0.99 * end, 0.4), (end, min(0.66, belt - 0.06)), (0.95 * end, belt),
            ((0.77 if cabin_here else 0.9) * end, roof - 0.07 if cabin_here else roof - 0.02),
            ((0.66 if cabin_here else 0.7) * end, roof),
        )  # fmt: skip
        ribs.append((x * half, tuple((w * wide, z) for w, z in levels)))
    build = Builder()
    hull(build, ribs, paint, {(2, 3), (3, 3), (5, 3), (6, 3)}, {2, 6})
    _lamps(build, half, wide * 0.84, 0.5 if style < 2 else 0.56)
    build.flanks((0.34 * half, 0.4 * half), (wide * 1.1, wide * 1.1), (0.95, 1.1), (paint, 0.1, 0))
    for x in (-0.33 * half, 0.12 * half):
        build.flanks((x, x + 0.03), (wide * 1.005, wide * 0.97), (0.42, 0.92), (darker(paint, 0.4), 0, 1))
    for x in (-trip.wheelbase_m / 2, trip.wheelbase_m / 2):
        build.wheel(x, wide * 0.985, 0.33)
    return build.body()


def van(trip: Trip, rng: np.random.Generator) -> Body:
    """Return a delivery van."""
    paint = VAN_PAINTS[rng.integers(len(VAN_PAINTS))]
    half, wide, top = trip.length_m / 2, trip.width_m / 2, trip.height_m
    shape = ((-1.0, 1.1, top * 0.97), (-0.96, 1.1, top), (0.3, 1.1, top), (0.34, 1.1, top), (0.44, 1.1, top * 0.97),
             (0.72, 1.08, 1.2), (0.95, 0.85, 0.95), (1.0, 0.7, 0.8))  # fmt: skip
    ribs: list[Rib] = []
    for x, belt, roof in shape:
        end = 0.93 if abs(x) > 0.97 else 1.0
        roof_w = 0.88 if roof > 1.5 else 0.84
        levels = ((0.93 * end, 0.25), (end, 0.6), (0.98 * end, belt), (roof_w * end, roof))
        ribs.append((x * half, tuple((w * wide, z) for w, z in levels)))
    build = Builder()
    hull(build, ribs, paint, {(3, 2), (4, 2)}, {4})
    for seam in (0.02 * half, 0.29 * half):
        build.flanks((seam, seam + 0.05), (wide * 1.01, wide * 0.96), (0.4, 1.9), (darker(paint, 0.45), 0, 1))
    build.flanks((-half * 0.9, half * 0.9), (wide * 1.01, wide * 1.01), (0.5, 0.68), (TRIM, 0, 1))
    for side in (-1, 1):
        build.end(-half - 0.01, (side * 0.06, side * wide * 0.7), (1.2, 1.85), (GLASS, 0.3, 1))
    _lamps(build, half, wide * 0.93, 0.72)
    for x in (-trip.wheelbase_m / 2, trip.wheelbase_m / 2):
        build.wheel(x, wide * 0.99, 0.36)
    return build.body()


def _panes(build: Builder, x: Span, count: int, wide: float, z: Span) -> None:
    """Add ``count`` window panes along both sides."""
    step = (x[1] - x[0]) / count
    for left in x[0] + step * np.arange(count):
        build.flanks((left + 0.05, left + step - 0.05), (wide, wide), z, (GLASS, 0.2, 1))


def _block(build: Builder, xs: tuple[float, float], wide: float, zs: tuple[float, float], paint: Rgb) -> None:
    """Add a box with slightly rounded edges."""
    x0, x1 = xs
    z0, z1 = zs
    ribs: list[Rib] = []
    for x, shrink in ((x0, 0.06), (x0 + 0.1, 0.0), (x1 - 0.1, 0.0), (x1, 0.06)):
        levels = (
            (wide - shrink, z0),
            (wide - shrink, z0 + 0.3),
            (wide - shrink, z1 - 0.12),
            (wide - 0.15 - shrink, z1 - shrink),
        )
        ribs.append((x, levels))
    hull(build, ribs, paint, set(), set())


def _livery(build: Builder, rng: np.random.Generator, x: Span, wide: float, z: Span) -> None:
    """Add the ribs of a box body, and coloured fields such as firms paint on it."""
    tint = LIVERIES[rng.integers(len(LIVERIES))]
    for rib in np.linspace(*x, 6):
        build.flanks((rib, rib + 0.07), (wide + 0.01, wide + 0.01), z, ((120, 122, 124), 0, 2))
    left = x[0] + (x[1] - x[0]) * float(rng.uniform(0.05, 0.3))
    right = left + (x[1] - x[0]) * 0.55
    build.flanks((left, right), (wide + 0.01, wide + 0.01), (z[0] + 0.5, z[1] - 0.3), (tint, 0.05, 1))
    build.end(x[0] - 0.31, (0.02, wide * 0.9), z, (tint, 0, 1))


def bus(trip: Trip, rng: np.random.Generator) -> Body:
    """Return a single-deck city bus."""
    paint = BUS_PAINTS[rng.integers(len(BUS_PAINTS))]
    half, wide, top = trip.length_m / 2, trip.width_m / 2, trip.height_m
    build = Builder()
    _block(build, (-half, half), wide, (0.3, top), paint)
    build.flanks((-half + 0.3, half - 0.02), (wide + 0.01, wide + 0.01), (1.15, 2.5), (GLASS, 0.12, 1))
    for pillar in np.linspace(-half + 1.6, half - 1.5, 6):
        build.flanks((pillar, pillar + 0.1), (wide + 0.02, wide + 0.02), (1.15, 2.5), (TRIM, 0.1, 2))
    for door in (half - 1.3, -0.6):
        build.flanks((door, door + 1.1), (wide + 0.02, wide + 0.02), (0.45, 2.45), (GLASS, 0.2, 2))
    build.flanks((-half + 0.05, half - 0.05), (wide + 0.01, wide + 0.01), (0.3, 0.55), (TRIM, 0.05, 1))
    for x, low, sign in ((half + 0.01, 0.95, (230, 160, 40)), (-half - 0.01, 1.5, TRIM)):
        build.end(x, (-wide * 0.93, wide * 0.93), (low, 2.9), (GLASS, 0.14, 1))
        build.end(x, (-wide * 0.55, wide * 0.55), (2.58, 2.82), (sign, 0, 2))
    z, y = top + 0.02, wide * 0.8
    for x0, x1, rgb in ((-half * 0.96, half * 0.96, (226, 227, 226)), (-half * 0.5, -half * 0.1, (170, 172, 174))):
        y -= 0.15
        z += 0.01
        build.quad(((x0, -y, z), (x1, -y, z), (x1, y, z), (x0, y, z)), (0, 0, 1), (rgb, 0.15, 1 + (y < wide * 0.7)))
    _lamps(build, half, wide * 0.95, 0.7)
    for x in (-trip.wheelbase_m / 2, trip.wheelbase_m / 2):
        build.wheel(x, wide + 0.02, 0.48)
    return build.body()


def truck(trip: Trip, rng: np.random.Generator) -> Body:
    """Return a rigid lorry: cab and box."""
    paint = PAINTS[rng.integers(len(PAINTS))]
    box = VAN_PAINTS[rng.integers(3)] if rng.random() < 0.7 else PAINTS[rng.integers(len(PAINTS))]
    half, wide, top = trip.length_m / 2, trip.width_m / 2, trip.height_m
    build = Builder()
    cab = half - 1.9
    _block(build, (-half, cab - 0.15), wide, (0.95, top), box)
    _livery(build, rng, (-half + 0.3, cab - 0.45), wide, (1.25, top - 0.35))
    _block(build, (-half + 0.2, cab), wide * 0.55, (0.45, 0.95), TRIM)
    _block(build, (cab, half), wide * 0.95, (0.4, 2.6), paint)
    build.end(half + 0.01, (-wide * 0.85, wide * 0.85), (1.45, 2.35), (GLASS, 0.3, 1))
    _panes(build, (cab + 0.5, half - 0.15), 1, wide * 0.95 + 0.01, (1.45, 2.3))
    _lamps(build, half, wide * 0.93, 0.7)
    for x in (-trip.wheelbase_m / 2 - 0.3, trip.wheelbase_m / 2 + 0.3):
        build.wheel(x, wide * 0.97, 0.48)
    return build.body()


def _rider(build: Builder, rng: np.random.Generator, saddle: tuple[float, float], bars: tuple[float, float]) -> None:
    """Add a person who sits at ``saddle`` (x, z) and holds ``bars`` (x, z)."""
    coat, legs = CLOTHES[rng.integers(len(CLOTHES))], CLOTHES[rng.integers(2)]
    skin = SKINS[rng.integers(len(SKINS))]
    (sx, sz), (bx, bz) = saddle, bars
    neck = (sx + 0.27, 0, sz + 0.54)
    waist = (sx + 0.1, 0, sz + 0.22)
    build.limb((sx - 0.04, 0, sz - 0.04), waist, 0.36, legs)
    build.limb(waist, neck, 0.44, coat)
    build.limb((neck[0] + 0.04, 0, neck[2] + 0.04), (neck[0] + 0.07, 0, neck[2] + 0.24), 0.19, skin)
    build.limb(
        (neck[0] + 0.04, 0, neck[2] + 0.17), (neck[0] + 0.06, 0, neck[2] + 0.29), 0.25, HAIR[rng.integers(len(HAIR))]
    )
    for side, foot in ((-1, 0.26), (1, 0.46)):
        build.limb((neck[0], side * 0.2, neck[2] - 0.05), (bx, side * 0.26, bz), 0.13, coat)
        knee = (sx + 0.4, side * 0.13, (sz + foot) / 2 + 0.14)
        build.limb((sx + 0.02, side * 0.1, sz), knee, 0.2, legs)
        build.limb(knee, (sx + 0.24, side * 0.13, foot), 0.15, legs)
        build.limb((sx + 0.2, side * 0.13, foot), (sx + 0.38, side * 0.13, foot), 0.1, TRIM)


def _ring(build: Builder, x: float, radius_m: float, width_m: float) -> None:
    """Add a thin wheel."""
    angle = np.linspace(0, 2 * np.pi, 11)
    ring = np.stack((x + radius_m * np.cos(angle), 0 * angle, radius_m * (1 + np.sin(angle))), axis=1)
    for a, b in pairwise(ring):
        build.limb(tuple(a), tuple(b), width_m, TYRE)


def bicycle(_: Trip, rng: np.random.Generator) -> Body:
    """Return a cyclist."""
    build = Builder()
    frame = PAINTS[rng.integers(len(PAINTS))]
    for x in (-0.53, 0.53):
        _ring(build, x, 0.34, 0.07)
    joints = {"crank": (-0.08, 0, 0.3), "saddle": (-0.2, 0, 0.92), "head": (0.38, 0, 0.85), "bars": (0.42, 0, 1.05)}
    for a, b in (("crank", "saddle"), ("crank", "head"), ("saddle", "head"), ("head", "bars")):
        build.limb(joints[a], joints[b], 0.06, frame)
    build.limb(joints["head"], (0.53, 0, 0.34), 0.06, frame)
    build.limb(joints["crank"], (-0.53, 0, 0.34), 0.06, frame)
    build.limb((0.42, -0.28, 1.05), (0.42, 0.28, 1.05), 0.05, TRIM)
    _rider(build, rng, (-0.2, 0.95), (0.42, 1.05))
    build.lamp("head", (0.55, 0, 0.9))
    build.lamp("tail", (-0.5, 0, 0.75))
    return build.body()


def motorcycle(_: Trip, rng: np.random.Generator) -> Body:
    """Return a motorcyclist."""
    build = Builder()
    paint = PAINTS[rng.integers(len(PAINTS))]
    for x in (-0.68, 0.7):
        _ring(build, x, 0.31, 0.13)
        build.limb((x - 0.16, 0, 0.31), (x + 0.16, 0, 0.31), 0.3, HUB)
    build.limb((-0.75, 0, 0.72), (0.0, 0, 0.72), 0.26, TRIM)
    build.limb((-0.1, 0, 0.8), (0.45, 0, 0.88), 0.36, paint)
    build.limb((-0.45, 0, 0.42), (0.4, 0, 0.42), 0.34, TRIM)
    build.limb((0.45, 0, 0.95), (0.7, 0, 0.34), 0.14, HUB)
    build.limb((0.45, -0.36, 1.05), (0.45, 0.36, 1.05), 0.07, TRIM)
    _rider(build, rng, (-0.25, 0.82), (0.42, 1.05))
    build.limb((0.04, 0, 1.5), (0.08, 0, 1.58), 0.28, PAINTS[rng.integers(len(PAINTS))])
    build.lamp("head", (0.72, 0, 0.85))
    build.lamp("tail", (-0.8, 0, 0.75))
    return build.body()


def walker(trip: Trip, rng: np.random.Generator, stride: float) -> Body:
    """Return someone on foot; ``stride`` in -1..1 swings the legs and arms."""
    build = Builder()
    coat, legs = CLOTHES[rng.integers(len(CLOTHES))], CLOTHES[rng.integers(2)]
    skin = SKINS[rng.integers(len(SKINS))]
    hair = HAIR[rng.integers(len(HAIR))]
    k = trip.height_m / 1.75
    for side in (-1, 1):
        swing = stride * side * 0.3
        knee = (swing * 0.6, side * 0.09, 0.47 * k)
        build.limb((0, side * 0.08, 0.9 * k), knee, 0.2, legs)
        build.limb(knee, (swing, side * 0.09, 0.06), 0.15, legs)
        build.limb((swing - 0.04, side * 0.09, 0.05), (swing + 0.18, side * 0.09, 0.05), 0.1, TRIM)
        elbow = (-swing * 0.3, side * 0.27, 1.14 * k)
        build.limb((0, side * 0.21, 1.42 * k), elbow, 0.13, coat)
        build.limb(elbow, (-swing * 0.7, side * 0.25, 0.88 * k), 0.11, coat)
    build.limb((0, 0, 0.84 * k), (0, 0, 1.08 * k), 0.34, legs)
    build.limb((0, 0, 0.96 * k), (0, 0, 1.3 * k), 0.37, coat)
    build.limb((0, 0, 1.2 * k), (0, 0, 1.45 * k), 0.46, coat)
    build.limb((0.02, 0, 1.47 * k), (0.03, 0, 1.68 * k), 0.18, skin)
    build.limb((0, 0, 1.62 * k), (0, 0, 1.76 * k), 0.21, hair)
    return build.body()


SHAPES = {Kind.CAR: car, Kind.VAN: van, Kind.BUS: bus, Kind.TRUCK: truck, Kind.BICYCLE: bicycle,
          Kind.MOTORCYCLE: motorcycle}  # fmt: skip
STRIDES = (0.0, 1.0, 0.0, -1.0)


def bodies_of(trip: Trip) -> tuple[Body, ...]:
    """Return the shapes of a road user: one for who rolls, one for each of ``STRIDES`` for who walks."""
    if trip.kind is Kind.PEDESTRIAN:
        return tuple(walker(trip, np.random.default_rng(trip.look), stride) for stride in STRIDES)
    return (SHAPES[trip.kind](trip, np.random.default_rng(trip.look)),)
