"""An estimate of the International Roughness Index, for one vehicle that was calibrated on a road whose IRI is known.

What a phone feels is the road times the car. Without calibration nothing is said, and with it never a bare number: an
estimate, its error, and the vehicle that it is for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.pavement.ride.roughness import Windows
from waywarden.terms.errors import CalibrationError

Reals = npt.NDArray[np.float64]

LEAST_REPEATS = 3
LEAST_WINDOWS = 6
"""Half a minute of driving."""
MOST_APART = 0.2
"""Repeats of one road that differ by more than this (standard deviation of ln) do not measure the road."""
CARS_DIFFER = 0.1
"""What the square root of speed does not take off, as standard deviation of ln: an allowance, measured on no road.

On made-up roads, which are all of one waviness, ``waywarden road ride-score`` finds .03 (``iri_error_share``).
"""


@dataclass(frozen=True, slots=True)
class VehicleCalibration:
    """One vehicle, with its tyres and its phone where it lay: ln(IRI in mm/m) is ``ln_gain`` more than ln_shake.

    ``ln_se`` is the standard error of ``ln_gain``, ``repeats`` how many rides it was learnt from.
    """

    vehicle: str
    ln_gain: float
    ln_se: float
    repeats: int


@dataclass(frozen=True, slots=True)
class EstimatedIri:
    """An estimate: ``mm_per_m`` with its standard error, for the road that ``vehicle`` drove; not a measurement."""

    mm_per_m: float
    se_mm_per_m: float
    vehicle: str

    def __str__(self) -> str:
        return (
            f"IRI {self.mm_per_m:.1f} +- {self.se_mm_per_m:.1f} mm/m, estimated, calibrated for vehicle {self.vehicle}"
        )


def calibrate(vehicle: str, repeats: Sequence[Windows], known_iri_mm_per_m: float) -> VehicleCalibration:
    """Return the calibration of ``vehicle``, from several rides over one road of known IRI.

    Raises
    ------
    CalibrationError
        If there are too few rides, one is too short, or they do not agree.
    """
    if not (vehicle and 0 < known_iri_mm_per_m < math.inf):
        raise CalibrationError("a calibration wants the vehicle's name and an IRI above 0 mm/m: give both")
    if len(repeats) < LEAST_REPEATS:
        raise CalibrationError(
            f"a vehicle is calibrated by {LEAST_REPEATS} rides or more over the same road, got {len(repeats)}: "
            "drive it again"
        )
    shakes = np.array([_mean(each) for each in repeats])
    apart = float(shakes.std(ddof=1))
    if not apart <= MOST_APART:
        raise CalibrationError(
            f"rides over the same road should agree to within {MOST_APART:.0%}, and differ by {apart:.0%}: "
            "leave out the one with stops or with another load, and drive it again"
        )
    gain = math.log(known_iri_mm_per_m) - float(shakes.mean())
    return VehicleCalibration(vehicle, gain, math.hypot(apart / math.sqrt(len(shakes)), CARS_DIFFER), len(shakes))


def estimated_iri(calibration: VehicleCalibration, ln_shake: Reals) -> EstimatedIri:
    """Return the estimate for a road by its windows (n,), those that hardly moved (NaN) left out.

    CalibrationError if none is left.
    """
    known = ln_shake[np.isfinite(ln_shake)]
    if not len(known):
        raise CalibrationError("no roughness: the vehicle hardly moved")
    spread = float(known.std(ddof=1)) if len(known) > 1 else MOST_APART
    mm_per_m = math.exp(calibration.ln_gain + _root_mean(known))
    ln_se = math.hypot(calibration.ln_se, spread / math.sqrt(len(known)))
    return EstimatedIri(mm_per_m, mm_per_m * ln_se, calibration.vehicle)


def _mean(windows: Windows) -> float:
    known = windows.ln_shake[np.isfinite(windows.ln_shake)]
    if len(known) < LEAST_WINDOWS:
        raise CalibrationError(f"a ride of half a minute or more was wanted, got {len(known) * 5} s: drive further")
    return _root_mean(known)


def _root_mean(ln_shake: Reals) -> float:
    """Return ln of the root of the mean square: shaking adds up by its squares."""
    return float(0.5 * np.log(np.mean(np.exp(2 * ln_shake))))
