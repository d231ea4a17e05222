"""A quarter of a car rolling over a profile, and the International Roughness Index, which is defined by one.

Sayers, Gillespie & Paterson, Guidelines for conducting and calibrating road roughness measurements, World Bank
Technical Paper 46 (1986); ASTM E1926. The car is linear, so that its response is worked out frequency by frequency.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]
Waves = npt.NDArray[np.complex128]

IRI_SPEED_MPS = 80 / 3.6
"""The speed at which the golden car drives, whoever measures at whichever (E1926)."""
SMOOTHED_M = 0.25
"""Its profile is averaged over so long, as a tyre averages it (E1926)."""


@dataclass(frozen=True, slots=True)
class QuarterCar:
    """One wheel and its share of the body, each divided by the body's mass.

    Parameters
    ----------
    tyre_per_s2, spring_per_s2, damper_per_s : float
        Stiffness of tyre and spring, and damping.
    wheel_share : float
        Mass of the wheel by that of the body.
    """

    tyre_per_s2: float
    spring_per_s2: float
    damper_per_s: float
    wheel_share: float

    def motion(self, frequency_hz: npt.NDArray[np.floating[Any]]) -> tuple[Waves, Waves]:
        """Return how body and wheel move (n,) for a road that moves by 1 at each frequency (n,)."""
        s = 2j * np.pi * frequency_hz
        link = self.spring_per_s2 + self.damper_per_s * s
        body = link / (s * s + link)
        wheel = self.tyre_per_s2 / (self.wheel_share * s * s + self.tyre_per_s2 + s * s * body)
        return body * wheel, wheel


GOLDEN = QuarterCar(653.0, 63.3, 6.0, 0.15)
"""The golden car (Technical Paper 46; E1926)."""


def body_mps2(car: QuarterCar, road_m: Reals, rate_hz: float) -> Reals:
    """Return (n,) the body's acceleration over a road whose height (n,) under the wheel is given at ``rate_hz``."""
    frequency_hz = np.fft.rfftfreq(len(road_m), 1 / rate_hz)
    body, _ = car.motion(frequency_hz)
    level = road_m - np.linspace(road_m[0], road_m[-1], len(road_m))
    wave = np.fft.rfft(level) * body * -((2 * np.pi * frequency_hz) ** 2)
    return np.asarray(np.fft.irfft(wave, n=len(road_m)), np.float64)


def iri_mm_per_m(profile_m: Reals, step_m: float) -> float:
    """Return the International Roughness Index of a profile (n,), a height every ``step_m``; in mm/m, or m/km.

    ValueError if it is shorter than 11 m, over which the golden car settles.
    """
    if len(profile_m) * step_m < 11:
        raise ValueError(f"a profile of 11 m or more was wanted, got {len(profile_m) * step_m:g} m: drive further")
    over = max(round(SMOOTHED_M / step_m), 1)
    smooth = np.convolve(profile_m - profile_m[0], np.ones(over) / over, mode="same")
    level = smooth - np.linspace(smooth[0], smooth[-1], len(smooth))
    frequency_hz = np.fft.rfftfreq(len(level), step_m / IRI_SPEED_MPS)
    body, wheel = GOLDEN.motion(frequency_hz)
    wave = np.fft.rfft(level) * (body - wheel) * (2j * np.pi * frequency_hz)
    strokes_mps = np.fft.irfft(wave, n=len(level))
    return float(np.mean(np.abs(strokes_mps))) / IRI_SPEED_MPS * 1000
