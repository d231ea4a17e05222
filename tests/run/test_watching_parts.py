"""Parts of an interval: their sum is the whole, in any split; what cannot be stored waits, or is said to be lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from run.scripted import EVERY, RATE_HZ, SIZE_PX, T0, a_camera, a_city, seen_on
from waywarden.run.watching.counts import LiveCounts
from waywarden.run.watching.keeper import Keeper
from waywarden.run.watching.parts import added, by_start, fits
from waywarden.store.port import CheckFilter, IntervalFilter, RecordStore
from waywarden.store.sqlite import open_store
from waywarden.terms.errors import ConfigError, StoreError
from waywarden.terms.records import CameraHealth, Direction, HealthState, TrafficInterval
from waywarden.terms.transient import Detections, FullLook, Unlooked
from waywarden.traffic.tally import Clock

FRAMES = 60 * RATE_HZ


def counts() -> LiveCounts:
    return LiveCounts(a_camera(), Clock(1, ZoneInfo("UTC")), a_city().class_scheme, "scripted")


BASE = TrafficInterval("a", "g", Direction.FORWARD, None, "all", T0, 60, 20.0, 3, None, None, "m")


def interval(**changed: object) -> TrafficInterval:
    return replace(BASE, **changed)


def all_of(live: LiveCounts) -> list[TrafficInterval]:
    over, current = live.take()
    return [*over, *current]


def plain(rows) -> set[tuple[object, ...]]:
    return {(row.start, row.direction, row.vehicle_class, row.count, round(row.observed_s, 3)) for row in rows}


@settings(max_examples=10)
@given(st.lists(st.integers(1, 2 * FRAMES - 1), max_size=6, unique=True))
def test_however_it_is_split_between_cars_the_parts_add_up_to_the_whole(cuts: list[int]) -> None:
    """A cut where no car is in the picture loses nothing; each part is a run of its own."""
    cuts = sorted({min(cut - cut % EVERY + 25, 2 * FRAMES - 1) for cut in cuts})
    whole, parts = counts(), []
    whole.begin(SIZE_PX)
    for first, last in zip([0, *cuts], [*cuts, 2 * FRAMES], strict=True):
        part = counts()
        part.begin(SIZE_PX)
        for number in range(first, last):
            part.update(seen_on(number))
        part.end()
        parts.append(by_start(all_of(part)))
    for number in range(2 * FRAMES):
        whole.update(seen_on(number))
    whole.end()
    starts = sorted({start for part in parts for start in part})
    summed = [row for start in starts for row in added([part.get(start, ()) for part in parts])]
    assert plain(summed) == plain(all_of(whole))
    assert {round(row.observed_s, 3) for row in summed} == {60.0}
    assert sum(row.count for row in summed if row.vehicle_class == "all") == 2 * FRAMES // EVERY


@given(st.lists(st.tuples(st.floats(0, 40), st.integers(0, 9), st.floats(0, 30) | st.none()), min_size=1, max_size=5))
def test_counts_and_seconds_add_up_and_never_past_the_interval(parts) -> None:
    rows = [[interval(observed_s=watched, count=n, mean_speed_mps=mean)] for watched, n, mean in parts]
    (one,) = added(rows)
    watched_s = sum(watched for watched, _, _ in parts)
    assert one.count == sum(n for _, n, _ in parts)
    assert one.observed_s == pytest.approx(min(60.0, watched_s))
    assert fits(rows) == (watched_s <= 61.0)
    means = [mean for _, n, mean in parts if mean is not None and n]
    if means:
        assert min(means) - 1e-9 <= one.mean_speed_mps <= max(means) + 1e-9


def test_the_85th_percentile_stays_only_where_one_part_counted_anybody() -> None:
    with_speed, empty = interval(v85_mps=12.0), interval(count=0)
    assert added([[with_speed], [empty]])[0].v85_mps == added([[empty], [with_speed]])[0].v85_mps == 12.0
    assert added([[with_speed], [interval(v85_mps=9.0)]])[0].v85_mps is None


def test_a_gate_drawn_between_two_runs_has_its_own_watched_time() -> None:
    old, new = interval(), interval(gate_id="new", observed_s=5.0)
    assert {row.gate_id: row.observed_s for row in added([[old], [old, new]])} == {"g": 40.0, "new": 5.0}


def test_what_is_taken_is_complete_for_the_seconds_it_says_were_watched() -> None:
    """Whenever it is taken, exactly the cars that crossed within the watched seconds are counted."""
    live = counts()
    live.begin(SIZE_PX)
    crossed_s = [(number + 11.25) / RATE_HZ for number in range(0, FRAMES, EVERY)]  # its middle is over the gate
    compared = 0
    for number in range(FRAMES):
        live.update(seen_on(number))
        rows = [row for row in live.take()[1] if row.vehicle_class == "all" and row.direction is Direction.FORWARD]
        for row in rows:
            if all(abs(row.observed_s - at) > 0.5 for at in crossed_s):  # the moment itself is found to half a second
                assert row.count == sum(at < row.observed_s for at in crossed_s)
                compared += 1
    assert compared > FRAMES / 2


def test_a_clock_that_is_set_back_leaves_what_was_counted() -> None:
    live = counts()
    live.begin(SIZE_PX)
    for number in range(100):
        live.update(seen_on(number))
    live.begin(SIZE_PX)
    back = T0 - timedelta(seconds=10)
    for number in range(40):
        live.update(seen_on(number, start=back))
    live.end()
    over, current = live.take()
    assert {row.start: round(row.observed_s, 3) for row in over} == {T0: 20.0}
    assert {row.start: round(row.observed_s, 3) for row in current} == {T0 - timedelta(minutes=1): 8.0}


@pytest.mark.parametrize("times", [2, 0.5, 3.3])
def test_another_resolution_of_the_same_view_counts_the_same(times: float) -> None:
    same, other = counts(), counts()
    other.begin(SIZE_PX)
    size_px = round(SIZE_PX[0] * times), round(SIZE_PX[1] * times)
    same.begin(SIZE_PX)
    other.begin(size_px)
    for number in range(FRAMES):
        seen = seen_on(number)
        same.update(seen)
        larger = (seen.xyxy_px * size_px[0] / SIZE_PX[0]).astype("float32")
        other.update(Detections("a", seen.at, seen.watched_s, larger, seen.score, seen.kind))
    assert plain(all_of(same)) == plain(all_of(other))


def test_another_shape_of_the_picture_is_refused_in_words() -> None:
    live = counts()
    live.begin((320, 240))
    with pytest.raises(ConfigError, match="was 320x240 and is 1920x1080"):
        live.begin((1920, 1080))
    live.update(seen_on(0))  # of a connection that did not begin: nothing is counted
    assert live.take() == ([], [])


class Moody:
    """A store that takes nothing while it is ``full``."""

    def __init__(self, store: RecordStore) -> None:
        self._store, self.full = store, False

    def __getattr__(self, name: str):
        if self.full and name in {"append", "append_health", "intervals"}:
            raise StoreError("cannot write to the record store x: the disk is full")
        return getattr(self._store, name)


@pytest.fixture
def store(tmp_path) -> Moody:
    return Moody(open_store(tmp_path / "records.sqlite"))


def minutes(number: int, **changed: object) -> TrafficInterval:
    return interval(start=T0 + timedelta(minutes=number), **changed)


def kept(store: Moody) -> list[tuple[int, int, float]]:
    return [((row.start - T0) // timedelta(minutes=1), row.count, row.observed_s) for row in
            store.intervals(IntervalFilter())]  # fmt: skip


def test_each_run_adds_to_what_is_stored_and_stores_no_part_twice(store: Moody) -> None:
    for run in range(3):
        keeper = Keeper(store)
        for seconds in (5.0, 10.0, 15.0):
            keeper.take("a", [], [interval(observed_s=seconds, count=int(seconds))], [])
            assert keeper.keep() is None
            assert keeper.keep() is None
        assert kept(store) == [(0, 15 * (run + 1), 15.0 * (run + 1))]


def test_a_part_that_is_over_and_comes_again_is_added(store: Moody) -> None:
    keeper = Keeper(store)
    for _ in range(3):
        keeper.take("a", [interval(observed_s=15.0, count=2)], [], [])
        keeper.keep()
    assert kept(store) == [(0, 6, 45.0)]


def test_time_that_was_watched_already_is_dropped_and_said(store: Moody) -> None:
    keeper = Keeper(store)
    keeper.take("a", [interval(observed_s=60.0, count=7)], [], [])
    keeper.keep()
    keeper.take("a", [], [interval(observed_s=20.0, count=3)], [])
    keeper.keep()
    assert kept(store) == [(0, 7, 60.0)]
    assert dict(keeper.lost_s) == {"a": 20.0}


def test_a_full_disk_costs_nothing_while_memory_lasts(store: Moody) -> None:
    keeper = Keeper(store)
    keeper.take("a", [], [minutes(0, observed_s=30.0, count=1)], [])
    keeper.keep()
    store.full = True
    lost = CameraHealth("a", T0, HealthState.NO_SIGNAL, "gone")
    for number in range(5):
        keeper.take(
            "a", [minutes(number, observed_s=55.0, count=2)], [minutes(number + 1, observed_s=1.0, count=0)], []
        )
        assert "disk is full" in str(keeper.keep())
    keeper.take("a", [], [], [lost])
    keeper.keep()
    assert keeper.waiting_rows > 0
    store.full = False
    assert keeper.keep() is None
    assert kept(store) == [*((number, 2, 55.0) for number in range(5)), (5, 0, 1.0)]
    assert store.latest_health() == [lost]
    assert keeper.waiting_rows == 0
    assert not keeper.lost_s


def test_when_memory_is_full_too_the_oldest_go_and_it_is_said_how_much(store: Moody) -> None:
    keeper = Keeper(store, most_waiting_rows=10)
    store.full = True
    for number in range(30):
        keeper.take("a", [minutes(number, observed_s=50.0)], [minutes(number + 1, observed_s=2.0)], [])
        keeper.keep()
    store.full = False
    keeper.keep()
    starts = [start for start, _, _ in kept(store)]
    assert starts == list(range(starts[0], 31))
    assert 9 <= len(starts) <= 11
    assert keeper.lost_s["a"] == 50.0 * starts[0]


def test_the_audit_of_a_day_is_added_to_what_an_earlier_run_found_of_it(store: RecordStore) -> None:
    def run(blind: bool) -> int:  # noqa: FBT001
        live = counts()
        live.begin(SIZE_PX)
        keeper = Keeper(store)
        for number in range(4 * EVERY):
            seen = seen_on(number)
            if 10 <= number < 100:
                live.update(FullLook(replace(seen, watched_s=0.0 if number == 10 else 0.2)))
            live.update(Unlooked("a", seen.at, 0.2) if blind and 30 <= number < 60 else seen)
            if number % 40 == 0:
                keeper.take_checks(live.take_checks())
                assert keeper.keep() is None
        live.end()
        keeper.take_checks(live.take_checks())
        assert keeper.keep() is None
        return sum(one.vehicle_class == "all" for one in store.checks(CheckFilter("a")))

    assert run(blind=True) == run(blind=False) == 2
    forward = next(one for one in store.checks(CheckFilter("a")) if one.agreed)
    assert (forward.agreed, forward.missed, forward.extra) == (3, 1, 0)
    assert forward.checked_s == pytest.approx(2 * (17.8 - 6), abs=0.1)
    assert forward.start == T0.replace(hour=0)
