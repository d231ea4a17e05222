"""Shapes of road users: small meshes of flat faces, and thin limbs, in their own metres (x ahead, y left, z up)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.terms.kinds import Kind
from waywarden.testing.drivers import Trip

Floats = npt.NDArray[np.float32]
Rgb = tuple[float, float, float]

GLASS: Rgb = (16, 20, 24)
TYRE: Rgb = (22, 22, 24)
HUB: Rgb = (120, 122, 126)
TRIM: Rgb = (38, 38, 40)
LAMP: Rgb = (235, 238, 235)
TAIL: Rgb = (170, 24, 22)
PLATE: Rgb = (225, 222, 200)
PAINTS: tuple[Rgb, ...] = (
    (228, 230, 230), (232, 232, 228), (222, 224, 226), (52, 54, 58), (60, 63, 68), (44, 45, 48), (98, 102, 108),
    (128, 132, 136), (176, 180, 184), (198, 200, 202), (44, 60, 104), (64, 94, 142), (140, 34, 34), (48, 74, 62),
)  # fmt: skip
VAN_PAINTS: tuple[Rgb, ...] = ((236, 237, 236), (230, 230, 226), (214, 216, 218), (52, 66, 96), (110, 114, 118))
LIVERIES: tuple[Rgb, ...] = ((40, 76, 130), (150, 40, 36), (46, 104, 70), (200, 130, 40), (70, 72, 78))
BUS_PAINTS: tuple[Rgb, ...] = ((186, 28, 30), (178, 26, 30), (30, 92, 140), (226, 190, 60), (228, 228, 224))
CLOTHES: tuple[Rgb, ...] = ((40, 44, 58), (70, 62, 56), (150, 40, 44), (52, 86, 120), (190, 186, 176), (28, 28, 32))
SKINS: tuple[Rgb, ...] = ((214, 172, 146), (168, 120, 92), (104, 72, 54))


@dataclass(frozen=True, slots=True)
class Body:
    """A road user's shape and colours.

    Parameters
    ----------
    vertices : (v, 3) float32 metres
    faces : (f, 4) int64
        Indices of corners, clockwise as seen from outside; a triangle repeats its last.
    rgb : (f, 3) float32 0..255
    gloss : (f,) float32 0..1
        How much of the sky a face mirrors (glass, paint).
    layer : (f,) float32
        Faces of a higher layer lie upon those of a lower one.
    limbs : (l, 2, 3) float32 metres
        Thin round parts by their two ends; ``limb_width_m`` (l,), ``limb_rgb`` (l, 3).
    head_lamps, tail_lamps : (n, 3) float32 metres
    """

    vertices: Floats
    faces: npt.NDArray[np.int64]
    rgb: Floats
    gloss: Floats
    layer: Floats
    limbs: Floats
    limb_width_m: Floats
    limb_rgb: Floats
    head_lamps: Floats
    tail_lamps: Floats


class Builder:
    """Collects faces and limbs of one body."""

    def __init__(self) -> None:
        self._quads: list[npt.NDArray[np.float64]] = []
        self._looks: list[tuple[Rgb, float, float]] = []
        self._limbs: list[tuple[Sequence[float], Sequence[float]]] = []
        self._limb_looks: list[tuple[float, Rgb]] = []
        self._lamps: dict[str, list[Sequence[float]]] = {"head": [], "tail": []}

    def quad(
        self, corners: Iterable[Sequence[float]], outwards: Sequence[float], rgb: Rgb, gloss: float = 0.1, layer: float = 0
    ) -> None:
        """Add a flat face whose outside is towards ``outwards``."""
        face = np.array(list(corners), dtype=float)
        normal = np.cross(face[2] - face[0], face[3] - face[1])
        if normal @ np.asarray(outwards) > 0:
            face = face[::-1]
        self._quads.append(face)
        self._looks.append((rgb, gloss, layer))

    def disc(self, middle: Sequence[float], radius_m: float, side: float, rgb: Rgb, layer: float) -> None:
        """Add an octagon in the plane of the body's side (y constant), as three quads."""
        angle = np.arange(8) * np.pi / 4 + np.pi / 8
        ring = np.stack((np.cos(angle), np.zeros(8), np.sin(angle)), axis=1) * radius_m + np.asarray(middle)
        for a, b, c, d in ((0, 1, 2, 3), (0, 3, 4, 7), (4, 5, 6, 7)):
            self.quad(ring[[a, b, c, d]], (0, side, 0), rgb, 0.0, layer)

    def limb(self, one: Sequence[float], other: Sequence[float], width_m: float, rgb: Rgb) -> None:
        """Add a thin round part."""
        self._limbs.append((one, other))
        self._limb_looks.append((width_m, rgb))

    def lamp(self, which: str, at: Sequence[float]) -> None:
        """Add a ``head`` or ``tail`` lamp that shines at night."""
        self._lamps[which].append(at)

    def wheel(self, x: float, y: float, radius_m: float) -> None:
        """Add a wheel with its arch on both sides."""
        for side in (-1, 1):
            self.disc((x, side * (y - 0.01), radius_m * 1.08), radius_m * 1.22, side, TRIM, 1)
            self.disc((x, side * y, radius_m), radius_m, side, TYRE, 2)
            self.disc((x, side * (y + 0.01), radius_m), radius_m * 0.55, side, HUB, 3)

    def body(self) -> Body:
        """Return the finished body."""
        n = len(self._quads)
        looks = self._looks
        return Body(
            np.array(self._quads, np.float32).reshape(-1, 3),
            np.arange(4 * n).reshape(n, 4),
            np.array([look[0] for look in looks], np.float32).reshape(-1, 3),
            np.array([look[1] for look in looks], np.float32),
            np.array([look[2] for look in looks], np.float32),
            np.array(self._limbs, np.float32).reshape(-1, 2, 3),
            np.array([look[0] for look in self._limb_looks], np.float32),
            np.array([look[1] for look in self._limb_looks], np.float32).reshape(-1, 3),
            np.array(self._lamps["head"], np.float32).reshape(-1, 3),
            np.array(self._lamps["tail"], np.float32).reshape(-1, 3),
        )


