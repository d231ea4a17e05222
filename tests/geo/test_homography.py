"""Picture to ground, from cameras that are made up and therefore known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waywarden.geo.homography import LEAST_SIGMA_PX, fit_homography, project
from waywarden.terms.errors import CalibrationError

CORNERS = np.array([(-12.0, -9.0), (12.0, -9.0), (13.0, 10.0), (-11.0, 11.0)])
MORE = np.vstack([CORNERS, [(0.0, 1.0), (5.0, -4.0), (-6.0, 3.0), (2.0, 7.0)]])


def mast(far_m=35.0, tilt_deg=25.0, turn_deg=0.0, focal_px=600.0):
    """Return the (3, 3) homography ground to picture of a camera that looks at the middle of the junction."""
    tilt, turn = math.radians(tilt_deg), math.radians(turn_deg)
    away = far_m * math.cos(tilt)
    eye = np.array([away * math.cos(turn), away * math.sin(turn), far_m * math.sin(tilt)])
    look = -eye / np.linalg.norm(eye)
    right = np.cross(look, [0, 0, 1])
    right /= np.linalg.norm(right)
    turned = np.stack([right, np.cross(look, right), look])
    lens = np.array([[focal_px, 0, 320], [0, focal_px, 180], [0, 0, 1]])
    return lens @ np.column_stack([turned[:, 0], turned[:, 1], -turned @ eye])


MASTS = st.builds(mast, st.floats(25, 70), st.floats(12, 80), st.floats(0, 360), st.floats(300, 1500))


@given(MASTS, st.tuples(st.floats(-10, 10), st.floats(-10, 10)))
def test_the_ground_is_found_again_from_any_mast(camera, place):
    for surveyed in (CORNERS, MORE):
        fitted = fit_homography(project(camera, surveyed), surveyed)
        ground = np.array([place])
        assert fitted.to_ground(project(camera, ground)) == pytest.approx(ground, abs=1e-6)
        assert fitted.residual_m == pytest.approx(0, abs=1e-6)
        assert fitted.sigma_px == LEAST_SIGMA_PX


@given(MASTS, st.floats(0.1, 10), st.floats(-1e4, 1e4), st.floats(0, 360))
def test_moving_turning_and_scaling_the_map_changes_nothing_but_the_map(camera, factor, shift, turn_deg):
    turn = math.radians(turn_deg)
    turned = factor * np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    px = project(camera, MORE)
    plain, moved = fit_homography(px, MORE), fit_homography(px, MORE @ turned.T + shift)
    expected = plain.to_ground(px) @ turned.T + shift
    assert moved.to_ground(px) == pytest.approx(expected, abs=1e-4 * factor + 1e-9 * abs(shift))


@given(MASTS, st.floats(0.1, 10))
def test_a_larger_picture_of_the_same_street_gives_the_same_metres(camera, factor):
    px = project(camera, MORE)
    larger = fit_homography(px * factor, MORE)
    assert larger.to_ground(px * factor) == pytest.approx(MORE, abs=1e-6)


def test_four_points_say_nothing_of_how_well_they_fit():
    fitted = fit_homography(project(mast(), CORNERS) + np.array([[3.0, 0], [0, 0], [0, 0], [0, 0]]), CORNERS)
    assert fitted.residual_m == pytest.approx(0, abs=1e-6)
    assert np.isnan(fitted.left_out_m).all()
    assert fitted.sigma_px == 1.0


def test_a_point_clicked_wrongly_stands_out_when_it_is_left_out():
    px = project(mast(), MORE)
    px[4] += (15, -10)
    fitted = fit_homography(px, MORE)
    assert int(np.argmax(fitted.left_out_m)) == 4
    assert fitted.left_out_m[4] > fitted.residual_m[4] > 0
    assert fitted.sigma_px > LEAST_SIGMA_PX


def test_left_out_is_what_a_fit_of_the_others_says():
    px = project(mast(), MORE) + np.random.default_rng(3).normal(0, 2, MORE.shape)
    fitted = fit_homography(px, MORE)
    for i in range(len(MORE)):
        others = np.arange(len(MORE)) != i
        away_m = fit_homography(px[others], MORE[others]).to_ground(px[i : i + 1])[0] - MORE[i]
        assert fitted.left_out_m[i] == pytest.approx(np.hypot(*away_m))


def test_the_error_grows_with_the_noise_and_covers_what_happens():
    ends = project(mast(), np.array([(-6.0, 0.0), (6.0, 2.0)]))
    true_m = math.hypot(12, 2)
    said, happened = [], []
    for sigma_px in (0.2, 2.0, 6.0):
        errors = []
        for seed in range(60):
            px = project(mast(), MORE) + np.random.default_rng(seed).normal(0, sigma_px, MORE.shape)
            distance_m, error_m = fit_homography(px, MORE).distance_m(ends[0], ends[1])
            errors.append((distance_m - true_m, error_m))
        happened.append(float(np.sqrt(np.mean([e[0] ** 2 for e in errors]))))
        said.append(float(np.median([e[1] for e in errors])))
    assert said == sorted(said)
    assert happened == sorted(happened)
    for was, claimed in zip(happened[1:], said[1:], strict=True):
        assert 0.5 * was < claimed < 2 * was


@given(MASTS)
@settings(max_examples=25)
def test_the_ends_of_a_distance_may_be_swapped(camera):
    fitted = fit_homography(project(camera, MORE), MORE)
    a, b = project(camera, np.array([(-5.0, 2.0), (4.0, -3.0)]))
    assert fitted.distance_m(a, b) == pytest.approx(fitted.distance_m(b, a), rel=1e-9)


def _three_of_four_on_one_line():
    return np.array([(0.0, 0.0), (5.0, 5.0), (10.0, 10.0), (0.0, 10.0)])


@pytest.mark.parametrize(
    ("picture", "ground", "says"),
    [
        (project(mast(), CORNERS)[:3], CORNERS[:3], "at least 4"),
        (np.zeros((0, 2)), np.zeros((0, 2)), "at least 4"),
        (project(mast(), MORE), CORNERS, "at least 4"),
        (project(mast(), _three_of_four_on_one_line()), _three_of_four_on_one_line(), "one line"),
        (np.full((4, 2), 7.0), CORNERS, "all the same"),
        (project(mast(), CORNERS), np.full((4, 2), 7.0), "all the same"),
        (project(mast(), CORNERS), CORNERS[[1, 0, 2, 3]], "swapped"),
    ],
)
def test_points_that_determine_no_plane_are_refused_in_one_sentence(picture, ground, says):
    with pytest.raises(CalibrationError, match=says) as refused:
        fit_homography(picture, ground)
    assert "\n" not in str(refused.value)
