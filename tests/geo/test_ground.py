"""Pixel to road and back against another camera (`testing.mast`), and errors against what errors do."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waywarden.geo.ground import Lane, Pinhole, by_horizon, by_lane, by_mounting, extent_m2, focal_px, on_road, placed
from waywarden.terms.errors import CalibrationError
from waywarden.testing.mast import Mast
from waywarden.testing.road.damage import POTHOLE, Pothole
from waywarden.testing.road.drive import Asked, Drive
from waywarden.testing.road.ground import View
from waywarden.testing.road.placing import scored

SIZE = (800, 500)


@st.composite
def cameras(draw):
    """A camera on a vehicle."""
    return Pinhole(
        draw(st.floats(1.0, 3.0)), draw(st.floats(2, 30)), draw(st.floats(-6, 6)),
        focal_px(800, draw(st.floats(40, 90))), SIZE,
    )  # fmt: skip


def _as_mast(camera):
    """The same camera as made-up streets have it: it looks 90 degrees, plus its turn to the left, from east."""
    return Mast((0, 0, camera.height_m), 90 + camera.turn_deg, camera.tilt_deg, camera.focal_px, camera.size_px)


@given(cameras(), st.floats(-4, 4), st.floats(5, 40))
@settings(max_examples=60, deadline=None)
def test_a_pixel_is_where_another_camera_says_and_back(camera, right_m, ahead_m):
    road = np.array(((right_m, ahead_m),))
    at = camera.to_picture(road)
    assert at[0] == pytest.approx(_as_mast(camera).px(right_m, ahead_m), abs=1e-6)
    assert camera.to_road(at)[0] == pytest.approx(road[0], abs=1e-6)


@given(cameras(), st.floats(1, 300))
@settings(max_examples=30, deadline=None)
def test_from_the_horizon_up_there_is_no_road(camera, above_px):
    at = np.array(((400.0, camera.horizon_px - above_px),))
    assert np.isnan(camera.to_road(at)).all()
    with pytest.raises(CalibrationError, match="too near the horizon"):
        placed(by_mounting(camera, 0.02, 0.1), at)


def _lane_of(camera, width_m, left_m=-1.6):
    ends = [[camera.to_picture(np.array(((u, s),)))[0] for s in (6.0, 18.0)] for u in (left_m, left_m + width_m)]
    left, right = (tuple((float(x), float(y)) for x, y in line) for line in ends)
    return Lane(left, right, width_m, 0.05)


@given(cameras(), st.floats(2.8, 3.8))
@settings(max_examples=40, deadline=None)
def test_the_lines_of_a_lane_give_tilt_turn_and_height(camera, width_m):
    found = by_lane(_lane_of(camera, width_m), SIZE, camera.focal_px).pinhole
    told = (found.tilt_deg, found.turn_deg, found.height_m)
    assert told == pytest.approx((camera.tilt_deg, camera.turn_deg, camera.height_m), abs=1e-6)


def test_the_horizon_gives_the_tilt():
    camera = Pinhole(1.3, 7.0, 0.0, 620.0, SIZE)
    found = by_horizon(replace(camera, tilt_deg=0.0), camera.horizon_px, 0.03, sigma_px=2, pitch_se_deg=0)
    assert found.pinhole.tilt_deg == pytest.approx(7.0)
    assert found.tilt_se_deg == pytest.approx(math.degrees(2 / 620 * math.cos(math.radians(7)) ** 2), rel=0.02)


def test_errors_are_as_large_as_they_are_said_to_be():
    """Lanes pointed at with an error of 1.5 px, of a width known to 0.1 m, by a car that nods."""
    rng = np.random.default_rng(5)
    true, width_m = Pinhole(1.4, 8.0, 1.0, 640.0, SIZE), 3.4
    spots = np.array(((-1.0, 8.0), (1.5, 14.0)))
    far_off = []
    for _ in range(400):
        exact = _lane_of(true, width_m)
        line = [tuple((x + rng.normal(0, 1.5), y) for x, y in each) for each in (exact.left, exact.right)]
        lane = Lane(line[0], line[1], width_m + rng.normal(0, 0.1), 0.1, sigma_px=1.5)
        camera = by_lane(lane, SIZE, true.focal_px, pitch_se_deg=0.3)
        nodding = replace(true, tilt_deg=true.tilt_deg + rng.normal(0, 0.3))
        found = on_road(camera, nodding.to_picture(spots) + rng.normal(0, 1, (2, 2)), sigma_px=1)
        far_off.append((found.at_m - spots) / found.se_m)
    assert np.std(far_off, axis=0) == pytest.approx(np.ones((2, 2)), abs=0.15)


def test_what_is_too_far_for_what_is_known_is_refused_and_what_is_near_is_not():
    camera = by_mounting(Pinhole(1.3, 6.0, 0.0, 620.0, SIZE), height_se_m=0.03, tilt_se_deg=0.5)
    near, far = (camera.pinhole.to_picture(np.array(((0.5, ahead),))) for ahead in (8.0, 60.0))
    assert placed(camera, near).at_m[0] == pytest.approx((0.5, 8.0))
    with pytest.raises(CalibrationError, match="calibrate tilt and height better"):
        placed(camera, far)
    mask = np.zeros(SIZE[::-1], bool)
    mask[int(far[0, 1]), 390:410] = True
    with pytest.raises(CalibrationError, match="too near the horizon"):
        extent_m2(camera, mask)


@pytest.mark.parametrize(
    ("left", "right", "why"),
    [
        (((500, 100), (700, 400)), ((300, 100), (100, 400)), "swapped"),
        (((300, 100), (100, 400)), ((300, 100), (500, 400)), "two points on each line"),
        (((300, 100), (100, 100.5)), ((500, 100), (700, 400)), "different rows"),
    ],
)
def test_lines_that_are_no_lane_are_refused(left, right, why):
    with pytest.raises(CalibrationError, match=why):
        by_lane(Lane(left, right, 3.5, 0.1), SIZE, 640.0)


def test_extents_and_places_of_made_up_potholes():
    """The masks of a made-up road, by a camera calibrated on its lane, against the outlines that it was drawn from."""
    drive = Drive(Asked(seed=41, metres=60, straight=True, view=View.SURVEY))
    mast, measured = drive.mast, 0
    true = Pinhole(mast.position_m[2], mast.tilt_deg, 0.0, mast.focal_px, mast.size_px)
    camera = by_lane(_lane_of(true, 3.4), mast.size_px, mast.focal_px)
    holes = [each for each in drive.damage if isinstance(each, Pothole)]
    for hole in holes:
        others = [other.middle_m[1] for other in holes if other is not hole]
        if not 7 < hole.middle_m[1] < 60 or min(abs(hole.middle_m[1] - each) for each in others) < 2:
            continue
        chainage = hole.middle_m[1] - 6.5
        mask = (drive.shot(chainage).damage & POTHOLE) > 0
        centre = true.to_picture(np.array((hole.centroid_m,)) - (drive.right_m(chainage), chainage))[0]
        mask[: max(int(centre[1]) - 60, 0)] = False
        area, error = extent_m2(camera, mask)
        assert area == pytest.approx(hole.extent_m2, rel=0.1)
        assert 0 < error < 0.3 * area
        rows, columns = np.nonzero(mask)
        each = placed(camera, np.stack((columns + 0.5, rows + 0.5), axis=-1)).at_m
        weight = true.pixel_m2(rows + 0.5)
        middle = weight @ each / weight.sum() + (drive.right_m(chainage), chainage)
        assert middle == pytest.approx(hole.centroid_m, abs=0.05)
        measured += 1
    assert measured >= 2


def test_holes_are_as_far_off_as_is_said_when_a_lane_is_pointed_at_badly():
    """What ``python -m waywarden.testing.road.placing`` prints, of one road."""
    got = scored(range(301, 302), View.WINDSCREEN)
    assert got["holes"] > 8
    assert 0.3 < got["ahead_error_by_its_standard_error"] < 1.7
    assert got["extent_within_two_errors_share"] > 0.85
