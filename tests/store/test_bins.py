"""The bin rule of ``store/port.py``, against a model of ten lines."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waywarden.store.port import IntervalFilter, RecordStore
from waywarden.store.sqlite import open_store
from waywarden.terms.records import Direction, TrafficInterval

T0 = datetime(2026, 3, 29, 0, 45, tzinfo=UTC)
LAST = datetime(9999, 1, 1, tzinfo=UTC)
EVERYTHING = IntervalFilter()

speeds = st.none() | st.floats(0, 100)
places = st.tuples(st.sampled_from(["g1", "g2"]), st.sampled_from(Direction), st.none()) | st.tuples(
    st.none(), st.none(), st.sampled_from(["g1", "g1-g2"])
)


@st.composite
def bins(draw: st.DrawFn) -> list[TrafficInterval]:
    """One whole bin: one place, one start, one ``observed_s``, some classes."""
    gate_id, direction, movement_id = draw(places)
    camera_id = draw(st.sampled_from(["a", "b"]))
    start = T0 + timedelta(seconds=draw(st.sampled_from([0, 900, 1800])))
    observed_s = draw(st.sampled_from([0.0, 1 / 3, 450.5, 899.9999999, 900.0]))
    classes = draw(st.lists(st.sampled_from(["all", "car", "bus"]), min_size=1, unique=True))
    return [
        TrafficInterval(
            camera_id=camera_id,
            gate_id=gate_id,
            direction=direction,
            movement_id=movement_id,
            vehicle_class=vehicle_class,
            start=start,
            duration_s=900,
            observed_s=observed_s,
            count=draw(st.integers(0, 2**40)),
            mean_speed_mps=draw(speeds),
            v85_mps=draw(speeds),
            method=draw(st.text(max_size=5)),
        )
        for vehicle_class in classes
    ]


def bin_of(one: TrafficInterval) -> tuple[object, ...]:
    return (one.start, one.camera_id, one.gate_id or "", one.direction or "", one.movement_id or "")


def in_order(records: Sequence[TrafficInterval]) -> list[TrafficInterval]:
    return sorted(records, key=lambda one: (*bin_of(one), one.vehicle_class))


class Model:
    """What the port's docstring says, and nothing else."""

    def __init__(self) -> None:
        self.bins: dict[tuple[object, ...], list[TrafficInterval]] = {}

    def append(self, whole: list[TrafficInterval]) -> None:
        stored = self.bins.get(bin_of(whole[0]))
        if stored is None or whole[0].observed_s >= stored[0].observed_s:
            self.bins[bin_of(whole[0])] = whole

    def intervals(self) -> list[TrafficInterval]:
        return in_order([one for whole in self.bins.values() for one in whole])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordStore]:
    made = open_store(tmp_path_factory.mktemp("bins") / "records.sqlite")
    yield made
    made.close()


def emptied(store: RecordStore) -> RecordStore:
    store.prune(intervals_before=LAST, health_before=LAST, inspections_before=LAST, pictures_before=LAST)
    return store


