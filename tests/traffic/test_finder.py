"""Detections in, crossings and passages out, on a made-up plane where every metre is known."""

from __future__ import annotations

import itertools
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.traffic.made_up import (
    GATE,
    START,
    camera_of,
    car,
    detections,
    forward_backward,
    found_in,
    frames_of,
    time_of,
)

from waywarden.geo.homography import fit_homography, project
from waywarden.terms.places import Gate, Movement, Zone
from waywarden.terms.transient import Crossing, Passage
from waywarden.traffic.finder import CrossingFinder

IN, OUT, SIDE = (
    Gate("in", (0, 100), (640, 100)),
    Gate("out", (0, 380), (640, 380)),
    Gate("side", (500, 100), (500, 380)),
)
MOVEMENTS = (Movement("in-out", "in", "out"), Movement("in-side", "in", "side"), Movement("out-in", "out", "in"))
CAMERA = camera_of(IN, OUT, SIDE, movements=MOVEMENTS)

GROUND = np.array([(-10.0, 7.0), (10.0, 7.0), (-12.0, 55.0), (12.0, 55.0), (0.0, 20.0), (4.0, 30.0)])
TO_PX = np.array([[500.0, 320.0, 0.0], [0.0, 60.0, 4000.0], [0.0, 1.0, 0.0]])
"""Ground to picture of a camera 8 m up that looks level along y; no roll, horizon at y = 60."""


def calibrated(noise_px=0.0, points=GROUND):
    noise = np.random.default_rng(1).normal(0, noise_px, points.shape) if noise_px else 0.0
    return fit_homography(project(TO_PX, points) + noise, points)


def drive(points, px_a_frame=5.0):
    """Return a way along a line of points."""
    way = []
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        steps = max(1, round(np.hypot(x1 - x0, y1 - y0) / px_a_frame))
        way += [car(x0 + (x1 - x0) * n / steps, y0 + (y1 - y0) * n / steps) for n in range(steps)]
    return way


def moved(found):
    return [item.movement_id for item in found if isinstance(item, Passage)]


def test_straight_on_and_turning():
    straight, turning = drive([(200, 30), (200, 450)]), drive([(350, 30), (350, 240), (600, 240)])
    assert moved(found_in(frames_of(straight), CAMERA)) == ["in-out"]
    assert moved(found_in(frames_of(turning), CAMERA)) == ["in-side"]
    assert sorted(moved(found_in(frames_of(straight, turning), CAMERA))) == ["in-out", "in-side"]


def test_the_way_back_is_another_movement():
    assert moved(found_in(frames_of(drive([(200, 450), (200, 30)])), CAMERA)) == ["out-in"]


def test_a_way_that_is_no_movement_is_only_crossings():
    found = found_in(frames_of(drive([(620, 240), (300, 240), (300, 30)])), CAMERA)
    assert moved(found) == []
    assert [item.gate_id for item in found] == ["side", "in"]


def test_a_passage_is_dated_by_the_way_out():
    found = found_in(frames_of(drive([(200, 30), (200, 450)])), CAMERA)
    (passage,) = (item for item in found if isinstance(item, Passage))
    (out,) = (item for item in found if isinstance(item, Crossing) and item.gate_id == "out")
    assert passage.at == out.at
    assert (passage.at - time_of(25)).total_seconds() == pytest.approx((380 - 30) / 5 / 25, abs=0.05)


def test_what_is_in_a_blind_zone_is_not_there():
    blind = Zone("tree", ((100, 150), (300, 150), (300, 450), (100, 450)))
    way = drive([(200, 30), (200, 450)])
    with_zone = camera_of(IN, OUT, SIDE, movements=MOVEMENTS, zones=(blind,))
    found = found_in(frames_of(way, drive([(400, 30), (400, 450)])), with_zone)
    assert moved(found) == ["in-out"]
    other_use = camera_of(IN, OUT, zones=(Zone("z", blind.polygon_px, use="queue"),), movements=MOVEMENTS[:1])
    assert moved(found_in(frames_of(way), other_use)) == ["in-out"]


def _driving(mps, rate_hz=25.0, x_m=0.0, size=0.8):
    """Return a way towards the camera at a true speed; boxes grow as they come."""
    way = []
    for n in range(400):
        y_m = 45 - mps * n / rate_hz
        if y_m < 9:
            break
        (x, y), (left, _), (right, _) = project(TO_PX, np.array([(x_m, y_m), (x_m - size, y_m), (x_m + size, y_m)]))
        way.append(car(x, y, width=right - left, height=0.9 * (right - left)))
    return way


NEAR, FAR = (Gate(name, (0, y), (640, y)) for name, y in (("near", 360.0), ("far", 180.0)))
STREET = camera_of(FAR, NEAR, movements=(Movement("far-near", "far", "near"),))


@pytest.mark.parametrize("mps", [3.0, 8.3, 13.9, 20.0])
def test_speeds_on_a_known_plane_are_within_two_percent(mps):
    found = found_in(frames_of(_driving(mps)), STREET, calibrated())
    crossings = [item for item in found if isinstance(item, Crossing)]
    assert [item.gate_id for item in crossings] == ["far", "near"]
    (passage,) = (item for item in found if isinstance(item, Passage))
    assert passage.speed_mps == pytest.approx(mps, rel=0.02)


