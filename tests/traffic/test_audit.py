"""The audit: two counts of the same moments, and the error that they give."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waywarden.terms.figures.shares import of_share
from waywarden.terms.kinds import Kind, kind_number
from waywarden.terms.places import Camera, Gate
from waywarden.terms.records import Checker, Direction
from waywarden.terms.transient import Detections
from waywarden.traffic.audit.audit import LEAD, TAIL, Audit, DayChecks, day_of, wants_more_looks
from waywarden.traffic.audit.error import disputed, error_of, of_rate, total
from waywarden.traffic.audit.matching import Agreement, Passed, compared
from waywarden.traffic.finder import CrossingFinder

T0 = datetime(2026, 6, 1, 12, tzinfo=UTC)
SPAN = (T0, T0 + timedelta(seconds=12))
WITHIN = timedelta(seconds=2)
PLACE = ("g", Direction.FORWARD, "all")
CAMERA = Camera("a", "A", ("clip.mp4",), gates=(Gate("g", (160, 240), (160, 0)),))
SCHEME = {kind.value: kind.value for kind in Kind}
TIMES = st.lists(st.integers(-40, 160).map(lambda tenths: tenths / 10), max_size=9)


def passed(at_s: float, name: str = "car") -> Passed:
    return Passed("g", Direction.FORWARD, T0 + timedelta(seconds=at_s), name)


def found(ours, second) -> Agreement:
    both = compared(map(passed, ours), map(passed, second), SPAN, WITHIN)
    return both.get(PLACE, Agreement())


# Intervals of a share and of a rate as published: Newcombe 1998 (Stat. Med. 17, 857-872), table I, method 3 (Wilson).
@pytest.mark.parametrize(
    ("some", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_share_is_the_published_one(some: int, n: int, low: float, high: float) -> None:
    assert of_share(some, n) == pytest.approx((low, high), abs=5e-5)


def test_the_interval_of_a_rate_solves_its_equation() -> None:
    for some in (0, 1, 7, 40):
        for end in of_rate(some, 10):
            assert (some - 10 * end) ** 2 == pytest.approx(1.959964**2 * 10 * end, abs=1e-6)


@pytest.mark.parametrize(("n", "miss", "extra"), [(40, 0.05, 0.03), (400, 0.02, 0.02), (150, 0.15, 0.01)])
def test_the_interval_of_the_error_holds_the_error_nineteen_times_in_twenty(n: int, miss: float, extra: float) -> None:
    rng = np.random.default_rng(7)
    held = 0
    for missed, more in zip(rng.binomial(n, miss, 2000), rng.poisson(n * extra, 2000), strict=True):
        error = error_of(n - missed, missed, more)
        held += error.low <= extra - miss <= error.high
    assert 0.935 <= held / 2000 <= 0.995


def test_who_sees_nobody_knows_no_error() -> None:
    assert error_of(0, 0, 3) is None
    assert total([]) is None
    assert error_of(10, 0, 0).share == 0.0
    assert error_of(10, 0, 0).low < 0 < error_of(10, 0, 0).high


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_the_error_lies_in_its_interval_and_is_that_of_the_sums(agreed: int, missed: int, extra: int) -> None:
    error = error_of(agreed, missed, extra)
    if error is not None:
        assert error.low <= error.share <= error.high
        assert error.share == pytest.approx((agreed + extra) / (agreed + missed) - 1, abs=1e-4)


def test_a_dispute_has_to_be_sure() -> None:
    assert not disputed(2, 1, 0, 0.1)
    assert disputed(60, 30, 0, 0.1)
    assert disputed(60, 0, 30, 0.1)
    assert not disputed(0, 0, 2, 0.1)
    assert disputed(0, 0, 9, 0.1)


@given(TIMES, TIMES)
def test_everybody_in_the_span_is_in_one_of_the_three(ours: list[float], second: list[float]) -> None:
    both = found(ours, second)
    inside = [sum(0 <= at < 12 for at in times) for times in (ours, second)]
    assert both.agreed + both.missed == inside[1]
    alone = [sum(2 <= at < 10 for at in times) for times in (ours, second)]  # whose other is in the span too
    assert both.agreed + both.extra >= alone[0] - sum(at < 0 or at >= 12 for at in second)
    assert both.agreed <= min(len(ours), len(second))
    if not second:
        assert both == Agreement(0, 0, inside[0])


@given(TIMES, st.floats(-1.9, 1.9))
def test_the_same_count_a_little_later_agrees(times: list[float], later: float) -> None:
    whole = found([at + later for at in times], times)
    assert whole == Agreement(sum(0 <= at < 12 for at in times), 0, 0)


def test_who_passes_at_the_end_of_a_span_finds_the_other_beyond_it() -> None:
    assert found([12.5], [11.5]) == Agreement(1, 0, 0)
    assert found([11.5], [12.5]) == Agreement()
    assert found([-0.5], [0.5]) == Agreement(1, 0, 0)
    assert found([5.0], [8.0]) == Agreement(0, 1, 1)


def test_another_class_is_a_miss_and_an_extra_but_not_for_all() -> None:
    both = compared([passed(3, "bus")], [passed(3, "truck")], SPAN, WITHIN)
    assert both[PLACE] == Agreement(1, 0, 0)
    assert both["g", Direction.FORWARD, "bus"] == Agreement(0, 0, 1)
    assert both["g", Direction.FORWARD, "truck"] == Agreement(0, 1, 0)


def car_at(at_s: float, every_s: float = 6.0) -> Detections:
    """A car every so many seconds, which drives 60 px a second from the left: it passes the gate after 2.25 s."""
    into = at_s % every_s
    left = 5.0 + 60 * into
    boxes = np.array([[left, 100, left + 40, 130]] if left < 280 else np.empty((0, 4)), np.float32)
    kinds = np.full(len(boxes), kind_number(Kind.CAR), np.int8)
    return Detections("a", T0 + timedelta(seconds=at_s), 0.04, boxes, np.full(len(boxes), 0.9, np.float32), kinds)


def audited(step: int, span=(20.0, 38.0), blind=()) -> tuple[DayChecks, list[Agreement]]:
    """A minute of 25 Hz: every ``step``-th frame is a look, and every one in ``span``; nobody is seen in ``blind``."""
    checks = DayChecks(CAMERA, ZoneInfo("UTC"), SCHEME, Checker.EVERY_FRAME, "m")
    spans: list[Agreement] = []
    audit, finder = Audit(lambda: CrossingFinder(CAMERA), checks, spans.append), CrossingFinder(CAMERA)
    for number in range(60 * 25):
        at_s = number / 25
        seen = car_at(at_s)
        if span[0] <= at_s < span[1]:
            first = at_s - span[0] < 0.04
            audit.look(Detections("a", seen.at, 0.0 if first else 0.04, seen.xyxy_px, seen.score, seen.kind))
        if number % step == 0:
            none = Detections("a", seen.at, 0.04, *(part[:0] for part in (seen.xyxy_px, seen.score, seen.kind)))
            hidden = any(begin <= at_s < end for begin, end in blind)
            audit.counted(finder.update(none if hidden else seen), finder.said_until)
    audit.close()
    return checks, spans


def test_looks_that_suffice_agree_with_every_frame() -> None:
    checks, spans = audited(step=3)
    assert spans == [Agreement(2, 0, 0)]
    records = checks.records()
    assert {(one.gate_id, one.direction, one.vehicle_class) for one in records} == {
        ("g", Direction.FORWARD, "all"), ("g", Direction.BACKWARD, "all"), ("g", Direction.FORWARD, "car"),
    }  # fmt: skip
    for one in records:
        assert one.checked_s == pytest.approx(18 - (LEAD + TAIL).total_seconds(), abs=0.1)
    assert {one.start for one in records} == {T0.replace(hour=0)}


def test_who_was_not_looked_at_is_missed() -> None:
    checks, spans = audited(step=3, blind=[(24.0, 30.0)])
    assert spans == [Agreement(1, 1, 0)]
    assert wants_more_looks(spans[0])
    assert total(one for one in checks.records() if one.vehicle_class == "all").share == -0.5


def test_a_span_that_is_cut_short_says_nothing() -> None:
    checks, spans = audited(step=3, span=(57.0, 80.0))
    assert (spans, checks.records()) == ([], [])


def test_changes_are_taken_once_and_days_that_are_over_are_forgotten() -> None:
    checks = DayChecks(CAMERA, ZoneInfo("UTC"), SCHEME, Checker.EVERY_FRAME, "m")
    checks.add(SPAN, {PLACE: Agreement(1, 0, 0)})
    assert [one.agreed for one in checks.take_changed()] == [0, 1]
    assert checks.take_changed() == []
    tomorrow = (SPAN[0] + timedelta(days=1), SPAN[1] + timedelta(days=1))
    checks.add(SPAN, {PLACE: Agreement(1, 0, 0)})
    checks.add(tomorrow, {PLACE: Agreement(0, 1, 0)})
    assert sorted(one.agreed for one in checks.take_changed()) == [0, 0, 0, 2]
    assert {one.start for one in checks.records()} == {T0.replace(hour=0) + timedelta(days=1)}


@pytest.mark.parametrize(
    ("faults", "wish"), [(Agreement(9, 1, 0), None), (Agreement(8, 1, 0), True), (Agreement(0, 0, 1), True),
                         (Agreement(3), False), (Agreement(), None)]
)  # fmt: skip
def test_looks_become_more_only_where_a_tenth_was_wrong(faults: Agreement, wish: object) -> None:
    assert wants_more_looks(faults) is wish


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_a_day_is_the_citys_own(day: str, hours: int) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start, seconds = day_of(datetime.fromisoformat(f"{day}T15:00:00+00:00"), berlin)
    assert seconds == 3600 * hours
    assert start.astimezone(berlin).strftime("%Y-%m-%d %H:%M") == f"{day} 00:00"
