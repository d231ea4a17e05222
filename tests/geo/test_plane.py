"""Which side, how far along, inside or not."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon

from waywarden.geo.plane import inside, share_along, side_of

PX = st.floats(-2000, 2000)
POINT = st.tuples(PX, PX)
EIGHT = [n * math.pi / 4 for n in range(8)]


@pytest.mark.parametrize("way", EIGHT)
def test_the_right_hand_is_positive_whichever_way_one_looks(way):
    a, b = (300.0, 200.0), (300 + 100 * math.cos(way), 200 + 100 * math.sin(way))
    right = (300 - 7 * math.sin(way), 200 + 7 * math.cos(way))  # y down: right of east is south
    left = (300 + 7 * math.sin(way), 200 - 7 * math.cos(way))
    assert side_of(a, b, right) == pytest.approx(7)
    assert side_of(a, b, left) == pytest.approx(-7)
    assert side_of(b, a, right) == pytest.approx(-7)


@given(POINT, POINT, POINT)
def test_distance_and_place_along_agree_with_shapely(a, b, point):
    assume(math.dist(a, b) > 1)
    share, distance = share_along(a, b, point), side_of(a, b, point)
    foot = (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]))
    assert math.dist(foot, point) == pytest.approx(abs(distance), abs=1e-6, rel=1e-6)
    if 0 <= share <= 1:
        assert LineString([a, b]).distance(Point(point)) == pytest.approx(abs(distance), abs=1e-6)


@given(POINT, st.lists(st.tuples(st.floats(0, 2 * math.pi), st.floats(5, 900)), min_size=3, max_size=9), POINT)
def test_inside_agrees_with_shapely(centre, spokes, point):
    star = tuple((centre[0] + r * math.cos(t), centre[1] + r * math.sin(t)) for t, r in sorted(spokes))
    polygon = Polygon(star)
    assume(polygon.is_valid and polygon.exterior.distance(Point(point)) > 1e-6)
    assert inside(star, point) == polygon.contains(Point(point))
