"""What moves, on ground that is made up, and on a real street from above."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import av
import numpy as np
import pytest

from waywarden.sight.frame import Frame
from waywarden.sight.moving.motion import MotionObjectDetector
from waywarden.sight.networks.heads import overlap
from waywarden.sight.sources.opening import open_source
from waywarden.sight.watch import watch
from waywarden.terms.kinds import KINDS, Kind
from waywarden.terms.places import Camera, Gate
from waywarden.terms.records import Direction
from waywarden.terms.transient import Crossing, Detections
from waywarden.traffic.finder import CrossingFinder

START = datetime(2026, 6, 1, 7, tzinfo=UTC)
WIDTH, HEIGHT = 320, 180
RATE_HZ = 12.5


def ground(seed=1):
    """Return asphalt: grey, grained, with lines."""
    chance = np.random.default_rng(seed)
    rgb = np.full((HEIGHT, WIDTH, 3), 110.0) + chance.normal(0, 6, (HEIGHT, WIDTH, 1))
    rgb[:, 150:154] = 190
    rgb[90:93, ::2] = 170
    return rgb


def frame(rgb, n, rate_hz=RATE_HZ):
    """Return a picture with a camera's noise."""
    noise = np.random.default_rng(1000 + n).normal(0, 2, rgb.shape)
    picture = np.clip(rgb + noise, 0, 255).astype(np.uint8)
    return Frame(
        av.VideoFrame.from_ndarray(picture, format="rgb24"), START + timedelta(seconds=n / rate_hz), 1 / rate_hz
    )


def seen(pictures, rate_hz=RATE_HZ):
    """Return the boxes of each picture, by a detector that has seen the empty street."""
    detector = MotionObjectDetector()
    detector.learn(frame(ground(), -n) for n in range(1, 20))
    return [detector.detect(frame(rgb, n, rate_hz)) for n, rgb in enumerate(pictures)]


def car_at(left, top=60, width=50, height=28, colour=(200, 40, 40)):
    """Return the street with a vehicle on it."""
    rgb = ground()
    rgb[top : top + height, left : left + width] = colour
    return rgb


@pytest.mark.parametrize("colour", [(200, 40, 40), (235, 235, 235), (25, 25, 30), (40, 60, 170)])
def test_a_moving_vehicle_is_one_box(colour):
    for n, (boxes, scores, kinds) in enumerate(
        seen([car_at(10 + 15 * n, colour=colour) for n in range(15)], rate_hz=4)
    ):
        true = np.array([[10 + 15 * n, 60, 60 + 15 * n, 88]], np.float32)
        assert len(boxes) == 1
        assert overlap(boxes[0], true)[0] >= 0.6
        assert KINDS[kinds[0]] is Kind.UNCLASSIFIED
        assert 0.5 <= scores[0] <= 1


def test_two_are_two():
    pictures = [car_at(10 + 5 * n) for n in range(40)]
    for n, rgb in enumerate(pictures):
        rgb[120:148, 260 - 5 * n : 310 - 5 * n] = (40, 60, 170)
    assert {len(boxes) for boxes, _, _ in seen(pictures)} == {2}


def test_two_that_touch_are_one_part_and_two_road_users():
    """The second comes up behind the first, which stands."""
    apart, together = MotionObjectDetector(), MotionObjectDetector()
    for detector in (apart, together):
        detector.learn(frame(ground(), -n) for n in range(1, 20))
    for n in range(40):
        rgb = car_at(200)
        left = min(20 + 4 * n, 148)
        rgb[60:88, left : left + 50] = (40, 60, 170)
        boxes, _, _ = apart.detect(frame(rgb, n))
        parts, _, _ = together.parts(frame(rgb, n))
    assert len(parts) == 1
    assert len(boxes) == 2
    true = np.array([[148, 60, 198, 88], [200, 60, 250, 88]], np.float32)
    assert all(overlap(box, true).max() >= 0.6 for box in boxes)


def test_nothing_moves_on_an_empty_street():
    assert all(len(boxes) == 0 for boxes, _, _ in seen([ground()] * 60))


def test_a_slow_change_of_light_is_not_a_road_user():
    """A cloud: a third darker and back within a minute."""
    pictures = (ground() * (1 - 0.16 * (1 - np.cos(2 * np.pi * n / 180))) for n in range(180))
    assert sum(len(boxes) for boxes, _, _ in seen(pictures, rate_hz=3)) == 0


def test_a_change_of_exposure_is_not_a_road_user():
    assert sum(len(boxes) for boxes, _, _ in seen([ground() * (1 if n < 10 else 0.9) for n in range(40)])) == 0


@pytest.mark.parametrize("share", [0.6, 0.75, 0.85])
def test_a_shadow_alone_is_not_a_road_user(share):
    pictures = []
    for n in range(40):
        rgb = ground()
        rgb[60:88, 10 + 5 * n : 60 + 5 * n] *= share
        pictures.append(rgb)
    assert sum(len(boxes) for boxes, _, _ in seen(pictures)) == 0


def test_one_that_comes_to_stand_is_still_there_after_a_red_light():
    pictures = [car_at(min(10 + 20 * n, 130)) for n in range(3 * 40)]
    boxes, _, _ = seen(pictures, rate_hz=3)[-1]
    assert len(boxes) == 1
    assert overlap(boxes[0], np.array([[130, 60, 180, 88]], np.float32))[0] >= 0.6


def test_where_it_stood_is_the_street_again_when_it_has_gone():
    pictures = [car_at(min(10 + 20 * n, 130)) for n in range(3 * 30)]
    pictures += [car_at(130 + 20 * n) for n in range(7)] + [ground()] * 9
    assert all(len(boxes) == 0 for boxes, _, _ in seen(pictures, rate_hz=3)[-3:])


def test_a_picture_of_another_size_begins_anew():
    detector = MotionObjectDetector()
    detector.detect(frame(ground(), 0))
    boxes, _, _ = detector.detect(frame(ground()[:120, :200], 1))
    assert len(boxes) == 0


def test_vehicles_from_above_are_counted_two_each_way(shared):
    camera = Camera("intel", "", ("car-detection.mp4",), START, gates=(Gate("line", (0, 216), (768, 216)),))
    finder = CrossingFinder(camera)
    source = open_source(camera, shared / "data/intel")
    found = []
    for item in watch("intel", source, MotionObjectDetector()):
        if isinstance(item, Detections):
            found += finder.update(item)
    ways = [item.direction for item in found + finder.finish() if isinstance(item, Crossing)]
    assert (ways.count(Direction.FORWARD), ways.count(Direction.BACKWARD)) == (2, 2)
