"""Picture to ground: a plane homography from surveyed points, with its error.

The method is the normalised direct linear transform (Hartley & Zisserman, Multiple View Geometry, 2nd ed., 4.4.4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.geo.plane import Point, hull, inside
from waywarden.terms.errors import CalibrationError

Points = npt.NDArray[np.float64]
LEAST_POINTS = 4
LEAST_SIGMA_PX = 1.0
"""Nobody clicks better than this, however well four points fit."""


@dataclass(frozen=True, slots=True)
class Homography:
    """Maps picture pixels to metres on the ground.

    ``matrix`` is (3, 3) float64. ``residual_m`` (n,) is how far each surveyed point lands from where it was surveyed.
    ``left_out_m`` (n,) is the same with that point left out of the fit, NaN where only four were given
    or the others do not determine a plane.
    ``sigma_px`` is how well the points fit, in pixels, and at least ``LEAST_SIGMA_PX``; ``variants`` (2 n, 3, 3) are
    the fits with one coordinate of one point moved by it: to first order, what they add up to is what is not known.
    ``surveyed_px`` is the convex hull of the points in the picture.
    """

    matrix: Points
    residual_m: Points
    left_out_m: Points
    sigma_px: float
    variants: Points
    surveyed_px: tuple[Point, ...]

    def surveyed(self, xy_px: Point) -> bool:
        """Return whether a picture point lies among the surveyed ones, not beyond them."""
        return inside(self.surveyed_px, xy_px)

    def to_ground(self, xy_px: Points) -> Points:
        """Return (n, 2) metres for (n, 2) pixels."""
        return project(self.matrix, xy_px)

    def distance_m(self, from_px: Points, to_px: Points) -> tuple[float, float]:
        """Return metres between two picture points (2,), and their standard error by the variants."""
        ends = np.stack([from_px, to_px])
        distance_m = _between(self.matrix, ends)
        variation = np.array([_between(variant, ends) for variant in self.variants]) - distance_m
        return distance_m, float(np.sqrt(np.sum(variation**2)))


def fit_homography(picture_px: Points, ground_m: Points) -> Homography:
    """Fit picture to ground.

    Parameters
    ----------
    picture_px, ground_m : (n, 2) float64, n >= 4
        The same points in the picture and, in metres, on the ground.

    Raises
    ------
    CalibrationError
        Fewer than four points, or three of four on one line.
    """
    picture_px, ground_m = np.asarray(picture_px, np.float64), np.asarray(ground_m, np.float64)
    n = len(picture_px)
    if n < LEAST_POINTS or picture_px.shape != ground_m.shape or picture_px.shape[1:] != (2,):
        raise CalibrationError(f"a calibration wants at least 4 points in picture and on the ground, got {n}: add more")
    matrix = _solve(picture_px, ground_m)
    residual_m = np.linalg.norm(project(matrix, picture_px) - ground_m, axis=1)
    residual_px = project(np.asarray(np.linalg.inv(matrix), np.float64), ground_m) - picture_px
    sigma_px = max(LEAST_SIGMA_PX, float(np.sqrt(np.sum(residual_px**2) / max(1, 2 * n - 8))))
    moves = np.asarray(sigma_px * np.eye(2 * n).reshape(2 * n, n, 2), np.float64)
    variants = [_solve(picture_px + moved, ground_m) for moved in moves]
    left_out_m = _left_out_m(picture_px, ground_m)
    surveyed_px = hull([(float(x), float(y)) for x, y in picture_px])
    return Homography(matrix, residual_m, left_out_m, sigma_px, np.array(variants), surveyed_px)


def _left_out_m(picture_px: Points, ground_m: Points) -> Points:
    n = len(picture_px)
    left_out_m = np.full(n, np.nan)
    for i in range(n if n > LEAST_POINTS else 0):
        others = np.arange(n) != i
        try:
            variant = _solve(picture_px[others], ground_m[others])
        except CalibrationError:
            continue
        left_out_m[i] = float(np.linalg.norm(project(variant, picture_px[i : i + 1]) - ground_m[i]))
    return left_out_m


def _between(matrix: Points, ends: Points) -> float:
    return float(np.linalg.norm(np.diff(project(matrix, ends), axis=0)))


def project(matrix: Points, xy: Points) -> Points:
    """Return (n, 2) images of (n, 2) points under a (3, 3) homography."""
    across = np.column_stack([xy, np.ones(len(xy))]) @ matrix.T
    return np.asarray(across[:, :2] / across[:, 2:], dtype=np.float64)


def _solve(source: Points, target: Points) -> Points:
    to_unit_source, to_unit_target = _to_unit(source), _to_unit(target)
    rows = []
    for (x, y), (u, v) in zip(project(to_unit_source, source), project(to_unit_target, target), strict=True):
        rows.append([-x, -y, -1, 0, 0, 0, u * x, u * y, u])
        rows.append([0, 0, 0, -x, -y, -1, v * x, v * y, v])
    _, size, axes = np.linalg.svd(np.array(rows))
    # With points in general position only one direction is free; a second small value means that they are not.
    if size[7] < 1e-6 * size[0]:
        raise CalibrationError("the calibration points lie on one line: add points that span the junction both ways")
    matrix = np.linalg.inv(to_unit_target) @ axes[-1].reshape(3, 3) @ to_unit_source
    depth = np.column_stack([source, np.ones(len(source))]) @ matrix[2]
    if np.linalg.cond(matrix) > 1e15 or not (np.all(depth > 0) or np.all(depth < 0)):
        raise CalibrationError("the calibration points contradict each other: check that none are swapped")
    return np.asarray(matrix / np.linalg.norm(matrix), dtype=np.float64)


def _to_unit(points: Points) -> Points:
    """Return the similarity that moves the points' mean to 0 and their mean distance to the square root of 2."""
    middle = points.mean(axis=0)
    spread = float(np.linalg.norm(points - middle, axis=1).mean())
    if spread == 0:
        raise CalibrationError("the calibration points are all the same: add points that span the junction")
    factor = np.sqrt(2) / spread
    return np.array([[factor, 0, -factor * middle[0]], [0, factor, -factor * middle[1]], [0, 0, 1]])
