"""What is often taken for damage and is none: shadows, joints, manholes, patches, water, markings, stains."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from waywarden.testing.road.ground import Box, Pixels, covered, within
from waywarden.testing.road.noise import Floats, Patterns


class Decoy(StrEnum):
    """Kinds of false alarm. Their order is that of the bits in the masks of decoys."""

    SHADOWS = "shadows"
    JOINTS = "joints"
    MANHOLES = "manholes"
    PATCHES = "patches"
    WET = "wet"
    MARKINGS = "markings"
    STAINS = "stains"
    WORN_PAINT = "worn-paint"


def bit_of(decoy: Decoy) -> int:
    """Return the bit of a decoy in the masks of decoys."""
    return 1 << list(Decoy).index(decoy)


BITUMEN = np.array((44, 44, 46), np.float32)
WHITE, YELLOW = np.array((222, 222, 216), np.float32), np.array((214, 158, 62), np.float32)


@dataclass(frozen=True)
class Shade:
    """The shadow of a crown: leaves, with light between them; ``thick`` is how little of it (-1..1)."""

    middle_m: tuple[float, float]
    reach_m: tuple[float, float]
    thick: float
    dark: float
    decoy: Decoy = Decoy.SHADOWS

    @property
    def box(self) -> Box:
        """The box of the road that holds it."""
        return _around(self.middle_m, self.reach_m, 1.35)

    def draw(self, seen: Pixels, looks: Patterns) -> None:
        """Take light off."""
        inside = _ellipse(seen, self.middle_m, self.reach_m)
        leaf = looks.leaves.at(seen.u_m, seen.s_m) * 0.7 + looks.blotch.at(seen.u_m, seen.s_m, 2.5) * 0.45
        share = np.clip((leaf + 2.6 * np.minimum(inside, 0.4) - 0.5 + self.thick) * 2.2, 0, 1)
        seen.shade(np.asarray(self.dark * share, np.float32))
        seen.is_decoy(share > 0.4, bit_of(self.decoy))


@dataclass(frozen=True)
class Band:
    """A straight band: the shadow of a pole or a wire, a sealed joint, a mark of tyres.

    Parameters
    ----------
    from_m, to_m : right of the road's middle, along it
    half_m, soft_m : float
        Half its width, and how far its edge is blurred.
    dark : float
    ragged : 0..1
        How much its edge frays, and how patchy it is.
    colour : (3,) float32 or None
        None takes light away.
    """

    from_m: tuple[float, float]
    to_m: tuple[float, float]
    half_m: float
    soft_m: float
    dark: float
    ragged: float
    colour: Floats | None
    decoy: Decoy

    @property
    def box(self) -> Box:
        """The box of the road that holds it."""
        (u0, s0), (u1, s1) = self.from_m, self.to_m
        more = self.half_m * 2 + self.soft_m
        return Box(min(u0, u1) - more, max(u0, u1) + more, min(s0, s1) - more, max(s0, s1) + more)

    def draw(self, seen: Pixels, looks: Patterns) -> None:
        """Draw it."""
        (u0, s0), (u1, s1) = self.from_m, self.to_m
        length = float(np.hypot(u1 - u0, s1 - s0))
        across, along = (s1 - s0) / length, (u1 - u0) / length
        away = np.abs((seen.u_m - u0) * across - (seen.s_m - s0) * along)
        run = (seen.u_m - u0) * along + (seen.s_m - s0) * across
        # a shadow fades at its ends, so that it does not break off within a picture
        ends = np.clip(np.minimum(run, length - run) / max(self.soft_m * 4, 0.02) + 0.5, 0, 1)
        frayed = 1 + self.ragged * looks.blotch.at(seen.u_m, seen.s_m) * 0.5
        pixel = abs(across) * seen.across_m + abs(along) * seen.along_m + self.soft_m
        half = np.asarray(np.clip(self.half_m * frayed, 0, None), np.float32)
        share = covered(away, half, np.asarray(pixel, np.float32)) * ends
        patchy = np.clip(1 - self.ragged * (0.4 + 0.5 * looks.leaves.at(seen.u_m, seen.s_m)), 0, 1)
        dark: Floats = np.asarray(share * patchy * self.dark, np.float32)
        if self.colour is None:
            seen.shade(dark)
        else:
            seen.lay(dark, self.colour)
        seen.is_decoy(dark > min(0.12, self.dark / 2), bit_of(self.decoy))


@dataclass(frozen=True)
class Cover:
    """An iron cover in its ring (``round``), or a grate."""

    middle_m: tuple[float, float]
    radius_m: float
    round: bool
    grey: float
    ring: float
    decoy: Decoy = Decoy.MANHOLES

    @property
    def box(self) -> Box:
        """The box of the road that holds it."""
        return _around(self.middle_m, (self.radius_m, self.radius_m), 1.6)

    def draw(self, seen: Pixels, looks: Patterns) -> None:
        """Draw the ring of concrete or fresh asphalt, the gap, and the iron with its pattern."""
        du, ds = seen.u_m - self.middle_m[0], seen.s_m - self.middle_m[1]
        away = np.hypot(du, ds) if self.round else np.maximum(np.abs(du), np.abs(ds) * 0.7)
        pixel = np.sqrt(seen.across_m * seen.along_m)
        rough = 1 + 0.1 * looks.grain.at(seen.u_m, seen.s_m) + 0.08 * looks.blotch.at(seen.u_m, seen.s_m)
        ring = self.ring * np.array((1, 1, 0.98), np.float32) * rough[:, None]
        seen.lay(within(self.radius_m * 1.3 - away, pixel), np.asarray(ring, np.float32))
        if self.round:
            studs = np.sin(du * (2 * np.pi / 0.06)) * np.sin(ds * (2 * np.pi / 0.06))
        else:
            studs = 2.2 * np.sin(du * (2 * np.pi / 0.07))
        clear = np.minimum(1, (0.03 / pixel) ** 2)
        iron = self.grey * (1 + 0.22 * studs * clear) * rough
        seen.lay(within(self.radius_m - away, pixel), np.asarray(iron[:, None] * np.array((1, 0.97, 0.93)), np.float32))
        seen.lay(0.75 * covered(np.abs(away - self.radius_m), 0.012, pixel), BITUMEN * 0.6)
        hidden = away < self.radius_m * 1.3
        seen.hides(hidden)
        seen.is_decoy(hidden, bit_of(self.decoy))


@dataclass(frozen=True)
class Patch:
    """A repair: asphalt of another tone, with straight or ragged edges, its rim sealed by ``seal`` (0..1)."""

    middle_m: tuple[float, float]
    reach_m: tuple[float, float]
    square: bool
    rgb: Floats
    grain: float
    seal: float
    decoy: Decoy = Decoy.PATCHES

    @property
    def box(self) -> Box:
        """The box of the road that holds it."""
        return _around(self.middle_m, self.reach_m, 1.3)

    def draw(self, seen: Pixels, looks: Patterns) -> None:
        """Lay its asphalt."""
        du, ds = np.abs(seen.u_m - self.middle_m[0]), np.abs(seen.s_m - self.middle_m[1])
        ragged = 0.012 * looks.blotch.at(seen.u_m, seen.s_m)
        if self.square:
            inside = np.minimum(self.reach_m[0] - du, self.reach_m[1] - ds) + ragged
        else:
            bulge = 0.14 * looks.leaves.at(seen.u_m, seen.s_m, 2.0)
            inside = min(self.reach_m) * (_ellipse(seen, self.middle_m, self.reach_m) + bulge) / 2 + ragged
        pixel = np.sqrt(seen.across_m * seen.along_m)
        fades = np.minimum(1, 0.012 / pixel)
        rough = 1 + self.grain * fades * looks.grain.at(seen.u_m, seen.s_m, 1.4)
        rough += 0.05 * looks.blotch.at(seen.u_m, seen.s_m, 4.0)
        seen.lay(within(inside, pixel) * 0.92, np.asarray(self.rgb * rough[:, None], np.float32))
        seen.lay(self.seal * covered(np.abs(inside), 0.03, pixel), BITUMEN)
        seen.is_decoy(inside > 0, bit_of(self.decoy))


@dataclass(frozen=True)
class Puddle:
    """Water in a hollow, which mirrors the sky the more the flatter it is looked at; ``deep`` 0 is but damp."""

    middle_m: tuple[float, float]
    reach_m: tuple[float, float]
    deep: float
    sky: Floats
    decoy: Decoy = Decoy.WET

    @property
    def box(self) -> Box:
        """The box of the road that holds it."""
        return _around(self.middle_m, self.reach_m, 1.4)

    def draw(self, seen: Pixels, looks: Patterns) -> None:
        """Darken the damp, and mirror the sky in what stands."""
        inside = _ellipse(seen, self.middle_m, self.reach_m)
        inside = inside + 0.5 * looks.leaves.at(seen.u_m, seen.s_m, 2.2) + 0.1 * looks.blotch.at(seen.u_m, seen.s_m, 2)
        damp = np.asarray(np.clip(inside * 3 + 0.5, 0, 1), np.float32)
        seen.darken(0.45 * damp)
        slant = 1 / np.hypot(1, seen.cot)
        mirrors = 0.02 + 0.98 * (1 - slant) ** 5  # Schlick's approximation of Fresnel's law, for water
        stands = np.clip((inside - 0.25) * 5, 0, 1) * self.deep
        seen.lay(np.asarray(stands * np.minimum(0.85, 0.12 + 1.6 * mirrors), np.float32), self.sky)
        seen.is_decoy(inside > 0, bit_of(self.decoy))


@dataclass(frozen=True)
class Stain:
    """Oil, or what else has been spilt: dark, soft, soaked in."""

    middle_m: tuple[float, float]
    reach_m: tuple[float, float]
    dark: float
    decoy: Decoy = Decoy.STAINS

    @property
    def box(self) -> Box:
        """The box of the road that holds it."""
        return _around(self.middle_m, self.reach_m, 1.4)

    def draw(self, seen: Pixels, looks: Patterns) -> None:
        """Darken the road."""
        inside = _ellipse(seen, self.middle_m, self.reach_m) + 0.3 * looks.leaves.at(seen.u_m, seen.s_m)
        share = np.clip(inside * 1.6 + 0.3 + 0.25 * looks.blotch.at(seen.u_m, seen.s_m, 2.0), 0, 1)
        seen.darken(np.asarray(self.dark * share, np.float32))
        seen.is_decoy(share > 0.5, bit_of(self.decoy))


@dataclass(frozen=True)
class Painted:
    """Paint on the road, of which ``worn`` (0..1) is gone: a line (dashed if ``gap_m``), a bar, an arrow.

    Parameters
    ----------
    middle_m : float
        Right of the road's middle.
    from_m, to_m, half_m : float
        Where it begins and ends along the road, and half its width.
    dash_m, gap_m : float
    head : bool
        Whether it widens to an arrow's head at its end.
    """

    middle_m: float
    from_m: float
    to_m: float
    half_m: float
    colour: Floats
    worn: float
    dash_m: float = 0.0
    gap_m: float = 0.0
    head: bool = False
    decoy: Decoy | None = None

    @property
    def box(self) -> Box:
        """The box of the road that holds it."""
        half = self.half_m * (3.2 if self.head else 1.1)
        return Box(self.middle_m - half, self.middle_m + half, self.from_m, self.to_m)

    def draw(self, seen: Pixels, looks: Patterns) -> None:
        """Lay the paint, where there is any left: it goes where stones stand out and where wheels roll."""
        half: Floats | float = self.half_m
        if self.head:
            left_m = self.to_m - seen.s_m
            half = np.asarray(np.where(left_m < self.half_m * 8, left_m * 0.38, self.half_m), np.float32)
        share = covered(np.abs(seen.u_m - self.middle_m), half, seen.across_m)
        run = seen.s_m - self.from_m
        if self.gap_m:
            run = run % (self.dash_m + self.gap_m)
            share *= covered(np.abs(run - self.dash_m / 2), self.dash_m / 2, seen.along_m)
        left = looks.blotch.at(seen.u_m, seen.s_m, 1.5) + 0.8 * looks.grain.at(seen.u_m, seen.s_m)
        left += 1.2 * looks.leaves.at(seen.u_m, seen.s_m, 2.0)
        share *= np.clip((left - 4.6 * self.worn + 2.9) * 0.8, 0, 1)
        dirty = 1 + 0.05 * looks.blotch.at(seen.u_m, seen.s_m, 3.0) - 0.25 * self.worn
        seen.lay(np.asarray(share, np.float32), np.asarray(self.colour * dirty[:, None], np.float32))
        if self.decoy is not None:
            seen.is_decoy(share > 0.1, bit_of(self.decoy))


Flat = Shade | Band | Cover | Patch | Puddle | Stain | Painted
"""What lies on a road, or falls on it, and is no damage."""


def _around(middle_m: tuple[float, float], reach_m: tuple[float, float], more: float) -> Box:
    (u, s), (a, b) = middle_m, reach_m
    return Box(u - more * a, u + more * a, s - more * b, s + more * b)


def _ellipse(seen: Pixels, middle_m: tuple[float, float], reach_m: tuple[float, float]) -> Floats:
    """Return 1 in the middle of an ellipse, 0 on it, below 0 outside."""
    du, ds = (seen.u_m - middle_m[0]) / reach_m[0], (seen.s_m - middle_m[1]) / reach_m[1]
    return np.asarray(1 - du * du - ds * ds, np.float32)
