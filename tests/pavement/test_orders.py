"""Visits and routes: against every route there is where they can be counted."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waywarden.pavement.orders.jobs import Job, straight_minutes, visits_of
from waywarden.pavement.orders.plan import Working, planned
from waywarden.pavement.orders.routes import Shift, routed, served, spent_minutes


def job(name: str, chainage_m: float = 0.0, street: str = "a", minutes: float = 10.0, **more: float) -> Job:
    told = {"longitude": 0.0, "latitude": 0.0, "priority": 1.0, **more}
    return Job(name, street, chainage_m, told["longitude"], told["latitude"], minutes, told["priority"])


def town(seed: int, visits: int, crews: int, shift_minutes: float) -> Shift:
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 30, (visits + 1, 2))
    travel = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    minutes, priority = rng.uniform(1, 20, visits), rng.integers(1, 100, visits).astype(float)
    return Shift(travel, np.r_[0, minutes], np.r_[0, priority], crews, shift_minutes)


def most(shift: Shift) -> float:
    """Return the most priority that any routes serve: every order of every choice, cut anywhere between two crews."""
    everything = range(1, len(shift.minutes))
    best = 0.0
    for many in range(1, len(shift.minutes)):
        for order in permutations(everything, many):
            cuts = [(order, ())] if shift.crews == 1 else [(order[:cut], order[cut:]) for cut in range(many + 1)]
            for cut in cuts:
                if all(spent_minutes(shift, route) <= shift.shift_minutes for route in cut):
                    best = max(best, served(shift, cut))
                    break
    return best


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 2), st.floats(30, 90))
def test_few_visits_are_routed_best(seed: int, crews: int, shift_minutes: float) -> None:
    shift = town(seed, 5, crews, shift_minutes)
    assert served(shift, routed(shift, np.random.default_rng(1), 100)) == pytest.approx(most(shift))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 30), st.integers(1, 4), st.floats(0, 300))
def test_every_route_can_be_driven(seed: int, visits: int, crews: int, shift_minutes: float) -> None:
    shift = town(seed, visits, crews, shift_minutes)
    routes = routed(shift, np.random.default_rng(1), 5)
    stops = [number for route in routes for number in route]
    assert len(routes) == crews
    assert len(set(stops)) == len(stops)
    assert set(stops) <= set(range(1, visits + 1))
    assert all(spent_minutes(shift, route) <= shift.shift_minutes + 1e-6 for route in routes)
    assert routes == routed(shift, np.random.default_rng(1), 5), "the same question has the same answer"
    if shift_minutes == 0:
        assert stops == []


@pytest.mark.parametrize("crews", [1, 3])
def test_where_all_is_served_the_way_is_the_shortest(crews: int) -> None:
    """Twelve places on a ring about the yard: one crew drives round, and more crews would only drive more."""
    angle = np.arange(12) * np.pi / 6
    at = np.r_[[(0.0, 0.0)], 10 * np.c_[np.cos(angle), np.sin(angle)]]
    travel = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    shift = Shift((travel + travel.T) / 2, np.r_[0, np.ones(12)], np.r_[0, np.full(12, 5.0)], crews, 200.0)
    routes = routed(shift, np.random.default_rng(1))
    assert sum(map(len, routes)) == 12
    round_it = 20 + 11 * 20 * np.sin(np.pi / 12) + 12
    assert sum(spent_minutes(shift, route) for route in routes) == pytest.approx(round_it)


def test_more_is_left_out_than_is_tried_in_a_turn() -> None:
    """Two hundred visits for one short shift: what is driven fits, and turns serve more than the first guess."""
    shift = town(3, 200, 1, 120.0)
    (route,) = routed(shift, np.random.default_rng(1), 500)
    assert len(set(route)) == len(route)
    assert spent_minutes(shift, route) <= shift.shift_minutes + 1e-6
    (fewer,) = routed(shift, np.random.default_rng(1), 0)
    assert served(shift, [route]) > served(shift, [fewer])


def test_nothing_to_visit_is_no_route() -> None:
    assert routed(Shift(np.zeros((1, 1)), np.zeros(1), np.zeros(1), 2, 10.0), np.random.default_rng(1)) == ((), ())


def test_a_square_is_driven_round() -> None:
    """Four corners and a yard: the shortest way is round, which a first guess by worth alone is not."""
    at = np.array([(0, 0), (0, 10), (10, 10), (10, 0), (5, 12)], float)
    travel = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    shift = Shift(travel, np.array([0, 1, 1, 1, 1.0]), np.array([0, 1, 50, 3, 9.0]), 1, 100.0)
    (route,) = routed(shift, np.random.default_rng(1), 20)
    assert route in {(1, 4, 2, 3), (3, 2, 4, 1)}


def test_jobs_that_lie_together_are_one_visit() -> None:
    jobs = [job("d", 160), job("a", 100), job("b", 140), job("c", 151), job("e", 120, "other")]
    visits = visits_of(jobs, reach_m=50, setup_minutes=5, longest_minutes=240)
    assert [[each.defect_id for each in visit.jobs] for visit in visits] == [["a", "b"], ["c", "d"], ["e"]]
    assert [(visit.minutes, visit.priority) for visit in visits] == [(25, 2), (25, 2), (15, 1)]
    short = visits_of(jobs, reach_m=50, setup_minutes=5, longest_minutes=24)
    assert [len(visit.jobs) for visit in short] == [1] * 5


def test_straight_lines_on_the_ground() -> None:
    """A degree of latitude is 111.2 km everywhere, one of longitude half as much at 60 degrees."""
    got = straight_minutes([(10.0, 59.5), (10.0, 60.5), (11.0, 60.0)], detour=1.0, speed_kmh=60.0)
    assert got[0, 1] == pytest.approx(111.2, abs=0.1)
    assert got[0, 2] == got[2, 0] == pytest.approx(np.hypot(55.6, 55.6), abs=0.1)


def test_a_plan_tells_the_time() -> None:
    jobs = [job("near", street="a", minutes=30, longitude=0.1), job("far", street="b", minutes=20, longitude=0.2)]
    ways = {("", "near"): 10.0, ("near", ""): 12.0, ("", "far"): 25.0, ("far", ""): 25.0}
    ways |= {("near", "far"): 15.0, ("far", "near"): 9.0}
    plan = planned(jobs, Working(1, 120, 50, 0, matrix=ways), np.random.default_rng(1))
    (stops,) = plan.crews
    told = {stop.visit.jobs[0].defect_id: (stop.arrive_minutes, stop.leave_minutes) for stop in stops}
    assert told in ({"near": (12, 42), "far": (57, 77)}, {"far": (25, 45), "near": (60, 90)})
    assert plan.back_minutes == (102,)
    assert (plan.priority, plan.left) == (2, ())
    short = planned(jobs, Working(1, 60, 50, 0, matrix=ways), np.random.default_rng(1))
    assert [[each.defect_id for each in visit.jobs] for visit in short.left] == [["far"]]


@pytest.mark.parametrize(
    "make",
    [
        lambda: planned([], Working(1, 60, 0, 0), np.random.default_rng(1)),
        lambda: planned([job("a")], Working(1, 60, 0, 0, matrix={("", "a"): 1.0}), np.random.default_rng(1)),
        lambda: job("a", longitude=181.0),
        lambda: job("a", minutes=0.0),
        lambda: job("a", priority=float("nan")),
        lambda: Shift(np.array([[0.0, 1.0], [2.0, 0.0]]), np.zeros(2), np.zeros(2), 1, 10.0),
        lambda: Shift(np.zeros((2, 2)), np.zeros(3), np.zeros(3), 1, 10.0),
    ],
)
def test_what_cannot_be_planned_is_refused(make) -> None:
    with pytest.raises(ValueError, match=r"want|more than 0|nowhere|travel|no way|a job at least"):
        make()
