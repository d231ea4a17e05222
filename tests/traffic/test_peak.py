"""The peak hour and its factor, against published examples and by their properties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waywarden.traffic.measures.peak import QUARTER, QuarterCount, peak_hour, peak_hour_factor, peak_hours

T0 = datetime(2026, 5, 5, 6, 0, tzinfo=UTC)

counts = st.lists(st.integers(0, 500), min_size=4, max_size=40)


def quarters(found: list[int], watched: float = 1.0) -> list[QuarterCount]:
    return [QuarterCount(T0 + number * QUARTER, count, watched) for number, count in enumerate(found)]


@pytest.mark.parametrize(
    ("volumes", "said"),
    [
        # University of Idaho, NIATT Traffic Engineering Lab Manual, example problem "Peak Hour Factor": 0.82.
        ([900, 1000, 1200, 850], "0.82"),
        # By hand: one even hour is 1; all in one quarter is 1/4, the least there is.
        ([25, 25, 25, 25], "1.00"),
        ([0, 80, 0, 0], "0.25"),
        # By hand: 1300 / (4 x 400).
        ([300, 400, 250, 350], "0.81"),
    ],
)
def test_published_examples(volumes: list[int], said: str) -> None:
    factor = peak_hour_factor(volumes)
    assert factor is not None
    assert f"{factor:.2f}" == said


def test_an_empty_hour_has_no_factor_and_three_quarters_are_no_hour() -> None:
    assert peak_hour_factor([0, 0, 0, 0]) is None
    with pytest.raises(ValueError, match="an hour is 4 quarters, got 3"):
        peak_hour_factor([1, 2, 3])


def test_a_peak_hour_begins_on_any_quarter() -> None:
    # By hand: the hours hold 44, 50 (12+13+15+10), 46, 40.
    peak = peak_hour(quarters([4, 12, 13, 15, 10, 8, 7]))
    assert peak is not None
    assert (peak.start, peak.count, peak.phf) == (T0 + QUARTER, 50, 50 / 60)


@given(counts)
def test_no_hour_holds_more_and_the_factor_is_in_its_range(found: list[int]) -> None:
    peak = peak_hour(quarters(found))
    assert peak is not None
    assert peak.count == max(sum(found[first : first + 4]) for first in range(len(found) - 3))
    assert peak.phf is None if peak.count == 0 else 0.25 <= (peak.phf or 0) <= 1


@given(counts, st.integers(2, 9))
def test_more_traffic_of_the_same_shape_has_the_same_factor(found: list[int], times: int) -> None:
    one, more = peak_hour(quarters(found)), peak_hour(quarters([times * count for count in found]))
    assert one is not None
    assert more is not None
    assert (one.start, one.phf) == (more.start, pytest.approx(more.phf))


def test_what_was_not_watched_makes_no_peak_hour() -> None:
    half = quarters([10, 99, 10, 10, 10])
    half[1] = QuarterCount(half[1].start, 99, 0.5)
    assert peak_hour(half) is None
    with_hole = [*quarters([9, 9, 9]), QuarterCount(T0 + 4 * QUARTER, 9, 1.0)]
    assert peak_hour(with_hole) is None


def test_each_part_has_its_own_and_a_peak_lies_within_it() -> None:
    six_hours = quarters([1] * 12 + [2] * 12)
    noon = T0 + timedelta(hours=3)
    found = peak_hours(six_hours, lambda at: at >= noon)
    assert [(part, peak.start, peak.count) for part, peak in found] == [(False, T0, 4), (True, noon, 8)]
