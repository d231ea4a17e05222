"""The sheets of a turning movement count and of recorders, on a junction whose table was worked by hand."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from waywarden.exchange.atr import atr_sheets
from waywarden.exchange.sheets import Row, Share, Sheet, sheet_name, sheets_csv
from waywarden.exchange.tmc import tmc_sheets
from waywarden.terms.kinds import Kind
from waywarden.terms.places import Camera, Gate, Movement
from waywarden.terms.records import Direction, TrafficInterval, bin_of
from waywarden.traffic.measures.turning import turning_count

# 07:00 in Berlin, in summer.
T0 = datetime(2026, 5, 5, 5, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
SCHEME = {kind.value: kind.value for kind in Kind}
TEE = Camera(
    "tee",
    "A tee",
    ("clip.mp4",),
    gates=(
        Gate("w", (100, 250), (100, 350), "West"),
        Gate("e", (700, 250), (700, 350), "East"),
        Gate("s", (350, 500), (450, 500), "South"),
        Gate("zebra", (10, 10), (20, 20)),
    ),
    movements=(Movement("w-e", "w", "e"), Movement("w-s", "w", "s"), Movement("s-e", "s", "e")),
)
# Five quarters from 07:00 on, as a person would note them: cars and trucks of each movement.
CARS = {"w-e": [40, 50, 60, 50, 20], "w-s": [5, 10, 10, 5, 5], "s-e": [10, 10, 20, 10, 10]}
TRUCKS = {"w-e": [5, 5, 0, 10, 0], "w-s": [0, 0, 0, 0, 0], "s-e": [0, 0, 5, 0, 0]}


def intervals() -> Iterator[TrafficInterval]:
    for movement in CARS:
        for at in range(5):
            counts = {"car": CARS[movement][at], "truck": TRUCKS[movement][at], "bicycle": 1}
            for name, count in {"all": sum(counts.values()), **counts}.items():
                start = T0 + timedelta(minutes=15 * at)
                yield TrafficInterval("tee", None, None, movement, name, start, 900, 900, count, None, None, "m")


def tables(sheets: list[Sheet]) -> dict[str, list[list[str]]]:
    """Return each sheet's rows as a CSV reader sees them."""
    found: dict[str, list[list[str]]] = {}
    for block in sheets_csv(sheets).decode().split("\n\n"):
        rows = list(csv.reader(block.splitlines()))
        if rows and rows[0] and rows[0][0] in {sheet.name for sheet in sheets}:
            found[rows[0][0]] = rows[1:]
    return found


def test_a_table_worked_by_hand() -> None:
    sheets = tmc_sheets(turning_count(TEE, intervals(), SCHEME), BERLIN, {T0: "usable"})
    table = tables(sheets)["All vehicles"]
    assert table[0] == ["", "", "", "from West", "", "", "from South", "", "", ""]
    assert table[1] == [
        "date", "start", "watched", "through to East", "right to South", "approach", "right to East", "approach",
        "junction", "quality",
    ]  # fmt: skip
    assert table[2] == ["2026-05-05", "07:00", "1", "45", "5", "50", "10", "10", "60", "usable"]
    assert table[4] == ["2026-05-05", "07:30", "1", "60", "10", "70", "25", "25", "95", ""]
    # By hand: 240 + 35 through and right from the west, 65 from the south.
    assert table[7][:9] == ["total", "", "", "240", "35", "275", "65", "65", "340"]
    assert table[8][3:8] == ["0.873", "0.127", "1", "1", "1"]
    assert table[9][3:9] == ["0.706", "0.103", "0.809", "0.191", "0.191", "1"]
    # By hand: 20 of 240, 0 of 35, 20 of 275, 5 of 65, 25 of 340.
    assert table[10][3:9] == ["0.083", "0", "0.073", "0.077", "0.077", "0.074"]


