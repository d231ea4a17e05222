"""Which streets a drive was on: positions and a network to stretches, with their times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waywarden.geo.drives.motion import headings_deg, speeds_mps
from waywarden.geo.streets.matching import Fixes, Matched, match
from waywarden.geo.streets.network import Network
from waywarden.geo.streets.stretches import Stretch, stretches
from waywarden.terms.drives import DrivePositions, Floats
from waywarden.terms.errors import SourceError

LEAST_NEAR_SHARE = 0.05
"""Of a drive's fixes: if fewer have a street near, the network is of another place."""


@dataclass(frozen=True, slots=True, eq=False)
class Driven:
    """A stretch with its times (UTC, seconds since 1970), mean speed, and the fixes that it is made of.

    ``at_s`` and ``chainage_m`` are (k,), ``k`` fixes in order of time.
    """

    stretch: Stretch
    mean_speed_mps: float
    at_s: Floats
    chainage_m: Floats

    @property
    def from_s(self) -> float:
        """When it began."""
        return float(self.at_s[0])

    @property
    def until_s(self) -> float:
        """When it ended."""
        return float(self.at_s[-1])


def driven(streets: Network, positions: DrivePositions) -> list[Driven]:
    """Return the stretches of a drive; SourceError where the network has no street where the drive was."""
    matched = matched_to(streets, positions)
    near = float(np.mean(matched.confidence > 0))
    if near < LEAST_NEAR_SHARE:
        lon, lat = float(np.median(positions.lon_deg)), float(np.median(positions.lat_deg))
        raise SourceError(
            f"the network has no street near {lat:.4f}, {lon:.4f}, where the drive was: give the network of that place"
        )
    speed = speeds_mps(positions)
    found = []
    for each in stretches(streets, positions.at_s, matched):
        part = slice(each.first, each.last + 1)
        at_s = positions.at_s[part]
        mean_mps = (each.high_m - each.low_m) / max(float(at_s[-1] - at_s[0]), 1.0)
        found.append(Driven(each, mean_mps or float(speed[part].mean()), at_s, matched.chainage_m[part]))
    return found


def matched_to(streets: Network, positions: DrivePositions) -> Matched:
    """Return where on the network each position was."""
    xy_m = streets.to_metres(np.column_stack([positions.lon_deg, positions.lat_deg]))
    return match(streets, Fixes(xy_m, positions.at_s, headings_deg(positions), positions.sigma_m))
