"""A pinhole camera on a mast: world metres to picture pixels, and the ground back again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.floating[Any]]


class View(StrEnum):
    """Where the camera hangs: on a corner, beside one arm, or right above the road."""

    CORNER = "corner"
    ROADSIDE = "roadside"
    ABOVE = "above"


@dataclass(frozen=True)
class Mast:
    """A camera without lens distortion.

    Parameters
    ----------
    position_m : x, y, z
    heading_deg : float
        Which way it looks, counter-clockwise from east.
    tilt_deg : float
        How far it looks down.
    focal_px : float
    size_px : width, height
    """

    position_m: tuple[float, float, float]
    heading_deg: float
    tilt_deg: float
    focal_px: float
    size_px: tuple[int, int]

    @cached_property
    def axes(self) -> Reals:
        """(3, 3): right, down and ahead of the camera as unit vectors in the world."""
        h, t = math.radians(self.heading_deg), math.radians(self.tilt_deg)
        ahead = np.array((math.cos(h) * math.cos(t), math.sin(h) * math.cos(t), -math.sin(t)))
        right = np.array((math.sin(h), -math.cos(h), 0.0))
        return np.stack((right, np.cross(ahead, right), ahead))

    @cached_property
    def centre_px(self) -> tuple[float, float]:
        """The principal point: the middle of the picture."""
        return self.size_px[0] / 2, self.size_px[1] / 2

    @cached_property
    def homography(self) -> Reals:
        """(3, 3) from ground metres (x, y, 1) to picture pixels, up to scale."""
        cx, cy = self.centre_px
        lens = np.array(((self.focal_px, 0, cx), (0, self.focal_px, cy), (0, 0, 1)))
        shift = -self.axes @ np.array(self.position_m)
        return np.asarray(lens @ np.column_stack((self.axes[:, 0], self.axes[:, 1], shift)))

    def project(self, points_m: Reals) -> tuple[Reals, Reals]:
        """Return pixels (..., 2) and depth in metres along the axis (...) of points (..., 3).

        Pixel (0, 0) is the top left corner of the picture. Behind the camera depth is below 0 and pixels mean nothing.
        """
        seen = (points_m - np.array(self.position_m)) @ self.axes.T
        depth = seen[..., 2]
        safe = np.where(np.abs(depth) < 1e-6, 1e-6, depth)
        return seen[..., :2] / safe[..., None] * self.focal_px + np.array(self.centre_px), depth

    def px(self, x_m: float, y_m: float, z_m: float = 0.0) -> tuple[float, float]:
        """Return the pixel of one point."""
        at, _ = self.project(np.array((x_m, y_m, z_m)))
        return float(at[0]), float(at[1])

    def widened(self, margin_px: int) -> Mast:
        """Return the same camera with a picture larger by ``margin_px`` on every side."""
        width, height = self.size_px
        size_px = (width + 2 * margin_px, height + 2 * margin_px)
        return Mast(self.position_m, self.heading_deg, self.tilt_deg, self.focal_px, size_px)

    def rays(self, pixels: Reals) -> Reals:
        """Return directions (..., 3) in the world through pixels (..., 2); not of unit length."""
        flat = (pixels - np.array(self.centre_px)) / self.focal_px
        return np.asarray(flat[..., :1] * self.axes[0] + flat[..., 1:] * self.axes[1] + self.axes[2])

    def ground(self, pixels: Reals) -> Reals:
        """Return ground points (..., 2) in metres under pixels (..., 2); NaN at and above the horizon."""
        ray = self.rays(pixels)
        down = np.where(ray[..., 2] < -1e-9, -ray[..., 2], np.nan)
        return np.asarray(np.array(self.position_m[:2]) + ray[..., :2] * (self.position_m[2] / down)[..., None])


def corner_mast(rng: np.random.Generator, size_px: tuple[int, int]) -> Mast:
    """Return a mast on one corner, drawn from ``rng``, that sees all four gates of the junction."""
    corner_deg = 45.0 + 90.0 * int(rng.integers(4)) + float(rng.uniform(-6, 6))
    away_m, height_m = float(rng.uniform(35, 37)), float(rng.uniform(12, 13.5))
    corner = math.radians(corner_deg)
    position = (math.cos(corner) * away_m, math.sin(corner) * away_m, height_m)
    width, height = size_px
    wide_deg = 62.0 if width / height > 1.5 else 60.0
    focal_px = _focal_px(width, wide_deg)
    below_horizon = 0.06 if width / height > 1.5 else 0.14
    tilt_deg = math.degrees(math.atan((0.5 - below_horizon) * height / focal_px))
    return Mast(position, corner_deg + 180.0, tilt_deg, focal_px, size_px)


def roadside_mast(rng: np.random.Generator, size_px: tuple[int, int]) -> Mast:
    """Return a mast beside one arm that looks along it, towards the junction or away from it."""
    arm = math.pi / 2 * int(rng.integers(4))
    far_m, side_m = float(rng.uniform(16, 62)), float(rng.choice((-1, 1)) * rng.uniform(4.5, 9))
    ahead_m = float(rng.uniform(14, 40)) * (-1 if far_m > 38 else 1)
    height_m = float(rng.uniform(5, 10))
    x, y = _along(arm, far_m, side_m)
    to_x, to_y = _along(arm, far_m + ahead_m, float(rng.uniform(-3, 3)))
    heading_deg = math.degrees(math.atan2(to_y - y, to_x - x))
    tilt_deg = math.degrees(math.atan2(height_m, math.hypot(to_x - x, to_y - y)))
    return Mast((x, y, height_m), heading_deg, tilt_deg, _focal_px(size_px[0], float(rng.uniform(38, 70))), size_px)


def overhead_mast(rng: np.random.Generator, size_px: tuple[int, int]) -> Mast:
    """Return a camera over one arm, or over the junction, that looks down, or nearly so."""
    arm = math.pi / 2 * int(rng.integers(4))
    x, y = _along(arm, float(rng.uniform(0, 40)), float(rng.uniform(-2, 2)))
    turned_deg = math.degrees(arm) + 90.0 * int(rng.integers(4)) + float(rng.uniform(-12, 12))
    wide_deg = float(rng.uniform(60, 90))
    position = (x, y, float(rng.uniform(10, 24)))
    return Mast(position, turned_deg, float(rng.uniform(64, 90)), _focal_px(size_px[0], wide_deg), size_px)


MASTS = {View.CORNER: corner_mast, View.ROADSIDE: roadside_mast, View.ABOVE: overhead_mast}


def _along(arm: float, far_m: float, side_m: float) -> tuple[float, float]:
    """Return x, y of a point ``far_m`` out on the arm in direction ``arm`` (radians), ``side_m`` beside its middle."""
    return math.cos(arm) * far_m - math.sin(arm) * side_m, math.sin(arm) * far_m + math.cos(arm) * side_m


def _focal_px(width_px: int, wide_deg: float) -> float:
    return width_px / 2 / math.tan(math.radians(wide_deg / 2))
