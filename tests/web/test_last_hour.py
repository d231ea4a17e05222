from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from waywarden.terms.places import Camera, Gate, Movement
from waywarden.terms.records import Direction, TrafficInterval
from waywarden.web.last_hour import last_hour_of, summed

START = datetime(2026, 5, 5, 8, tzinfo=UTC)
GATES = (Gate("a", (0, 0), (9, 9), "North"), Gate("b", (0, 9), (9, 0)))


def row(line: str, minute: int, count: int, minutes: int = 15, observed_s: float | None = None) -> TrafficInterval:
    gate = line if line in {"a", "b"} else None
    seconds = 60 * minutes
    return TrafficInterval(
        "c",
        gate,
        Direction.FORWARD if gate else None,
        None if gate else line,
        "all",
        START + timedelta(minutes=minute),
        seconds,
        seconds if observed_s is None else observed_s,
        count,
        None,
        None,
        "m",
    )


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40), st.sampled_from([1, 5, 15, 30, 60]))
def test_the_hour_ends_with_the_newest_bin_and_holds_no_earlier_one(counts: list[int], minutes: int) -> None:
    camera = Camera("c", "C", (), gates=GATES)
    rows = [row("a", minutes * at, count, minutes) for at, count in enumerate(counts)]
    hour = summed(camera, rows)
    bins = 60 // minutes
    assert hour.count == sum(counts[-bins:])
    assert hour.end == START + timedelta(minutes=minutes * len(counts))
    assert hour.end - hour.start == timedelta(hours=1)
    assert hour.observed_s == 60 * minutes * min(bins, len(counts))


def test_gates_are_not_added_to_each_other() -> None:
    camera = Camera("c", "C", (), gates=GATES)
    hour = summed(camera, [row("a", 0, 5), row("b", 0, 7), row("b", 15, 1), row("a", 15, 1)])
    assert (hour.count, hour.basis) == (8, "gate b, both ways")
    assert summed(camera, [row("a", 0, 5)]).basis == "gate North, both ways"


def test_movements_go_before_gates() -> None:
    camera = Camera("c", "C", (), gates=GATES, movements=(Movement("x", "a", "b"),))
    hour = summed(camera, [row("a", 0, 50), row("x", 0, 7)])
    assert (hour.count, hour.basis) == (7, "all movements")


def test_a_half_watched_hour_says_so() -> None:
    hour = summed(
        Camera("c", "C", (), gates=GATES), [row("a", 0, 5, observed_s=300.0), row("b", 0, 5, observed_s=280.0)]
    )
    assert hour.observed_s == 300.0


def test_without_counts_there_is_no_hour() -> None:
    from tests.web.made_up import MemoryStore

    assert last_hour_of(Camera("c", "C", ()), None, MemoryStore()) is None
    assert last_hour_of(Camera("c", "C", ()), START, MemoryStore()) is None