Rib = tuple[float, tuple[tuple[float, float], ...]]
"""A cross-section of a hull: x, and (half width, z) of its levels from the sill to the roof."""


def hull(build: Builder, ribs: Sequence[Rib], paint: Rgb, windows: set[tuple[int, int]], screens: set[int]) -> None:
    """Skin a hull over ``ribs`` (rear to front). ``windows`` are (gap, level) of glass sides, ``screens`` glass tops."""
    for gap, ((x0, low), (x1, high)) in enumerate(zip(ribs, ribs[1:], strict=False)):
        for level in range(len(low) - 1):
            (w00, z00), (w01, z01), (w10, z10), (w11, z11) = low[level], low[level + 1], high[level], high[level + 1]
            glass = (gap, level) in windows
            rgb, gloss = (GLASS, 0.12) if glass else (paint if level else _darker(paint, 0.55), 0.22)
            for side in (-1, 1):
                corners = ((x0, side * w00, z00), (x1, side * w10, z10), (x1, side * w11, z11), (x0, side * w01, z01))
                build.quad(corners, (0, side, 0.3), rgb, gloss)
        (w0, z0), (w1, z1) = low[-1], high[-1]
        rgb, gloss = (GLASS, 0.34) if gap in screens else (paint, 0.3)
        build.quad(((x0, w0, z0), (x1, w1, z1), (x1, -w1, z1), (x0, -w0, z0)), (0, 0, 1), rgb, gloss)
    for (x, rib), ahead in ((ribs[0], -1), (ribs[-1], 1)):
        for (w0, z0), (w1, z1) in zip(rib, rib[1:], strict=False):
            build.quad(((x, w0, z0), (x, w1, z1), (x, -w1, z1), (x, -w0, z0)), (ahead, 0, 0), paint, 0.2)


def _darker(rgb: Rgb, by: float) -> Rgb:
    return rgb[0] * by, rgb[1] * by, rgb[2] * by


