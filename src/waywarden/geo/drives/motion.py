"""Metres, speed and heading from the positions of a drive."""

from __future__ import annotations

import numpy as np

from waywarden.geo.projection import local_plane
from waywarden.terms.drives import DrivePositions, Floats

SHORTEST_S = 0.9
"""Speed between two positions that are closer in time says more of their noise than of the drive."""


def metres(positions: DrivePositions) -> Floats:
    """Return (n, 2) metres east and north of the middle of the drive."""
    lon_lat = np.column_stack([positions.lon_deg, positions.lat_deg])
    middle = lon_lat.mean(axis=0)
    return local_plane(float(middle[0]), float(middle[1]))(lon_lat)


def speeds_mps(positions: DrivePositions) -> Floats:
    """Return (n,) speeds: those of the receiver, and where it told none those of its positions."""
    told = positions.speed_mps
    if not np.isnan(told).any():
        return told
    return np.where(np.isnan(told), moved(metres(positions), positions.at_s)[0], told)


def headings_deg(positions: DrivePositions) -> Floats:
    """Return (n,) headings clockwise from north: those of the receiver, and where it told none those of its positions.

    NaN where it stood: under 1.5 m/s the noise of positions turns in any direction.
    """
    speed_mps, heading_deg = moved(metres(positions), positions.at_s)
    told = np.where(np.isnan(positions.heading_deg), heading_deg, positions.heading_deg)
    return np.where(np.fmax(speed_mps, positions.speed_mps) < 1.5, np.nan, told)


def moved(xy_m: Floats, at_s: Floats) -> tuple[Floats, Floats]:
    """Return (n,) speed and heading from about half a second before each place (n, 2) to half a second after it."""
    before = np.clip(np.searchsorted(at_s, at_s - SHORTEST_S / 2, "right") - 1, 0, None)
    after = np.clip(np.searchsorted(at_s, at_s + SHORTEST_S / 2, "left"), None, len(at_s) - 1)
    way, lasted_s = xy_m[after] - xy_m[before], at_s[after] - at_s[before]
    speed_mps = np.hypot(way[:, 0], way[:, 1]) / lasted_s
    return speed_mps, np.degrees(np.arctan2(way[:, 0], way[:, 1])) % 360.0


def length_m(positions: DrivePositions) -> float:
    """Return how far the drive went: the way from each position to the next that is a second or more later."""
    xy_m, at_s = metres(positions), positions.at_s
    kept = [0]
    for i in range(1, len(at_s)):
        if at_s[i] - at_s[kept[-1]] >= SHORTEST_S:
            kept.append(i)
    return float(np.hypot(*np.diff(xy_m[kept], axis=0).T).sum())
