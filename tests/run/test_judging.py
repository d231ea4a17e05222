"""Judging what is stored: by the command, after a count, and in the rows that are handed out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet
import pytest

from run.command_line import ask, write_city
from waywarden.run.city.config import read_city
from waywarden.run.judging import judge_counted, judge_stored
from waywarden.store.port import IntervalFilter, RecordStore
from waywarden.store.sqlite import open_store
from waywarden.terms.records import Direction, Doubt, Quality, TrafficInterval

T0 = datetime(2026, 6, 1, tzinfo=UTC)
HOURS = 24 * 7 * 6
BROKEN = 24 * 7 * 4 + 12


def hour(at: int) -> TrafficInterval:
    """Return an hour of a road that counts 100 to 104, and once 900."""
    count = 900 if at == BROKEN else 100 + at % 5
    observed_s = 1000 if at == BROKEN + 50 else 3600
    return TrafficInterval(
        "a", "g", Direction.FORWARD, None, "all", T0 + timedelta(hours=at), 3600, observed_s, count, None, None, "m"
    )


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Path, RecordStore]]:
    write_city(tmp_path, ("a", '"clip.mp4"'))
    store = open_store(tmp_path / "records.sqlite")
    store.append(hour(at) for at in range(HOURS))
    yield tmp_path, store
    store.close()


def doubted(store: RecordStore) -> dict[int, tuple[Doubt, ...]]:
    found = store.qualities(IntervalFilter())
    return {(one.start - T0) // timedelta(hours=1): one.doubts for one in found if one.doubts}


def test_the_command_judges_everything_and_says_what_it_found(place: tuple[Path, RecordStore]) -> None:
    folder, store = place
    said = ask("quality", "--city", folder / "city.toml", "--store", folder / "records.sqlite")
    assert said.code == 0
    assert str(HOURS) in said.out
    for word in ("99.8%", "0.2%", "barely_watched 1", "out_of_range 2"):
        assert word in " ".join(said.out.split())
    assert doubted(store) == {BROKEN: (Doubt.OUT_OF_RANGE,), BROKEN + 50: (Doubt.BARELY_WATCHED, Doubt.OUT_OF_RANGE)}
    assert len(store.qualities(IntervalFilter())) == HOURS


def test_in_months_or_at_once_is_the_same(place: tuple[Path, RecordStore], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, store = place
    city = read_city(folder / "city.toml")
    judge_stored(store, city, city.cameras[0])
    before = list(store.qualities(IntervalFilter()))
    monkeypatch.setattr("waywarden.run.judging.AT_ONCE", timedelta(days=365))
    judged = judge_stored(store, city, city.cameras[0])
    assert list(store.qualities(IntervalFilter())) == before
    assert (judged.bins, judged.qualities[Quality.DOUBTFUL]) == (HOURS, 2)


def test_after_a_count_the_last_week_is_judged_with_it(place: tuple[Path, RecordStore]) -> None:
    folder, store = place
    city = read_city(folder / "city.toml")
    judge_counted(store, city, [hour(HOURS - 1)])
    starts = [one.start for one in store.qualities(IntervalFilter())]
    assert (starts[0], starts[-1]) == (T0 + timedelta(hours=HOURS - 1 - 24 * 7), T0 + timedelta(hours=HOURS - 1))


def test_rows_say_it_where_they_are_asked_to(place: tuple[Path, RecordStore]) -> None:
    folder, store = place
    city = read_city(folder / "city.toml")
    judge_stored(store, city, city.cameras[0])
    given = ("export", "--store", folder / "records.sqlite")
    plain = ask(*given)
    assert plain.out.splitlines()[0].endswith("count,mean_speed_kmh,v85_kmh")
    rows = list(csv.DictReader(io.StringIO(ask(*given, "--quality", "all").out)))
    assert len(rows) == HOURS
    assert (rows[BROKEN]["quality"], rows[BROKEN]["doubts"]) == ("doubtful", "out_of_range")
    assert (rows[0]["quality"], rows[0]["doubts"]) == ("good", "")
    good = list(csv.DictReader(io.StringIO(ask(*given, "--quality", "good,usable").out)))
    assert len(good) == HOURS - 2
    ask(*given, "--quality", "doubtful", "--out", folder / "rows.parquet")
    table = pyarrow.parquet.read_table(folder / "rows.parquet")
    assert table.column_names[-2:] == ["quality", "doubts"]
    assert table["doubts"].to_pylist() == ["out_of_range", "barely_watched out_of_range"]


def test_recorders_say_it_too(place: tuple[Path, RecordStore]) -> None:
    folder, store = place
    city = read_city(folder / "city.toml")
    judge_stored(store, city, city.cameras[0])
    said = ask("export", "--atr", "--city", folder / "city.toml", "--store", folder / "records.sqlite")
    lines = [line for line in said.out.splitlines() if line.startswith("2026-")]
    assert len(lines) == HOURS
    assert [line.rpartition(",")[2] for line in lines[BROKEN - 1 : BROKEN + 1]] == ["good", "doubtful"]


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (["export", "--quality", "best"], "--quality wants good, usable, doubtful or all, with commas between", 2),
        (["quality", "--city", "city.toml", "--store", "none.sqlite"], "there is no such file", 5),
    ],
)
def test_what_cannot_be_is_one_sentence(
    place: tuple[Path, RecordStore], monkeypatch: pytest.MonkeyPatch, words: list[str], said: str, code: int
) -> None:
    monkeypatch.chdir(place[0])
    if "--store" not in words:
        words = [*words, "--store", "records.sqlite"]
    asked = ask(*words)
    assert asked.code == code
    assert said in asked.lines[0]
    assert not (place[0] / "none.sqlite").exists()
