"""What ground lies under each pixel of one picture, and the pixels that see one thing on the road."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from waywarden.testing.mast import Mast
from waywarden.testing.road.noise import Floats

Bytes = npt.NDArray[np.uint8]

FARTHEST_M = 140.0
"""The road is drawn so far ahead; beyond it is haze."""


class View(StrEnum):
    """How the camera is mounted.

    ``survey``: on a roof rack, cropped to the road, as the pictures of the Brazilian road authority are.
    ``windscreen``: behind it, with sky. ``motorbike``: on a handlebar, steeply down.
    """

    SURVEY = "survey"
    WINDSCREEN = "windscreen"
    MOTORBIKE = "motorbike"


HEIGHT_M = {View.SURVEY: (2.2, 2.7), View.WINDSCREEN: (1.2, 1.45), View.MOTORBIKE: (1.15, 1.4)}
WIDE_DEG = {View.SURVEY: (42.0, 55.0), View.WINDSCREEN: (55.0, 75.0), View.MOTORBIKE: (52.0, 64.0)}
HORIZON_SHARE = {View.SURVEY: (-0.26, -0.06), View.WINDSCREEN: (0.24, 0.4), View.MOTORBIKE: (-0.75, -0.35)}
"""Where the horizon is, as a share of the picture's height from its top: below 0 it is not in the picture.

