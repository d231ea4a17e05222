"""Rows out: whole or not at all, and one sentence where it cannot be."""

from __future__ import annotations

import io
import os
import resource
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet
import pytest

from waywarden.exchange.tidy import to_csv
from waywarden.run.export import check_out, export, write_rows
from waywarden.store.port import IntervalFilter
from waywarden.store.sqlite import open_store
from waywarden.terms.errors import ConfigError, WaywardenError
from waywarden.terms.records import Direction, TrafficInterval

T0 = datetime(2026, 1, 1, tzinfo=UTC)


def rows(count: int) -> list[TrafficInterval]:
    return [
        TrafficInterval("a", "g", Direction.FORWARD, None, "all", T0 + timedelta(hours=hour), 60, 60, 1, 2.0, None, "m")
        for hour in range(count)
    ]


@pytest.mark.parametrize("name", ["rows.csv", "rows.CSV"])
def test_csv(tmp_path: Path, name: str) -> None:
    write_rows(iter(rows(3)), str(tmp_path / name), io.BytesIO())
    assert (tmp_path / name).read_bytes() == to_csv(rows(3))
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_parquet(tmp_path: Path) -> None:
    write_rows(rows(3), str(tmp_path / "rows.parquet"), io.BytesIO())
    assert pyarrow.parquet.read_table(tmp_path / "rows.parquet").num_rows == 3


def test_standard_output() -> None:
    stdout = io.BytesIO()
    write_rows(rows(3), "-", stdout)
    assert stdout.getvalue() == to_csv(rows(3))


def test_export_is_what_was_wanted_of_the_store(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    store = open_store(tmp_path / "records.sqlite")
    store.append(rows(5))
    wanted = IntervalFilter(since=T0 + timedelta(hours=3))
    assert export(store, wanted, str(tmp_path / "rows.csv")) == 2
    assert (tmp_path / "rows.csv").read_bytes() == to_csv(rows(5)[3:])
    assert export(store, wanted, "-") == 2
    assert capfdbinary.readouterr().out == to_csv(rows(5)[3:])
    store.close()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("rows.xlsx", r"must end in \.csv or \.parquet, or be -"),
        ("rows", r"must end in \.csv or \.parquet"),
        ("none/rows.csv", "there is no folder .*none; make it first"),
        ("folder.csv", "it is a folder"),
    ],
)
def test_what_cannot_be_is_said_before_the_work_begins(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "folder.csv").mkdir()

    class NeverAsked:
        def intervals(self, *_: object, **__: object) -> Sequence[TrafficInterval]:
            raise AssertionError("the store was asked before the path was checked")

    with pytest.raises(ConfigError, match=said):
        check_out(str(tmp_path / name))
    with pytest.raises(ConfigError, match=said):
        export(NeverAsked(), IntervalFilter(), str(tmp_path / name))


def test_what_was_there_stays_until_the_new_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"before")

    def broken() -> Iterator[TrafficInterval]:
        yield from rows(2)
        raise RuntimeError("the camera's process died")

    with pytest.raises(RuntimeError):
        write_rows(broken(), str(path), io.BytesIO())
    assert path.read_bytes() == b"before"
    write_rows(rows(1), str(path), io.BytesIO())
    assert path.read_bytes() == to_csv(rows(1))


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to(tmp_path / "rows.csv")
    write_rows(rows(1), str(tmp_path / "link.csv"), io.BytesIO())
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "rows.csv").read_bytes() == to_csv(rows(1))


def test_standard_output_on_a_full_disk_and_a_closed_pipe() -> None:
    full = Path("/dev/full").open("wb")  # noqa: SIM115 - closing it would fail once more
    with pytest.raises(WaywardenError, match="the disk is full"):
        write_rows(rows(1), "-", full)
    full.raw.close()
    reading, writing = os.pipe()
    os.close(reading)
    pipe = os.fdopen(writing, "wb")
    with pytest.raises(WaywardenError, match="has stopped reading"):
        write_rows(rows(1), "-", pipe)
    pipe.raw.close()


def test_a_file_that_may_not_grow_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"before")
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            write_rows(rows(500), str(path), io.BytesIO())
        except WaywardenError as refusal:
            os._exit(7 if "cannot write rows to" in str(refusal) else 8)
        os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert path.read_bytes() == b"before"
    assert [one.name for one in tmp_path.iterdir()] == ["rows.csv"]
