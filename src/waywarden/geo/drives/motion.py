"""Metres, speed and heading from the positions of a drive."""

from __future__ import annotations

import numpy as np

from waywarden.geo.projection import local_plane
from waywarden.terms.drives import DrivePositions, Floats

SHORTEST_S = 0.9
"""Speed between two positions that are closer in time says more of their noise than of the drive."""

SPAN_S, MOVES_M, LEAST_MOVING_S = 10.0, 30.0, 20.0
TRUE_TIMES = 0.3, 1.8
"""Speeds that are more times as large are in another unit (km/h 3.6, mph 2.2, knots 1.9), bends that a span cuts short
make less of a difference; smaller ones are none."""


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


def told_to_gone(positions: DrivePositions) -> float | None:
    """Return how many times as far the speeds that are told go as the places do; None where that cannot be compared.

    It is the median over spans of ``SPAN_S`` in which the places go ``MOVES_M`` straight on or more, which no noise of
    a receiver that stands does; there have to be such for ``LEAST_MOVING_S``.
    """
    known = np.isfinite(positions.speed_mps)
    at_s, xy_m, told = positions.at_s[known], metres(positions)[known], positions.speed_mps[known]
    gone = np.append(0.0, np.cumsum(np.diff(at_s) * (told[1:] + told[:-1]) / 2))
    later = np.searchsorted(at_s, at_s + SPAN_S)
    first = np.flatnonzero(later < len(at_s))
    later = later[first]
    straight_m = np.hypot(*(xy_m[later] - xy_m[first]).T)
    moving = (straight_m >= MOVES_M) & (at_s[later] - at_s[first] < 2 * SPAN_S)
    if not moving.any() or np.ptp(at_s[first][moving]) < LEAST_MOVING_S:
        return None
    return float(np.median((gone[later] - gone[first])[moving] / straight_m[moving]))


def refuse_other_units(positions: DrivePositions) -> None:
    """Raise ValueError where the speeds that are told are far from what the places say: they are in another unit."""
    times = told_to_gone(positions)
    least, most = TRUE_TIMES
    if times is None or least <= times <= most:
        return
    unit = "they are in km/h, divide them by 3.6" if 3.2 <= times <= 4.2 else "look up their unit"
    raise ValueError(f"speeds in m/s were wanted, and these are {times:.2f} times what the positions say: {unit}")


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