The survey's are read off lane lines in pictures of DNIT, the motorbike's off those of RDD2022, China.
"""
SIZE_PX = {View.SURVEY: (800, 500), View.WINDSCREEN: (800, 500), View.MOTORBIKE: (512, 512)}


def mounted(view: View, rng: np.random.Generator) -> Mast:
    """Return a camera over (0, 0) that looks along y, drawn from ``rng``."""
    width, height = SIZE_PX[view]
    focal_px = width / 2 / np.tan(np.radians(rng.uniform(*WIDE_DEG[view]) / 2))
    horizon_px = float(rng.uniform(*HORIZON_SHARE[view])) * height
    tilt_deg = float(np.degrees(np.arctan((height / 2 - horizon_px) / focal_px)))
    return Mast((0.0, 0.0, float(rng.uniform(*HEIGHT_M[view]))), 90.0, tilt_deg, float(focal_px), (width, height))


@dataclass(frozen=True, slots=True)
class Ground:
    """The road under the lower rows of one picture, from ``first_row`` down; its rows lie straight across the view.

    Parameters
    ----------
    u_m : (h, w) float32
        Metres to the right of the road's middle.
    s_m : (h, 1) float32
        Metres along the road.
    bend_m : (h, 1) float32
        How far the road's middle has bent to the right of straight ahead of it, from the camera on.
    across_m, along_m : (h, 1) float32
        How wide and how long the ground under one pixel is.
    cot : (h, 1) float32
        Metres ahead for a metre down, along the line of sight.
    left_m, chainage_m : float
        Metres from the camera to the left, of the road's middle; and where along the road the camera is.
    """

    first_row: int
    u_m: Floats
    s_m: Floats
    bend_m: Floats
    across_m: Floats
    along_m: Floats
    cot: Floats
    left_m: float
    chainage_m: float


def ground_under(mast: Mast, chainage_m: float, left_m: float, bend: tuple[Floats, Floats]) -> Ground:
    """Return the ground under a picture taken at ``chainage_m``, ``left_m`` to the right of the road's middle.

    ``bend`` is (metres ahead, metres to the right): how the road's middle runs from there on.
    """
    width, height = mast.size_px
    middle = np.column_stack((np.full(height + 1, width / 2), np.arange(height + 1)))
    edges = np.nan_to_num(mast.ground(middle)[:, 1], nan=np.inf)
    at = mast.ground(middle[:-1] + np.array((0, 0.5)))[:, 1]
    first = int(np.argmax(at < FARTHEST_M))
    ahead, high = at[first:, None], mast.position_m[2]
    depth = ahead * mast.axes[2, 1] - high * mast.axes[2, 2]
    across = depth / mast.focal_px
    aside = np.interp(ahead[:, 0], *bend)[:, None]
    x = (np.arange(width) + 0.5 - width / 2)[None] * across
    along = np.minimum(edges[first:-1] - edges[first + 1 :], FARTHEST_M)[:, None]
    return Ground(
        first, np.asarray(x - aside + left_m, np.float32), np.asarray(ahead + chainage_m, np.float32),
        np.asarray(aside, np.float32), np.asarray(across, np.float32), np.asarray(along, np.float32),
        np.asarray(ahead / high, np.float32), left_m, chainage_m,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture's ground while it is being drawn; drawing changes the arrays in place.

    Parameters
    ----------
    ground : Ground
    rgb : (h * w, 3) float32
        Colours in full light, 0..255.
    light : (h * w) float32
        How much light comes, 1 outside shadows.
    damage : (h * w) uint8
        The truth: bit 1 crack, bit 2 pothole, bit 4 own lane.
    decoys : (h * w) uint8
        What is often taken for damage: a bit each, in the order of ``Decoy``.
    """

    ground: Ground
    rgb: Floats
    light: Floats
    damage: Bytes
    decoys: Bytes


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the road, in metres: right of its middle, and along it."""

    left_m: float
    right_m: float
    from_m: float
    to_m: float


@dataclass(frozen=True, slots=True)
class Pixels:
    """The pixels of a sheet that see one box of the road, each with the ground under it; all (n,)."""

    sheet: Sheet
    at: npt.NDArray[np.int64]
    u_m: Floats
    s_m: Floats
    across_m: Floats
    along_m: Floats
    cot: Floats

    def darken(self, share: Floats) -> None:
        """Take ``share`` (n,) of its brightness off the road."""
        self.sheet.rgb[self.at] *= (1 - share)[:, None]

    def lay(self, share: Floats, colour: Floats) -> None:
        """Lay ``colour`` (3,) or (n, 3) over the road, hiding ``share`` (n,) of it."""
        under = self.sheet.rgb[self.at]
        self.sheet.rgb[self.at] = under + share[:, None] * (colour - under)

    def shade(self, share: Floats) -> None:
        """Take ``share`` (n,) of its light off whatever is there."""
        self.sheet.light[self.at] = np.minimum(self.sheet.light[self.at], 1 - share)

    def is_damage(self, where: npt.NDArray[np.bool_], bit: int, within_m: float) -> None:
        """Write down that damage of kind ``bit`` is seen ``where`` (n,), if it is less than ``within_m`` ahead."""
        near = self.s_m < self.sheet.ground.chainage_m + within_m
        self.sheet.damage[self.at[where & near]] |= np.uint8(bit)

    def hides(self, where: npt.NDArray[np.bool_]) -> None:
        """Write down that no damage is seen ``where`` (n,): something lies over it."""
        self.sheet.damage[self.at[where]] = 0

    def is_decoy(self, where: npt.NDArray[np.bool_], bit: int) -> None:
        """Write down that a decoy of kind ``bit`` is seen ``where`` (n,)."""
        self.sheet.decoys[self.at[where]] |= np.uint8(bit)


def pixels(sheet: Sheet, box: Box) -> Pixels | None:
    """Return the pixels that see ``box``, row by row; None if it is out of view."""
    ground, width = sheet.ground, sheet.ground.u_m.shape[1]
    behind = -ground.s_m[:, 0]
    rows = np.arange(np.searchsorted(behind, -box.to_m), np.searchsorted(behind, -box.from_m, side="right"))
    aside = (ground.bend_m[rows, 0] - ground.left_m) / ground.across_m[rows, 0]
    first = np.clip(box.left_m / ground.across_m[rows, 0] + aside + width / 2, 0, width).astype(np.int64)
    last = np.clip(box.right_m / ground.across_m[rows, 0] + aside + width / 2 + 1, 0, width).astype(np.int64)
    count = last - first
    if not count.sum():
        return None
    row = np.repeat(rows, count)
    column = np.arange(len(row)) - np.repeat(np.cumsum(count) - count - first, count)
    return Pixels(
        sheet, row * width + column, ground.u_m[row, column], ground.s_m[row, 0], ground.across_m[row, 0],
        ground.along_m[row, 0], ground.cot[row, 0],
    )  # fmt: skip


def covered(away_m: Floats, half_m: Floats | float, pixel_m: Floats) -> Floats:
    """Return how much of pixels ``pixel_m`` wide a band covers, ``half_m`` to each side, ``away_m`` off its middle."""
    reach = pixel_m / 2
    inside = np.minimum(away_m + reach, half_m) - np.maximum(away_m - reach, -half_m)
    return np.asarray(np.clip(inside / pixel_m, 0, 1), np.float32)


def within(inside_m: Floats, pixel_m: Floats) -> Floats:
    """Return how much of pixels ``pixel_m`` wide is within an outline, ``inside_m`` away (outside: below 0)."""
    return np.asarray(np.clip(inside_m / pixel_m + 0.5, 0, 1), np.float32)
