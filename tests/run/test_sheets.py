"""Sheets through the command line: what Excel's readers find in them, and one sentence where it cannot be."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from run.command_line import ask
from waywarden.exchange.sheets import Row, Share, Sheet
from waywarden.run.workbook import to_xlsx
from waywarden.store.sqlite import open_store
from waywarden.terms.records import Direction, TrafficInterval

T0 = datetime(2026, 5, 5, 5, 0, tzinfo=UTC)
CITY = """
[city]
name = "T"
time_zone = "Europe/Berlin"
[[camera]]
id = "tee"
source = "clip.mp4"
  [[camera.gate]]
  id = "w"
  from_px = [100, 250]
  to_px = [100, 350]
  [[camera.gate]]
  id = "e"
  from_px = [700, 250]
  to_px = [700, 350]
  [[camera.movement]]
  id = "w-e"
  from = "w"
  to = "e"
[[camera]]
id = "road"
source = "clip.mp4"
  [[camera.gate]]
  id = "w"
  from_px = [100, 250]
  to_px = [100, 350]
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "city.toml").write_text(CITY)
    store = open_store(tmp_path / "records.sqlite")
    store.append(
        TrafficInterval("tee", gate, way, movement, name, T0 + timedelta(minutes=15 * at), 900, 900, n, 10.0, None, "m")
        for at in range(4)
        for name, n in {"all": 10 + at, "car": 9 + at, "bus": 1}.items()
        for gate, way, movement in ((None, None, "w-e"), ("w", Direction.FORWARD, None))
    )
    store.close()
    return tmp_path


def given(place: Path) -> list[object]:
    return ["--city", place / "city.toml", "--store", place / "records.sqlite"]


def test_a_workbook_is_what_a_reader_of_workbooks_finds(place: Path) -> None:
    out = place / "tmc.xlsx"
    assert ask("export", "--tmc", *given(place), "--camera", "tee", "--out", out).code == 0
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["Summary", "All vehicles", "Heavy vehicles", "Bicycles", "On foot", "Peak hours"]
    page = book["All vehicles"]
    assert [cell.value for cell in page[2]] == ["date", "start", "watched", "through to e", "approach", "junction",
                                                "quality"]  # fmt: skip
    day, begins, watched, through = (cell for cell in page[3][:4])
    assert (day.value.date(), begins.value, watched.value) == (date(2026, 5, 5), time(7, 0), 1)
    assert watched.number_format == "0.0%"
    assert isinstance(through.value, int)
    assert page.freeze_panes == "D3"


def test_the_recorders_as_csv_on_standard_output(place: Path) -> None:
    said = ask("export", "--atr", *given(place), "--camera", "tee")
    assert said.code == 0
    assert "w forward\ndate,start,watched,bus,car,all,mean km/h,v85 km/h,quality\n" in said.out


def test_the_same_counts_make_the_same_bytes(place: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        ask("export", "--tmc", *given(place), "--camera", "tee", "--out", place / name)
    assert (place / "a.xlsx").read_bytes() == (place / "b.xlsx").read_bytes()


def test_text_never_becomes_a_formula(tmp_path: Path) -> None:
    text = '=HYPERLINK("x")'
    (tmp_path / "x.xlsx").write_bytes(to_xlsx([Sheet("a", [Row([text, "12", Share(0.5)])])]))
    row = openpyxl.load_workbook(tmp_path / "x.xlsx")["a"][1]
    assert [(cell.value, cell.data_type) for cell in row] == [(text, "s"), ("12", "s"), (0.5, "n")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--tmc", "--atr", "--camera", "tee"], "ask for one of them at a time"),
        (["--camera", "tee"], "--city is for --tmc and --atr"),
        (["--tmc"], "give one of tee, road with --camera"),
        (["--tmc", "--camera", "tee", "--out", "x.parquet"], "must end in .csv or .xlsx, or be -"),
        (["--tmc", "--camera", "tee", "--since", "2027-01-01"], 'no rows of camera "tee" in that time'),
    ],
)
def test_what_cannot_be_is_one_sentence(place: Path, words: list[str], said: str) -> None:
    asked = ask("export", *words, *given(place))
    assert asked.code == 2
    assert said in asked.lines[0]


def test_sheets_want_the_city(place: Path) -> None:
    asked = ask("export", "--tmc", "--store", place / "records.sqlite")
    assert asked.code == 2
    assert "--tmc wants --city FILE" in asked.lines[0]


def test_a_road_has_no_turning_movements(place: Path) -> None:
    store = open_store(place / "records.sqlite")
    store.append([TrafficInterval("road", "w", Direction.FORWARD, None, "all", T0, 600, 600, 1, None, None, "m")])
    store.close()
    asked = ask("export", "--tmc", *given(place), "--camera", "road")
    assert 'camera "road" has no movements in city.toml' in asked.lines[0]
