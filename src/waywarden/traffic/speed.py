"""Speed over ground, through a homography; refused, not guessed, where it is not known well enough."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from waywarden.geo.homography import Homography
from waywarden.geo.plane import Point
from waywarden.traffic.crossings import Step, Through

MOST_ERROR = 0.15
"""A speed whose standard error is larger than this share of it is refused."""
WINDOW = timedelta(seconds=0.6)
"""Speed at a gate is taken from this long before to this long after it."""
LEAST_S = 0.3
"""And from no less than this."""
FOOT_NOISE = 0.04
"""Standard error of a ground point, as a share of the size of its box. Tuned on the human tracks of one TfL clip."""


def speed_at(homography: Homography | None, steps: Sequence[Step], at: datetime) -> float | None:
    """Return metres per second around ``at`` (spot speed), or None where it is not known within ``MOST_ERROR``.

    A short stretch beyond the surveyed points is refused too: there the plane is extrapolated, and boxes near the
    camera touch the ground elsewhere than in the middle of their lower side.
    """
    near = [step for step in steps if abs(step.at - at) <= WINDOW and not step.cut]
    if homography is None or len(near) < 2:
        return None
    if not all(homography.surveyed(end.ground_px) for end in (near[0], near[-1])):
        return None
    noise_px = FOOT_NOISE * near[0].size_px / np.sqrt(len(near) / 2)
    seconds = (near[-1].at - near[0].at).total_seconds()
    return _speed(homography, _fitted(near), seconds, noise_px)


def speed_between(homography: Homography | None, entry: Through, leave: Through) -> float | None:
    """Return the mean travel speed between two gates in metres per second, along the straight line; or None."""
    if homography is None:
        return None
    seconds = (leave.at - entry.at).total_seconds()
    return _speed(homography, (entry.ground_px, leave.ground_px), seconds, 0.0)


def _speed(homography: Homography, ends: tuple[Point, Point], seconds: float, noise_px: float) -> float | None:
    if seconds < LEAST_S:
        return None
    first, last = np.array(ends[0]), np.array(ends[1])
    distance_m, error_m = homography.distance_m(first, last)
    if noise_px:
        away = (last - first) / max(float(np.linalg.norm(last - first)), 1e-9) * noise_px
        error_m = float(np.hypot(error_m, np.sqrt(2) * homography.distance_m(last, last + away)[0]))
    if not np.isfinite(distance_m) or error_m > MOST_ERROR * distance_m:
        return None
    return distance_m / seconds


def _fitted(near: Sequence[Step]) -> tuple[Point, Point]:
    """Return the ends of the straight line in time that fits the steps best, in pixels."""
    t = np.array([(step.at - near[0].at).total_seconds() for step in near])
    xy = np.array([step.ground_px for step in near])
    drift = t - t.mean()
    slope = drift @ xy / max(float(drift @ drift), 1e-9)
    first, last = (xy.mean(axis=0) + slope * (moment - t.mean()) for moment in (t[0], t[-1]))
    return (float(first[0]), float(first[1])), (float(last[0]), float(last[1]))
