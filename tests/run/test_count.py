"""The counting job: one bad camera costs nobody else, a failing store costs no rows, and bins do not mix."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from run.command_line import ask, write_city
from waywarden.exchange.tidy import from_csv
from waywarden.run.city.config import read_city
from waywarden.run.counting.count import CountJob
from waywarden.run.counting.keeping import open_kept
from waywarden.run.counting.local import count
from waywarden.store.nothing import NoRecords
from waywarden.store.port import IntervalFilter
from waywarden.store.sqlite import open_store
from waywarden.terms.errors import SourceError, StoreError
from waywarden.terms.records import CameraHealth, Direction, HealthState, IntervalCheck, TrafficInterval

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Full(NoRecords):
    """A store whose disk is full, but for the health, until the ``until``-th time."""

    def __init__(self, until: int) -> None:
        self.times, self.until, self.stored = 0, until, list[TrafficInterval]()

    def append(self, intervals: Iterable[TrafficInterval]) -> None:
        if new := list(intervals):
            self.times += 1
            if self.times < self.until:
                raise StoreError("the disk is full")
            self.stored += new

    def append_health(self, health: Iterable[CameraHealth]) -> None:
        pass

    def append_checks(self, checks: Iterable[IntervalCheck]) -> None:
        pass


def job(path: Path, **more: object) -> CountJob:
    return CountJob(read_city(path), path.parent, "motion", "motion-1", 1, **more)  # type: ignore[arg-type]


def test_one_bad_camera_does_not_stop_the_others(tmp_path: Path, clip: Path) -> None:
    city = write_city(tmp_path, ("bad", '"nothing.mp4"'), ("good", f'"{clip}"'), ("worse", '"nothing-more.mp4"'))
    said = ask("count", "--city", city, "--store", tmp_path / "x.sqlite")
    assert said.code == SourceError.exit_code
    assert [line.split(":")[0] for line in said.wrong] == ["bad", "worse"]
    rows = from_csv(said.out.encode())
    assert {row.camera_id for row in rows} == {"good"}
    assert sum(row.count for row in rows if row.vehicle_class == "all") > 0
    assert len(open_store(tmp_path / "x.sqlite").intervals(IntervalFilter())) == len(rows)


def test_a_camera_without_a_gate_is_said(tmp_path: Path) -> None:
    city = write_city(tmp_path, ("gated", '"nothing.mp4"'))
    bare = '[[camera]]\nid = "bare"\nsource = "nothing.mp4"\nposition = [0.0, 51.0]\n'
    city.write_text(city.read_text() + bare)
    said = [line for line in ask("count", "--city", city).wrong if "no gate" in line]
    assert said == ["bare: it has no gate, so nothing is counted: draw one with 'waywarden gates'"]


def test_where_no_camera_can_be_counted_an_older_file_of_rows_stays(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("of yesterday\n")
    said = ask("count", "--city", write_city(tmp_path, ("a", '"nothing.mp4"')), "--out", tmp_path / "rows.csv")
    assert said.code == SourceError.exit_code
    assert (tmp_path / "rows.csv").read_text() == "of yesterday\n"


def test_a_store_that_fails_costs_no_rows(tmp_path: Path, clip: Path) -> None:
    path = write_city(tmp_path, ("a", f'"{clip}"'))
    (whole,) = count(job(path), read_city(path).cameras)
    for store in (Full(until=99), NoRecords()):
        (kept,) = count(job(path, store=store), read_city(path).cameras)
        assert isinstance(kept.trouble, StoreError)
        assert kept.records == whole.records != []
    assert whole.trouble is None


def test_what_could_not_be_stored_is_stored_with_the_next(tmp_path: Path, minute: Path) -> None:
    path, store = write_city(tmp_path, ("a", f'["{minute}", "{minute}", "{minute}"]')), Full(until=2)
    (kept,) = count(job(path, store=store), read_city(path).cameras)
    assert kept.trouble is None
    assert store.times > 2
    assert store.stored == kept.records
    assert len({record.start for record in store.stored}) == 3


def test_what_was_counted_before_a_recording_breaks_off_is_kept(tmp_path: Path, clip: Path) -> None:
    """Of two recordings, played one after the other, the second is not there."""
    city = write_city(tmp_path, ("a", f'["{clip}", "nothing.mp4"]'))
    said = ask("count", "--city", city)
    assert (said.code, len(said.wrong)) == (SourceError.exit_code, 1)


def test_a_stop_ends_every_camera_and_starts_no_more(tmp_path: Path, clip: Path) -> None:
    path = write_city(tmp_path, *((name, f'"{clip}"') for name in "abcdefgh"))
    stop = threading.Event()
    counted = count(job(path, stop=stop, on_progress=lambda _id, _done: stop.set()), read_city(path).cameras)
    assert [each.camera_id for each in counted] == list("abcdefgh")
    assert {each.trouble for each in counted} == {None}
    assert counted[-1].records == []
    watched = [record.observed_s for each in counted for record in each.records]
    assert 0 < max(watched) < 2.9


@pytest.mark.parametrize(("first", "then"), [(15, 60), (60, 15), (1, 5)])
def test_intervals_of_two_lengths_do_not_mix(tmp_path: Path, clip: Path, first: int, then: int) -> None:
    city, store = write_city(tmp_path, ("a", f'"{clip}"'), ("b", f'"{clip}"')), tmp_path / "x.sqlite"
    assert ask("count", "--city", city, "--store", store, "--bin", first, "--camera", "a").code == 0
    refused = ask("count", "--city", city, "--store", store, "--bin", then)
    assert (refused.code, refused.out, len(refused.lines)) == (2, "", 1)
    assert f"{first}-minute intervals" in refused.lines[0]
    assert f"use --bin {first}, or another --store" in refused.lines[0]
    assert ask("count", "--city", city, "--store", store, "--bin", then, "--camera", "b").code == 0
    assert {one.duration_s for one in open_store(store).intervals(IntervalFilter(camera_id="a"))} == {60 * first}


def test_opening_the_store_deletes_what_is_past_its_retention(tmp_path: Path) -> None:
    city = read_city(write_city(tmp_path, ("a", '"x.mp4"'), more=""))
    store = open_store(tmp_path / "x.sqlite")
    now = datetime.now(UTC)
    starts = [now.replace(year=now.year - years, month=1, day=1) for years in (1, 9, 12)]
    store.append(
        TrafficInterval("a", "g", Direction.FORWARD, None, "all", start, 900, 900.0, 1, None, None, "m")
        for start in starts
    )
    store.append_health([CameraHealth("a", starts[0], HealthState.OK, "")])
    store.close()
    kept = open_kept(tmp_path / "x.sqlite", city)
    assert {one.start for one in kept.intervals(IntervalFilter())} == set(starts[:2])
    assert list(kept.latest_health()) == []


def test_bins_begin_on_the_full_hour_of_the_citys_clock(tmp_path: Path, clip: Path) -> None:
    said = ask("count", "--city", write_city(tmp_path, ("a", f'"{clip}"'), zone="Asia/Kathmandu"), "--bin", 60)
    (start,) = {one.start for one in from_csv(said.out.encode())}
    local = start.astimezone(ZoneInfo("Asia/Kathmandu"))
    assert start <= NOON
    assert (local.minute, local.second) == (0, 0)
