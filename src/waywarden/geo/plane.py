"""Lines and points in a plane, picture or ground."""

from __future__ import annotations

import math
from collections.abc import Sequence

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


def hull(points: Sequence[Point]) -> tuple[Point, ...]:
    """Return the convex hull of ``points`` (Andrew's monotone chain, 1979)."""
    ordered = sorted(set(points))
    lower = _chain(ordered)
    upper = _chain(ordered[::-1])
    return tuple(lower[:-1] + upper[:-1])


def _chain(ordered: Sequence[Point]) -> list[Point]:
    kept: list[Point] = []
    for point in ordered:
        while len(kept) > 1 and _turn(kept[-2], kept[-1], point) <= 0:
            kept.pop()
        kept.append(point)
    return kept


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
