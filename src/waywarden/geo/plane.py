"""Lines and points in a plane, picture or ground."""

from __future__ import annotations

import math

Point = tuple[float, float]


def side_of(line_from: Point, line_to: Point, point: Point) -> float:
    """Return the distance of ``point`` from the line, positive on the right hand of one who looks from A to B.

    Right is meant as seen in a picture (y down).

    Examples
    --------
    >>> side_of((0, 180), (352, 180), (100, 190))
    10.0
    """
    dx, dy = line_to[0] - line_from[0], line_to[1] - line_from[1]
    return (dx * (point[1] - line_from[1]) - dy * (point[0] - line_from[0])) / math.hypot(dx, dy)


def share_along(line_from: Point, line_to: Point, point: Point) -> float:
    """Return where ``point`` lies along the line: 0 at A, 1 at B, beyond them outside."""
    dx, dy = line_to[0] - line_from[0], line_to[1] - line_from[1]
    return (dx * (point[0] - line_from[0]) + dy * (point[1] - line_from[1])) / (dx * dx + dy * dy)


def inside(polygon: tuple[Point, ...], point: Point) -> bool:
    """Return whether ``point`` is inside a simple polygon (even-odd rule)."""
    within = False
    x, y = point
    for (x0, y0), (x1, y1) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            within = not within
    return within
