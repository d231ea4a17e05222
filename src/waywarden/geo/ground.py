"""Where on the road a pixel of a moving vehicle's camera is: height, tilt and angle of view instead of surveyed points.

A pinhole over a plane (Hartley & Zisserman, Multiple View Geometry, 2nd ed., 8.1 and 8.6): all that is straight ahead
on the road vanishes in one point, whose row is the horizon. How far that goes wrong is carried along as in
`geo.homography`: by variants of the camera, each with one independent cause moved by one standard deviation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from waywarden.geo.plane import Point
from waywarden.terms.errors import CalibrationError

Reals = npt.NDArray[np.float64]
Line = tuple[Point, Point]

LEAST_SIGMA_PX = 1.0
"""Nobody points better than this."""
MOST_PLACE_SHARE = 0.15
"""A place whose distance is less certain than this is none; the same share at which speeds are refused."""
MOST_EXTENT_SHARE = 0.3
"""An area goes wrong at least twice as fast as a distance."""
PITCH_SE_DEG = 0.3
"""How far a car on its springs nods about its mean. An assumption: it was measured on no vehicle."""


@dataclass(frozen=True, slots=True)
class Pinhole:
    """A camera without lens distortion, over a flat road.

    Parameters
    ----------
    height_m : float
        Of the lens over the road.
    tilt_deg : float
        How far it looks down.
    turn_deg : float
        How far to the right of where it looks the road runs.
    focal_px : float
    size_px : width, height
    """

    height_m: float
    tilt_deg: float
    turn_deg: float
    focal_px: float
    size_px: tuple[int, int]

    @property
    def horizon_px(self) -> float:
        """The row of the horizon, which may lie outside the picture."""
        return self.size_px[1] / 2 - self.focal_px * math.tan(math.radians(self.tilt_deg))

    def _below(self, row_px: Reals) -> Reals:
        """Return how steeply down the line of sight of each row goes, in pixels; 0 or less from the horizon up."""
        tilt = math.radians(self.tilt_deg)
        return np.asarray(self.focal_px * math.sin(tilt) + (row_px - self.size_px[1] / 2) * math.cos(tilt))

    def to_road(self, xy_px: Reals) -> Reals:
        """Return (n, 2) metres to the right of the camera and ahead, as the road runs, for (n, 2) pixels.

        NaN from the horizon up. Pixel (0, 0) is the top left corner of the picture, not the middle of a pixel.
        """
        tilt, turn = math.radians(self.tilt_deg), math.radians(self.turn_deg)
        below = self._below(xy_px[:, 1])
        scale = np.where(below > 0, self.height_m / np.where(below > 0, below, 1), np.nan)
        right = (xy_px[:, 0] - self.size_px[0] / 2) * scale
        ahead = (self.focal_px * math.cos(tilt) - (xy_px[:, 1] - self.size_px[1] / 2) * math.sin(tilt)) * scale
        across = right * math.cos(turn) - ahead * math.sin(turn)
        along = right * math.sin(turn) + ahead * math.cos(turn)
        return np.stack((across, along), axis=-1)

    def to_picture(self, road_m: Reals) -> Reals:
        """Return (n, 2) pixels for (n, 2) metres to the right and ahead; NaN behind the camera."""
        tilt, turn = math.radians(self.tilt_deg), math.radians(self.turn_deg)
        right = road_m[:, 0] * math.cos(turn) + road_m[:, 1] * math.sin(turn)
        ahead = road_m[:, 1] * math.cos(turn) - road_m[:, 0] * math.sin(turn)
        depth = ahead * math.cos(tilt) + self.height_m * math.sin(tilt)
        scale = np.where(depth > 0, self.focal_px / np.where(depth > 0, depth, 1), np.nan)
        down = self.height_m * math.cos(tilt) - ahead * math.sin(tilt)
        return np.stack((right * scale + self.size_px[0] / 2, down * scale + self.size_px[1] / 2), axis=-1)

    def pixel_m2(self, row_px: Reals) -> Reals:
        """Return how much road a pixel about each row (n,) shows; NaN from the horizon up."""
        below = self._below(row_px)
        return np.where(below > 0, self.height_m**2 * self.focal_px / np.where(below > 0, below, 1) ** 3, np.nan)


@dataclass(frozen=True, slots=True)
class RoadCamera:
    """A camera on a vehicle, and what is not known of it: each variant has one cause moved by a standard deviation."""

    pinhole: Pinhole
    variants: tuple[Pinhole, ...]

    @property
    def height_se_m(self) -> float:
        """Standard error of the height."""
        return _spread([each.height_m - self.pinhole.height_m for each in self.variants])

    @property
    def tilt_se_deg(self) -> float:
        """Standard error of the tilt."""
        return _spread([each.tilt_deg - self.pinhole.tilt_deg for each in self.variants])


@dataclass(frozen=True, slots=True)
class OnRoad:
    """Places on the road, (n, 2) metres to the right of the camera and ahead of it, and their standard errors."""

    at_m: Reals
    se_m: Reals


def focal_px(width_px: int, wide_deg: float) -> float:
    """Return the focal length of a picture ``width_px`` wide that shows ``wide_deg`` from side to side."""
    if not 0 < wide_deg < 170:
        raise CalibrationError(f"a horizontal field of view wants to be between 0 and 170 degrees, got {wide_deg:g}")
    return width_px / 2 / math.tan(math.radians(wide_deg / 2))


def by_mounting(
    pinhole: Pinhole, height_se_m: float, tilt_se_deg: float, pitch_se_deg: float = PITCH_SE_DEG
) -> RoadCamera:
    """Return the camera as whoever mounted it measured it."""
    tilts = [pinhole.tilt_deg + each for each in (tilt_se_deg, pitch_se_deg)]
    higher = replace(pinhole, height_m=pinhole.height_m + height_se_m)
    return RoadCamera(pinhole, (higher, *(replace(pinhole, tilt_deg=tilt) for tilt in tilts)))


def by_horizon(
    pinhole: Pinhole, horizon_px: float, height_se_m: float, sigma_px: float = LEAST_SIGMA_PX,
    pitch_se_deg: float = PITCH_SE_DEG,
) -> RoadCamera:  # fmt: skip
    """Return the camera with the tilt that puts the horizon at the row ``horizon_px``; its own is not used."""
    middle = pinhole.size_px[1] / 2
    tilt, moved = (_deg((middle - row) / pinhole.focal_px) for row in (horizon_px, horizon_px + sigma_px))
    return by_mounting(replace(pinhole, tilt_deg=tilt), height_se_m, moved - tilt, pitch_se_deg)


@dataclass(frozen=True, slots=True)
class Lane:
    """The two lines of a lane in a picture, each by two points of it, and how wide the lane is.

    ``left`` and ``right`` are in pixels; ``width_m`` is from the middle of one line to that of the other.
    """

    left: Line
    right: Line
    width_m: float
    width_se_m: float
    sigma_px: float = LEAST_SIGMA_PX


def by_lane(lane: Lane, size_px: tuple[int, int], focal: float, pitch_se_deg: float = PITCH_SE_DEG) -> RoadCamera:
    """Return the camera whose tilt, turn and height make ``lane`` run straight ahead and be as wide as it is.

    Raises
    ------
    CalibrationError
        If the lines do not run towards one point above them, or are swapped.
    """
    pinhole = _fitted(lane, size_px, focal)
    causes = [replace(lane, width_m=lane.width_m + lane.width_se_m)]
    for name in ("left", "right"):
        line: Line = getattr(lane, name)
        for end in (0, 1):
            x, y = line[end]
            moved = (x + max(lane.sigma_px, LEAST_SIGMA_PX), y)
            ends = (moved, line[1]) if end == 0 else (line[0], moved)
            causes.append(Lane(ends, lane.right, lane.width_m, lane.width_se_m) if name == "left"
                          else Lane(lane.left, ends, lane.width_m, lane.width_se_m))  # fmt: skip
    variants = [_fitted(each, size_px, focal) for each in causes]
    variants.append(replace(pinhole, tilt_deg=pinhole.tilt_deg + pitch_se_deg))
    return RoadCamera(pinhole, tuple(variants))


def _fitted(lane: Lane, size_px: tuple[int, int], focal: float) -> Pinhole:
    """Return the one camera that fits: where two lines vanish gives tilt and turn, how they part gives height."""
    (left, from_left), (right, from_right) = _slope(lane.left), _slope(lane.right)
    if right - left < 1e-6:
        raise CalibrationError("the lines of a lane meet above the road: give the left and the right one, not swapped")
    row = (from_left - from_right) / (right - left)
    if row >= min(y for line in (lane.left, lane.right) for _, y in line):
        raise CalibrationError("the lines of a lane meet above all points of them: give two points on each line")
    column = left * row + from_left
    tilt = math.atan((size_px[1] / 2 - row) / focal)
    turn = math.atan((column - size_px[0] / 2) * math.cos(tilt) / focal)
    # across the picture a lane that is turned is wider by 1 / cos(turn)
    height_m = lane.width_m / math.cos(turn) * math.cos(tilt) / (right - left)
    return Pinhole(height_m, math.degrees(tilt), math.degrees(turn), focal, size_px)


def _slope(line: Line) -> tuple[float, float]:
    """Return a and b of x = a y + b."""
    (x0, y0), (x1, y1) = line
    if abs(y1 - y0) < 1:
        raise CalibrationError("a line of a lane wants two points in different rows: give one near and one far away")
    slope = (x1 - x0) / (y1 - y0)
    return slope, x0 - slope * y0


def on_road(camera: RoadCamera, xy_px: Reals, sigma_px: float = LEAST_SIGMA_PX) -> OnRoad:
    """Return where on the road pixels (n, 2) are, with standard errors; NaN from the horizon up."""
    at_m = camera.pinhole.to_road(xy_px)
    apart = [each.to_road(xy_px) - at_m for each in camera.variants]
    apart += [camera.pinhole.to_road(xy_px + move) - at_m for move in sigma_px * np.eye(2)]
    return OnRoad(at_m, np.sqrt(np.sum(np.square(apart), axis=0)))


def placed(camera: RoadCamera, xy_px: Reals, sigma_px: float = LEAST_SIGMA_PX) -> OnRoad:
    """Return the same; CalibrationError if any of them is at the horizon, or too uncertain to be called a place."""
    found = on_road(camera, xy_px, sigma_px)
    away = np.hypot(*found.at_m.T)
    share = np.hypot(*found.se_m.T) / away
    if not np.all(share <= MOST_PLACE_SHARE):
        raise CalibrationError(_too_far(camera, xy_px[~(share <= MOST_PLACE_SHARE)][0]))
    return found


def extent_m2(camera: RoadCamera, mask: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return how much road a mask (h, w) of the picture covers, in square metres, and its standard error.

    What one sees of a mask is taken to be flat upon the road. That it is drawn a pixel too large or too small is not
    in the error.

    Raises
    ------
    CalibrationError
        If the mask is not as large as the picture, reaches the horizon, or its area would be too uncertain.
    """
    if mask.shape != camera.pinhole.size_px[::-1]:
        raise CalibrationError(f"a mask of {camera.pinhole.size_px[::-1]} was wanted, got {mask.shape}")
    rows = np.flatnonzero(mask.any(axis=1))
    if not len(rows):
        return 0.0, 0.0
    count = mask[rows].sum(axis=1)
    middle = np.asarray(rows + 0.5, np.float64)
    area = float(count @ camera.pinhole.pixel_m2(middle))
    error = _spread([float(count @ each.pixel_m2(middle)) - area for each in camera.variants])
    if not error <= MOST_EXTENT_SHARE * area:
        raise CalibrationError(_too_far(camera, np.array((camera.pinhole.size_px[0] / 2, middle[0]))))
    return area, error


def _too_far(camera: RoadCamera, xy_px: Reals) -> str:
    return (
        f"a place that is certain to within {MOST_PLACE_SHARE:.0%} was wanted, and pixel ({xy_px[0]:.0f}, "
        f"{xy_px[1]:.0f}) is too near the horizon (row {camera.pinhole.horizon_px:.0f}) for what is known of this "
        "camera: look at it from nearer, or calibrate tilt and height better"
    )


def _deg(slope: float) -> float:
    return math.degrees(math.atan(slope))


def _spread(apart: Sequence[float]) -> float:
    """Return the root of the summed squares: what independent causes come to."""
    return math.sqrt(sum(each * each for each in apart))
