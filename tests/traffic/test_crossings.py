"""When a gate is crossed, and what must never matter. The eighteen scenarios are in ``test_scenarios``.

One gate y = 240 from x = 100 to 540 in a 640x480 picture; boxes 40x30 unless said, 5 px a frame at 25 frames a second;
down is forward. Stands jitter by ``JITTER_PX``.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.traffic.made_up import GATE, START, camera_of, car, forward_backward, found_in, frames_of, time_of

from waywarden.terms.kinds import Kind
from waywarden.terms.places import Gate
from waywarden.terms.records import Direction
from waywarden.traffic.crossings import TOUCHES, GateWatch, Step

CAMERA = camera_of(GATE)
SIZE_PX = 30.0
JITTER_PX = 1.4
"""Standard deviation: 4 % of the box's size, as measured on human tracks."""


def straight(y0=100.0, y1=400.0, *, x=320.0, px=5.0, **box):
    """Return a way down (or up) the picture."""
    return [car(x, float(y), **box) for y in np.arange(y0, y1, math.copysign(px, y1 - y0))]


def stop(x, y, seconds, sd, seed=1):
    """Return a jittering stand."""
    noise = np.random.default_rng(seed).normal(0, sd, (int(seconds * 25), 2))
    return [car(x + dx, y + dy) for dx, dy in noise]


def count(*ways, camera=CAMERA, **shape):
    return forward_backward(found_in(frames_of(*ways, **shape), camera))


@pytest.mark.parametrize("gone", [6, 10, 20])
def test_not_seen_for_a_while_before_the_gate(gone):
    way = straight()
    at = next(n for n, box in enumerate(way) if box[1] >= 200)
    assert count(way[: at - gone] + [None] * gone + way[at:]) == (1, 0)


@pytest.mark.parametrize("seed", range(3))
def test_stopped_just_before_the_gate_and_hidden_there(seed):
    stood = stop(320, 236, 10, JITTER_PX, seed)
    stood[120:160] = [None] * 40
    assert count(straight(100, 236) + stood + straight(236, 400)) == (1, 0)


@pytest.mark.parametrize("phase", [0, 13, 20, 47])
def test_very_fast(phase):
    assert _ways(_crossed(GATE, [(320.0, y) for y in range(-100 + phase, 560, 60)])) == [Direction.FORWARD]


@pytest.mark.parametrize("x", [60, 95, 545, 600])
def test_passes_outside_the_end(x):
    assert count(straight(x=x)) == (0, 0)


@pytest.mark.parametrize("x", [108, 532])
def test_crosses_just_inside_the_end(x):
    assert count(straight(x=x)) == (1, 0)


def test_the_class_is_the_majoritys():
    way = [(*box[:4], Kind.TRUCK if n % 3 == 2 else Kind.CAR, 0.9) for n, box in enumerate(straight())]
    found = found_in(frames_of(way), CAMERA)
    assert [item.kind for item in found] == [Kind.CAR]


def test_what_has_no_name_is_counted():
    way = straight(kind=Kind.UNCLASSIFIED)
    assert [item.kind for item in found_in(frames_of(way), CAMERA)] == [Kind.UNCLASSIFIED]


def test_one_after_the_other():
    assert count(straight() + [None] * 40 + straight()) == (2, 0)


def test_two_that_meet_on_the_gate_are_one_each_way():
    assert count(straight(x=300), straight(400, 100, x=345)) == (1, 1)


@pytest.mark.parametrize("y", [225, 232, 236, 240, 244, 248, 255])
def test_nothing_is_counted_for_one_that_stands_near_the_gate_and_jitters(y):
    assert count(stop(320, y, 20, JITTER_PX)) == (0, 0)


STEPS = st.lists(st.tuples(st.floats(0, 640), st.floats(150, 330)), min_size=2, max_size=40)


def step_at(at, xy, size):
    """Return a step of a road user as high as its size."""
    return Step(at, xy, size, (xy[0], xy[1] - size / 2))


