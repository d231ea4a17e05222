"""Where a drive was and when: samples of its positions. A drive is of a road survey; nothing says who drove."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Fix(NamedTuple):
    """One sample of a satellite receiver; what it did not tell is NaN.

    ``at_s`` is seconds since 1970-01-01T00:00:00Z (UTC), the heading is clockwise from north, ``sigma_m`` the
    standard deviation of the horizontal position.
    """

    at_s: float
    lon_deg: float
    lat_deg: float
    speed_mps: float = float("nan")
    heading_deg: float = float("nan")
    sigma_m: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class DrivePositions:
    """The positions of one drive, ``n`` of them in order of time, no two of the same time.

    Parameters
    ----------
    at_s : (n,) float64
        Seconds since 1970-01-01T00:00:00Z (UTC), ascending.
    lon_deg, lat_deg : (n,) float64
        WGS 84.
    speed_mps, heading_deg, sigma_m : (n,) float64
        As in ``Fix``; NaN where the source does not tell.
    without_fix : int
        Samples that were left out, because the receiver had no position then.
    """

    at_s: Floats
    lon_deg: Floats
    lat_deg: Floats
    speed_mps: Floats
    heading_deg: Floats
    sigma_m: Floats
    without_fix: int = 0

    def __post_init__(self) -> None:
        """Check shapes and order (ValueError)."""
        arrays = (self.at_s, self.lon_deg, self.lat_deg, self.speed_mps, self.heading_deg, self.sigma_m)
        if {each.shape for each in arrays} != {(len(self.at_s),)}:
            raise ValueError(f"positions want arrays of one length, got {[each.shape for each in arrays]}")
        if np.any(np.diff(self.at_s) <= 0):
            raise ValueError("positions are in order of time, no two of the same: sort them first")

    def __len__(self) -> int:
        return len(self.at_s)
