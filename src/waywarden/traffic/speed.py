"""Speed over ground, through a homography; refused, not guessed, where it is not known well enough."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from waywarden.geo.homography import Homography, Points, project
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
    seconds = np.array([(step.at - near[0].at).total_seconds() for step in near])
    if seconds[-1] < LEAST_S:
        return None
    feet_px = np.array([step.ground_px for step in near])
    weights = (seconds - seconds.mean()) / float(np.sum((seconds - seconds.mean()) ** 2))
    speed_mps = _slope(homography.matrix, feet_px, weights)
    unsure = [_slope(variant, feet_px, weights) - speed_mps for variant in homography.variants]
    middle = feet_px[len(near) // 2]
    foot_m, _ = homography.distance_m(middle, middle + FOOT_NOISE * near[0].size_px * np.array([0.0, 1.0]))
    error_mps = float(np.sqrt(np.sum(np.square(unsure)) + np.sum((weights * foot_m) ** 2)))
    return speed_mps if np.isfinite(speed_mps) and error_mps <= MOST_ERROR * speed_mps else None


def _slope(matrix: Points, feet_px: Points, weights: Points) -> float:
    """Return the length of the least-squares velocity on the ground; a straight line in pixels is none there."""
    return float(np.linalg.norm(weights @ project(matrix, feet_px)))


def speed_between(homography: Homography | None, entry: Through, leave: Through) -> float | None:
    """Return the mean travel speed between two gates in metres per second, along the straight line; or None."""
    if homography is None:
        return None
    seconds = (leave.at - entry.at).total_seconds()
    if seconds < LEAST_S:
        return None
    distance_m, error_m = homography.distance_m(np.array(entry.ground_px), np.array(leave.ground_px))
    if not np.isfinite(distance_m) or error_m > MOST_ERROR * distance_m:
        return None
    return distance_m / seconds
