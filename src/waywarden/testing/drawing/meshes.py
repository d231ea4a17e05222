"""Meshes of flat faces, and thin limbs: what bodies are built of. In their own metres: x ahead, y left, z up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Rgb = tuple[float, float, float]
Span = tuple[float, float]
Look = tuple[Rgb, float, float]
"""Colour, gloss and layer of a face; see ``Body``."""

GLASS: Rgb = (16, 20, 24)
TYRE: Rgb = (22, 22, 24)
HUB: Rgb = (120, 122, 126)
TRIM: Rgb = (38, 38, 40)


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
        self._looks: list[Look] = []
        self._limbs: list[tuple[Sequence[float], Sequence[float]]] = []
        self._limb_looks: list[tuple[float, Rgb]] = []
        self._lamps: dict[str, list[Sequence[float]]] = {"head": [], "tail": []}

    def quad(self, corners: Iterable[Sequence[float]], outwards: Sequence[float], look: Look) -> None:
        """Add a flat face whose outside is towards ``outwards``."""
        face = np.array(list(corners), dtype=float)
        normal = np.cross(face[2] - face[0], face[3] - face[1])
        if normal @ np.asarray(outwards) > 0:
            face = face[::-1]
        self._quads.append(face)
        self._looks.append(look)

    def end(self, x: float, y: Span, z: Span, look: Look) -> None:
        """Add an upright rectangle across the body at ``x``, which looks ahead if ``x`` is above 0, else back."""
        self.quad(((x, y[0], z[0]), (x, y[1], z[0]), (x, y[1], z[1]), (x, y[0], z[1])), (x, 0, 0), look)

    def flanks(self, x: Span, y: Span, z: Span, look: Look) -> None:
        """Add the same four-sided face to both sides: half width ``y[0]`` at its foot ``z[0]``, ``y[1]`` at its top."""
        for side in (-1, 1):
            low, high = side * y[0], side * y[1]
            self.quad(
                ((x[0], low, z[0]), (x[1], low, z[0]), (x[1], high, z[1]), (x[0], high, z[1])), (0, side, 0), look
            )

    def disc(self, middle: Sequence[float], radius_m: float, side: float, rgb: Rgb, layer: float) -> None:
        """Add an octagon in the plane of the body's side (y constant), as three quads."""
        angle = np.arange(8) * np.pi / 4 + np.pi / 8
        ring = np.stack((np.cos(angle), np.zeros(8), np.sin(angle)), axis=1) * radius_m + np.asarray(middle)
        for a, b, c, d in ((0, 1, 2, 3), (0, 3, 4, 7), (4, 5, 6, 7)):
            self.quad(ring[[a, b, c, d]], (0, side, 0), (rgb, 0.0, layer))

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
    """Skin a hull over ``ribs`` (rear to front). ``windows`` (gap, level) are glass sides, ``screens`` glass tops."""
    for gap, ((x0, low), (x1, high)) in enumerate(pairwise(ribs)):
        for level in range(len(low) - 1):
            (w00, z00), (w01, z01), (w10, z10), (w11, z11) = low[level], low[level + 1], high[level], high[level + 1]
            glass = (gap, level) in windows
            rgb, gloss = (GLASS, 0.12) if glass else (paint if level else darker(paint, 0.55), 0.22)
            for side in (-1, 1):
                corners = ((x0, side * w00, z00), (x1, side * w10, z10), (x1, side * w11, z11), (x0, side * w01, z01))
                build.quad(corners, (0, side, 0.3), (rgb, gloss, 0))
        (w0, z0), (w1, z1) = low[-1], high[-1]
        rgb, gloss = (GLASS, 0.34) if gap in screens else (paint, 0.3)
        build.quad(((x0, w0, z0), (x1, w1, z1), (x1, -w1, z1), (x0, -w0, z0)), (0, 0, 1), (rgb, gloss, 0))
    for (x, rib), ahead in ((ribs[0], -1), (ribs[-1], 1)):
        for (w0, z0), (w1, z1) in pairwise(rib):
            build.quad(((x, w0, z0), (x, w1, z1), (x, -w1, z1), (x, -w0, z0)), (ahead, 0, 0), (paint, 0.2, 0))


def darker(rgb: Rgb, by: float) -> Rgb:
    """Return ``rgb`` times ``by``."""
    return rgb[0] * by, rgb[1] * by, rgb[2] * by