@pytest.mark.parametrize("mps", [2.0, 5.0, 8.3])
def test_the_speed_at_a_gate_is_within_two_percent(mps):
    found = found_in(frames_of(_driving(mps)), STREET, calibrated())
    far = next(item for item in found if isinstance(item, Crossing) and item.gate_id == "far")
    assert far.speed_mps == pytest.approx(mps, rel=0.02)


def test_without_calibration_nothing_has_a_speed():
    found = found_in(frames_of(_driving(10)), STREET)
    assert len(found) == 3
    assert [item.speed_mps for item in found] == [None] * 3


def test_a_speed_that_is_not_known_within_fifteen_percent_is_refused_and_the_count_is_kept():
    vague = calibrated(noise_px=60.0)
    ends = np.array([(320.0, 180.0), (320.0, 360.0)])
    distance_m, error_m = vague.distance_m(ends[0], ends[1])
    assert error_m > 0.15 * distance_m  # so that the test can fail
    found = found_in(frames_of(_driving(10)), STREET, vague)
    assert len(found) == 3
    assert [item.speed_mps for item in found if isinstance(item, Passage)] == [None]


@pytest.mark.parametrize("gone", [3, 8, 15, 25])
@pytest.mark.parametrize("before", [-12, -4, 0, 4])
def test_a_track_broken_near_a_gate_is_not_counted_twice(gone, before):
    way = drive([(320, 60), (320, 440)])
    at = next(n for n, box in enumerate(way) if box[1] >= GATE.from_px[1]) + before
    hidden = way[:at] + [None] * gone + way[at + gone :]
    forward, backward = forward_backward(found_in(frames_of(hidden), camera_of(GATE)))
    assert (forward <= 1, backward) == (True, 0)


@pytest.mark.parametrize(("y", "counted"), [(243, 1), (253, 1), (264, 0), (280, 0)])
def test_one_that_is_across_the_gate_when_watching_begins_is_counted_if_its_middle_is_still_before_it(y, counted):
    frames = frames_of(drive([(320, y), (320, 440)]), lead=0)
    assert forward_backward(found_in(frames, camera_of(GATE))) == (counted, 0)


def test_finish_says_what_was_still_waited_for():
    finder = CrossingFinder(camera_of(GATE))
    way = drive([(320, 100), (320, 250)])
    before = [item for n, box in enumerate(way) for item in finder.update(detections(n, [box]))]
    assert before == []
    assert forward_backward(finder.finish()) == (1, 0)
    assert finder.finish() == []


def test_a_gap_in_the_stream_is_not_driven_through():
    """What stood before the gate and is beyond it an hour later was another one."""
    finder = CrossingFinder(camera_of(GATE))
    found = []
    for n in range(50):
        found += finder.update(detections(n, [car(320, 220)]))
    for n in range(50):
        at = START + timedelta(hours=1, seconds=n / 25)
        found += finder.update(detections(n, [car(320, 260)], at=at, watched_s=0.0 if n == 0 else 0.04))
    assert found + finder.finish() == []


WAYS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(40, 600), st.booleans(), st.floats(1, 12), st.integers(0, 40)),
    min_size=1,
    max_size=4,
)


@given(WAYS, st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_nothing_is_said_of_a_time_that_was_closed(ways, seed):
    """Whatever drives, stops, flickers: an interval once closed stays closed."""
    chance = np.random.default_rng(seed)
    lanes = []
    for wait, x, down, px, stand in ways:
        line = [(x, 30), (x, 236), (x, 460)] if down else [(x, 460), (x, 244), (x, 30)]
        way = drive(line[:2], px) + [car(x, line[1][1])] * (3 * stand) + drive(line[1:], px)
        lanes.append([None] * wait + [box if chance.random() > 0.15 else None for box in way])
    finder = CrossingFinder(camera_of(GATE, IN, OUT, movements=MOVEMENTS[:1]))
    for n, boxes in enumerate(frames_of(*lanes, lead=20)):
        closed = finder.said_until
        found = finder.update(detections(n, boxes))
        assert all(item.at >= closed for item in found)
        assert closed <= finder.said_until <= time_of(n)
    closed = finder.said_until
    assert all(item.at >= closed for item in finder.finish())


def test_one_that_is_half_seen_behind_another_when_it_passes_a_gate_is_counted():
    """A car comes out from behind a van: its boxes are uncertain until it is well beyond the gate."""
    way = [car(320, 60 + 3 * n, score=0.3 if 60 + 3 * n < 300 else 0.9) for n in range(120)]
    assert forward_backward(found_in(frames_of(way), camera_of(GATE))) == (1, 0)
    faint = [car(320, 60 + 3 * n, score=0.3) for n in range(120)]
    assert forward_backward(found_in(frames_of(faint), camera_of(GATE))) == (0, 0)
