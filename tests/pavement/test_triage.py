"""Precision by verdict, and the backlog with its clock, on facts written down by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from waywarden.pavement.ledger.triage import Precision, precisions
from waywarden.pavement.policy.backlog import backlog
from waywarden.pavement.policy.clock import WorkingTime
from waywarden.pavement.policy.policy import ClockKind, Known, Level, Policy
from waywarden.terms.distress import DistressKind, Role, Severity
from waywarden.terms.ledger import Fact, LedgerFact, Triage

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
WORKING = WorkingTime(ZoneInfo("UTC"), time(8), time(16), frozenset(range(5)), frozenset({date(2026, 3, 3)}))
POLICY = Policy(
    "1", WORKING, {"main": 3.0, "local": 1.0}, dict.fromkeys(Severity, 1.0), {},
    (Level("urgent", 3.0, 2, ClockKind.ALWAYS, depth_mm=40), Level("soon", 3.0, 10, ClockKind.WORKING)),
)  # fmt: skip


def fact(name: str, what: Fact, hours: float = 0, **told: object) -> LedgerFact:
    at = MONDAY + timedelta(hours=hours)
    return LedgerFact(name, what, at, at, Role.INSPECTOR, told=json.dumps(told))


def seen_and_judged(name: str, kind: str | None, source: str | None, verdict: Triage) -> list[LedgerFact]:
    told = {"kind": kind, "source": source}
    return [
        fact(name, Fact.SEEN, **{key: value for key, value in told.items() if value}),
        fact(name, verdict.fact, 1, triage=verdict.value),
    ]


def test_precision_by_kind_and_source() -> None:
    cases = [
        ("pothole", "van-1", Triage.POTHOLE),
        ("pothole", "van-1", Triage.NOT_AN_ISSUE),
        ("pothole", "van-2", Triage.PAVEMENT_FAILURE),
        ("patching", None, Triage.UTILITY_CUT),
    ]
    facts = [each for i, case in enumerate(cases) for each in seen_and_judged(f"d{i}", *case)]
    got = [(each.kind, each.source, each.judged, each.real) for each in precisions(facts)]
    assert got == [
        ("patching", "all", 1, 1), ("patching", "not told", 1, 1),
        ("pothole", "all", 3, 2), ("pothole", "van-1", 2, 1), ("pothole", "van-2", 1, 1),
    ]  # fmt: skip
    assert precisions(facts)[2].verdicts == {**dict.fromkeys(Triage, 0), Triage.POTHOLE: 1, Triage.NOT_AN_ISSUE: 1,
                                             Triage.PAVEMENT_FAILURE: 1}  # fmt: skip


def test_the_last_verdict_counts_and_what_nobody_judged_does_not() -> None:
    facts = [
        *seen_and_judged("a", "pothole", None, Triage.NOT_AN_ISSUE),
        fact("a", Fact.CONFIRMED, 2, triage="pothole"),
        fact("b", Fact.SEEN, kind="pothole"),
        fact("c", Fact.SEEN, kind="pothole"),
        fact("c", Fact.REJECTED, 1),
    ]
    assert [(each.judged, each.real) for each in precisions(facts) if each.source == "all"] == [(2, 1)]


def test_the_interval_is_wilsons() -> None:
    """From Newcombe (1998), table I: 81 of 263, and 0 of 20."""
    low, high = Precision("k", "s", 263, 81, {}).interval
    assert (low, high) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))
    low, high = Precision("k", "s", 20, 0, {}).interval
    assert (low, high) == (0, pytest.approx(0.1611, abs=5e-5))


@pytest.mark.parametrize(
    ("what", "told", "said"),
    [
        (Fact.CONFIRMED, {"triage": "not_an_issue"}, "is rejected, not confirmed"),
        (Fact.REJECTED, {"triage": "pothole"}, "is confirmed, not rejected"),
        (Fact.SEEN, {"triage": "pothole"}, "is confirmed, not seen"),
        (Fact.CONFIRMED, {"triage": "hole"}, "hole"),
        (Fact.SEEN, {"kind": "hole"}, "hole"),
        (Fact.SEEN, {"source": "Mr Smith"}, "source is a word"),
        (Fact.CONFIRMED, {"note": "seen by Smith"}, "has no note"),
    ],
)
def test_what_is_no_verdict_is_refused(what: Fact, told: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        fact("a", what, **told)


def known(hierarchy: str = "main") -> Known:
    return Known(DistressKind.POTHOLE, Severity.HIGH, hierarchy, 0)


def waiting(facts: Sequence[LedgerFact], hours: float, **streets: Known) -> list[tuple[object, ...]]:
    at = MONDAY + timedelta(hours=hours)
    found = backlog(POLICY, facts, streets, at)
    return [(one.defect_id, str(one.state), one.level, one.hours_left, one.needs_measuring) for one in found]


def test_the_clock_runs_on_working_hours_until_it_is_answered() -> None:
    """Known Monday at 9, ten working hours: 7 on Monday, Tuesday is a holiday, 3 on Wednesday: due at 11."""
    facts = [fact("a", Fact.SEEN)]
    (one,) = backlog(POLICY, facts, {"a": known()}, MONDAY)
    assert one.due_at == datetime(2026, 3, 4, 11, tzinfo=UTC)
    assert waiting(facts, 0, a=known()) == [("a", "suspected", "soon", 10, True)]
    assert waiting(facts, 24 + 5, a=known()) == [("a", "suspected", "soon", 3, True)]
    assert waiting(facts, 48 + 4, a=known()) == [("a", "suspected", "soon", -2, True)]
    safe = [*facts, fact("a", Fact.MADE_SAFE, 3)]
    assert waiting(safe, 52, a=known()) == [("a", "made_safe", "soon", None, True)]
    assert waiting(safe, 1, a=known()) == [("a", "suspected", "soon", 9, True)], "what came later was not known"


def test_measured_mended_reopened_rejected() -> None:
    deep = [fact("a", Fact.SEEN), fact("a", Fact.MEASURED, 1, depth_mm=45)]
    assert waiting(deep, 1, a=known()) == [("a", "suspected", "urgent", 1, False)]
    mended = [*deep, fact("a", Fact.REPAIRED, 1.5)]
    assert waiting(mended, 50, a=known()) == []
    reopened = [*mended, fact("a", Fact.REOPENED, 100)]
    assert waiting(reopened, 101, a=known()) == [("a", "reopened", "urgent", 1, False)]
    assert waiting([fact("a", Fact.SEEN), fact("a", Fact.REJECTED, 1)], 2, a=known()) == []


def test_the_most_overdue_comes_first() -> None:
    facts = [fact("a", Fact.SEEN, 1), fact("b", Fact.SEEN), fact("c", Fact.SEEN), fact("d", Fact.SEEN)]
    got = waiting(facts, 2, a=known(), b=known(), c=known("local"))
    assert [each[0] for each in got] == ["b", "a", "c", "d"]
    assert [each[2] for each in got] == ["soon", "soon", "no action", "street not known"]
