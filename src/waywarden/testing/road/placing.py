"""``python -m waywarden.testing.road.placing FIRST LAST``: how well a camera calibrated on its lane places holes.

The lane's two lines are pointed at with an error of 1 px in a picture of a made-up road, its width is known to 5 cm,
and the car nods by 0.3 degrees from picture to picture. Holes are then placed and measured by their masks, 5 to 9 m
before they are reached. Prints one JSON object for each view.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from waywarden.geo.ground import PITCH_SE_DEG, Lane, Pinhole, RoadCamera, by_lane, extent_m2, placed
from waywarden.terms.errors import CalibrationError
from waywarden.testing.road.damage import Pothole
from waywarden.testing.road.drive import Asked, Drive
from waywarden.testing.road.ground import View

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

POINTED_PX, WIDTH_SE_M = 1.0, 0.05
LINES_AT_M = (6.0, 18.0)
VIEWS = (View.SURVEY, View.WINDSCREEN)
HOLES_AT_M = (5.0, 9.0)


@dataclass(frozen=True, slots=True)
class Placed:
    """One hole: how far off it was placed and how far that should be (2,), to the right and ahead; and its extent."""

    off_m: Reals
    se_m: Reals
    extent_m2: float
    extent_se_m2: float
    true_m2: float


def placed_holes(seed: int, view: View) -> Iterator[Placed | None]:
    """Yield each hole of a made-up road; None where the camera refuses to measure it."""
    rng = np.random.default_rng((seed, 21))
    drive = Drive(Asked(seed, 300, view=view, straight=True))
    mast = drive.mast
    true = Pinhole(mast.position_m[2], mast.tilt_deg, 0.0, mast.focal_px, mast.size_px)
    camera = pointed_at(rng, true, drive.road.stretches[0].lane_m)
    for hole in (each for each in drive.damage if isinstance(each, Pothole)):
        nods = replace(true, tilt_deg=true.tilt_deg + float(rng.normal(0, PITCH_SE_DEG)))
        stands = np.array((drive.right_m(hole.middle_m[1]), hole.middle_m[1] - float(rng.uniform(*HOLES_AT_M))))
        mask = mask_of(hole, nods, stands)
        if mask.any() and not mask[-1].any() and not mask[:, (0, -1)].any():
            centre = nods.to_picture(np.array((hole.centroid_m,)) - stands)
            yield _placed(camera, mask, hole, centre, stands)


def _placed(camera: RoadCamera, mask: Flags, hole: Pothole, centre_px: Reals, stands_m: Reals) -> Placed | None:
    try:
        extent, extent_se = extent_m2(camera, mask)
        found = placed(camera, centre_px)
    except CalibrationError:
        return None
    off = found.at_m[0] + stands_m - np.array(hole.centroid_m)
    return Placed(off, found.se_m[0], extent, extent_se, hole.extent_m2)


def mask_of(hole: Pothole, camera: Pinhole, stands_m: Reals) -> Flags:
    """Return the pixels (h, w) whose middles see into ``hole``, the camera standing at (right, along) the road."""
    width, height = camera.size_px
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    road = camera.to_road(np.stack((x.ravel(), y.ravel()), axis=-1)) + stands_m
    near = np.isfinite(road).all(axis=1)
    inside = np.zeros(len(road), bool)
    inside[near] = hole.inside_m(road[near, 0], road[near, 1]) > 0
    return inside.reshape(height, width)


def pointed_at(rng: np.random.Generator, true: Pinhole, lane_m: float) -> RoadCamera:
    """Return the camera calibrated on its lane by someone who points a pixel wrong, and measured the width by tape."""
    lines = []
    for right_m in (-lane_m / 2, lane_m / 2):
        ends = true.to_picture(np.array([(right_m, ahead_m) for ahead_m in LINES_AT_M]))
        lines.append([(float(x + rng.normal(0, POINTED_PX)), float(y)) for x, y in ends])
    left, right = ((ends[0], ends[1]) for ends in lines)
    lane = Lane(left, right, lane_m + float(rng.normal(0, WIDTH_SE_M)), WIDTH_SE_M, POINTED_PX)
    return by_lane(lane, true.size_px, true.focal_px)


def scored(seeds: range, view: View) -> dict[str, object]:
    """Return what came of these seeds, as one JSON object."""
    every = [each for seed in seeds for each in placed_holes(seed, view)]
    found = [each for each in every if each is not None]
    off, se = (np.array([getattr(each, name) for each in found]) for name in ("off_m", "se_m"))
    ratio = np.log([each.extent_m2 / each.true_m2 for each in found])
    within = [abs(each.extent_m2 - each.true_m2) <= 2 * each.extent_se_m2 for each in found]
    return {
        "made_up": True,
        "view": view,
        "seeds": f"{seeds[0]}-{seeds[-1]}",
        "holes": len(every),
        "refused": len(every) - len(found),
        "ahead_error_m": round(float(np.sqrt(np.mean(off[:, 1] ** 2))), 3),
        "right_error_m": round(float(np.sqrt(np.mean(off[:, 0] ** 2))), 3),
        "ahead_error_by_its_standard_error": round(float(np.sqrt(np.mean((off[:, 1] / se[:, 1]) ** 2))), 2),
        "extent_error_share": round(float(np.sqrt(np.mean(ratio**2))), 3),
        "extent_within_two_errors_share": round(float(np.mean(within)), 3),
    }


if __name__ == "__main__":
    chosen = range(int(sys.argv[1]), int(sys.argv[2]) + 1)
    for each_view in VIEWS:
        sys.stdout.write(json.dumps(scored(chosen, each_view)) + "\n")
