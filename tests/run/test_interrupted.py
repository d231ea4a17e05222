"""A count that is killed or interrupted: nothing is lost for good, nothing is counted twice, no child stays."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from run.command_line import ask, children, ended, started, write_city
from waywarden.exchange.tidy import from_csv

PATIENCE_S = 60


def minutes_in(store: Path) -> int:
    """Return how many minutes are in the store, 0 while there is none."""
    try:
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as reading:
            (found,) = reading.execute("SELECT count(DISTINCT start_us) FROM traffic_interval").fetchone()
            return int(found)
    except sqlite3.OperationalError:
        return 0


def until(what: Callable[[], bool]) -> None:
    """Wait until ``what`` is so."""
    end = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, minute: Path) -> Path:
    """Return a city whose camera plays five minutes, which take some seconds to count."""
    return write_city(tmp_path_factory.mktemp("city"), ("a", f"[{', '.join([repr(str(minute))] * 5)}]"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, city: Path) -> str:
    """Return the rows of a count that nobody disturbed."""
    store = tmp_path_factory.mktemp("whole") / "x.sqlite"
    assert ask("count", "--city", city, "--bin", 1, "--store", store).code == 0
    rows = ask("export", "--store", store).out
    assert {one.observed_s for one in from_csv(rows.encode())} >= {60.0}
    return rows


def begun(city: Path, store: Path, minutes: int) -> tuple[subprocess.Popen[str], list[int]]:
    """Start a count and wait until ``minutes`` are stored; return it and its sealed processes."""
    running = started("count", "--city", city, "--bin", 1, "--store", store)
    if minutes:
        until(lambda: minutes_in(store) >= minutes or running.poll() is not None)
    else:
        until(lambda: bool(children(running.pid)))
    return running, children(running.pid)


@pytest.mark.parametrize("minutes", [0, 1, 3])
def test_killed_and_run_again_it_is_as_if_nothing_had_been(
    tmp_path: Path, city: Path, whole: str, minutes: int
) -> None:
    store = tmp_path / "x.sqlite"
    running, sealed = begun(city, store, minutes)
    running.kill()
    assert ended(running).code == -signal.SIGKILL
    until(lambda: all(is_gone(pid) for pid in sealed))
    assert minutes_in(store) < 5
    assert ask("count", "--city", city, "--bin", 1, "--store", store).code == 0
    assert ask("export", "--store", store).out == whole


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_keeps_what_was_counted(tmp_path: Path, city: Path, whole: str, number: signal.Signals) -> None:
    store = tmp_path / "x.sqlite"
    running, sealed = begun(city, store, 1)
    assert len(sealed) == 1
    running.send_signal(number)
    said = ended(running)
    assert said.code == 130
    assert [line for line in said.wrong if "kept" in line] == said.wrong != []
    until(lambda: all(is_gone(pid) for pid in sealed))
    kept = ask("export", "--store", store).out
    assert sorted(kept.splitlines()) == sorted(said.out.splitlines())
    watched = {one.start: one.observed_s for one in from_csv(kept.encode())}
    assert 60 <= sum(watched.values()) < sum({one.start: one.observed_s for one in from_csv(whole.encode())}.values())
    assert ask("count", "--city", city, "--bin", 1, "--store", store).code == 0
    assert ask("export", "--store", store).out == whole


def test_interrupted_before_it_begins_it_ends_without_a_word_too_many(tmp_path: Path, city: Path) -> None:
    running, sealed = begun(city, tmp_path / "x.sqlite", 0)
    running.send_signal(signal.SIGINT)
    said = ended(running)
    assert said.code == 130
    assert not any("Traceback" in line for line in said.lines)
    until(lambda: all(is_gone(pid) for pid in sealed))