def _crossed(gate, way, size=SIZE_PX, start=START):
    watch = GateWatch(gate)
    steps = [step_at(start + timedelta(seconds=n / 25), xy, size) for n, xy in enumerate(way)]
    return [through for step in steps if (through := watch.step(step)) is not None] + (
        [last] if (last := watch.end()) is not None else []
    )


def _ways(throughs):
    return [through.direction for through in throughs]


OTHER_WAY = {Direction.FORWARD: Direction.BACKWARD, Direction.BACKWARD: Direction.FORWARD}


@given(STEPS)
def test_a_gate_drawn_the_other_way_round_swaps_forward_and_backward(way):
    reversed_gate = replace(GATE, from_px=GATE.to_px, to_px=GATE.from_px)
    there, back = _crossed(GATE, way), _crossed(reversed_gate, way)
    assert _ways(back) == [OTHER_WAY[direction] for direction in _ways(there)]
    assert [through.at for through in back] == [through.at for through in there]


@given(STEPS)
def test_a_mirrored_picture_swaps_forward_and_backward(way):
    mirrored_gate = replace(GATE, from_px=(640 - GATE.from_px[0], 240.0), to_px=(640 - GATE.to_px[0], 240.0))
    mirrored = _crossed(mirrored_gate, [(640 - x, y) for x, y in way])
    assert _ways(mirrored) == [OTHER_WAY[direction] for direction in _ways(_crossed(GATE, way))]


@given(STEPS, st.integers(-(10**6), 10**6))
def test_the_hour_does_not_matter(way, seconds):
    shift = timedelta(seconds=seconds)
    assert [t.at + shift for t in _crossed(GATE, way)] == [t.at for t in _crossed(GATE, way, start=START + shift)]


@given(STEPS)
@example([(0.0, 150.0), (0.0, 239.984375)])
def test_crossings_of_an_endless_gate_alternate_and_balance(way):
    endless = Gate("gate", (-1e6, 240.0), (1e6, 240.0))
    ways = _ways(_crossed(endless, way))
    assert all(a != b for a, b in itertools.pairwise(ways))
    first = next((y for _, y in way if y != 240), None)
    if first is not None and abs(way[-1][1] - 240) > TOUCHES * SIZE_PX:  # one that reaches it has crossed it
        net = ways.count(Direction.FORWARD) - ways.count(Direction.BACKWARD)
        assert net == (int(way[-1][1] > 240) - int(first > 240))


@given(st.lists(st.tuples(st.floats(-4, 4), st.floats(-4, 4)), min_size=2, max_size=100))
def test_jitter_within_the_hysteresis_is_never_a_crossing_until_it_leaves(noise):
    watch = GateWatch(GATE)
    size = 30.0
    steps = [step_at(time_of(n), (320 + dx, 240 + dy), size) for n, (dx, dy) in enumerate(noise)]
    assert [watch.step(step) for step in steps] == [None] * len(steps)


@pytest.mark.parametrize("seed", range(20))
def test_one_that_jitters_on_the_gate_for_minutes_has_crossed_it_once(seed):
    noise = np.random.default_rng(seed).normal(0, 0.085 * SIZE_PX, 3 * 60 * 25)
    lower = [*range(180, 240, 5), *(240 + noise), *range(240, 300, 5)]
    assert _ways(_crossed(GATE, [(320.0, float(y)) for y in lower])) == [Direction.FORWARD]


@pytest.mark.parametrize("px", [0.05, 0.7, 5.0, 19.0])
def test_one_that_turns_back_well_beyond_the_gate_has_crossed_it_twice_however_fast(px):
    there = np.arange(220.0, 240 + 0.7 * SIZE_PX, px)
    way = [(320.0, float(y)) for y in (*there, *there[::-1])]
    assert _ways(_crossed(GATE, way)) == [Direction.FORWARD, Direction.BACKWARD]


def test_a_crossing_is_dated_and_placed_where_the_way_led_through():
    (through,) = _crossed(GATE, [(300.0, 210.0), (340.0, 250.0), (360.0, 290.0)])
    assert (through.at - START).total_seconds() == pytest.approx(0.75 / 25, abs=1e-6)
    assert through.ground_px == pytest.approx((330, 240))
