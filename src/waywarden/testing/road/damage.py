"""True damage: single cracks, broken asphalt, potholes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from waywarden.terms.distress import DistressKind
from waywarden.testing.road.ground import Box, Pixels, covered, within
from waywarden.testing.road.noise import Floats, Patterns, wander

CRACK, POTHOLE, LANE = 1, 2, 4
"""The bits of a mask, as the pictures of the Brazilian road authority have them."""
SEEN_CONTRAST = 0.13
"""Who outlines cracks by hand sees none that darkens a pixel by less than this share."""
CRACK_WITHIN_M, POTHOLE_WITHIN_M = 15.0, 22.0
"""Nor anything that is further ahead: in the masks of DNIT cracks end, and potholes too, about so far away."""
STEP_M = 0.02


@dataclass(frozen=True)
class Crack:
    """A single crack, lengthwise or across.

    Parameters
    ----------
    lengthwise : bool
    middle_m, from_m : float
        Where its line strays about (right of the road's middle if lengthwise, else along it), and where it begins.
    line_m, half_m : (n,) float32
        How far it strays and half its width, every ``STEP_M``.
    dark : float
    """

    lengthwise: bool
    middle_m: float
    from_m: float
    line_m: Floats
    half_m: Floats
    dark: float

    @property
    def kind(self) -> DistressKind:
        """What it is called."""
        return DistressKind.LONGITUDINAL_TRANSVERSE_CRACKING

    @property
    def length_m(self) -> float:
        """From end to end."""
        return (len(self.line_m) - 1) * STEP_M

    @property
    def extent_m2(self) -> float:
        """A crack of any width is taken to be 0.3 m wide, as inspectors do who turn lengths into areas."""
        return self.length_m * 0.3

    @property
    def box(self) -> Box:
        """The box of the road that holds it."""
        aside = (self.middle_m + float(self.line_m.min()) - 0.05, self.middle_m + float(self.line_m.max()) + 0.05)
        along = (self.from_m, self.from_m + self.length_m)
        return Box(*aside, *along) if self.lengthwise else Box(*along, *aside)

    def draw(self, seen: Pixels, looks: Patterns) -> None:
        """Draw a dark line, as wide as it is, and mark it where it can be made out."""
        run, off = (seen.s_m, seen.u_m) if self.lengthwise else (seen.u_m, seen.s_m)
        pixel = seen.across_m if self.lengthwise else seen.along_m
        place = (run - self.from_m) / STEP_M
        known = np.arange(len(self.line_m))
        ragged = np.clip(1 + 0.5 * looks.blotch.at(seen.u_m, seen.s_m), 0, 2)
        half = np.asarray(np.interp(place, known, self.half_m, left=0, right=0) * ragged, np.float32)
        away = np.abs(off - self.middle_m - np.interp(place, known, self.line_m).astype(np.float32))
        seen.darken(self.dark * covered(away, half, pixel))
        clear = self.dark * np.minimum(1, 2 * half / pixel) > SEEN_CONTRAST
        seen.is_damage((away < half + pixel) & clear, CRACK, CRACK_WITHIN_M)


@dataclass(frozen=True)
class Broken:
    """Asphalt that fatigue has broken into cells (alligator cracking), or shrinking into blocks.

    Parameters
    ----------
    middle_m : right of the road's middle, along it
    reach_m : half its width, half its length
    cells : float
        Size of its cells, 1 being 0.15 m.
    half_m, dark : float
        Half the width of its cracks, and how dark they are.
    kept_share : -1..1
        The lower, the fewer of its cracks have opened.
    blocks : bool
        Whether it is called block cracking.
    """

    middle_m: tuple[float, float]
    reach_m: tuple[float, float]
    cells: float
    half_m: float
    dark: float
    kept_share: float
    blocks: bool

    @property
    def kind(self) -> DistressKind:
        """What it is called."""
        return DistressKind.BLOCK_CRACKING if self.blocks else DistressKind.ALLIGATOR_CRACKING

    @property
    def extent_m2(self) -> float:
        """The ellipse that it fills, more or less."""
        return float(np.pi * self.reach_m[0] * self.reach_m[1])

    @property
    def box(self) -> Box:
        """The box of the road that holds it."""
        (u, s), (a, b) = self.middle_m, self.reach_m
        return Box(u - 1.3 * a, u + 1.3 * a, s - 1.3 * b, s + 1.3 * b)

    def draw(self, seen: Pixels, looks: Patterns) -> None:
        """Draw the edges of its cells, and mark those that can be made out."""
        du, ds = (seen.u_m - self.middle_m[0]) / self.reach_m[0], (seen.s_m - self.middle_m[1]) / self.reach_m[1]
        open_here = 1 - du * du - ds * ds + 0.45 * looks.leaves.at(seen.u_m, seen.s_m) + self.kept_share
        kink = 0.008 * self.cells
        u = seen.u_m + kink * looks.blotch.at(seen.u_m, seen.s_m, 2.0)
        s = seen.s_m + kink * looks.blotch.at(seen.u_m + 3, seen.s_m + 5, 2.0)
        away = looks.cracked.at(u, s, self.cells) * np.float32(self.cells)
        widens = np.clip(open_here, 0, 1) * np.clip(1 + 0.6 * looks.blotch.at(seen.u_m + 1, seen.s_m), 0, 2)
        half = np.asarray(self.half_m * widens, np.float32)
        pixel = np.sqrt(seen.across_m * seen.along_m)
        seen.darken(self.dark * covered(away, half, pixel) + 0.06 * np.clip(2 * open_here, 0, 1))
        clear = self.dark * np.minimum(1, 2 * half / pixel) > SEEN_CONTRAST
        seen.is_damage((away < half + 0.9 * pixel) & clear, CRACK, CRACK_WITHIN_M)


@dataclass(frozen=True)
class Pothole:
    """A hole.

    Parameters
    ----------
    middle_m : right of the road's middle, along it
    outline_m : (n,) float32
        Its radius, all around, counter-clockwise from the right.
    depth_m : float
    floor : (3,) float32
        The colour of its floor in full light.
    wall : float
        How bright its far wall is: below 1 where the sun is ahead.
    sun : metres to the right and ahead that the shadow of a metre reaches
    water : bool
    """

    middle_m: tuple[float, float]
    outline_m: Floats
    depth_m: float
    floor: Floats
    wall: float
    sun: tuple[float, float]
    water: bool

    @property
    def kind(self) -> DistressKind:
        """What it is called."""
        return DistressKind.POTHOLE

    @cached_property
    def extent_m2(self) -> float:
        """The area of its outline, a polygon."""
        turned = float(np.sin(2 * np.pi / len(self.outline_m)))
        return float(np.sum(self.outline_m * np.roll(self.outline_m, -1))) * turned / 2

    @property
    def centroid_m(self) -> tuple[float, float]:
        """Right of the road's middle and along it, where the middle of its area is: the sum over its triangles."""
        angle = np.arange(len(self.outline_m)) * (2 * np.pi / len(self.outline_m))
        corners = self.outline_m[:, None] * np.stack((np.cos(angle), np.sin(angle)), axis=-1)
        after = np.roll(corners, -1, axis=0)
        weight = corners[:, 0] * after[:, 1] - corners[:, 1] * after[:, 0]
        u, s = ((corners + after) / 3 * weight[:, None]).sum(0) / weight.sum()
        return self.middle_m[0] + float(u), self.middle_m[1] + float(s)

    @property
    def box(self) -> Box:
        """The box of the road that holds it."""
        (u, s), reach = self.middle_m, float(self.outline_m.max()) + 0.08
        return Box(u - reach, u + reach, s - reach, s + reach)

    def inside_m(self, u_m: npt.NDArray[np.floating[Any]], s_m: npt.NDArray[np.floating[Any]]) -> Floats:
        """Return how far places are inside its rim; below 0 outside."""
        du, ds = u_m - self.middle_m[0], s_m - self.middle_m[1]
        place = np.arctan2(ds, du) * (len(self.outline_m) / (2 * np.pi)) % len(self.outline_m)
        rim = np.interp(place, np.arange(len(self.outline_m) + 1), np.append(self.outline_m, self.outline_m[0]))
        return np.asarray(rim - np.hypot(du, ds), np.float32)

    def draw(self, seen: Pixels, looks: Patterns) -> None:
        """Draw rim, far wall and floor. The floor is seen through the opening: what is deeper is seen further on."""
        inside, pixel = self.inside_m(seen.u_m, seen.s_m), np.sqrt(seen.across_m * seen.along_m)
        grain = looks.grain.at(seen.u_m, seen.s_m, 2.0)
        deep_m = self.depth_m * np.clip(1 + 0.35 * looks.blotch.at(seen.u_m, seen.s_m, 3.0), 0.4, 1.6)
        floor_at = seen.s_m + deep_m * seen.cot
        on_floor = self.inside_m(seen.u_m, floor_at)
        rough = 1 + 0.14 * grain + 0.12 * looks.blotch.at(seen.u_m, floor_at)
        lit = 1 - 0.5 * within(-self.inside_m(seen.u_m - self.sun[0] * deep_m, floor_at - self.sun[1] * deep_m), pixel)
        colour = self.floor * (rough * lit)[:, None]
        wall = self.floor * (self.wall * (1 + 0.2 * grain))[:, None]
        share = within(on_floor, pixel)[:, None]
        colour = wall + share * (colour - wall)
        if self.water:
            colour = np.asarray((np.array((0.62, 0.66, 0.7), np.float32) * 190), np.float32) * np.ones((len(grain), 1))
        crumbs = (inside > -0.07) & (grain > 1.1)
        seen.darken(np.where(crumbs, -0.18, 0.10 * within(inside + 0.04, 4 * pixel)).astype(np.float32))
        seen.lay(within(inside, pixel), np.asarray(colour, np.float32))
        seen.is_damage(inside > 0, POTHOLE, POTHOLE_WITHIN_M)


Damage = Crack | Broken | Pothole


def a_crack(rng: np.random.Generator, s_m: float, lane_m: float, *, lengthwise: bool) -> Crack:
    """Return a crack about ``s_m`` in or beside the own lane, which is ``lane_m`` wide."""
    length_m = float(rng.uniform(2, 14) if lengthwise else rng.uniform(0.8, lane_m))
    n = int(length_m / STEP_M)
    from_m = s_m if lengthwise else float(rng.uniform(-0.3, lane_m - length_m + 0.3))
    middle_m = float(rng.uniform(0.2, lane_m - 0.1)) if lengthwise else s_m
    line_m = wander(rng, n, float(rng.uniform(0.03, 0.14)) * min(1, length_m / 4))
    taper = np.minimum(1, np.minimum(np.arange(n), n - np.arange(n)) * STEP_M / 0.6)
    half_m = np.exp(rng.normal(np.log(0.0028), 0.45)) * taper * np.clip(1 + wander(rng, n, 0.45), 0.1, 2.5)
    return Crack(lengthwise, middle_m, from_m, line_m, np.asarray(half_m, np.float32), float(rng.uniform(0.5, 0.85)))


def a_broken_patch(rng: np.random.Generator, s_m: float, lane_m: float) -> Broken:
    """Return alligator cracking along a wheel path about ``s_m``, or, less often, block cracking."""
    blocks = bool(rng.random() < 0.25)
    wheel_m = lane_m / 2 + float(rng.choice((-0.8, 0.8)) + rng.normal(0, 0.15))
    reach = (float(rng.uniform(0.25, 0.8)), float(rng.uniform(0.6, 5)))
    if blocks:
        reach = (lane_m / 2, float(rng.uniform(2, 8)))
    cells = float(rng.uniform(3.5, 8) if blocks else rng.uniform(0.7, 2.4))
    return Broken((wheel_m, s_m), reach, cells, float(rng.uniform(0.002, 0.0055)), float(rng.uniform(0.5, 0.85)),
                  float(rng.uniform(-0.5, 0.25)), blocks)  # fmt: skip


def a_pothole(rng: np.random.Generator, s_m: float, lane_m: float, sun: tuple[float, float], grey: float) -> Pothole:
    """Return a pothole about ``s_m`` in the own lane, most often in a wheel path, of a road as bright as ``grey``."""
    n = 72
    size_m = float(np.exp(rng.normal(np.log(0.2), 0.42)))
    round_m = size_m * np.exp(0.9 * _around(rng, n, 0.28))
    angle = np.arange(n) * (2 * np.pi / n)
    long = float(rng.uniform(0.75, 1.9))
    outline = round_m * np.hypot(np.cos(angle) / np.sqrt(long), np.sin(angle) * np.sqrt(long))
    earth = np.array(((1.0, 1.0, 1.0), (1.0, 0.9, 0.78), (1.0, 0.82, 0.66))[rng.integers(3)])
    floor = earth * grey * float(rng.uniform(0.55, 1.35))
    wheel_m = lane_m / 2 + float(rng.choice((-0.8, 0, 0.8), p=(0.4, 0.2, 0.4)) + rng.normal(0, 0.3))
    return Pothole(
        (wheel_m, s_m), np.asarray(np.clip(outline, 0.04, 0.9), np.float32), float(rng.uniform(0.02, 0.075)),
        np.asarray(floor, np.float32), float(rng.uniform(0.25, 0.6)), sun, bool(rng.random() < 0.08),
    )  # fmt: skip


def _around(rng: np.random.Generator, n: int, reach: float) -> Floats:
    """Return (n,) a line that closes on itself."""
    wave = np.arange(1, 13)
    size, turn = rng.standard_normal(12) / wave**1.15, rng.uniform(0, 2 * np.pi, 12)
    line = (size[:, None] * np.cos(wave[:, None] * np.arange(n) * (2 * np.pi / n) + turn[:, None])).sum(0)
    return np.asarray(line / line.std() * reach, np.float32)
