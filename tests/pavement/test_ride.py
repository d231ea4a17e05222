"""Roughness and jolts: against sinusoids, against what the golden car is known to do, and on made-up rides."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waywarden.pavement.ride.iri import calibrate, estimated_iri
from waywarden.pavement.ride.jolts import Hits, find_jolts, score_jolts
from waywarden.pavement.ride.quarter_car import GOLDEN, IRI_SPEED_MPS, body_mps2, iri_mm_per_m
from waywarden.pavement.ride.ride import GRAVITY_MPS2, Ride, as_ride, passed
from waywarden.pavement.ride.roughness import (
    Borders,
    Labelled,
    Roughness,
    Windows,
    fit_borders,
    judged,
    score_held_out,
    steadied,
    windows_of,
)
from waywarden.terms.errors import CalibrationError, SourceError
from waywarden.testing.rides.made_up import RideAsked, iso_profile, made_up_ride
from waywarden.testing.rides.scoring import felt_by_phone

SEEDS_NOT_TUNED_ON = (301, 302, 303)


def _recorded(felt_mps2, speed_mps=10.0, rate_hz=100.0):
    felt_s = np.arange(len(felt_mps2)) / rate_hz
    fixed_s = np.arange(0, felt_s[-1] + 1)
    return felt_s, felt_mps2, fixed_s, np.full(len(fixed_s), speed_mps)


def _still(seconds=20, rate_hz=100.0):
    return np.tile((0.0, 0.0, GRAVITY_MPS2), (int(seconds * rate_hz), 1))


def test_the_golden_car_is_most_sensitive_where_it_is_known_to_be():
    """Slopes of 15 m and 2.4 m wavelength: 0.065 and 0.42 cycles a metre, half of it at 30 m and 1.25 m.

    M. W. Sayers & S. M. Karamihas, The Little Book of Profiling (1998), the IRI's wave-number response.
    """
    waves = np.linspace(0.02, 1.2, 2000)
    body, wheel = GOLDEN.motion(waves * IRI_SPEED_MPS)
    gain = np.abs(body - wheel)
    peaks = waves[1:-1][(gain[1:-1] > gain[:-2]) & (gain[1:-1] > gain[2:])]
    assert peaks == pytest.approx((0.065, 0.42), rel=0.05)
    assert np.interp((0.033, 0.8), waves, gain) == pytest.approx((0.5, 0.5), abs=0.06)


@given(st.sampled_from((0.05, 0.1, 0.4)), st.floats(0.5, 20))
@settings(max_examples=15, deadline=None)
def test_the_iri_of_a_sinusoid_is_its_slope_times_the_gain(wave, high_mm):
    along = np.arange(0, 400, 0.05)
    body, wheel = GOLDEN.motion(np.array((wave * IRI_SPEED_MPS,)))
    mean_slope = 2 / math.pi * 2 * math.pi * wave * high_mm
    over = math.sin(math.pi * wave * 0.25) / (math.pi * wave * 0.25)
    got = iri_mm_per_m(high_mm / 1000 * np.sin(2 * np.pi * wave * along), 0.05)
    assert got == pytest.approx(mean_slope * over * float(np.abs(body - wheel)[0]), rel=0.02)


def test_a_car_follows_slow_waves_and_nothing_of_fast_ones_and_a_flat_road_is_felt_by_nobody():
    at = np.arange(0, 60, 1 / 200)
    slow = body_mps2(GOLDEN, 0.1 * np.sin(2 * np.pi * 0.1 * at), 200)
    assert float(slow.std()) == pytest.approx(0.1 * (2 * np.pi * 0.1) ** 2 / math.sqrt(2), rel=0.05)
    assert np.abs(body_mps2(GOLDEN, np.full(500, 0.3), 200)).max() < 1e-9
    with pytest.raises(ValueError, match="11 m or more"):
        iri_mm_per_m(np.zeros(100), 0.05)


@given(st.floats(0.02, 30), st.integers(0, 99))
@settings(max_examples=10, deadline=None)
def test_iri_is_linear_in_the_profile(factor, seed):
    profile = iso_profile(np.random.default_rng(seed), 5000, 30e-6)
    assert iri_mm_per_m(factor * profile, 0.02) == pytest.approx(factor * iri_mm_per_m(profile, 0.02), rel=1e-6)


@given(st.integers(0, 99))
@settings(max_examples=10, deadline=None)
def test_however_the_phone_lies_the_same_is_felt(seed):
    rng = np.random.default_rng(seed)
    up = _still() + np.column_stack((np.zeros((2000, 2)), passed(rng.normal(0, 1, 2000), 1, 30)))
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    flat, askew = as_ride(*_recorded(up)), as_ride(*_recorded(up @ turn))
    assert askew.vertical_mps2 == pytest.approx(flat.vertical_mps2, abs=1e-6)


@pytest.mark.parametrize(
    ("recorded", "why"),
    [
        (_recorded(_still() / GRAVITY_MPS2), "that is g, multiply it by 9.80665"),
        (_recorded(_still() / GRAVITY_MPS2 * 1000), "thousandths of g"),
        (_recorded(_still() * 0), "gravity was taken off"),
        (_recorded(_still() * 3.28), "which unit"),
        (_recorded(_still(5)), "record longer"),
        (_recorded(_still(20, 20), rate_hz=20.0), "record faster"),
        (_recorded(_still(), speed_mps=-1.0), "no speed"),
    ],
)
def test_a_recording_that_will_not_do_is_diagnosed_in_one_line(recorded, why):
    with pytest.raises(SourceError, match=why) as said:
        as_ride(*recorded)
    assert "\n" not in str(said.value)


def test_potholes_of_made_up_rides_are_felt():
    """Seeds that nothing was tuned on; ``waywarden road ride-score`` says the same of many more."""
    hits = Hits()
    for seed in SEEDS_NOT_TUNED_ON:
        ride = made_up_ride(RideAsked(seed))
        hits += score_jolts([jolt.at_s for jolt in find_jolts(felt_by_phone(ride))], [float(s) for s in ride.hit_s])
    assert hits.felt + hits.missed > 80
    assert hits.f1 >= 0.9


def test_nothing_jolts_on_a_smooth_road_or_at_a_stop():
    smooth = made_up_ride(RideAsked(5, 1500, potholes_a_km=0, others_a_km=0, gd_m3=16e-6))
    assert find_jolts(felt_by_phone(smooth)) == ()
    knocked = _still(30) + np.column_stack((np.zeros((3000, 2)), passed(np.eye(1, 3000, 1500)[0] * 20, 1, 30)))
    assert find_jolts(as_ride(*_recorded(knocked, speed_mps=0.0))) == ()
    assert len(find_jolts(as_ride(*_recorded(knocked, speed_mps=12.0)))) == 1


@given(st.lists(st.floats(0, 100), max_size=12), st.lists(st.floats(0, 100), max_size=12))
def test_each_jolt_is_of_one_hole_at_most(jolts, holes):
    hits = score_jolts(jolts, holes)
    assert hits.felt + hits.missed == len(holes)
    assert hits.felt + hits.false == len(jolts)
    assert score_jolts(holes, holes).f1 == 1.0


def test_shaking_goes_with_the_root_of_speed_and_with_roughness():
    """ISO 8608: four times the density is twice the height. One car, one road, two speeds."""
    asked = RideAsked(8, 1500, 30, 31, 0, 0, gd_m3=30e-6, vehicle_seed=1)
    slow, fast, rough = (
        float(np.nanmean(windows_of(felt_by_phone(made_up_ride(each))).ln_shake))
        for each in (asked, replace(asked, slowest_kmh=59, fastest_kmh=60), replace(asked, gd_m3=120e-6))
    )
    assert fast == pytest.approx(slow, abs=0.2)
    assert rough - slow == pytest.approx(math.log(2), abs=0.1)


def _windows(ln_shake):
    n = len(ln_shake)
    return Windows(np.arange(n) * 5.0, np.full(n, 10.0), np.array(ln_shake, np.float64))


def test_neighbours_steady_a_window_and_standing_says_nothing():
    shake = np.array((-2.0, np.nan, -1.0, -3.0, -1.0))
    assert steadied(shake) == pytest.approx((-2.0, np.nan, -2.0, -5 / 3, -2.0), nan_ok=True)
    assert steadied(shake, 0) == pytest.approx(shake, nan_ok=True)
    assert judged(shake, Borders(-2.5, -1.5), 0)[1] is None
    standing = as_ride(*_recorded(_still(), speed_mps=0.5))
    assert np.isnan(windows_of(standing).ln_shake).all()


def test_borders_lie_between_the_classes_and_a_class_without_recordings_is_missed():
    shakes = {Roughness.SMOOTH: [np.array((-3.0,))], Roughness.UNEVEN: [np.array((-2.0, np.nan))],
              Roughness.ROUGH: [np.array((-1.5, -0.5))]}  # fmt: skip
    assert fit_borders(shakes) == Borders(-2.5, -1.5)
    with pytest.raises(ValueError, match="missing"):
        fit_borders({**shakes, Roughness.ROUGH: []})
    with pytest.raises(ValueError, match="in order"):
        fit_borders({**shakes, Roughness.ROUGH: shakes[Roughness.SMOOTH]})


def test_what_is_held_out_is_not_learnt_from():
    """Two recordings of each class; the second rough one is rough by a border learnt from it, and by no other."""
    pairs = {Roughness.SMOOTH: (-3.0, -3.1), Roughness.UNEVEN: (-2.0, -2.1), Roughness.ROUGH: (-1.0, -1.6)}
    labelled = [Labelled(f"{name} {i}", name, _windows([shake] * 10))
                for name, both in pairs.items() for i, shake in enumerate(both)]  # fmt: skip
    found = score_held_out(labelled)
    assert len(found) == 8
    for each in found:
        assert (each.macro_f1 == 1.0) == ("rough 1" not in each.names)


def test_a_class_with_one_recording_is_cut_in_halves():
    labelled = [Labelled(str(name), name, _windows([shake] * 40))
                for name, shake in zip(Roughness, (-3.0, -2.0, -1.0), strict=True)]  # fmt: skip
    found = score_held_out(labelled)
    assert len(found) == 8
    assert all("half" in name for each in found for name in each.names)
    assert all(each.macro_f1 == 1.0 for each in found)


def test_iri_is_an_estimate_for_a_calibrated_vehicle_or_nothing():
    asked = RideAsked(21, 1200, potholes_a_km=0, others_a_km=0, vehicle_seed=77)
    rides = [made_up_ride(replace(asked, speeds_seed=number)) for number in range(3)]
    windows = [windows_of(felt_by_phone(ride)) for ride in rides]
    calibration = calibrate("van 3", windows, rides[0].iri_mm_per_m)
    other = made_up_ride(replace(asked, seed=22, gd_m3=90e-6))
    got = estimated_iri(calibration, windows_of(felt_by_phone(other)).ln_shake)
    assert abs(got.mm_per_m - other.iri_mm_per_m) < 2 * got.se_mm_per_m
    assert "estimated, calibrated for vehicle van 3" in str(got)
    assert "+-" in str(got)
    with pytest.raises(CalibrationError, match="drive it again"):
        calibrate("van 3", windows[:2], 2.0)
    with pytest.raises(CalibrationError, match="differ by"):
        calibrate("van 3", [_windows([-2.0] * 9), _windows([-1.0] * 9), _windows([-3.0] * 9)], 2.0)
    with pytest.raises(CalibrationError, match="drive further"):
        calibrate("van 3", [_windows([-2.0] * 3)] * 3, 2.0)
    with pytest.raises(CalibrationError, match="name"):
        calibrate("", windows, 2.0)
    with pytest.raises(CalibrationError, match="hardly moved"):
        estimated_iri(calibration, np.array((np.nan,)))


def test_the_same_ride_is_made_again_and_a_ride_is_as_long_as_was_asked():
    asked = RideAsked(4, 800)
    one, two = made_up_ride(asked), made_up_ride(asked)
    assert np.array_equal(one.felt_mps2, two.felt_mps2)
    ride: Ride = felt_by_phone(one)
    assert float(ride.speed_mps.sum()) / 100 == pytest.approx(800, rel=0.02)
    assert 30 / 3.6 - 0.01 <= one.hit_speed_mps.min() <= one.hit_speed_mps.max() <= 60 / 3.6 + 0.01
