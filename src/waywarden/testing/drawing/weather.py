"""Light and weather: the sun, dusk, the night with its lamps, rain, snow, a shaking mast, a poor line."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from waywarden.testing.drawing.meshes import GLASS, Body

Floats = npt.NDArray[np.float32]


class Condition(StrEnum):
    """When and in what weather the clip is taken."""

    DAY = "day"
    DUSK = "dusk"
    NIGHT = "night"
    RAIN = "rain"
    SNOW = "snow"


SNOW_RGB = (228, 232, 238)
LEVEL = 0.6
"""Snow lies on faces that look up at least so steeply (the third part of their normal)."""


@dataclass(frozen=True, slots=True)
class Weather:
    """The light of one clip.

    Parameters
    ----------
    to_sun : unit vector
    sun, ambient, sky, horizon : rgb
        Strength of the sun's and the sky's light (1 is day), and the colours 0..255 of the sky above and far away.
    shadow : 0..1
        How much light a shadow takes.
    lamps : 0..1
        How strongly street and head lamps shine.
    wet : 0..1
        How much the road mirrors.
    contrast, noise_sd : float
        Of the picture, around its middle grey; noise in grey levels.
    snow : 0..1
        How much snow lies; where some does, more is falling.
    """

    to_sun: tuple[float, float, float]
    sun: tuple[float, float, float]
    ambient: tuple[float, float, float]
    sky: tuple[float, float, float]
    horizon: tuple[float, float, float]
    shadow: float
    lamps: float
    wet: float
    contrast: float
    noise_sd: float
    snow: float = 0.0


def weather(condition: Condition, rng: np.random.Generator) -> Weather:
    """Return the light of ``condition``; the sun's place is drawn from ``rng``."""
    turn, up = float(rng.uniform(0, 2 * math.pi)), math.radians(float(rng.uniform(42, 58)))
    to_sun = (math.cos(turn) * math.cos(up), math.sin(turn) * math.cos(up), math.sin(up))
    if condition is Condition.DAY:
        return Weather(
            to_sun, (0.48, 0.47, 0.44), (0.68, 0.69, 0.72), (150, 182, 220), (206, 218, 228), 0.26, 0, 0, 1, 0.8
        )
    if condition is Condition.DUSK:
        return Weather(
            (0, 0, 1), (0.1, 0.1, 0.13), (0.3, 0.3, 0.36), (84, 98, 140), (190, 150, 128), 0.12, 0.45, 0, 1, 2.0
        )
    if condition is Condition.NIGHT:
        return Weather((0, 0, 1), (0, 0, 0), (0.085, 0.085, 0.1), (14, 16, 26), (34, 30, 34), 0, 1, 0, 1, 2.6)
    if condition is Condition.SNOW:
        return Weather(
            (0, 0, 1), (0.08, 0.08, 0.08), (0.6, 0.61, 0.64), (178, 182, 188), (190, 193, 198), 0.1, 0.3, 0, 0.84, 1.6,
            snow=float(rng.uniform(0.45, 1)),
        )  # fmt: skip
    return Weather(
        (0, 0, 1), (0.12, 0.12, 0.12), (0.5, 0.51, 0.54), (150, 154, 160), (168, 172, 176), 0.16, 0.3, 0.5, 0.8, 1.6
    )


def shade(normal: Floats, rgb: Floats, gloss: Floats, light: Weather) -> Floats:
    """Return the colours (n, 3) of faces with ``normal`` (n, 3) under ``light``, street lamps not included."""
    sun = np.clip(normal @ np.array(light.to_sun, np.float32), 0, None)[:, None] * np.array(light.sun, np.float32)
    up = normal[:, 2:]
    sky = (0.62 + 0.38 * up) * np.array(light.ambient, np.float32)
    mirrored = np.array(light.sky, np.float32) * (0.35 + 0.65 * np.clip(up, 0, 1)) * np.clip(0.45 + up, 0, 1)
    lit: Floats = rgb * (sun + sky) * 1.05
    return np.asarray(lit * (1 - gloss[:, None] * 0.6) + mirrored * gloss[:, None], np.float32)


def noise_tile(rng: np.random.Generator, sd: float, height: int, width: int) -> npt.NDArray[np.int16]:
    """Return (height, width) noise of a sensor, slightly correlated from pixel to pixel as CCTV's is."""
    grain = rng.standard_normal((height + 1, width + 1), dtype=np.float32) * sd * 1.4
    soft = (grain[1:, 1:] + grain[:-1, 1:] + grain[1:, :-1] + grain[:-1, :-1]) / 4 + grain[1:, 1:] * 0.4
    return np.asarray(np.rint(soft), np.int16)


def streaks(rng: np.random.Generator, height: int, width: int) -> npt.NDArray[np.int16]:
    """Return (height, width) brightness of rain that falls before the lens, to be shifted from frame to frame."""
    drops = max(60, height * width // 900)
    layer = np.zeros((height, width), np.int16)
    long = max(5, height // 28)
    x, y = rng.integers(0, width, drops), rng.integers(0, height, drops)
    bright = rng.integers(6, 26, drops)
    for step in range(long):
        np.maximum.at(layer, ((y + step) % height, (x + step // 5) % width), bright)
    return layer


def flakes(rng: np.random.Generator, height: int, width: int) -> npt.NDArray[np.int16]:
    """Return (height, width) brightness of snow that falls before the lens: many small flakes, few large dim ones."""
    layer = np.zeros((height, width), np.float32)
    for radius, area_px, bright in ((0.6, 500, 70), (1.1, 2200, 60), (2.4, 16000, 34)):
        count, reach = max(6, height * width // area_px), math.ceil(2 * radius)
        x, y = rng.integers(0, width, count), rng.integers(0, height, count)
        shown = bright * rng.uniform(0.4, 1.0, count).astype(np.float32)
        for dy in range(-2 * reach, 2 * reach + 1):
            for dx in range(-reach, reach + 1):
                share = math.exp(-(dx * dx + dy * dy / 2) / radius**2)  # it falls while the shutter is open
                np.maximum.at(layer, ((y + dy) % height, (x + dx) % width), shown * share)
    return np.asarray(np.rint(layer), np.int16)


def under_snow(body: Body, share: float) -> Body:
    """Return ``body`` with snow on what looks up and is not glass; with a ``share`` of 1 nothing shines through."""
    corners = body.vertices[body.faces]
    normal = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    steep = np.abs(normal[:, 2]) / np.maximum(np.linalg.norm(normal, axis=1), 1e-9)
    lies = (share * ((steep > LEVEL) & (body.rgb.max(axis=1) > max(GLASS))))[:, None].astype(np.float32)
    return replace(body, rgb=body.rgb * (1 - lies) + np.array(SNOW_RGB, np.float32) * lies)


def shaking(rng: np.random.Generator, frames: int, rate_hz: float) -> npt.NDArray[np.int64]:
    """Return (frames, 2) shifts of the picture in half pixels: a mast in the wind, 0.6 to 2 Hz, and lorries' jolts."""
    at_s = np.arange(frames) / rate_hz
    shift = np.zeros((frames, 2))
    for axis, size in ((0, 2.2), (1, 1.6)):
        for hz in rng.uniform(0.6, 2.0, 3):
            shift[:, axis] += size / 2 * np.sin(2 * math.pi * (hz * at_s + rng.random()))
    return np.clip(np.rint(shift), -7, 7).astype(np.int64)
