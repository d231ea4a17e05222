"""Turning movement counts: which way is left, and sums that hold however the quarters were counted."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waywarden.geo.homography import fit_homography
from waywarden.terms.kinds import Kind
from waywarden.terms.places import Camera, Gate, Movement
from waywarden.terms.records import Direction, TrafficInterval
from waywarden.traffic.measures.arms import Turn, arm_gates, inward, turn_of
from waywarden.traffic.measures.turning import Group, groups, tells_heavy, turning_count

T0 = datetime(2026, 5, 5, 6, 0, tzinfo=UTC)
ARMS = ("north", "east", "south", "west")
PLAIN = {kind.value: kind.value for kind in Kind}


def crossroad(turned_deg: float = 0.0, squeezed: float = 1.0) -> Camera:
    """Return a crossroad whose arms stand around (400, 300), clockwise from the top; ``squeezed`` flattens it."""
    gates = []
    for number, name in enumerate(ARMS):
        angle = math.radians(turned_deg + 90 * number - 90)
        middle = np.array([math.cos(angle), math.sin(angle)]) * 100
        side = np.array([-math.sin(angle), math.cos(angle)]) * 30
        ends = [(400 + x, 300 + y * squeezed) for x, y in (middle - side, middle + side)]
        gates.append(Gate(name, ends[0], ends[1]))
    movements = tuple(Movement(f"{a}-{b}", a, b) for a in ARMS for b in ARMS)
    return Camera("x", "X", ("clip.mp4",), gates=(*gates, Gate("crosswalk", (0, 0), (9, 9))), movements=movements)


def interval(movement: str, name: str, minute: int, count: int, duration_s: int = 900) -> TrafficInterval:
    start = T0 + timedelta(minutes=minute)
    return TrafficInterval("x", None, None, movement, name, start, duration_s, duration_s, count, None, None, "m")


@given(st.floats(0, 360), st.floats(0.6, 1.0))
def test_left_is_left_however_the_camera_stands(turned_deg: float, squeezed: float) -> None:
    camera = crossroad(turned_deg, squeezed)
    found = {one.id: turn_of(one, camera) for one in camera.movements}
    for number, name in enumerate(ARMS):
        # Who comes from the north drives south: east is on the left, west on the right.
        assert found[f"{name}-{name}"] is Turn.U_TURN
        assert found[f"{name}-{ARMS[(number + 1) % 4]}"] is Turn.LEFT
        assert found[f"{name}-{ARMS[(number + 2) % 4]}"] is Turn.THROUGH
        assert found[f"{name}-{ARMS[(number + 3) % 4]}"] is Turn.RIGHT


def test_the_ground_is_asked_where_the_picture_is_too_flat() -> None:
    camera = crossroad(45, squeezed=0.2)
    picture = np.array([(300.0, 280.0), (500, 280), (500, 320), (300, 320)])
    ground = (picture - (400, 300)) * (1.0, -5.0)  # x east, y north: as before it was flattened
    homography = fit_homography(picture, ground)
    assert turn_of(Movement("", "north", "west"), camera) is Turn.THROUGH
    assert turn_of(Movement("", "north", "west"), camera, homography) is Turn.RIGHT


@given(st.floats(0, 360))
def test_in_is_towards_the_middle(turned_deg: float) -> None:
    camera = crossroad(turned_deg)
    assert [gate.id for gate in arm_gates(camera)] == list(ARMS)
    for gate in arm_gates(camera):
        turned = replace(gate, from_px=gate.to_px, to_px=gate.from_px)
        assert inward(gate, camera) != inward(turned, camera)
    # Forward is to the right of A to B: this gate's A is on the left, so forward is down the picture, to the middle.
    assert inward(arm_gates(crossroad(0))[0], crossroad(0)) is Direction.FORWARD


def test_groups_are_read_from_the_scheme() -> None:
    assert groups(PLAIN)["bus"] is Group.HEAVY
    assert groups(PLAIN)["motorcycle"] is Group.LIGHT
    assert tells_heavy(PLAIN)
    lumped = dict.fromkeys(PLAIN, "anything") | {"pedestrian": "walkers"}
    assert groups(lumped) == {"anything": Group.LIGHT, "walkers": Group.ON_FOOT}
    assert not tells_heavy(lumped)


rows = st.lists(
    st.tuples(st.sampled_from(ARMS), st.sampled_from(ARMS), st.sampled_from(["car", "bus", "bicycle"]),
              st.integers(0, 7), st.integers(0, 90)),
    min_size=1, max_size=40,
)  # fmt: skip


@given(rows)
def test_everything_that_was_counted_is_in_one_column(found: list[tuple[str, str, str, int, int]]) -> None:
    intervals = [interval(f"{a}-{b}", name, 15 * at, count) for a, b, name, at, count in found]
    count = turning_count(crossroad(), intervals, PLAIN)
    everything = tuple(Group)
    total = sum(one.count(count.movement_ids, everything) for one in count.quarters)
    assert total == sum(one.count for one in intervals)
    assert len(count.movement_ids) == len(set(count.movement_ids)) == 16
    starts = [one.start for one in count.quarters]
    assert starts == [starts[0] + number * timedelta(minutes=15) for number in range(len(starts))]


@given(st.lists(st.integers(0, 50), min_size=15, max_size=45))
def test_short_intervals_add_up_to_quarters(each_minute: list[int]) -> None:
    ones = [interval("north-south", "car", minute, count, 60) for minute, count in enumerate(each_minute)]
    quarters = turning_count(crossroad(), ones, PLAIN).quarters
    by_hand = [sum(each_minute[first : first + 15]) for first in range(0, len(each_minute), 15)]
    assert [one.count(["north-south"]) for one in quarters] == by_hand
    watched = [len(each_minute[first : first + 15]) / 15 for first in range(0, len(each_minute), 15)]
    assert [one.watched for one in quarters] == pytest.approx(watched)


def test_what_was_not_watched_is_known_as_that() -> None:
    count = turning_count(crossroad(), [interval("a", "all", 0, 0), interval("a", "all", 45, 0)], PLAIN)
    assert [one.watched for one in count.quarters] == [1, 0, 0, 1]


def test_intervals_that_do_not_divide_the_quarter_are_refused() -> None:
    with pytest.raises(ValueError, match="10-minute intervals do not add up"):
        turning_count(crossroad(), [interval("a", "all", 0, 0, 600)], PLAIN)


def test_people_on_foot_are_counted_at_gates() -> None:
    walked = TrafficInterval("x", "crosswalk", Direction.FORWARD, None, "pedestrian", T0, 900, 900, 6, None, None, "m")
    back = replace(walked, direction=Direction.BACKWARD, count=2)
    (quarter,) = turning_count(crossroad(), [walked, back], PLAIN).quarters
    assert quarter.on_foot_by_gate == {"crosswalk": 8}