def test_the_peak_hour_worked_by_hand() -> None:
    (name, rows) = list(tables(tmc_sheets(turning_count(TEE, intervals(), SCHEME), BERLIN, {})).items())[-1]
    assert name == "Peak hours"
    assert rows[0] == ["AM peak hour", "2026-05-05", "07:00"]
    # By hand: quarters 60, 75, 95, 75 of the junction: 305 against 35 + 75 + 95 + 75 = 280 an hour from 07:15 on.
    assert rows[-3][3:9] == ["220", "30", "250", "55", "55", "305"]
    # 220/(4*60), 30/(4*10), 250/(4*70), 55/(4*25), 305/(4*95).
    assert rows[-2][3:9] == ["0.917", "0.75", "0.893", "0.55", "0.55", "0.803"]


def test_bicycles_and_heavy_vehicles_have_their_own() -> None:
    found = tables(tmc_sheets(turning_count(TEE, intervals(), SCHEME), BERLIN, {}))
    assert found["Bicycles"][7][:9] == ["total", "", "", "5", "5", "10", "5", "5", "15"]
    assert found["Heavy vehicles"][7][:9] == ["total", "", "", "20", "0", "20", "5", "5", "25"]
    assert found["On foot"][0] == [
        "date", "start", "watched", "zebra (crosswalk)", "West (arm)", "East (arm)", "South (arm)", "all", "quality"
    ]  # fmt: skip


def test_not_watched_is_empty_and_never_zero() -> None:
    some = [row for row in intervals() if row.start != T0 + timedelta(minutes=15)]
    table = tables(tmc_sheets(turning_count(TEE, some, SCHEME), BERLIN, {}))["All vehicles"]
    assert table[3] == ["2026-05-05", "07:15", "0", "", "", "", "", "", "", ""]


def test_a_scheme_that_lumps_says_so() -> None:
    lumped = dict.fromkeys(SCHEME, "anything")
    text = sheets_csv(tmc_sheets(turning_count(TEE, intervals(), lumped), BERLIN, {})).decode()
    assert "heavy vehicles are not known" in text


def recorded(way: Direction, at: int, count: int, mean_mps: float | None) -> list[TrafficInterval]:
    start = T0 + timedelta(minutes=15 * at)
    return [
        TrafficInterval("tee", "w", way, None, name, start, 900, 450, count, mean_mps, 12.5, "m")
        for name in ("all", "car")
    ]


def test_recorders() -> None:
    rows = [*recorded(Direction.FORWARD, 0, 10, 10.0), *recorded(Direction.FORWARD, 1, 30, 20.0)]
    sheets = atr_sheets(TEE, rows, BERLIN, {bin_of(rows[0]): "doubtful"})
    assert [sheet.name for sheet in sheets] == ["Summary", "West forward"]
    table = tables(sheets)["West forward"]
    assert table[0] == ["date", "start", "watched", "car", "all", "mean km/h", "v85 km/h", "quality"]
    assert table[1] == ["2026-05-05", "07:00", "0.5", "10", "10", "36", "45", "doubtful"]
    # By hand: (10 x 36 + 30 x 72) / 40 = 63 km/h; v85s have no sum.
    assert table[3] == ["total", "", "0.5", "40", "40", "63"]


def test_cells_are_quoted_and_shares_are_numbers() -> None:
    assert sheets_csv([Sheet("a", [Row(["x, y", Share(0.5), None, 3])])]) == b'a\n"x, y",0.5,,3\n'


@pytest.mark.parametrize("name", ["", "x" * 32, "a/b"])
def test_a_sheet_has_a_name_that_a_workbook_can_have(name: str) -> None:
    with pytest.raises(ValueError, match="a sheet's name has 1 to 31 characters"):
        Sheet(name, [])


def test_any_name_becomes_one_that_is_free() -> None:
    assert sheet_name("x" * 40, []) == "x" * 31
    assert sheet_name("x" * 40, ["X" * 31]) == "x" * 29 + " 2"
    assert sheet_name("", []) == "sheet"
