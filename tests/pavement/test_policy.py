"""Policies: working hours against a calendar, levels against the rules, the back-test against a count by hand."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waywarden.pavement.policy.backtest import NOT_KNOWN, NOTHING, Outcome, backtest
from waywarden.pavement.policy.clock import WorkingTime
from waywarden.pavement.policy.policy import ClockKind, Known, Level, Policy
from waywarden.terms.distress import DistressKind, Role, Severity
from waywarden.terms.ledger import Fact, LedgerFact

LONDON = ZoneInfo("Europe/London")
HOLIDAYS = frozenset({date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)})
WORKING = WorkingTime(LONDON, time(8), time(17), frozenset(range(5)), HOLIDAYS)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001

EMERGENCY = Level("emergency", 12.0, 2.0, ClockKind.ALWAYS, 250.0, 40.0, 200.0, frozenset({DistressKind.POTHOLE}))
SOON = Level("category 1", 4.0, 18.0, ClockKind.WORKING, 120.0)
POLICY = Policy(
    "2026-1",
    WORKING,
    {"main": 3.0, "local": 1.0},
    {Severity.LOW: 1.0, Severity.MEDIUM: 2.0, Severity.HIGH: 4.0},
    {0.0: 1.0, 5000.0: 1.5, 20_000.0: 2.0},
    (EMERGENCY, SOON),
)


def london(*when: int) -> datetime:
    return datetime(*when, tzinfo=LONDON)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        (london(2026, 11, 25, 10), 2, london(2026, 11, 25, 12)),  # a Wednesday
        (london(2026, 11, 25, 16), 2, london(2026, 11, 26, 9)),
        (london(2026, 11, 27, 16), 2, london(2026, 11, 30, 9)),  # over the weekend
        (london(2026, 11, 25, 3), 1, london(2026, 11, 25, 9)),
        (london(2026, 11, 25, 8), 9, london(2026, 11, 25, 17)),
        (london(2026, 12, 24, 16), 18, london(2026, 12, 30, 16)),  # Christmas, a weekend and Boxing Day's Monday
        (london(2026, 3, 27, 16), 2, london(2026, 3, 30, 9)),  # the clocks go forward on Sunday
        (london(2026, 10, 23, 16), 2, london(2026, 10, 26, 9)),  # and back
    ],
)
def test_due_by_the_calendar(start: datetime, hours: float, due: datetime) -> None:
    assert WORKING.due_at(start, hours) == due
    assert WORKING.hours_between(start, due) == pytest.approx(hours)


def test_a_shift_through_the_night_of_the_change_is_as_long_as_it_was() -> None:
    nights = WorkingTime(LONDON, time(0), time(6), frozenset({6}), frozenset())
    assert nights.hours_between(london(2026, 3, 29, 0), london(2026, 3, 30, 0)) == pytest.approx(5)
    assert nights.hours_between(london(2026, 10, 25, 0), london(2026, 10, 26, 0)) == pytest.approx(7)


@given(INSTANTS, st.floats(0.01, 60))
def test_what_is_due_after_so_many_hours_is_so_many_hours_away(start: datetime, hours: float) -> None:
    due = WORKING.due_at(start, hours)
    assert WORKING.hours_between(start, due) == pytest.approx(hours, abs=1e-6)
    assert due >= start + timedelta(hours=hours) - timedelta(milliseconds=1)
    local = due.astimezone(LONDON)
    assert local.weekday() < 5
    assert time(8) <= local.time() <= time(17)
    assert local.date() not in HOLIDAYS


@given(INSTANTS, st.floats(0, 40), st.floats(0, 40))
def test_hours_add_up(start: datetime, one: float, other: float) -> None:
    middle, end = start + timedelta(hours=one), start + timedelta(hours=one + other)
    parts = WORKING.hours_between(start, middle) + WORKING.hours_between(middle, end)
    assert parts == pytest.approx(WORKING.hours_between(start, end))
    assert WORKING.hours_between(end, start) == 0


def test_a_place_that_never_works_is_refused() -> None:
    for opens, closes, days in ((17, 8, {0}), (8, 8, {0}), (8, 17, set()), (8, 17, {7})):
        with pytest.raises(ValueError, match="working hours"):
            WorkingTime(LONDON, time(opens), time(closes), frozenset(days), frozenset())
    always_off = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(4500))
    with pytest.raises(ValueError, match="never run out"):
        WorkingTime(LONDON, time(8), time(17), frozenset({0}), always_off).due_at(london(2026, 1, 1), 1)


def hole(**more) -> Known:
    given = {"severity": Severity.HIGH, "hierarchy": "main", "vehicles_per_day": 6000.0, **more}
    return Known(DistressKind.POTHOLE, **given)


@pytest.mark.parametrize(
    ("known", "risk"),
    [
        (hole(), 18.0),
        (hole(vehicles_per_day=4999.0), 12.0),
        (hole(vehicles_per_day=20_000.0), 24.0),
        (hole(hierarchy="local", severity=Severity.LOW, vehicles_per_day=0.0), 1.0),
    ],
)
def test_risk_by_hand(known: Known, risk: float) -> None:
    assert POLICY.risk(known) == risk


def test_a_camera_cannot_see_depth() -> None:
    """Without a measure it is only suspected to be urgent; with one it is, or is not."""
    unmeasured = POLICY.answer(hole())
    assert (unmeasured.level, unmeasured.if_measured) == (SOON, EMERGENCY)
    deep = POLICY.answer(hole(depth_mm=40.0, width_mm=200.0))
    assert (deep.level, deep.if_measured) == (EMERGENCY, None)
    shallow = POLICY.answer(hole(depth_mm=39.9))
    assert (shallow.level, shallow.if_measured) == (SOON, None)
    assert POLICY.answer(hole(depth_mm=50.0)).if_measured is EMERGENCY, "its width is not known"


def test_what_is_below_every_level_is_left() -> None:
    got = POLICY.answer(hole(hierarchy="local", severity=Severity.MEDIUM, vehicles_per_day=100.0))
    assert (got.level, got.if_measured) == (None, None)
    crack = Known(DistressKind.EDGE_CRACKING, Severity.HIGH, "main", 30_000.0, 90.0, 900.0)
    assert POLICY.answer(crack).level is SOON
    with pytest.raises(ValueError, match='no hierarchy "lane": it has local, main'):
        POLICY.answer(hole(hierarchy="lane"))


def test_due_by_the_levels_own_clock() -> None:
    friday = london(2026, 11, 27, 16)
    assert POLICY.due_at(EMERGENCY, friday) == london(2026, 11, 27, 18)
    assert POLICY.due_at(SOON, friday) == london(2026, 12, 1, 16)


def told(name: str, at: datetime, fact: Fact, **more: float) -> LedgerFact:
    return LedgerFact(name, fact, at, at, Role.INSPECTOR, told=json.dumps(more))


def test_a_back_test_by_hand() -> None:
    monday = london(2026, 3, 2, 9)
    hour = timedelta(hours=1)
    facts = [
        told("old", monday - timedelta(days=30), Fact.SEEN),
        told("deep", monday, Fact.SEEN),
        told("deep", monday + hour, Fact.MEASURED, depth_mm=60, width_mm=300),
        told("deep", monday + 3 * hour, Fact.MADE_SAFE),  # an hour late
        told("quick", monday, Fact.SEEN),
        told("quick", monday + 48 * hour, Fact.REPAIRED),  # Wednesday 9:00, 18 working hours
        told("slow", monday, Fact.SEEN),
        told("slow", monday + 49 * hour, Fact.REPAIRED),
        told("asleep", monday, Fact.SEEN),
        told("asleep", monday + hour, Fact.CLOSED),
        told("fresh", london(2026, 3, 31, 9), Fact.SEEN),
        told("small", monday, Fact.SEEN),
        told("none", monday, Fact.SEEN),
        told("none", monday + hour, Fact.REJECTED),
        told("strange", monday, Fact.SEEN),
        told("later", london(2026, 4, 2, 9), Fact.SEEN),
    ]
    plain = Known(DistressKind.PATCHING, Severity.HIGH, "main", 100.0)
    known = dict.fromkeys(("old", "quick", "slow", "asleep", "fresh", "none", "later"), plain)
    known |= {"deep": hole(), "small": Known(DistressKind.PATCHING, Severity.LOW, "local", 100.0)}
    assert backtest(POLICY, facts, known, london(2026, 3, 1), london(2026, 4, 1)) == [
        Outcome("emergency", due=1, late=1, cost=250.0),
        Outcome("category 1", due=4, in_time=1, late=1, waiting=1, cost=480.0),
        Outcome(NOTHING, due=1),
        Outcome(NOT_KNOWN, due=1),
    ]


def test_a_stricter_policy_never_asks_for_less() -> None:
    monday = london(2026, 3, 2, 9)
    facts = [told(f"d{n}", monday, Fact.SEEN) for n in range(12)]
    known = {f"d{n}": hole(hierarchy=("main", "local")[n % 2], severity=list(Severity)[n % 3]) for n in range(12)}
    due = []
    for least in (100.0, 12.0, 6.0, 3.0, 0.0):
        levels = (Level("only", least, 9.0, ClockKind.WORKING, 10.0),)
        policy = Policy("x", WORKING, POLICY.hierarchy, POLICY.severity, POLICY.traffic, levels)
        due.append(backtest(policy, facts, known, monday, monday + timedelta(days=1))[0].due)
    assert due == sorted(due)
    assert (due[0], due[-1]) == (0, 12)