def _lamps(build: Builder, half: float, width: float, z: float) -> None:
    """Add head and tail lamps, plates and a grille to the ends at ``half`` the length."""
    for side in (-1, 1):
        y0, y1 = side * width * 0.5, side * width * 0.97
        for x, rgb, which in ((half + 0.01, LAMP, "head"), (-half - 0.01, TAIL, "tail")):
            up = 0.17 if which == "head" else 0.26
            build.quad(((x, y0, z), (x, y1, z), (x, y1, z + up), (x, y0, z + up)), (x, 0, 0), rgb, 0.1, 2)
            build.lamp(which, (x, (y0 + y1) / 2, z + up / 2))
    for x in (half + 0.01, -half - 0.01):
        build.quad(((x, -0.26, 0.42), (x, 0.26, 0.42), (x, 0.26, 0.54), (x, -0.26, 0.54)), (x, 0, 0), PLATE, 0, 3)
    x, y = half + 0.01, width * 0.46
    build.quad(((x, -y, z - 0.02), (x, y, z - 0.02), (x, y, z + 0.15), (x, -y, z + 0.15)), (1, 0, 0), TRIM, 0.1, 1)
    for x in (half + 0.01, -half - 0.01):
        y = width * 0.9
        build.quad(((x, -y, 0.2), (x, y, 0.2), (x, y, 0.4), (x, -y, 0.4)), (x, 0, 0), TRIM, 0.1, 1)


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
    for side in (-1, 1):
        y = side * wide
        build.quad(((0.34 * half, y, 0.95), (0.42 * half, y * 1.1, 0.95), (0.42 * half, y * 1.1, 1.1), (0.34 * half, y, 1.1)),
                   (1, 0, 0), paint, 0.1)  # fmt: skip
        for x in (-0.33 * half, 0.12 * half):
            build.quad(((x, y * 1.005, 0.42), (x + 0.03, y * 1.005, 0.42), (x + 0.03, y * 0.97, 0.92), (x, y * 0.97, 0.92)),
                       (0, side, 0), _darker(paint, 0.4), 0, 1)  # fmt: skip
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
    x, y = -half - 0.01, wide * 0.7
    for side in (-1, 1):
        for seam in (0.02 * half, 0.29 * half):
            s = side * (wide + 0.01)
            build.quad(((seam, s, 0.4), (seam + 0.05, s, 0.4), (seam + 0.05, s * 0.95, 1.9), (seam, s * 0.95, 1.9)),
                       (0, side, 0), _darker(paint, 0.45), 0, 1)  # fmt: skip
        build.quad(((-half * 0.9, s, 0.5), (half * 0.9, s, 0.5), (half * 0.9, s, 0.68), (-half * 0.9, s, 0.68)),
                   (0, side, 0), TRIM, 0, 1)  # fmt: skip
        build.quad(((x, side * 0.06, 1.2), (x, side * y, 1.2), (x, side * y, 1.85), (x, side * 0.06, 1.85)), (-1, 0, 0),
                   GLASS, 0.3, 1)  # fmt: skip
    _lamps(build, half, wide * 0.93, 0.72)
    for x in (-trip.wheelbase_m / 2, trip.wheelbase_m / 2):
        build.wheel(x, wide * 0.99, 0.36)
    return build.body()


def _panes(build: Builder, x0: float, x1: float, count: int, side_y: float, z: tuple[float, float]) -> None:
    """Add ``count`` window panes along both sides."""
    step = (x1 - x0) / count
    for i in range(count):
        a, b = x0 + i * step + 0.05, x0 + (i + 1) * step - 0.05
        for side in (-1, 1):
            y = side * side_y
            build.quad(((a, y, z[0]), (b, y, z[0]), (b, y, z[1]), (a, y, z[1])), (0, side, 0), GLASS, 0.35, 1)


