"""A writer killed at any moment: what it had been told is stored is stored, and every bin is whole."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

from waywarden.store.port import IntervalFilter
from waywarden.store.sqlite import open_store
from waywarden.terms.records import Direction, TrafficInterval

T0 = datetime(2026, 1, 1, tzinfo=UTC)
CLASSES = ("all", "bus", "car", "truck")
KILLS = 24


def bin_number(number: int, version: int) -> list[TrafficInterval]:
    start = T0 + timedelta(minutes=number)
    observed_s = min(60.0, version / 1e6)
    return [
        TrafficInterval("a", gate_id, Direction.FORWARD, None, name, start, 60, observed_s, version, 1.5, None, "m")
        for name in CLASSES
        for gate_id in ("east", "west")
    ]


def write_for_ever(path: Path, first: int, told: Connection) -> None:
    store = open_store(path)
    for version in count(first):
        # One append: bin 0 replaced, and one bin more. Both, or neither.
        store.append(bin_number(0, version) + bin_number(version, version))
        told.send(version)


def last_told(hearing: Connection) -> int:
    last = 0
    try:
        while hearing.poll():
            last = hearing.recv()
    except EOFError:
        pass
    return last


def test_nothing_stored_is_lost_when_the_writer_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    open_store(path).close()
    fork = multiprocessing.get_context("fork")
    rng = random.Random(20260101)
    done = 0
    for _ in range(KILLS):
        hearing, telling = fork.Pipe(duplex=False)
        writer = fork.Process(target=write_for_ever, args=(path, done + 1, telling))
        writer.start()
        telling.close()
        assert hearing.poll(30)
        time.sleep(rng.uniform(0, 0.06))
        os.kill(writer.pid, signal.SIGKILL)
        writer.join(30)
        told = last_told(hearing)
        done = check(path, told)
        assert told <= done <= told + 1  # at most the append in hand was stored without being told
    assert done > KILLS


def check(path: Path, told: int) -> int:
    """Return the newest version stored, after checking all that is stored."""
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    raw.close()
    store = open_store(path)
    stored = store.intervals(IntervalFilter())
    store.close()
    newest = max(one.count for one in stored)
    assert newest >= told
    expected = Counter(one for number in range(1, newest + 1) for one in bin_number(number, number))
    assert Counter(stored) == expected + Counter(bin_number(0, newest))
    return newest


def test_many_threads_write_and_read_at_once(tmp_path: Path) -> None:
    store = open_store(tmp_path / "records.sqlite")
    faults: list[BaseException] = []

    def work(thread: int) -> None:
        try:
            for step in range(1, 16):
                store.append(bin_number(thread * 100 + step, step))
                seen = Counter(one.start for one in store.intervals(IntervalFilter(camera_id="a")))
                assert set(seen.values()) == {2 * len(CLASSES)}
        except BaseException as fault:  # noqa: BLE001 - a thread's fault would be lost otherwise
            faults.append(fault)

    threads = [Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(store.intervals(IntervalFilter())) == 8 * 15 * 2 * len(CLASSES)
    store.close()
