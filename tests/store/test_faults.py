"""Whatever is the matter with the file or the disk: one sentence, and what was stored is kept."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import event

from waywarden.store.port import IntervalFilter
from waywarden.store.sqlite import open_store
from waywarden.terms.errors import StoreError
from waywarden.terms.records import Direction, TrafficInterval

T0 = datetime(2026, 1, 1, tzinfo=UTC)
NOBODY = 65534


def rows(count: int, first: int = 0) -> list[TrafficInterval]:
    return [
        TrafficInterval(
            "camera",
            "gate",
            Direction.FORWARD,
            None,
            "all",
            T0 + timedelta(hours=hour),
            3600,
            3600.0,
            1,
            None,
            None,
            "m",
        )
        for hour in range(first, first + count)
    ]


def told(attempt: Callable[[], object]) -> str:
    """Return the one sentence that ``attempt`` ends in."""
    with pytest.raises(StoreError) as caught:
        attempt()
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert "sqlite3." not in sentence
    return sentence


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder that other users may enter, unlike pytest's own."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


def in_a_child(attempt: Callable[[], None]) -> str:
    """Return the StoreError's sentence that ``attempt`` ends in, in a process of its own; or what else came."""

    def run(telling: Connection) -> None:
        try:
            attempt()
            telling.send("nothing was the matter")
        except StoreError as fault:
            telling.send(str(fault))
        except BaseException as fault:  # noqa: BLE001 - told to the parent
            telling.send(f"not a StoreError: {fault!r}")

    fork = multiprocessing.get_context("fork")
    hearing, telling = fork.Pipe(duplex=False)
    child = fork.Process(target=run, args=(telling,))
    child.start()
    sentence: str = hearing.recv() if hearing.poll(30) else "it said nothing"
    child.join(30)
    return sentence


def test_not_a_store(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"this is a film, not a database" * 99)
    assert "not a record store" in told(lambda: open_store(path))
    assert "not a record store" in told(lambda: open_store(path, read_only=True))


def test_no_file_no_folder_and_a_folder(tmp_path: Path) -> None:
    assert "no such file" in told(lambda: open_store(tmp_path / "none.sqlite", read_only=True))
    assert not (tmp_path / "none.sqlite").exists()
    assert "its folder is there" in told(lambda: open_store(tmp_path / "no" / "records.sqlite"))
    assert "it is a folder" in told(lambda: open_store(tmp_path))


def test_damaged(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    store = open_store(path)
    store.append(rows(2000))
    store.close()
    raw = bytearray(path.read_bytes())
    raw[4096 * 4 : -4096] = b"\xff" * (len(raw) - 4096 * 5)
    path.write_bytes(raw)

    def read() -> None:
        damaged = open_store(path)
        try:
            damaged.intervals(IntervalFilter())
        finally:
            damaged.close()

    assert "damaged" in told(read)


def test_locked_for_writing_but_not_for_reading(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    store = open_store(path, busy_s=0.05)
    store.append(rows(1))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert "locked" in told(lambda: store.append(rows(2)))
    assert "locked" in told(
        lambda: store.prune(intervals_before=T0, health_before=T0, inspections_before=T0, pictures_before=T0)
    )
    assert store.intervals(IntervalFilter()) == rows(1)
    other.execute("ROLLBACK")
    store.append(rows(2))
    assert store.intervals(IntervalFilter()) == rows(2)
    other.close()
    store.close()


def test_a_full_disk_loses_nothing_that_was_stored(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    store = open_store(path)
    store.append(rows(10))
    pages = 40

    @event.listens_for(store._engine, "begin")
    def little_room(connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    assert "the disk is full" in told(lambda: store.append(rows(20_000)))
    assert store.intervals(IntervalFilter()) == rows(10)
    pages = 100_000
    store.append(rows(20_000))
    assert len(store.intervals(IntervalFilter())) == 20_000
    store.close()


def test_files_that_may_not_grow(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    store = open_store(path)
    store.append(rows(10))
    store.close()

    def write() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        open_store(path).append(rows(20_000))

    sentence = in_a_child(write)
    assert "cannot write to the record store" in sentence
    assert "full" in sentence or "disk could not be" in sentence
    again = open_store(path)
    assert again.intervals(IntervalFilter()) == rows(10)
    again.close()


def as_nobody() -> None:
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def test_a_folder_that_may_not_be_written_to(folder: Path) -> None:
    (folder / "there").mkdir()
    path = folder / "there" / "records.sqlite"
    open_store(path).close()
    path.chmod(0o444)
    path.parent.chmod(0o555)

    def make() -> None:
        as_nobody()
        open_store(path.with_name("other.sqlite"))

    def write() -> None:
        as_nobody()
        open_store(path).append(rows(1))

    assert "both may be written to" in in_a_child(make)
    assert "written to" in in_a_child(write)
    path.parent.chmod(0o755)
    assert [one.name for one in path.parent.iterdir()] == ["records.sqlite"]


def test_a_store_opened_for_reading_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    store = open_store(path)
    store.append(rows(1))
    store.close()
    before = path.read_bytes()
    reader = open_store(path, read_only=True)
    assert reader.intervals(IntervalFilter()) == rows(1)
    assert "may not be written to" in told(lambda: reader.append(rows(2)))
    reader.close()
    assert path.read_bytes() == before


def test_names_with_marks_of_an_address_in_them(tmp_path: Path) -> None:
    path = tmp_path / "a b?mode=memory#%41é.sqlite"
    store = open_store(path)
    store.append(rows(1))
    store.close()
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
