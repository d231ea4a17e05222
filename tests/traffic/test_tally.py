"""Counts by interval: aligned to the city's clock, addable, and honest about what was not watched."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waywarden.terms.kinds import Kind
from waywarden.terms.places import Camera, Gate, Movement
from waywarden.terms.records import Direction
from waywarden.terms.transient import Crossing, Passage
from waywarden.traffic.tally import BINS_MIN, Clock, IntervalTally

START = datetime(2026, 6, 1, 7, tzinfo=UTC)
CAMERA = Camera(
    "cam",
    "",
    (),
    gates=(Gate("a", (0, 0), (9, 0)), Gate("b", (0, 9), (9, 9))),
    movements=(Movement("a-b", "a", "b"),),
)
PLAIN = {kind.value: kind.value for kind in Kind}
ZONES = ["UTC", "Europe/London", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"]

SPEEDS = st.none() | st.floats(0.5, 40)
MOMENTS = st.integers(0, 3 * 3600 * 10).map(lambda tenths: START + timedelta(seconds=tenths / 10))
CROSSINGS = st.builds(
    Crossing, st.sampled_from(["a", "b"]), st.sampled_from(Direction), MOMENTS, st.sampled_from(Kind), SPEEDS
)
PASSAGES = st.builds(Passage, st.just("a-b"), MOMENTS, st.sampled_from(Kind), SPEEDS)
ITEMS = st.lists(CROSSINGS | PASSAGES, max_size=30)


def tally(bin_min=15, zone="UTC", scheme=PLAIN):
    return IntervalTally(CAMERA, Clock(bin_min, ZoneInfo(zone)), scheme, "motion-1")


def crossing(at=START, kind=Kind.CAR, speed=None):
    return Crossing("a", Direction.FORWARD, at, kind, speed)


def watched_all(counted, seconds=3 * 3600 + 900):
    counted.watch(START, seconds)
    return counted


def plain(records):
    """Return records as they compare: means of the same speeds in another order differ in the last bit."""
    return [
        (
            *(r.camera_id, r.gate_id, r.direction, r.movement_id, r.vehicle_class, r.start, r.duration_s, r.count),
            round(r.observed_s, 6),
            None if r.mean_speed_mps is None else round(r.mean_speed_mps, 9),
            None if r.v85_mps is None else round(r.v85_mps, 9),
        )
        for r in records
    ]


def gate_a(records, name="all"):
    return [r for r in records if (r.gate_id, r.direction, r.vehicle_class) == ("a", Direction.FORWARD, name)]


@given(ITEMS, st.data())
@settings(deadline=None)
def test_the_parts_add_up_to_the_whole(items, data):
    whole = watched_all(tally())
    whole.add(items)
    cut = data.draw(st.integers(0, 3 * 3600))
    in_first = data.draw(st.lists(st.booleans(), min_size=len(items), max_size=len(items)))
    first, second = tally(), tally()
    first.watch(START, cut)
    second.watch(START + timedelta(seconds=cut), 3 * 3600 + 900 - cut)
    first.add(item for item, chosen in zip(items, in_first, strict=True) if chosen)
    second.add(item for item, chosen in zip(items, in_first, strict=True) if not chosen)
    assert plain((first + second).records()) == plain(whole.records())
    assert plain((second + first).records()) == plain(whole.records())


@given(ITEMS)
@settings(deadline=None)
def test_nothing_added_changes_nothing(items):
    one = watched_all(tally())
    one.add(items)
    assert plain((one + tally()).records()) == plain(one.records())


@given(ITEMS)
@settings(deadline=None)
def test_adding_leaves_the_parts_as_they_were(items):
    one, other = watched_all(tally()), watched_all(tally())
    one.add(items)
    other.add(items[:1])
    before = plain(one.records())
    _ = one + other
    assert plain(one.records()) == before


def test_tallies_of_different_methods_or_clocks_do_not_mix():
    with pytest.raises(ValueError, match="only tallies of the same"):
        _ = tally(15) + tally(5)


@given(ITEMS)
@settings(deadline=None)
def test_all_is_the_sum_of_the_classes_and_nothing_is_lost(items):
    counted = watched_all(tally())
    counted.add(items)
    records = counted.records()
    for total in (r for r in records if r.vehicle_class == "all"):
        where = (total.start, total.gate_id, total.direction, total.movement_id)
        parts = [r for r in records if (r.start, r.gate_id, r.direction, r.movement_id) == where and r is not total]
        assert total.count == sum(part.count for part in parts)
        assert all(part.count > 0 for part in parts)
    assert sum(r.count for r in records if r.vehicle_class == "all") == len(items)


@given(ITEMS, st.integers(0, 4 * 3600))
@settings(deadline=None)
def test_what_is_taken_and_what_is_left_are_the_whole_in_order(items, seconds):
    whole, rest = watched_all(tally()), watched_all(tally())
    whole.add(items)
    rest.add(items)
    before = START + timedelta(seconds=seconds)
    taken = rest.take_closed(before)
    assert all(r.start + timedelta(seconds=r.duration_s) <= before for r in taken)
    assert all(r.start + timedelta(seconds=r.duration_s) > before for r in rest.records())
    assert plain(taken) + plain(rest.records()) == plain(whole.records())
    assert rest.take_closed(before) == []


@given(
    st.sampled_from(BINS_MIN),
    st.sampled_from(ZONES),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
)
def test_an_interval_begins_on_the_citys_own_clock_and_holds_its_moment(bin_min, zone, at):
    clock = Clock(bin_min, ZoneInfo(zone))
    start = clock.start_of(at)
    local = start.astimezone(ZoneInfo(zone))
    assert start.tzinfo is UTC
    assert start <= at < start + clock.bin
    assert (local.minute % bin_min, local.second, local.microsecond) == (0, 0, 0)
    assert clock.start_of(start) == start


@pytest.mark.parametrize(
    ("zone", "at", "begins"),
    [
        ("Asia/Kolkata", "07:40", "07:30"),  # +5:30: the full hour is at half past in UTC
        ("Asia/Kathmandu", "07:40", "07:15"),  # +5:45
        ("Europe/London", "07:40", "07:00"),
    ],
)
def test_hours_of_odd_zones(zone, at, begins):
    start = Clock(60, ZoneInfo(zone)).start_of(datetime.fromisoformat(f"2026-06-01T{at}:00+00:00"))
    assert f"{start:%H:%M}" == begins


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
@pytest.mark.parametrize("bin_min", [15, 60])
def test_a_day_on_which_the_clock_is_changed_has_as_many_hours_as_it_has(day, hours, bin_min):
    zone = ZoneInfo("Europe/Berlin")
    midnight = datetime.fromisoformat(day).replace(tzinfo=zone)
    begin, end = midnight.astimezone(UTC), (midnight + timedelta(days=1)).astimezone(UTC)
    counted = tally(bin_min, "Europe/Berlin")
    counted.watch(begin, (end - begin).total_seconds())
    records = gate_a(counted.records())
    assert len(records) == hours * 60 // bin_min
    assert [r.start for r in records] == [begin + n * timedelta(minutes=bin_min) for n in range(len(records))]
    assert all(r.observed_s == 60 * bin_min for r in records)


@pytest.mark.parametrize("bin_min", [0, -5, 7, 25, 59, 61, 90])
def test_a_bin_that_does_not_divide_the_hour_is_refused(bin_min):
    with pytest.raises(ValueError, match="an interval is one of"):
        Clock(bin_min, ZoneInfo("UTC"))


def test_all_that_divide_the_hour_are_allowed():
    assert list(BINS_MIN) == [n for n in range(1, 61) if 60 % n == 0]


def test_a_watched_gate_that_nothing_crossed_is_zero_and_an_unwatched_interval_is_absent():
    counted = tally()
    counted.watch(START, 300)
    counted.watch(START + timedelta(minutes=47), 13 * 60)
    records = counted.records()
    assert [(r.start.minute, r.observed_s, r.count) for r in gate_a(records)] == [(0, 300, 0), (45, 780, 0)]
    assert {r.vehicle_class for r in records} == {"all"}
    places = {(r.gate_id, r.direction, r.movement_id) for r in records}
    assert len(places) == 5  # two gates two ways, and a movement


def test_a_stretch_over_the_end_of_an_interval_is_shared_out():
    counted = tally(1)
    counted.watch(START + timedelta(seconds=50), 75)
    assert [r.observed_s for r in gate_a(counted.records())] == [10, 60, 5]


def test_watched_time_is_that_of_the_frames():
    counted = tally(1)
    for n in range(25 * 45):
        counted.watch(START + timedelta(seconds=n / 25), 1 / 25)
    (record,) = gate_a(counted.records())
    assert record.observed_s == pytest.approx(45, abs=0.01)


def test_classes_are_those_of_the_scheme():
    scheme = PLAIN | {"car": "light", "van": "light", "bus": "heavy", "truck": "heavy"}
    counted = watched_all(tally(60, scheme=scheme), 3600)
    counted.add(crossing(kind=kind) for kind in (Kind.CAR, Kind.VAN, Kind.VAN, Kind.BUS, Kind.BICYCLE))
    counts = {r.vehicle_class: r.count for r in counted.records() if r.gate_id == "a" and r.direction == "forward"}
    assert counts == {"all": 5, "light": 3, "heavy": 1, "bicycle": 1}


@given(st.lists(SPEEDS, min_size=1, max_size=12))
@settings(max_examples=50, deadline=None)
def test_mean_and_v85_are_those_of_the_known_speeds(speeds):
    counted = watched_all(tally(60), 3600)
    counted.add(crossing(speed=speed) for speed in speeds)
    (record,) = gate_a(counted.records(), "car")
    known = sorted(speed for speed in speeds if speed is not None)
    assert record.count == len(speeds)
    assert (record.mean_speed_mps is None) == (not known)
    if known:
        assert record.mean_speed_mps == pytest.approx(np.mean(known))
    assert (record.v85_mps is None) == (len(known) < 5)
    if len(known) >= 5:
        at = 0.85 * (len(known) - 1)  # linear between the speeds on either side of this place
        low, high = known[math.floor(at)], known[math.ceil(at)]
        assert record.v85_mps == pytest.approx(low + (at - math.floor(at)) * (high - low))
