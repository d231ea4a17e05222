"""The simulated traffic alone: nobody touches, nobody runs a red, queues grow and dissolve. No frame is drawn."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon

from waywarden.terms.kinds import Kind
from waywarden.terms.records import Direction
from waywarden.testing.drivers import STEP_S, WARM_UP_S, Street, Trip
from waywarden.testing.junction import ARMS, Lane, Light, Path, SignalPlan, all_paths, conflicts
from waywarden.testing.truth import crossings_of, movements_of, passes_s, queues_of

SECONDS = 90.0
seeds = st.integers(0, 2**32 - 1)


@cache
def simulated(seed: int, *, left: bool = False) -> tuple[SignalPlan, tuple[Trip, ...]]:
    rng = np.random.default_rng(seed)
    plan = SignalPlan(float(rng.uniform(0, 80)))
    return plan, Street(rng, plan, drives_on_left=left).run(SECONDS)


def footprint(trip: Trip, at_s: float) -> Polygon:
    x, y, heading = trip.pose(at_s)
    ahead = np.array((math.cos(heading), math.sin(heading))) * trip.length_m / 2
    aside = np.array((-math.sin(heading), math.cos(heading))) * trip.width_m / 2
    corners = (ahead + aside, ahead - aside, -ahead - aside, -ahead + aside)
    return Polygon([(x + dx, y + dy) for dx, dy in corners])


def vehicles(trips: tuple[Trip, ...]) -> list[Trip]:
    return [trip for trip in trips if isinstance(trip.path, Path)]


@settings(max_examples=6, deadline=None)
@given(seed=seeds, left=st.booleans())
def test_no_two_vehicles_ever_overlap(*, seed: int, left: bool) -> None:
    _, trips = simulated(seed, left=left)
    for at_s in np.arange(-WARM_UP_S + 20, SECONDS, 0.9):
        here = [(trip, trip.pose(at_s)) for trip in vehicles(trips) if trip.begins_s() <= at_s <= trip.ends_s()]
        for i, (one, (x0, y0, _)) in enumerate(here):
            for other, (x1, y1, _) in here[:i]:
                if math.hypot(x0 - x1, y0 - y1) < (one.length_m + other.length_m) / 2 + 2:
                    assert footprint(one, at_s).intersection(footprint(other, at_s)).area < 1e-9


def test_the_overlap_test_can_fail() -> None:
    path = all_paths()["north", "south", Lane.TRAFFIC]
    trips = [Trip(Kind.CAR, 4.4, 1.8, 1.5, 2.6, path, 0, (s, s), 1) for s in (50.0, 53.0)]
    assert footprint(trips[0], -WARM_UP_S).intersection(footprint(trips[1], -WARM_UP_S)).area > 1


@settings(max_examples=8, deadline=None)
@given(seed=seeds, left=st.booleans())
def test_nobody_passes_the_stop_line_on_red(*, seed: int, left: bool) -> None:
    plan, trips = simulated(seed, left=left)
    for trip in vehicles(trips):
        front_at_line = passes_s(trip, trip.path.stop_s - trip.length_m / 2)
        if front_at_line is not None:
            assert plan.light(trip.path.from_arm, front_at_line) is not Light.RED


@settings(max_examples=8, deadline=None)
@given(seed=seeds)
def test_nobody_is_on_a_crosswalk_that_a_vehicle_drives_over(seed: int) -> None:
    _, trips = simulated(seed)
    walkers = [trip for trip in trips if trip.kind is Kind.PEDESTRIAN]
    for walker in walkers:
        on = [passes_s(walker, s) for s in (walker.path.kerb_s + 0.01, walker.path.over_s)]
        if None in on:
            continue
        for at_s in np.arange(on[0], on[1], 0.5):
            x, y, _ = walker.pose(at_s)
            for trip in vehicles(trips):
                if trip.begins_s() <= at_s <= trip.ends_s():
                    around = footprint(trip, at_s)
                    assert around.distance(Polygon([(x, y), (x + 0.1, y), (x, y + 0.1)])) > 0.2


@settings(max_examples=8, deadline=None)
@given(seed=seeds)
def test_a_movement_is_an_entry_matched_with_its_exit(seed: int) -> None:
    _, trips = simulated(seed)
    crossings, movements = crossings_of(trips, SECONDS), movements_of(trips, SECONDS)
    entries = {(c.gate_id, c.at_s): c for c in crossings if c.direction is Direction.FORWARD}
    exits = {(c.gate_id, c.at_s): c for c in crossings if c.direction is Direction.BACKWARD}
    for movement in movements:
        came, went = entries[movement.from_gate, movement.entered_s], exits[movement.to_gate, movement.at_s]
        assert came.kind is went.kind is movement.kind
        assert movement.from_gate != movement.to_gate
        assert 0 <= movement.entered_s < movement.at_s <= SECONDS
        assert 0.3 < movement.mean_speed_mps < 15
    still_inside = len(entries) - len(movements)
    assert 0 <= still_inside <= 12


@settings(max_examples=8, deadline=None)
@given(seed=seeds)
def test_speeds_and_pulls_stay_within_what_vehicles_can_do(seed: int) -> None:
    _, trips = simulated(seed)
    for trip in vehicles(trips):
        speed = np.diff(trip.s_m) / STEP_S
        assert (speed >= 0).all()
        assert (speed < 16).all()
        assert (np.abs(np.diff(speed)) <= 8.3 * STEP_S).all()


def test_the_queue_grows_on_red_and_dissolves() -> None:
    for seed in range(4):
        plan, trips = simulated(seed)
        queues = queues_of(trips, SECONDS)
        assert set(queues) == set(ARMS)
        assert all(len(queue) == SECONDS + 1 for queue in queues.values())
        grown = dissolved = 0
        for arm, queue in queues.items():
            lights = [plan.light(arm, float(second)) for second in range(len(queue))]
            grown += sum(q > 3 and light is Light.RED for q, light in zip(queue, lights, strict=True))
            for second in range(len(queue) - 12):
                starts = lights[second] is Light.RED and lights[second + 1] is Light.GREEN
                dissolved += starts and queue[second] > 3 and min(queue[second + 1 : second + 13]) == 0
        assert grown > 30
        assert dissolved >= 1


def test_every_kind_is_met_and_arms_differ() -> None:
    kinds = {trip.kind for seed in range(5) for trip in simulated(seed)[1]}
    assert kinds == {
        Kind.CAR, Kind.VAN, Kind.BUS, Kind.TRUCK, Kind.BICYCLE, Kind.MOTORCYCLE, Kind.PEDESTRIAN,
    }  # fmt: skip


@pytest.mark.parametrize("left", [False, True])
def test_paths_keep_to_their_side_and_meet_where_they_should(*, left: bool) -> None:
    for path in all_paths(drives_on_left=left).values():
        s = np.linspace(0, path.length_m, 4000)
        points = path.at(s)
        steps = np.hypot(*np.diff(points, axis=0).T)
        assert steps.sum() == pytest.approx(path.length_m, rel=1e-3)
        assert steps.max() < 2 * path.length_m / 4000  # nowhere a jump
        (x, y), ahead = points[0], points[1] - points[0]
        from_middle = ahead[0] * -y - ahead[1] * -x  # above 0: the middle of the road is to the driver's left
        assert (from_middle > 0) is not left


def test_opposite_movements_conflict_as_on_a_street() -> None:
    paths = all_paths()

    def meet(a: tuple[str, str], b: tuple[str, str]) -> bool:
        return conflicts(paths[(*a, Lane.TRAFFIC)], paths[(*b, Lane.TRAFFIC)])

    assert meet(("north", "south"), ("east", "west"))
    assert meet(("north", "south"), ("south", "west"))
    assert meet(("north", "west"), ("east", "west"))
    assert not meet(("north", "south"), ("south", "north"))
    assert not meet(("north", "west"), ("south", "east"))


def test_the_signal_plan_gives_each_arm_its_own_green() -> None:
    plan = SignalPlan(11.0)
    for at_s in np.arange(0, plan.cycle_s, 0.25):
        lights = [plan.light(arm, float(at_s)) for arm in ARMS]
        assert sum(light is not Light.RED for light in lights) <= (0 if plan.walks(float(at_s)) else 1)
    assert {arm for at in range(int(plan.cycle_s)) for arm in ARMS if plan.light(arm, at) is Light.GREEN} == set(ARMS)
    assert any(plan.walks(at) for at in range(int(plan.cycle_s)))
