"""Turning movements: exact under crossing traffic that hides each other, and inferred, apart, over a longer gap."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.traffic.made_up import GATE, camera_of, car, forward_backward, found_in, frames_of

from waywarden.terms.kinds import Kind
from waywarden.terms.places import Gate, Movement, Zone
from waywarden.terms.transient import Passage
from waywarden.testing.counting.crossroads import Eye, Found, boxes_of, found_of, hidden_at
from waywarden.testing.junction import Path
from waywarden.testing.street import made_up_street
from waywarden.testing.truth import passes_s
from waywarden.traffic.finder import CrossingFinder

WEST, EAST = Gate("west", (60, 40), (60, 440)), Gate("east", (580, 440), (580, 40))
NORTH, SOUTH = Gate("north", (600, 60), (40, 60)), Gate("south", (40, 420), (600, 420))
GATES = (WEST, EAST, NORTH, SOUTH)
MOVEMENTS = tuple(Movement(f"{a.id}-{b.id}", a.id, b.id) for a, b in itertools.permutations(GATES, 2))
CAMERA = camera_of(*GATES, movements=MOVEMENTS)


def drive(*points, px=5.0):
    way = []
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        steps = max(1, round(np.hypot(x1 - x0, y1 - y0) / px))
        way += [car(x0 + (x1 - x0) * n / steps, y0 + (y1 - y0) * n / steps) for n in range(steps)]
    return way


def hidden(way, begin, frames, stand=0):
    """Return ``way``, not seen for ``frames`` from ``begin`` on, of which it stood for ``stand``."""
    return way[:begin] + [None] * frames + way[begin + frames - stand :]


def moved(*ways, camera=CAMERA):
    found = found_in(frames_of(*ways), camera)
    return [(item.movement_id, item.inferred) for item in found if isinstance(item, Passage)]


ACROSS = drive((10, 240), (640, 240))
TURNS = drive((10, 240), (320, 240), (320, 470))


def test_a_movement_that_is_seen_is_not_inferred():
    assert moved(ACROSS) == [("west-east", False)]
    assert moved(TURNS) == [("west-south", False)]


@pytest.mark.parametrize("stand", [100, 200])
@pytest.mark.parametrize(("way", "name"), [(ACROSS, "west-east"), (TURNS, "west-south")])
def test_one_that_was_hidden_long_within_the_junction_is_inferred(way, name, stand):
    """It waited behind a lorry for longer than anybody who drives is waited for."""
    assert moved(hidden(way, 40, stand + 20, stand)) == [(name, True)]


def test_where_two_movements_could_be_meant_none_is():
    """One waited at 210, 240 and one at 300, 180; behind a lorry both left, and one came out between, bound east."""
    from_west = [*drive((10, 240), (210, 240)), *[None] * 120]
    from_north = [*[None] * 6, *drive((300, 10), (300, 180)), *[None] * 120]
    comes_out = [*[None] * 160, *drive((310, 230), (640, 230))]
    assert moved(from_west, from_north, comes_out) == []


def test_where_two_of_one_gate_could_be_meant_the_movement_is_known():
    two = [hidden(drive((10, y), (640, y)), 40, 120, 100) for y in (225, 262)]
    assert moved(*two) == [("west-east", True)] * 2


def test_what_never_came_out_again_and_what_came_from_the_kerb_are_no_movements():
    assert moved(ACROSS[:60]) == []
    stood, drives_off = [car(320, 240)] * 50, drive((320, 240), (640, 240))
    assert moved([*stood, *drives_off]) == []


def test_one_that_came_out_from_behind_another_came_from_the_gate_straight_behind_it():
    """A bus hid it as it came in; nobody else was lost. Further in it may have come from anywhere."""
    assert moved(ACROSS[40:]) == [("west-east", True)]
    assert moved(ACROSS[75:]) == []


def test_who_walks_is_never_inferred():
    walks = [car(x, y, width=12, height=36, kind=Kind.PEDESTRIAN) for x, y, *_ in ACROSS[40:]]
    assert moved(walks) == []


def test_nobody_is_inferred_who_would_have_had_to_go_back_or_faster_than_he_did():
    in_by_west, from_before_it = ACROSS[:70], drive((200, 330), (200, 470))
    assert moved([*in_by_west, *[None] * 100, *from_before_it]) == []
    far_in_no_time = drive((540, 240), (640, 240))
    assert moved([*ACROSS[:30], *[None] * 8, *far_in_no_time]) == []


def test_one_that_was_lost_just_before_it_went_out_went_out():
    """A lorry hid it for good half a second before the gate; further in it may have gone anywhere."""
    assert moved(ACROSS[:108] + [None] * 200) == [("west-east", True)]
    assert moved(ACROSS[:95] + [None] * 200) == []
    walks = [car(x, y, width=12, height=36, kind=Kind.PEDESTRIAN) for x, y, *_ in ACROSS[:108]]
    assert moved(walks + [None] * 200) == []


def test_one_that_was_lost_there_and_is_found_again_moved_once():
    assert moved(hidden(ACROSS, 108, 150, 145)) == [("west-east", True)]
    turned_back = [*ACROSS[:108], *[None] * 60, *drive((540, 230), (10, 230))]
    assert [name for name, _ in moved(turned_back)].count("west-east") <= 1


def test_one_that_is_seen_again_just_after_it_went_out_went_out():
    far = drive((10, 240), (760, 240))
    assert moved(hidden(far, 45, 72)) == [("west-east", True)]
    assert moved([None] * 117 + far[117:]) == []


def test_a_car_beside_a_cyclist_who_is_lost_at_a_gate_does_not_stand_for_the_cyclist():
    rides = [car(x, y, width=20, height=34, kind=Kind.BICYCLE) for x, y, *_ in drive((10, 262), (640, 262))]
    lost = [*rides[:113], *[None] * 200]
    assert sorted(moved(ACROSS, lost)) == [("west-east", False)] * 2
    assert sorted(moved(ACROSS, [*rides[:110], *[None] * 200])) == [("west-east", False), ("west-east", True)]


def test_one_that_comes_in_is_not_taken_for_one_that_goes_out():
    lost_near_east, comes_in = ACROSS[:100], drive((630, 240), (10, 240))
    assert moved([*lost_near_east, *[None] * 100, *comes_in]) == [("east-west", False)]


@settings(max_examples=30, deadline=None)
@given(begin=st.integers(0, 125), frames=st.integers(1, 300), stands=st.booleans())
def test_however_long_one_is_hidden_it_never_moves_twice_nor_elsewhere(begin, frames, stands):
    way = hidden(ACROSS, begin, frames, frames if stands else 0)
    assert {name for name, _ in moved(way)} <= {"west-east"}
    assert len(moved(way)) <= 1


BUS = {"width": 120.0, "height": 90.0, "kind": Kind.BUS}


@pytest.mark.parametrize(("beside_px", "moves"), [(0, False), (12, True), (19, True), (60, None)])
def test_a_bus_whose_lower_side_passes_beside_a_gate_moved_but_crossed_nothing(beside_px, moves):
    short, far = Gate("short", (60, 160), (60, 240)), Gate("far", (580, 300), (580, 100))
    camera = camera_of(short, far, movements=(Movement("in", "short", "far"), Movement("out", "far", "short")))
    way = [car(x, 240 + beside_px - x * 0.1 + 6, **BUS) for x in range(-60, 760, 5)]
    found = found_in(frames_of(way), camera)
    assert [item.inferred for item in found if isinstance(item, Passage)] == ([] if moves is None else [moves])
    assert sum(forward_backward(found, "short")) == int(moves is False)
    back = [item for item in found_in(frames_of(way[::-1]), camera) if isinstance(item, Passage)]
    assert [(item.movement_id, item.inferred) for item in back] == ([] if moves is None else [("out", moves)])


def test_in_a_parking_zone_ways_begin_and_end():
    zone = Zone("kerb", ((150, 150), (400, 150), (400, 330), (150, 330)), use="parking")
    masked = camera_of(*GATES, movements=MOVEMENTS, zones=(zone,))
    assert moved(hidden(ACROSS, 40, 120, 100), camera=masked) == []
    assert moved(ACROSS, camera=masked) == [("west-east", False)]


def test_who_drives_out_of_a_car_park_at_a_gate_did_not_come_through_the_gate():
    out = drive((320, 246), (320, 440))
    zone = Zone("bay", ((280, 200), (360, 200), (360, 275), (280, 275)), use="parking")
    assert forward_backward(found_in(frames_of(out), camera_of(GATE))) == (1, 0)
    assert forward_backward(found_in(frames_of(out), camera_of(GATE, zones=(zone,)))) == (0, 0)


@pytest.mark.parametrize("seed", range(3))
def test_a_parked_car_that_passers_by_hide_is_never_counted(seed):
    """It stands on the gate for a minute and jitters; its box is cut and lost when others drive by before it."""
    noise = np.random.default_rng(seed).normal(0, 1.2, (1500, 2))
    parked = [car(150 + dx, 243 + dy) for dx, dy in noise]
    for n in range(100, 1400, 170):
        parked[n : n + 9] = [None] * 9
    passing = [[None] * n + drive((150 + 36, 60), (150 + 36, 440)) for n in range(60, 1300, 170)]
    assert forward_backward(found_in(frames_of(parked, *passing), camera_of(GATE))) == (len(passing), 0)


def test_a_made_up_junction_is_counted():
    """The thousand vehicles are in ``bench/junction.py``; these are some twenty."""
    street = made_up_street(6, seconds=90)
    finder = CrossingFinder(street.camera("none"), None, street.mast.size_px)
    frames = boxes_of(street.trips, street.mast, 8.0, 90, np.random.default_rng(6), Eye(missed=0.05, jitter=0.03))
    found = [item for seen in frames for item in finder.update(seen)] + finder.finish()
    table = found_of((item for item in found if isinstance(item, Passage)), street.trips, 90, street.mast)
    total = sum(table.values(), Found())
    assert total.true > 12
    assert total.false == 0
    assert total.missed <= 1
    assert total.true == total.seen + total.inferred + total.missed
    assert total.hidden <= total.missed


def test_who_is_hidden_at_a_gate_is_told_by_what_is_seen_of_them_alone():
    street = made_up_street(6, seconds=90)
    ways = [trip for trip in street.trips if isinstance(trip.path, Path)]
    passed = [(trip, passes_s(trip, trip.path.clear_s)) for trip in ways]
    rides, at_s = next((trip, at_s) for trip, at_s in passed if at_s is not None and 5 < at_s < 80)
    wall = replace(rides, kind=Kind.TRUCK, length_m=rides.length_m + 4, width_m=6.0, height_m=9.0)
    assert not hidden_at(rides, at_s, (rides,), street.mast)
    assert hidden_at(rides, at_s, (rides, wall), street.mast)
    assert not hidden_at(wall, at_s, (rides, wall), street.mast)
    missed = found_of((), (rides, wall), 90, street.mast)[rides.path.turn]
    assert (missed.true, missed.missed, missed.hidden) == (2, 2, 1)
