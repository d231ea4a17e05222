"""The audit from end to end: a span that chance chose, looked at frame by frame in the sealed process, and kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from run.command_line import ask, write_city
from waywarden.run.city.config import read_city
from waywarden.sight.cascade.plan import SPAN, plan_of
from waywarden.store.port import CheckFilter
from waywarden.store.sqlite import open_store
from waywarden.terms.records import Checker
from waywarden.traffic.audit.audit import LEAD, TAIL

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def begun_before_a_span(city: Path, *, wholly: bool) -> datetime:
    """Return when a minute begins that holds a whole span of the city's camera, or none of one."""
    (camera,) = read_city(city).cameras
    for number in range(500):
        start = NOON + number * timedelta(minutes=1)
        plan = plan_of(replace(camera, start=start))
        held = [plan.holds(start + timedelta(seconds=n / 5)) for n in range(300)]
        if (sum(held) >= SPAN.total_seconds() * 5 - 1 and not held[0] and not held[-1]) if wholly else not any(held):
            return start
    raise AssertionError("no such minute")


def counted(city: Path, start: datetime, store: Path) -> tuple[str, CheckFilter]:
    city.write_text(city.read_text().replace("2026-06-01T12:00:00Z", f"{start:%Y-%m-%dT%H:%M:%SZ}"))
    said = ask("count", "--city", city, "--sparing", "--store", store)
    assert said.code == 0, said.lines
    return said.out, CheckFilter("c")


def test_what_a_span_of_a_sparing_count_finds_is_kept_with_the_time_that_was_compared(
    tmp_path: Path, minute: Path
) -> None:
    city = write_city(tmp_path, ("c", f'"{minute}"'))
    rows, wanted = counted(city, begun_before_a_span(city, wholly=True), tmp_path / "x.sqlite")
    checks = open_store(tmp_path / "x.sqlite").checks(wanted)
    assert {check.checker for check in checks} == {Checker.EVERY_FRAME}
    assert {check.gate_id for check in checks} == {"g"}
    compared_s = (SPAN - LEAD - TAIL).total_seconds()
    assert all(abs(check.checked_s - compared_s) <= 0.5 for check in checks)
    both = [check for check in checks if check.vehicle_class == "all"]
    assert sum(check.agreed for check in both) >= 3  # the block crosses the gate every two seconds or so
    assert sum(check.missed + check.extra for check in both) <= 1
    assert ",all," in rows


def test_a_minute_without_a_span_is_not_compared(tmp_path: Path, minute: Path) -> None:
    city = write_city(tmp_path, ("c", f'"{minute}"'))
    rows, wanted = counted(city, begun_before_a_span(city, wholly=False), tmp_path / "x.sqlite")
    assert open_store(tmp_path / "x.sqlite").checks(wanted) == []
    assert ",all," in rows
