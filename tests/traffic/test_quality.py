"""Quality: what is objected to, what is not, and that it follows from the records alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waywarden.terms.kinds import Kind
from waywarden.terms.places import Camera, Gate, Movement
from waywarden.terms.records import (
    CameraHealth,
    Checker,
    Direction,
    Doubt,
    HealthState,
    IntervalCheck,
    IntervalQuality,
    Quality,
    TrafficInterval,
    bin_of,
)
from waywarden.traffic.quality.expected import usual
from waywarden.traffic.quality.judge import DOUBTFUL, judge

# A Monday, 00:00 in Berlin.
T0 = datetime(2026, 1, 4, 23, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
SCHEME = {kind.value: kind.value for kind in Kind}
BIN = timedelta(minutes=15)
DAY_BINS = 96
ROAD = Camera("c", "", (), gates=(Gate("g", (0, 0), (10, 0)),))
TEE = Camera(
    "c",
    "",
    (),
    # Each looked along from its first end has the junction's middle on its right.
    gates=(Gate("w", (0, 60), (0, 40)), Gate("e", (100, 40), (100, 60)), Gate("s", (60, 100), (40, 100))),
    movements=(Movement("w-e", "w", "e"), Movement("e-s", "e", "s"), Movement("s-w", "s", "w")),
)


def interval(at: int, count: int, observed_s: float = 900, gate: str = "g", name: str = "all") -> TrafficInterval:
    return TrafficInterval(
        "c", gate, Direction.FORWARD, None, name, T0 + at * BIN, 900, observed_s, count, None, None, "m"
    )


def busy(at: int) -> float:
    """Return the mean count of bin ``at``: quiet nights, two peaks, few on weekends."""
    hour, day = (at % DAY_BINS) / 4, at // DAY_BINS % 7
    shape = 2 + 40 * np.exp(-(((hour - 8) / 2) ** 2)) + 45 * np.exp(-(((hour - 17) / 2.5) ** 2)) + 15 * (7 < hour < 20)
    return float(shape * (0.3 if day >= 5 else 1.0))


def weeks(count: int, seed: int = 1, uneven: float = 0.0) -> list[TrafficInterval]:
    """Return ``count`` weeks of Poisson counts, or of negative binomial ones with ``uneven`` more variance."""
    rng = np.random.default_rng(seed)
    means = np.array([busy(at) for at in range(7 * DAY_BINS * count)])
    if uneven:
        means = rng.gamma(1 / uneven, means * uneven)
    return [interval(at, int(n)) for at, n in enumerate(rng.poisson(means))]


def judged(
    rows: Iterable[TrafficInterval],
    health: Sequence[CameraHealth] = (),
    camera: Camera = ROAD,
    second: Iterable[IntervalCheck] = (),
) -> list[IntervalQuality]:
    return judge(camera, rows, health, BERLIN, SCHEME, second)


def doubts_at(found: Iterable[IntervalQuality], at: int) -> set[Doubt]:
    (one,) = (one for one in found if one.start == T0 + at * BIN)
    return set(one.doubts)


def changed(rows: Sequence[TrafficInterval], first: int, counts: Sequence[int]) -> list[TrafficInterval]:
    made = list(rows)
    for at, count in enumerate(counts, first):
        made[at] = replace(made[at], count=count)
    return made


SIX_WEEKS = weeks(6)
MONDAY_OF_WEEK_5 = 4 * 7 * DAY_BINS
EIGHT_AM = MONDAY_OF_WEEK_5 + 32


def test_honest_traffic_is_nearly_never_objected_to() -> None:
    for uneven in (0.0, 0.05):
        found = judged(weeks(6, 3, uneven))
        share = sum(one.quality is not Quality.GOOD for one in found) / len(found)
        assert share < 0.001, f"{share:.3%} of honest intervals are objected to"


@pytest.mark.parametrize(
    ("counts", "doubt"),
    [
        ([0] * 4, Doubt.ZERO_RUN),
        ([37] * 8, Doubt.STUCK),
        ([400], Doubt.OUT_OF_RANGE),
        ([0], Doubt.ZERO_RUN),
        ([15], Doubt.UNUSUAL),
    ],
)
def test_a_planted_fault_is_found_and_what_is_beside_it_is_not(counts: list[int], doubt: Doubt) -> None:
    found = judged(changed(SIX_WEEKS, EIGHT_AM, counts))
    for at in range(len(counts)):
        assert doubt in doubts_at(found, EIGHT_AM + at)
    assert doubts_at(found, EIGHT_AM - 1) == doubts_at(found, EIGHT_AM + len(counts)) == set()


def test_a_holiday_that_counts_like_a_sunday_is_unusual_and_not_doubtful() -> None:
    sunday = [row.count for row in SIX_WEEKS[MONDAY_OF_WEEK_5 - DAY_BINS : MONDAY_OF_WEEK_5]]
    found = judged(changed(SIX_WEEKS, MONDAY_OF_WEEK_5, sunday))
    holiday = [one for one in found if 0 <= (one.start - T0) // BIN - MONDAY_OF_WEEK_5 < DAY_BINS]
    assert sum(Doubt.UNUSUAL in one.doubts for one in holiday) > 5
    assert not any(Doubt.OUT_OF_RANGE in one.doubts for one in found)


def test_nights_may_be_empty() -> None:
    found = judged(changed(SIX_WEEKS, MONDAY_OF_WEEK_5 + 8, [0] * 6))
    assert not any(Doubt.ZERO_RUN in one.doubts for one in found)


def test_a_short_history_has_no_say() -> None:
    found = judged(changed(SIX_WEEKS[:DAY_BINS], 32, [400]))
    assert {doubt for one in found for doubt in one.doubts} == set()


def test_the_clock_is_the_citys_so_a_peak_moves_with_it() -> None:
    """The clocks change on 29 March: the peak is at the same time of day, an hour earlier in UTC."""
    begun = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)
    local = [begun + at * BIN for at in range(7 * DAY_BINS * 8)]
    counts = np.array([busy((at.astimezone(BERLIN).hour * 60 + at.astimezone(BERLIN).minute) // 15) for at in local])
    off = usual(local, counts, np.ones(len(local)), BERLIN).off
    assert np.nanmax(np.abs(off)) < 1e-9
    assert np.nanmax(np.abs(usual(local, counts, np.ones(len(local)), ZoneInfo("UTC")).off)) > 3


@pytest.mark.parametrize(
    ("observed_s", "doubt", "quality"),
    [
        (900.0, None, Quality.GOOD),
        (860.0, None, Quality.GOOD),
        (700.0, Doubt.PARTLY_WATCHED, Quality.USABLE),
        (449.0, Doubt.BARELY_WATCHED, Quality.DOUBTFUL),
        (0.0, Doubt.BARELY_WATCHED, Quality.DOUBTFUL),
    ],
)
def test_what_was_watched_in_part(observed_s: float, doubt: Doubt | None, quality: Quality) -> None:
    (one,) = judged([interval(0, 10, observed_s)])
    assert (one.quality, set(one.doubts)) == (quality, {doubt} - {None})


def test_half_watched_is_compared_with_half_of_what_is_usual() -> None:
    rows = list(SIX_WEEKS)
    rows[EIGHT_AM] = replace(rows[EIGHT_AM], observed_s=450, count=round(busy(EIGHT_AM) / 2))
    assert doubts_at(judged(rows), EIGHT_AM) == {Doubt.PARTLY_WATCHED}


def test_an_hour_with_a_hole_is_a_gap_and_the_ends_of_a_survey_are_none() -> None:
    survey = [interval(at, 5 + at % 3) for at in range(2, 22) if at not in {9, 10}]
    found = judged(survey)
    assert {(one.start - T0) // BIN for one in found if Doubt.GAP in one.doubts} == {8, 11}
    assert all(one.quality is Quality.USABLE for one in found if Doubt.GAP in one.doubts)


def test_nights_between_two_days_of_a_survey_are_no_gap() -> None:
    days = [interval(day * DAY_BINS + at, 5 + at % 3) for day in (0, 1) for at in range(28, 76)]
    assert all(one.quality is Quality.GOOD for one in judged(days))


def health(at: int, state: HealthState) -> CameraHealth:
    return CameraHealth("c", T0 + at * BIN + timedelta(minutes=5), state, "")


def test_bad_health_is_said_of_the_bins_it_touched() -> None:
    rows = [interval(at, 5 + at % 3, 500 if 2 <= at <= 4 else 900) for at in range(8)]
    states = [health(0, HealthState.OK), health(2, HealthState.DARK), health(4, HealthState.OK)]
    found = judged(rows, [*states, replace(states[1], camera_id="other")])
    assert [(one.start - T0) // BIN for one in found if Doubt.BAD_LIGHT in one.doubts] == [2, 3, 4]
    smeared = judged(rows, [health(3, HealthState.SMEARED)])
    # After it the camera counted whole bins, so it must have been well again, whether or not that was written down.
    assert [(one.start - T0) // BIN for one in smeared if Doubt.BAD_PICTURE in one.doubts] == [3, 4]


def crossing(gate: str, way: Direction, hour: int, count: int, name: str = "car") -> list[TrafficInterval]:
    one = TrafficInterval("c", gate, way, None, name, T0 + 4 * hour * BIN, 900, 900, count, None, None, "m")
    return [one, replace(one, vehicle_class="all")]


def junction(leaving: int, name: str = "car") -> list[TrafficInterval]:
    """Return an hour in which 400 come in and so many leave."""
    rows = crossing("w", Direction.FORWARD, 0, 250) + crossing("s", Direction.FORWARD, 0, 150)
    return rows + crossing("e", Direction.BACKWARD, 0, leaving, name)


@pytest.mark.parametrize(
    ("leaving", "doubt"),
    [(400, None), (370, None), (330, Doubt.IMBALANCE), (200, Doubt.GROSS_IMBALANCE), (700, Doubt.GROSS_IMBALANCE)],
)
def test_who_comes_in_must_leave(leaving: int, doubt: Doubt | None) -> None:
    found = judged(junction(leaving), camera=TEE)
    assert {frozenset(one.doubts) for one in found} == {frozenset({doubt} - {None})}


def test_people_on_foot_and_roads_are_not_balanced() -> None:
    walked = [*junction(400), *crossing("e", Direction.FORWARD, 0, 300, "pedestrian")]
    assert not any(one.doubts for one in judged(walked, camera=TEE))
    assert not any(one.doubts for one in judged(crossing("g", Direction.FORWARD, 0, 300)))


def test_few_vehicles_may_differ_by_chance() -> None:
    few = crossing("w", Direction.FORWARD, 0, 6) + crossing("e", Direction.BACKWARD, 0, 2)
    assert not any(one.doubts for one in judged(few, camera=TEE))


def test_a_day_on_which_a_second_count_is_another_one_is_in_doubt() -> None:
    rows = [interval(at, 100) for at in (0, 2, 4 + DAY_BINS)]
    day = IntervalCheck(
        rows[0].camera_id, "g", Direction.FORWARD, "all", rows[0].start, 86400, Checker.EVERY_FRAME, 99.0, 60, 2, 3, "m"
    )
    far_off = replace(day, missed=40)
    doubted, good = {Doubt.DISAGREEMENT}, set[Doubt]()
    for second, doubts in (
        ([day], [good, good, good]),
        ([far_off], [doubted, doubted, good]),
        ([replace(far_off, direction=Direction.BACKWARD)], [good, good, good]),
        ([replace(far_off, vehicle_class="bus")], [good, good, good]),
        ([replace(far_off, camera_id="other")], [good, good, good]),
        ([replace(far_off, missed=1, agreed=2, extra=0)], [good, good, good]),
    ):
        assert [set(one.doubts) for one in judged(rows, second=second)] == doubts


rows_of_any_sort = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 60), st.floats(0, 900)), max_size=60, unique_by=lambda one: one[0]
)


@settings(max_examples=60)
@given(rows_of_any_sort, st.randoms())
def test_each_bin_is_judged_once_whatever_the_order(found: list[tuple[int, int, float]], chance: object) -> None:
    rows = [interval(*one) for one in found]
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    first, again = judged(rows), judged(shuffled)
    assert {bin_of(one): one for one in first} == {bin_of(one): one for one in again}
    assert {bin_of(one) for one in first} == {bin_of(row) for row in rows}
    for one in first:
        assert (one.quality is Quality.DOUBTFUL) == bool(set(one.doubts) & DOUBTFUL)


@settings(max_examples=30)
@given(st.integers(1, 60), st.integers(2, 40))
def test_stuck_takes_longer_the_likelier_a_repeat_is(count: int, length: int) -> None:
    found = judged([interval(at, count) for at in range(length)])
    flagged = any(Doubt.STUCK in one.doubts for one in found)
    # By hand: the likeliest value of Poisson(1) has e^-1, so 1e-7 takes 17 repeats; of Poisson(60) .051, so 6.
    assert flagged or length < 18
    assert not flagged or length > 6
    other = judged([interval(at, count + at % 2) for at in range(length)])
    assert not any(Doubt.STUCK in one.doubts for one in other)


def test_a_quality_fits_its_doubts() -> None:
    with pytest.raises(ValueError, match="a good interval has no doubts"):
        IntervalQuality("c", "g", Direction.FORWARD, None, T0, Quality.GOOD, (Doubt.GAP,))
