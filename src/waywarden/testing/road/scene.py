"""From a sheet of ground to a picture: asphalt and verges before anything lies on them; then light, sky and lens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waywarden.testing.mast import Mast
from waywarden.testing.road.ground import Bytes, Ground
from waywarden.testing.road.noise import Floats, Patterns
from waywarden.testing.road.stretches import HALF_M, STEP_M, WALL_M, Road

GRAIN_M, BLOTCH_M = 0.012, 0.05
"""How large grain and blotches are; what is smaller than a pixel averages out."""

MIDDLE = 112.0
"""Contrast stretches grey levels about this one."""


@dataclass(frozen=True, slots=True)
class Weather:
    """Light and lens of one drive.

    Parameters
    ----------
    sunny : bool
    sun : metres to the right and ahead that the shadow of a metre reaches
    gain, contrast, noise, soft : float
        Of the camera: brightness, contrast about the mean, noise in grey levels, and blur (0..1).
    haze : float
        Share of haze at 100 m.
    tint, sky : (3,) float32
    """

    sunny: bool
    sun: tuple[float, float]
    gain: float
    contrast: float
    noise: float
    soft: float
    haze: float
    tint: Floats
    sky: Floats


def weather(rng: np.random.Generator) -> Weather:
    """Return the light of a drive, drawn from ``rng``."""
    sunny = bool(rng.random() < 0.6)
    turn, reach = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0.4, 1.6)) if sunny else 0.0
    tint = 1 + rng.normal(0, 0.025, 3)
    sky = np.array((150, 182, 222) if sunny else (196, 200, 204)) * rng.uniform(0.9, 1.1)
    return Weather(
        sunny, (reach * float(np.cos(turn)), reach * float(np.sin(turn))), float(rng.uniform(0.9, 1.25)),
        float(rng.uniform(0.85, 1.2)), float(rng.uniform(0.8, 3)), float(rng.uniform(0.1, 0.8)),
        float(rng.uniform(0.03, 0.3)), np.asarray(tint, np.float32), np.asarray(sky, np.float32),
    )  # fmt: skip


def _fades(ground: Ground, size_m: float) -> Floats:
    """Return (h, 1) how much of a pattern is left when it is averaged over the pixels of each row."""
    across, along = np.maximum(1, ground.across_m / size_m), np.maximum(1, ground.along_m / size_m)
    return np.asarray(1 / np.sqrt(across * along), np.float32)


def bare_road(ground: Ground, road: Road, looks: Patterns) -> Floats:
    """Return (h * w, 3) the road and its verges, with nothing on them."""
    height, width = ground.u_m.shape
    rgb = np.empty((height, width, 3), np.float32)
    borders = np.array([each.from_m for each in road.stretches])
    of_row = np.maximum(np.searchsorted(borders, ground.s_m[:, 0], side="right") - 1, 0)
    grain = looks.grain.at(ground.u_m, ground.s_m) * _fades(ground, GRAIN_M)
    blotch = looks.blotch.at(ground.u_m, ground.s_m, 1.7) * _fades(ground, BLOTCH_M)
    broad = looks.broad.at(ground.u_m, ground.s_m)
    last = len(road.stretches[0].profile) - 1
    place = ((ground.u_m + HALF_M + 0.05 * blotch) * np.float32(1 / STEP_M)).astype(np.int32)
    np.clip(place, 0, last, out=place)
    for number in np.unique(of_row):
        rows = slice(int(np.searchsorted(-of_row, -number)), int(np.searchsorted(-of_row, -number, side="right")))
        here = road.stretches[number].profile[place[rows]]
        rough = 1 + here[..., 3] * grain[rows] + here[..., 4] * blotch[rows] + here[..., 5] * broad[rows]
        np.multiply(here[..., :3], rough[..., None], out=rgb[rows])
    return rgb.reshape(-1, 3)


class Lens:
    """Puts light, verges' vegetation, sky, haze and the camera's own faults together, for one drive."""

    def __init__(self, mast: Mast, sky: Weather, looks: Patterns, rng: np.random.Generator) -> None:
        self._mast, self._sky, self._looks = mast, sky, looks
        width, height = mast.size_px
        self._horizon_px = height / 2 - mast.focal_px * np.tan(np.radians(mast.tilt_deg))
        x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
        dim = float(rng.uniform(0.02, 0.16))
        dimmed = sky.gain * (1 - dim * (x * x + y * y))
        self._gain = np.asarray(dimmed[..., None] * sky.tint * sky.contrast, np.float32)
        noise = rng.normal(MIDDLE * (1 - sky.contrast), sky.noise, (height + 64, width + 64, 1))
        self._noise = noise.astype(np.float32)
        self._tall = rng.uniform(0.2, 1.0) * (6 if rng.random() < 0.6 else 1.2)

    def picture(self, ground: Ground, rgb: Floats, light: Floats, rng: np.random.Generator) -> Bytes:
        """Return (h, w, 3) uint8, from the ground's colours (h * w, 3) and how lit they are (h * w)."""
        width, height = self._mast.size_px
        out = np.empty((height, width, 3), np.float32)
        out[ground.first_row :] = rgb.reshape(*ground.u_m.shape, 3)
        dark = np.flatnonzero(light < 1)
        blue = np.array((0.96, 0.98, 1.06), np.float32)  # in shadow only the sky shines
        lit = light[dark, None]
        out[ground.first_row :].reshape(-1, 3)[dark] *= lit * (blue + (1 - blue) * lit)
        haze = 1 - np.exp(-self._sky.haze * self._mast.position_m[2] / 100 * ground.cot)
        out[ground.first_row :] *= 1 - haze[..., None]
        out[ground.first_row :] += haze[..., None] * self._sky.sky
        self._above(out, ground)
        self._beside(out, ground)
        if self._sky.soft:
            out = _softened(out, self._sky.soft)
        out *= self._gain
        dy, dx = rng.integers(0, 64, 2)
        out += self._noise[dy : dy + height, dx : dx + width]
        return np.asarray(np.clip(out, 0, 255, out=out), np.uint8)

    def _above(self, out: Floats, ground: Ground) -> None:
        """Draw the sky."""
        up = np.clip((self._horizon_px - np.arange(ground.first_row)) / max(self._horizon_px, 1), 0, 1)[:, None, None]
        white = np.array((226, 230, 234), np.float32)
        out[: ground.first_row] = white + (up**0.7).astype(np.float32) * (self._sky.sky - white)

    def _beside(self, out: Floats, ground: Ground) -> None:
        """Draw vegetation as two walls along the road."""
        width = self._mast.size_px[0]
        depth_m = WALL_M * self._mast.focal_px / np.maximum(np.abs(np.arange(width) + 0.5 - width / 2), 8)
        side = np.where(np.arange(width) < width / 2, 0.0, 500.0)
        chainage = np.asarray(depth_m + ground.s_m[-1, 0], np.float32)
        swell = self._looks.broad.at(np.zeros(1, np.float32), (chainage + side).astype(np.float32)).ravel()
        tall_m = self._tall * np.clip(0.7 + 0.3 * swell, 0.1, 1.6)
        px_per_m = self._mast.focal_px / depth_m
        top = self._horizon_px - (tall_m - self._mast.position_m[2]) * px_per_m
        foot = self._horizon_px + self._mast.position_m[2] * px_per_m
        begins, ends = int(max(0, top.min())), int(np.clip(foot.max(), 0, len(out)))
        if begins >= ends:
            return
        rows = np.arange(begins, ends)[:, None]
        high_m = (foot - rows) / px_per_m
        leaf = self._looks.leaves.at((chainage + side).astype(np.float32), high_m.astype(np.float32), 1.5)
        fine = self._looks.blotch.at((chainage + side).astype(np.float32), high_m.astype(np.float32), 2.0)
        hit = (rows < foot) & (high_m < tall_m * (1 + 0.12 * leaf))
        tone = np.clip(0.62 + 0.22 * leaf + 0.14 * fine + 0.25 * high_m / max(float(self._tall), 1), 0.12, 1.4)
        green = (tone[..., None] * np.array((78, 96, 48))).astype(np.float32)
        out[begins:ends][hit] = green[hit]


def _softened(rgb: Floats, share: float) -> Floats:
    """Return the picture blurred a little: each pixel gives ``share`` of half of itself to its four neighbours."""
    around = rgb[:-2, 1:-1] + rgb[2:, 1:-1]
    around += rgb[1:-1, :-2]
    around += rgb[1:-1, 2:]
    around *= np.float32(share / 8)
    soft = rgb.copy()
    soft[1:-1, 1:-1] *= np.float32(1 - share / 2)
    soft[1:-1, 1:-1] += around
    return soft
