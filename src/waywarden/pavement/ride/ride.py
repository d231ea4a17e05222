"""A recording of one ride as even samples: what went up and down, and how fast the vehicle was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.terms.errors import SourceError

Reals = npt.NDArray[np.float64]

RATE_HZ = 100.0
"""Of even samples: what phones give."""
GRAVITY_MPS2 = 9.80665
LEAST_RATE_HZ = 40.0
"""A wheel hops at 10 to 15 Hz; less than three samples a hop show nothing of it."""
LEAST_S = 10.0
LEAST_LOCATED = 0.1
"""Of a recording's time there has to be a speed for this share or more."""
BAND_HZ = (0.6, 48.0)
"""What is slower is hills and braking, what is faster is above what 100 Hz can show."""


@dataclass(frozen=True, slots=True)
class Ride:
    """One ride, a sample every 1 / ``RATE_HZ`` from ``starts_s`` on.

    Parameters
    ----------
    starts_s : float
        On the recording's own clock.
    vertical_mps2 : (n,) float64
        Acceleration along gravity, without gravity, between ``BAND_HZ``.
    speed_mps : (n,) float64
    """

    starts_s: float
    vertical_mps2: Reals
    speed_mps: Reals

    @property
    def at_s(self) -> Reals:
        """(n,) seconds of each sample, on the recording's own clock."""
        return np.asarray(self.starts_s + np.arange(len(self.speed_mps)) / RATE_HZ, np.float64)


def as_ride(felt_s: Reals, felt_mps2: Reals, fixed_s: Reals, speed_mps: Reals) -> Ride:
    """Return the ride of a recording. However the phone lies, up is where gravity is not.

    Parameters
    ----------
    felt_s, felt_mps2 : (n,), (n, 3) float64
        Acceleration with gravity, along the phone's axes.
    fixed_s, speed_mps : (m,) float64
        Speed by satellite; below 0 where it is not known.

    Raises
    ------
    SourceError
        If the recording is too short or too sparse, has no speed, or acceleration is not in metres per second squared.
    """
    known = speed_mps >= 0
    if len(felt_s) < 2 or felt_s[-1] - felt_s[0] < LEAST_S:
        raise SourceError(
            f"a recording of {LEAST_S:g} s or more was wanted, got {_long_s(felt_s):.1f} s: record longer"
        )
    rate_hz = 1 / float(np.median(np.diff(felt_s)))
    if LEAST_RATE_HZ <= 1000 * rate_hz < 1000:
        raise SourceError(f"times in s were wanted, and steps of {1 / rate_hz:g} s came: that is ms, divide by 1000")
    if not rate_hz >= LEAST_RATE_HZ:
        raise SourceError(
            f"acceleration at {LEAST_RATE_HZ:g} Hz or more was wanted, got {rate_hz:.0f} Hz: record faster"
        )
    if known.sum() < 2:
        raise SourceError("no speed: record location as well, with the sky in view, and drive")
    _refuse_apart(felt_s, fixed_s[known])
    _in_metres(felt_mps2)
    at_s = np.arange(felt_s[0], felt_s[-1], 1 / RATE_HZ)
    even = np.stack([np.interp(at_s, felt_s, felt_mps2[:, axis]) for axis in range(3)], axis=1)
    up = even.mean(axis=0)
    vertical = even @ (up / np.linalg.norm(up))
    speed = np.interp(at_s, fixed_s[known], speed_mps[known])
    return Ride(float(felt_s[0]), passed(vertical, *BAND_HZ), np.asarray(speed, np.float64))


def _long_s(felt_s: Reals) -> float:
    return float(felt_s[-1] - felt_s[0]) if len(felt_s) else 0.0


def _refuse_apart(felt_s: Reals, fixed_s: Reals) -> None:
    """Refuse a recording of whose time hardly any has a speed: it would be made up for all the rest."""
    both_s = min(felt_s[-1], fixed_s[-1]) - max(felt_s[0], fixed_s[0])
    if both_s < LEAST_LOCATED * (felt_s[-1] - felt_s[0]):
        raise SourceError(
            f"acceleration is of {felt_s[0]:.0f} to {felt_s[-1]:.0f} s, and speed of {fixed_s[0]:.0f} to "
            f"{fixed_s[-1]:.0f} s: export both of one recording, by one clock"
        )


def _in_metres(felt_mps2: Reals) -> None:
    """Refuse what is not in metres per second squared: on average a phone feels gravity, whatever the road."""
    felt = float(np.linalg.norm(felt_mps2.mean(axis=0)))
    if abs(felt - GRAVITY_MPS2) < 1.5:
        return
    wrong = "acceleration in m/s2 with gravity was wanted, which is 9.8 on average, and"
    if abs(felt - 1) < 0.15:
        raise SourceError(f"{wrong} {felt:.2f} came: that is g, multiply it by {GRAVITY_MPS2}")
    if abs(felt - 1000) < 150:
        raise SourceError(
            f"{wrong} {felt:.0f} came: that is thousandths of g, multiply it by {GRAVITY_MPS2 / 1000:.5f}"
        )
    if felt < 1.5:
        raise SourceError(f"{wrong} {felt:.2f} came: gravity was taken off, record acceleration with it")
    raise SourceError(f"{wrong} {felt:.2f} came: look up which unit the recording is in")


def passed(values: Reals, low_hz: float, high_hz: float) -> Reals:
    """Return what of (n,) even samples lies between two frequencies."""
    frequency_hz = np.fft.rfftfreq(len(values), 1 / RATE_HZ)
    wave = np.fft.rfft(values - values.mean())
    wave[(frequency_hz < low_hz) | (frequency_hz > high_hz)] = 0
    return np.asarray(np.fft.irfft(wave, n=len(values)), np.float64)
