"""What all formats of positions have in common: fixes in any order become the positions of a drive."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np

from waywarden.terms.drives import DrivePositions, Fix

UERE_M = 3.0
"""Standard deviation of the position for a dilution of precision of 1: what a single-frequency receiver has under an
open sky (GPS SPS Performance Standard, 5th ed., 2020, figure 2.1-1 and its user range error, with a receiver's own)."""


def drive_positions(fixes: Iterable[Fix]) -> DrivePositions:
    """Return ``fixes`` as the positions of a drive.

    A fix that is nowhere (NaN, out of range, or at 0, 0, where receivers are until they know better) is left out and
    counted; of several at one time the first stays.

    Raises
    ------
    ValueError
        Fewer than two fixes are left.
    """
    given = sorted(fixes, key=lambda fix: fix.at_s if math.isfinite(fix.at_s) else -math.inf)
    kept: list[Fix] = []
    without = 0
    for fix in given:
        if not _somewhere(fix):
            without += 1
        elif not kept or fix.at_s > kept[-1].at_s:
            kept.append(fix)
    if len(kept) < 2:
        nowhere = f", and {without} without one" if without else ""
        raise ValueError(
            f"no GPS: a drive wants two positions or more, got {len(kept)}{nowhere}; was the receiver switched on?"
        )
    columns = np.array(kept, np.float64).T
    at_s, lon, lat, speed, heading, sigma = (np.ascontiguousarray(column) for column in columns)
    return DrivePositions(at_s, lon, lat, speed, heading, sigma, without)


def _somewhere(fix: Fix) -> bool:
    known = math.isfinite(fix.at_s) and math.isfinite(fix.lon_deg) and math.isfinite(fix.lat_deg)
    inside = known and abs(fix.lon_deg) <= 180.0 and abs(fix.lat_deg) <= 90.0
    return inside and (fix.lon_deg, fix.lat_deg) != (0.0, 0.0)


def instant_s(text: str) -> float:
    """Return an ISO 8601 time as seconds since 1970; ValueError where it has no zone: its hour is not known then."""
    at = datetime.fromisoformat(text.strip())
    if at.tzinfo is None:
        raise ValueError(f"the time {text.strip()} has no zone: write it as {text.strip()}Z if it is UTC")
    return (at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
