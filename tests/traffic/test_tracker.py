"""From boxes to road users that persist: what is told apart, what is waited for, what begins nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.traffic.made_up import START, car, detections

from waywarden.terms.kinds import Kind
from waywarden.traffic.boxes import ground_px, without_riders
from waywarden.traffic.track import vote
from waywarden.traffic.tracker import Tracker


def follow(frames):
    """Return the tracks seen in each frame."""
    tracker = Tracker()
    return [list(tracker.update(detections(n, boxes))) for n, boxes in enumerate(frames)]


def distinct(seen):
    """Return the different tracks, in order of appearance."""
    found = []
    for track in (track for frame in seen for track in frame):
        if not any(track is known for known in found):
            found.append(track)
    return found


@pytest.mark.parametrize("mount", [Kind.BICYCLE, Kind.MOTORCYCLE])
def test_a_rider_is_a_part_of_what_is_ridden(mount):
    boxes = [car(100, 200, width=40, height=40, kind=mount), car(102, 188, width=18, height=42, kind=Kind.PEDESTRIAN)]
    kinds = without_riders(detections(0, boxes)).kind
    assert kinds == [mount]


def test_who_walks_beside_a_bicycle_or_before_a_car_is_no_rider():
    beside = [car(100, 200, kind=Kind.BICYCLE), car(160, 200, width=16, height=44, kind=Kind.PEDESTRIAN)]
    before = [car(100, 200, width=80, height=60), car(100, 198, width=16, height=44, kind=Kind.PEDESTRIAN)]
    assert len(without_riders(detections(0, beside)).kind) == 2
    assert len(without_riders(detections(0, before)).kind) == 2


def test_the_class_is_what_most_of_the_score_says():
    assert vote({Kind.CAR: 3.0, Kind.TRUCK: 2.0}) is Kind.CAR
    assert vote({Kind.CAR: 1.0, Kind.TRUCK: 2.0}) is Kind.TRUCK


def test_a_definite_class_beats_a_vague_one_from_a_quarter_of_the_votes_on():
    assert vote({Kind.VEHICLE: 3.0, Kind.BUS: 1.0}) is Kind.BUS
    assert vote({Kind.VEHICLE: 9.0, Kind.BUS: 1.0}) is Kind.VEHICLE
    assert vote({Kind.UNCLASSIFIED: 2.0, Kind.VEHICLE: 1.0, Kind.CAR: 1.0}) is Kind.CAR
    assert vote({Kind.UNCLASSIFIED: 5.0}) is Kind.UNCLASSIFIED


def test_one_road_user_is_one_track():
    (track,) = distinct(follow([[car(100 + 4 * n, 200)] for n in range(50)]))
    assert track.believable
    assert track.hits == 50


@pytest.mark.parametrize("height", [34, 45])
def test_two_that_drive_past_each_other_are_kept_apart(height):
    frames = [[car(100 + 5 * n, 200), car(500 - 5 * n, 200 + height)] for n in range(80)]
    tracks = distinct(follow(frames))
    assert len(tracks) == 2
    ends = sorted(tuple(map(round, ground_px(track.box))) for track in tracks)
    assert ends == [(105, 200 + height), (495, 200)]


def test_a_queue_of_three_stays_three():
    frames = [[car(200 + 45 * k + min(n, 40) * 2, 200) for k in range(3)] for n in range(120)]
    assert len(distinct(follow(frames))) == 3


def _hidden(seconds, speed):
    """Return whether a road user that is not seen for some seconds is still the same one."""
    gone = int(seconds * 25)
    frames = [[] if 50 <= n < 50 + gone else [car(100 + speed * n, 200)] for n in range(80 + gone)]
    return len(distinct(follow(frames))) == 1


def test_the_standing_are_waited_for_longer_than_the_moving():
    assert _hidden(0.4, 3)
    assert _hidden(4.0, 0)
    assert not _hidden(4.0, 3)
    assert not _hidden(20.0, 0)


def test_an_uncertain_box_continues_a_track_but_never_begins_one():
    faint = [[car(100 + 3 * n, 200, score=0.3)] for n in range(60)]
    assert distinct(follow(faint)) == []
    begun = [[car(100 + 3 * n, 200, score=0.9 if n < 5 else 0.3)] for n in range(60)]
    (track,) = distinct(follow(begun))
    assert track.hits == 60


def test_a_track_begins_where_the_uncertain_boxes_that_led_to_it_did():
    way = [[car(100 + 3 * n, 200, score=0.9 if n >= 20 else 0.3)] for n in range(40)]
    (track,) = distinct(follow(way))
    assert ground_px(track.first) == (100, 200)
    assert track.hits == 20  # what was uncertain counts for nothing but the place
    apart = [[car(100 + 3 * n, 200, score=0.3)] if n < 8 else [] for n in range(20)]
    (track,) = distinct(follow([*apart, *([car(400 + 3 * n, 200)] for n in range(20))]))
    assert ground_px(track.first) == (400, 200)
    late = [[car(100 + 3 * n, 200, score=0.3)] if n < 8 else [] for n in range(20)]
    (track,) = distinct(follow([*late, *([car(124 + 3 * n, 200)] for n in range(20))]))
    assert ground_px(track.first) == (124, 200)  # nothing was seen for longer than is bridged


def test_a_cyclist_who_hides_somebody_waiting_is_not_that_somebody():
    def cyclist(x, y=203):
        return car(x, y, width=17, height=31, kind=Kind.BICYCLE)

    walker = car(300, 200, width=14, height=30, kind=Kind.PEDESTRIAN)
    frames = [[walker, cyclist(360 - 2 * n)] for n in range(26)]
    frames += [[cyclist(301 - n, 200)] for n in range(5)]  # one box, of both
    frames += [[walker, cyclist(296 - 2 * n)] for n in range(10)]
    waiting, passing = distinct(follow(frames))
    assert set(waiting.votes) == {Kind.PEDESTRIAN}
    assert passing.hits == 41


def test_a_flash_is_not_believed():
    (track,) = distinct(follow([[car(100, 200)], [car(100, 200)], *([[]] * 40)]))
    assert not track.believable


@pytest.mark.parametrize(("places", "kind", "believed"), [
    ((0, 55, 110), Kind.CAR, True), ((0, 55, 96), Kind.CAR, True), ((0, 55, 70), Kind.CAR, False),
    ((0, 12, 24), Kind.CAR, False), ((0, 55, 110), Kind.UNCLASSIFIED, False), ((0, 55), Kind.CAR, False),
    ((0, 60, 120, 180), Kind.CAR, True),
])  # fmt: skip
def test_three_frames_of_a_fast_camera_are_enough_for_one_that_drives_on(places, kind, believed):
    tracker = Tracker()
    for n, x in enumerate(places):
        at = START + timedelta(seconds=n / 50)
        tracks = tracker.update(detections(n, [car(100 + x, 200, kind=kind)], at=at))
    assert [track.believable for track in tracks] == [believed]


def test_an_empty_street_has_no_tracks():
    assert distinct(follow([[]] * 10)) == []


def nameless(x):
    return car(x, 200, width=20, height=16, kind=Kind.UNCLASSIFIED)


def test_who_has_no_name_is_believed_once_it_has_gone_somewhere():
    (goes,) = distinct(follow([[nameless(100 + 4 * n)] for n in range(12)]))
    assert goes.believable
    (stays,) = distinct(follow([[nameless(100 + 3 * (n % 2))] for n in range(60)]))
    assert not stays.believable
    named = [[car(100 + 3 * (n % 2), 200, width=20, height=16)] for n in range(60)]
    assert distinct(follow(named))[0].believable


def test_a_leap_at_first_is_no_way():
    """A flicker here and one there are linked as something fast would be; then the second one stays."""
    tracks = distinct(follow([[nameless(100)], [nameless(120)], *([nameless(120)] for _ in range(30))]))
    assert not any(track.believable for track in tracks)