@given(wholes=st.lists(bins(), max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_appends_leave_what_the_model_says(store: RecordStore, wholes: list[list[TrafficInterval]]) -> None:
    emptied(store)
    model = Model()
    for whole in wholes:
        model.append(whole)
        store.append(iter(whole))
    assert store.intervals(EVERYTHING) == model.intervals()


@given(wholes=st.lists(bins(), max_size=12, unique_by=lambda whole: (bin_of(whole[0]), whole[0].observed_s)))
@settings(max_examples=100, deadline=None)
def test_one_append_of_many_bins_is_the_same_as_many_appends(
    store: RecordStore, wholes: list[list[TrafficInterval]]
) -> None:
    emptied(store)
    model = Model()
    for whole in wholes:
        model.append(whole)
    store.append([one for whole in wholes for one in whole])
    assert store.intervals(EVERYTHING) == model.intervals()


@given(wholes=st.lists(bins(), max_size=8))
@settings(max_examples=50, deadline=None)
def test_what_is_appended_again_changes_nothing(store: RecordStore, wholes: list[list[TrafficInterval]]) -> None:
    emptied(store)
    for whole in wholes:
        store.append(whole)
    before = store.intervals(EVERYTHING)
    store.append(before)
    assert store.intervals(EVERYTHING) == before


@given(
    wholes=st.lists(bins(), max_size=10),
    camera_id=st.none() | st.sampled_from(["a", "b", "c"]),
    gate_id=st.none() | st.sampled_from(["g1", "g2", ""]),
    movement_id=st.none() | st.sampled_from(["g1", "g1-g2", ""]),
    vehicle_class=st.none() | st.sampled_from(["all", "car", "tram"]),
    since=st.none() | st.sampled_from([T0, T0 + timedelta(seconds=900), T0 + timedelta(microseconds=1)]),
    until=st.none() | st.sampled_from([T0, T0 + timedelta(seconds=900), T0 + timedelta(seconds=901)]),
    limit=st.none() | st.integers(0, 8),
    offset=st.integers(0, 8),
)
@settings(max_examples=150, deadline=None)
def test_filters_and_pages(store: RecordStore, wholes: list[list[TrafficInterval]], limit, offset, **asked) -> None:
    emptied(store)
    model = Model()
    for whole in wholes:
        model.append(whole)
        store.append(whole)
    expected = [
        one
        for one in model.intervals()
        if all(
            value is None or getattr(one, name) == value
            for name, value in asked.items()
            if name not in ("since", "until")
        )
        and (asked["since"] is None or one.start >= asked["since"])
        and (asked["until"] is None or one.start < asked["until"])
    ]
    end = None if limit is None else offset + limit
    assert store.intervals(IntervalFilter(**asked), limit=limit, offset=offset) == expected[offset:end]


def interval(**changed: object) -> TrafficInterval:
    base = TrafficInterval("a", "g1", Direction.FORWARD, None, "all", T0, 900, 900.0, 3, None, 12.5, "motion 1")
    return dataclasses.replace(base, **changed)


def test_a_bin_watched_less_is_ignored_and_watched_as_long_replaces_all_its_classes(store: RecordStore) -> None:
    emptied(store)
    store.append([interval(), interval(vehicle_class="car")])
    store.append([interval(observed_s=899.0, count=99)])
    assert [one.count for one in store.intervals(EVERYTHING)] == [3, 3]
    store.append([interval(count=5)])
    assert [(one.vehicle_class, one.count) for one in store.intervals(EVERYTHING)] == [("all", 5)]


def test_of_a_bin_twice_in_one_append_the_longest_watched_stays(store: RecordStore) -> None:
    emptied(store)
    store.append(
        [
            interval(observed_s=100.0, vehicle_class="car"),
            interval(observed_s=300.0, count=1),
            interval(observed_s=300.0, count=2),
            interval(observed_s=200.0, count=7),
        ]
    )
    assert store.intervals(EVERYTHING) == [interval(observed_s=300.0, count=2)]


@given(
    start=st.datetimes(datetime(1, 1, 2), datetime(9998, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001
    offset_min=st.integers(-14 * 60, 14 * 60),
)
@settings(max_examples=100, deadline=None)
def test_an_instant_comes_back_to_the_microsecond_and_in_utc(
    store: RecordStore, start: datetime, offset_min: int
) -> None:
    emptied(store)
    store.append([interval(start=start.astimezone(timezone(timedelta(minutes=offset_min))))])
    (kept,) = store.intervals(IntervalFilter(since=start, until=start + timedelta(microseconds=1)))
    assert kept.start == start
    assert kept.start.utcoffset() == timedelta(0)


@given(observed_s=st.floats(0, 900), speed_mps=st.floats(0, 1e300), name=st.text(st.characters(codec="utf-8")))
@settings(max_examples=100, deadline=None)
def test_numbers_and_names_come_back_exactly(
    store: RecordStore, observed_s: float, speed_mps: float, name: str
) -> None:
    emptied(store)
    given_one = interval(observed_s=observed_s, mean_speed_mps=speed_mps, gate_id=name, camera_id=name)
    store.append([given_one])
    assert store.intervals(IntervalFilter(camera_id=name, gate_id=name)) == [given_one]


def test_an_empty_name_is_not_a_missing_one(store: RecordStore) -> None:
    emptied(store)
    of_gate = interval(gate_id="")
    of_movement = interval(gate_id=None, direction=None, movement_id="")
    store.append([of_gate, of_movement])
    assert store.intervals(IntervalFilter(gate_id="")) == [of_gate]
    assert store.intervals(IntervalFilter(movement_id="")) == [of_movement]


def test_a_filter_time_without_a_zone_is_refused(store: RecordStore) -> None:
    with pytest.raises(ValueError, match="aware"):
        store.intervals(IntervalFilter(since=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_what_fails_half_way_leaves_nothing(store: RecordStore) -> None:
    emptied(store)
    store.append([interval()])

    def broken() -> Iterator[TrafficInterval]:
        yield interval(count=8)
        raise RuntimeError("the camera's process died")

    with pytest.raises(RuntimeError):
        store.append(broken())
    assert store.intervals(EVERYTHING) == [interval()]


def test_a_store_is_kept_over_closing(tmp_path: Path) -> None:
    first = open_store(tmp_path / "records.sqlite")
    first.append([interval()])
    first.close()
    again = open_store(tmp_path / "records.sqlite", read_only=True)
    assert again.intervals(EVERYTHING) == [interval()]
    again.close()


def test_a_reader_beside_a_writer_sees_each_append_at_once(tmp_path: Path) -> None:
    writer = open_store(tmp_path / "records.sqlite")
    reader = open_store(tmp_path / "records.sqlite", read_only=True)
    for version in range(5):
        writer.append([interval(count=version)])
        assert reader.intervals(EVERYTHING) == [interval(count=version)]
    reader.close()
    writer.close()