def _block(build: Builder, xs: tuple[float, float], wide: float, zs: tuple[float, float], paint: Rgb) -> None:
    """Add a box with slightly rounded edges."""
    x0, x1 = xs
    z0, z1 = zs
    ribs: list[Rib] = []
    for x, shrink in ((x0, 0.06), (x0 + 0.1, 0.0), (x1 - 0.1, 0.0), (x1, 0.06)):
        levels = ((wide - shrink, z0), (wide - shrink, z0 + 0.3), (wide - shrink, z1 - 0.12), (wide - 0.15 - shrink, z1 - shrink))
        ribs.append((x, levels))
    hull(build, ribs, paint, set(), set())


def _livery(build: Builder, rng: np.random.Generator, xs: tuple[float, float], wide: float, zs: tuple[float, float]) -> None:
    """Add the ribs of a box body, and coloured fields such as firms paint on it."""
    (x0, x1), (z0, z1) = xs, zs
    tint = LIVERIES[rng.integers(len(LIVERIES))]
    left = float(rng.uniform(0.05, 0.3))
    for side in (-1, 1):
        y = side * (wide + 0.01)
        for rib in np.linspace(x0, x1, 6):
            build.quad(((rib, y, z0), (rib + 0.07, y, z0), (rib + 0.07, y, z1), (rib, y, z1)), (0, side, 0), (120, 122, 124), 0, 2)
        a, b = x0 + (x1 - x0) * left, x0 + (x1 - x0) * (left + 0.55)
        build.quad(((a, y, z0 + 0.5), (b, y, z0 + 0.5), (b, y, z1 - 0.3), (a, y, z1 - 0.3)), (0, side, 0), tint, 0.05, 1)
    y = wide * 0.9
    build.quad(((x0 - 0.31, 0.02, z0), (x0 - 0.31, y, z0), (x0 - 0.31, y, z1), (x0 - 0.31, 0.02, z1)), (-1, 0, 0), tint, 0, 1)


def bus(trip: Trip, rng: np.random.Generator) -> Body:
    """Return a single-deck city bus."""
    paint = BUS_PAINTS[rng.integers(len(BUS_PAINTS))]
    half, wide, top = trip.length_m / 2, trip.width_m / 2, trip.height_m
    build = Builder()
    _block(build, (-half, half), wide, (0.3, top), paint)
    _panes(build, -half + 0.5, half - 1.4, 6, wide + 0.01, (1.2, 2.35))
    _panes(build, half - 1.3, half - 0.3, 1, wide + 0.01, (0.6, 2.35))
    for x, low in ((half + 0.01, 1.05), (-half - 0.01, 1.5)):
        y = wide * 0.9
        build.quad(((x, -y, low), (x, y, low), (x, y, 2.5), (x, -y, 2.5)), (x, 0, 0), GLASS, 0.4, 1)
        build.quad(((x, -y * 0.7, 2.6), (x, y * 0.7, 2.6), (x, y * 0.7, 2.9), (x, -y * 0.7, 2.9)), (x, 0, 0),
                   (230, 160, 40) if x > 0 else TRIM, 0, 1)  # fmt: skip
    for x0, x1 in ((-half * 0.6, -half * 0.25), (half * 0.1, half * 0.4)):
        z, y = top + 0.02, wide * 0.5
        build.quad(((x0, -y, z), (x1, -y, z), (x1, y, z), (x0, y, z)), (0, 0, 1), (200, 202, 204), 0.1, 1)
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
    y, x = wide * 0.85, half + 0.01
    build.quad(((x, -y, 1.45), (x, y, 1.45), (x, y, 2.35), (x, -y, 2.35)), (1, 0, 0), GLASS, 0.4, 1)
    _panes(build, cab + 0.5, half - 0.15, 1, wide * 0.95 + 0.01, (1.45, 2.3))
    _lamps(build, half, wide * 0.93, 0.7)
    for x in (-trip.wheelbase_m / 2 - 0.3, trip.wheelbase_m / 2 + 0.3):
        build.wheel(x, wide * 0.97, 0.48)
    return build.body()


