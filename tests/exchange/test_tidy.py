"""Tidy CSV: fixed columns, RFC 4180 quoting, and back."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import io
from datetime import UTC, datetime, timedelta, timezone

import pyarrow.csv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waywarden.exchange.tidy import COLUMNS, csv_lines, from_csv, tidy_row, to_csv
from waywarden.terms.records import Direction, TrafficInterval

START = datetime(2019, 6, 28, 13, 0, tzinfo=UTC)
AT_GATE = TrafficInterval("c-1", "south", Direction.FORWARD, None, "car", START, 900, 899.996, 6, 10.0, 12.345, "m 1")
MOVEMENT = TrafficInterval("c-1", None, None, "south-north", "all", START, 900, 450.25, 0, None, None, "m 1")
HEADER = "camera,gate,direction,movement,vehicle_class,start,duration_s,observed_s,count,mean_speed_kmh,v85_kmh"


def test_golden() -> None:
    assert to_csv([AT_GATE, MOVEMENT]).decode().split("\n") == [
        HEADER,
        "c-1,south,forward,,car,2019-06-28T13:00:00Z,900,900,6,36.0,44.4",
        "c-1,,,south-north,all,2019-06-28T13:00:00Z,900,450.25,0,,",
        "",
    ]


@pytest.mark.parametrize(
    ("observed_s", "written"), [(0.0, "0"), (0.004, "0"), (0.1 + 0.2, "0.3"), (100.0, "100"), (12.345678, "12.35")]
)
def test_observed_seconds_have_no_noise(observed_s: float, written: str) -> None:
    assert f",900,{written},6," in to_csv([dataclasses.replace(AT_GATE, observed_s=observed_s)]).decode()


def test_time_is_utc_with_z_and_keeps_microseconds() -> None:
    local = datetime(2019, 6, 28, 14, 0, 0, 70, tzinfo=timezone(timedelta(hours=1)))
    assert ",2019-06-28T13:00:00.000070Z," in to_csv([dataclasses.replace(AT_GATE, start=local)]).decode()


@given(data=st.data())
def test_there_and_back(data: st.DataObject, some_intervals: st.SearchStrategy[list[TrafficInterval]]) -> None:
    given_ones = data.draw(some_intervals)
    raw = to_csv(given_ones)
    back = from_csv(raw)
    assert to_csv(back) == raw
    assert [tidy_row(one) for one in back] == [tidy_row(one) for one in given_ones]


@given(data=st.data())
def test_pythons_own_reader_finds_the_same_cells(
    data: st.DataObject, some_intervals: st.SearchStrategy[list[TrafficInterval]]
) -> None:
    given_ones = data.draw(some_intervals)
    header, *rows = csv.reader(io.StringIO(to_csv(given_ones).decode(), newline=""))
    assert tuple(header) == COLUMNS
    assert [row[0] for row in rows] == [one.camera_id for one in given_ones]
    assert [row[1] for row in rows] == [one.gate_id or "" for one in given_ones]
    assert [row[4] for row in rows] == [one.vehicle_class for one in given_ones]
    assert [int(row[8]) for row in rows] == [one.count for one in given_ones]


def test_arrow_reads_it() -> None:
    table = pyarrow.csv.read_csv(pyarrow.BufferReader(to_csv([AT_GATE, MOVEMENT])))
    assert table.column_names == list(COLUMNS)
    assert table["start"].to_pylist() == [START, START]
    assert table["count"].to_pylist() == [6, 0]
    assert table["mean_speed_kmh"].to_pylist() == [36.0, None]


def test_lines_are_the_file() -> None:
    lines = list(csv_lines([AT_GATE, MOVEMENT]))
    assert len(lines) == 3
    assert all(line.endswith("\n") for line in lines)
    assert "".join(lines).encode() == to_csv([AT_GATE, MOVEMENT])


def test_none_is_a_header() -> None:
    assert to_csv([]).decode() == HEADER + "\n"
    assert from_csv(to_csv([])) == []
    assert from_csv(b"\xef\xbb\xbf" + to_csv([AT_GATE]).replace(b"\n", b"\r\n")) == from_csv(to_csv([AT_GATE]))


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("c,g,forward,,car,2019-06-28T13:00:00Z,900,900,6,36.0", "line 2: 11 fields were wanted, got 10"),
        ("c,g,sideways,,car,2019-06-28T13:00:00Z,900,900,6,,", "line 2: 'sideways'"),
        ("c,g,forward,,car,yesterday,900,900,6,,", "line 2: Invalid isoformat"),
        ("c,g,forward,,car,2019-06-28T13:00:00Z,900,901,6,,", "line 2: .*impossible"),
        ("c,g,forward,,car,2019-06-28T13:00:00Z,900,900,six,,", "line 2: invalid literal"),
        ('"c,g,forward,,car,2019-06-28T13:00:00Z,900,900,6,,', "line 2: unexpected end"),
        ("", "line 2: 11 fields were wanted, got 0"),
    ],
)
def test_a_broken_row_is_named_by_its_line(cells: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        from_csv(f"{HEADER}\n{cells}\n".encode())


def test_another_header_is_refused() -> None:
    for raw in (b"", b"\n", b"camera;gate\n", HEADER.replace("gate", "line").encode()):
        with pytest.raises(ValueError, match="line 1: the header camera,gate,"):
            from_csv(raw)


@given(raw=st.binary(max_size=200) | st.text().map(lambda text: f"{HEADER}\n{text}".encode(errors="replace")))
def test_whatever_comes_is_read_or_refused_in_one_way(raw: bytes) -> None:
    with contextlib.suppress(ValueError):
        from_csv(raw)
