"""Minutes by chance, and a count by hand held against ours."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from run.scripted import T0, a_camera, a_city
from waywarden.run.checking.replay import CheckJob, Replay, checking_of, chosen_spans
from waywarden.sight.ports import SourceFacts
from waywarden.store.port import CheckFilter
from waywarden.store.sqlite import open_store
from waywarden.terms.errors import SourceError
from waywarden.terms.kinds import Kind
from waywarden.terms.records import Checker, Direction
from waywarden.terms.transient import Crossing, Silhouette
from waywarden.web.local.checking import ByHand

MINUTE = timedelta(minutes=1)


def facts(duration_s: float | None, start: datetime | None = T0) -> SourceFacts:
    return SourceFacts(320, 240, 25.0, "h264", duration_s, start)


@given(st.floats(60, 90_000), st.integers(1, 60), st.integers())
def test_minutes_are_whole_ones_of_the_recording_and_none_twice(duration_s: float, minutes: int, seed: int) -> None:
    spans = chosen_spans(facts(duration_s), a_camera(), minutes, random.Random(seed), T0)
    assert len(spans) == min(minutes, int(duration_s // 60))
    assert spans == sorted(set(spans))
    for begin, end in spans:
        assert end - begin == MINUTE
        assert T0 <= begin
        assert end <= T0 + timedelta(seconds=duration_s)
        assert (begin - T0) % MINUTE == timedelta()


def test_every_minute_of_a_recording_may_come() -> None:
    chance = random.Random(3)
    drawn = [chosen_spans(facts(600), a_camera(), 1, chance, T0)[0][0] for _ in range(1000)]
    shares = [drawn.count(T0 + n * MINUTE) for n in range(10)]
    assert all(60 < share < 140 for share in shares)


def test_a_short_recording_is_taken_whole_and_a_stream_gives_its_coming_minutes() -> None:
    assert chosen_spans(facts(20), a_camera(), 5, random.Random(1), T0) == [(T0, T0 + timedelta(seconds=20))]
    coming = chosen_spans(facts(None, None), a_camera(), 2, random.Random(1), T0)
    assert [end - begin for begin, end in coming] == [MINUTE, MINUTE]
    assert coming[0][0] > T0
    assert coming[1][0] == coming[0][1]
    with pytest.raises(SourceError, match="does not say when it starts"):
        chosen_spans(facts(100, None), a_camera(), 2, random.Random(1), T0)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def crossing(seconds: float, kind: Kind = Kind.CAR) -> Crossing:
    return Crossing("g", Direction.FORWARD, at(seconds), kind, None)


def by_hand(minute: int, at_s: float, name: str = "car") -> ByHand:
    return ByHand(minute, at_s, "g", Direction.FORWARD, name)


def test_a_count_by_hand_gives_the_error_by_gate_and_class_and_adds_to_the_day(tmp_path: Path) -> None:
    store = open_store(tmp_path / "records.sqlite")
    job = CheckJob(a_city(), a_camera(), tmp_path, "motion", "scripted", 2, store)
    spans = [(at(0), at(60)), (at(120), at(180))]
    cells = np.zeros((3, 10), np.bool_)
    cells[0, 0] = True
    replay = Replay(spans, (320, 240), [Silhouette(at(s), cells) for s in (-9, -3, 10, 63, 70, 121)])
    replay.found = [crossing(5), crossing(30, Kind.BUS), crossing(50), crossing(61), crossing(130), crossing(200)]
    checking = checking_of(job, replay)
    assert checking.grid == (10, 3)
    assert [[at_s for at_s, _ in one.shapes] for one in checking.minutes] == [[-3, 10, 63], [1]]
    assert checking.minutes[0].shapes[0][1] == bytes([0b1000_0000, 0, 0, 0])
    passed = [by_hand(0, 6), by_hand(0, 31, "truck"), by_hand(0, 40), by_hand(0, 59.5), by_hand(1, 10)]
    first = checking.save([0], [one for one in passed if one.minute == 0])
    found = {(one.vehicle_class, one.direction.value): (one.agreed, one.missed, one.extra) for one in first}
    assert found == {
        ("all", "forward"): (3, 1, 1),
        ("all", "backward"): (0, 0, 0),
        ("car", "forward"): (2, 1, 1),
        ("bus", "forward"): (0, 0, 1),
        ("truck", "forward"): (0, 1, 0),
    }
    assert {one.checked_s for one in first} == {60.0}
    assert list(store.checks(CheckFilter("a"))) == sorted(
        first, key=lambda one: (one.direction.value, one.vehicle_class)
    )
    checking.save([1], [one for one in passed if one.minute == 1])
    stored = store.checks(CheckFilter("a"))
    assert {one.checked_s for one in stored} == {120.0}
    assert {one.checker for one in stored} == {Checker.MANUAL}
    assert sum(one.agreed for one in stored if one.vehicle_class == "all") == 4
    store.close()
