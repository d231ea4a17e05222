"""Light and weather: the sun, dusk, the night with its lamps, rain, a shaking mast, a poor line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


class Condition(StrEnum):
    """When and in what weather the clip is taken."""

    DAY = "day"
    DUSK = "dusk"
    NIGHT = "night"
    RAIN = "rain"


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


def shaking(rng: np.random.Generator, frames: int, rate_hz: float) -> npt.NDArray[np.int64]:
    """Return (frames, 2) shifts of the picture in half pixels: a mast in the wind, 0.6 to 2 Hz, and lorries' jolts."""
    at_s = np.arange(frames) / rate_hz
    shift = np.zeros((frames, 2))
    for axis, size in ((0, 2.2), (1, 1.6)):
        for hz in rng.uniform(0.6, 2.0, 3):
            shift[:, axis] += size / 2 * np.sin(2 * math.pi * (hz * at_s + rng.random()))
    return np.clip(np.rint(shift), -7, 7).astype(np.int64)
