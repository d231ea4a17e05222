"""Ours against a survey: the GEH statistic and sums that were worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waywarden.terms.records import Direction, TrafficInterval
from waywarden.traffic.measures.compare import Surveyed, by_place, compare, geh

T0 = datetime(2026, 5, 5, 6, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
flows = st.floats(0, 1e5)


def ours(
    at: int, count: int, way: Direction = Direction.FORWARD, name: str = "all", observed_s: float = 900
) -> TrafficInterval:
    return TrafficInterval("c", "g", way, None, name, T0 + at * QUARTER, 900, observed_s, count, None, None, "m")


def theirs(
    at: int, count: int, quarters: int = 1, way: Direction | None = Direction.FORWARD, name: str = "all"
) -> Surveyed:
    return Surveyed("g", way, None, name, T0 + at * QUARTER, 900 * quarters, count)


@pytest.mark.parametrize(
    ("modelled", "counted", "said"),
    # By hand from the definition: sqrt(2 d^2 / s). 100 on 1,000 is 3.09; the same share of a small flow is far less.
    [(1100, 1000, "3.09"), (110, 100, "0.98"), (500, 500, "0.00"), (0, 50, "10.00"), (0, 0, "0.00")],
)
def test_geh(modelled: float, counted: float, said: str) -> None:
    assert f"{geh(modelled, counted):.2f}" == said


@given(flows, flows)
def test_geh_has_no_sides_and_is_zero_only_of_equals(a: float, b: float) -> None:
    assert geh(a, b) == geh(b, a) >= 0
    assert (geh(a, b) == 0) == (a == b) or abs(a - b) < 1e-150


def test_an_hour_of_the_survey_is_the_sum_of_our_quarters() -> None:
    (one,) = compare([theirs(0, 100, quarters=4)], [ours(at, 20 + at) for at in range(6)])
    assert one.counted == 20 + 21 + 22 + 23
    assert one.geh == pytest.approx(geh(86, 100))


def test_a_quarter_is_compared_as_an_hourly_flow() -> None:
    (one,) = compare([theirs(0, 25)], [ours(0, 20)])
    assert one.geh == pytest.approx(geh(80, 100))


def test_both_ways_are_added_and_a_class_that_was_not_seen_is_zero() -> None:
    rows = [ours(0, 20), ours(0, 15, name="car"), ours(0, 7, Direction.BACKWARD)]
    both, cars, buses = compare([theirs(0, 27, way=None), theirs(0, 15, name="car"), theirs(0, 1, name="bus")], rows)
    assert {(one.surveyed.vehicle_class, one.counted) for one in (both, cars, buses)} == {
        ("all", 27), ("car", 15), ("bus", 0)
    }  # fmt: skip


@pytest.mark.parametrize(
    "rows", [[], [ours(0, 20, observed_s=800)], [ours(1, 20)], [replace(ours(0, 20), start=T0 + timedelta(minutes=5))]]
)
def test_what_was_not_watched_is_not_compared(rows: list[TrafficInterval]) -> None:
    (one,) = compare([theirs(0, 25)], rows)
    assert (one.counted, one.geh) == (None, None)


def test_a_place_by_hand() -> None:
    compared = compare(
        [theirs(at, count) for at, count in enumerate([25, 100, 0, 9])], [ours(0, 20), ours(1, 170), ours(2, 3)]
    )
    (place,) = by_place(compared)
    assert (place.place, place.compared, place.not_watched) == ("g forward", 3, 1)
    assert (place.surveyed, place.counted, place.absolute_error) == (125, 193, 5 + 70 + 3)
    assert place.error_share == pytest.approx(68 / 125)
    # Hourly: 80 on 100 is 2.1, 680 on 400 is 12.0, 12 on 0 is 4.9.
    assert place.under_five == 2


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 60)), max_size=30, unique_by=lambda one: one[0]))
def test_a_survey_of_our_own_numbers_has_no_error(found: list[tuple[int, int]]) -> None:
    compared = compare([theirs(*one) for one in found], [ours(*one) for one in found])
    assert all(one.counted == one.surveyed.count and one.geh == 0 for one in compared)