def _rider(build: Builder, rng: np.random.Generator, saddle: tuple[float, float], bars: tuple[float, float]) -> None:
    """Add a person who sits at ``saddle`` (x, z) and holds ``bars`` (x, z)."""
    coat, legs = CLOTHES[rng.integers(len(CLOTHES))], CLOTHES[rng.integers(3)]
    skin = SKINS[rng.integers(len(SKINS))]
    (sx, sz), (bx, bz) = saddle, bars
    neck = (sx + 0.25, 0, sz + 0.52)
    build.limb((sx - 0.02, 0, sz), neck, 0.36, coat)
    build.limb((neck[0] + 0.04, 0, neck[2] + 0.1), (neck[0] + 0.07, 0, neck[2] + 0.3), 0.22, skin)
    build.limb((neck[0] + 0.05, 0, neck[2] + 0.24), (neck[0] + 0.07, 0, neck[2] + 0.32), 0.24, coat)
    for side, foot in ((-1, 0.28), (1, 0.5)):
        build.limb((neck[0], side * 0.18, neck[2] - 0.06), (bx, side * 0.25, bz), 0.1, coat)
        knee = (sx + 0.38, side * 0.12, (sz + foot) / 2 + 0.12)
        build.limb((sx + 0.02, side * 0.1, sz), knee, 0.16, legs)
        build.limb(knee, (sx + 0.22, side * 0.12, foot), 0.12, legs)


def _ring(build: Builder, x: float, radius_m: float, width_m: float) -> None:
    """Add a thin wheel."""
    angle = np.linspace(0, 2 * np.pi, 11)
    ring = np.stack((x + radius_m * np.cos(angle), 0 * angle, radius_m * (1 + np.sin(angle))), axis=1)
    for a, b in zip(ring, ring[1:], strict=False):
        build.limb(tuple(a), tuple(b), width_m, TYRE)


def bicycle(_: Trip, rng: np.random.Generator) -> Body:
    """Return a cyclist."""
    build = Builder()
    frame = PAINTS[rng.integers(len(PAINTS))]
    for x in (-0.53, 0.53):
        _ring(build, x, 0.34, 0.06)
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
        _ring(build, x, 0.31, 0.16)
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
    coat, legs = CLOTHES[rng.integers(len(CLOTHES))], CLOTHES[rng.integers(3)]
    skin = SKINS[rng.integers(len(SKINS))]
    k = trip.height_m / 1.75
    for side in (-1, 1):
        swing = stride * side * 0.3
        knee = (swing * 0.6, side * 0.1, 0.47 * k)
        build.limb((0, side * 0.09, 0.88 * k), knee, 0.18, legs)
        build.limb(knee, (swing, side * 0.1, 0.05), 0.14, legs)
        build.limb((swing, side * 0.1, 0.04), (swing + 0.16, side * 0.1, 0.04), 0.1, TRIM)
        build.limb((0, side * 0.24, 1.4 * k), (-swing * 0.8, side * 0.28, 0.9 * k), 0.12, coat)
    build.limb((0, 0, 0.82 * k), (0, 0, 1.42 * k), 0.42, coat)
    build.limb((0.02, 0, 1.5 * k), (0.02, 0, 1.72 * k), 0.21, skin)
    build.limb((0, 0, 1.62 * k), (0, 0, 1.75 * k), 0.22, CLOTHES[rng.integers(2)])
    return build.body()


SHAPES = {Kind.CAR: car, Kind.VAN: van, Kind.BUS: bus, Kind.TRUCK: truck, Kind.BICYCLE: bicycle,
          Kind.MOTORCYCLE: motorcycle}  # fmt: skip
STRIDES = (0.0, 1.0, 0.0, -1.0)


def bodies_of(trip: Trip) -> tuple[Body, ...]:
    """Return the shapes of a road user: one for who rolls, one for each of ``STRIDES`` for who walks."""
    if trip.kind is Kind.PEDESTRIAN:
        return tuple(walker(trip, np.random.default_rng(trip.look), stride) for stride in STRIDES)
    return (SHAPES[trip.kind](trip, np.random.default_rng(trip.look)),)
