"""``watch`` killed at any moment and started again: nothing is counted twice, nothing lost of what it says it saw."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from run.scripted import RATE_HZ, SIZE_PX, a_camera, a_city, a_job, looking, seen_on
from waywarden.run.watching.counts import LiveCounts
from waywarden.run.watching.parts import added, by_start
from waywarden.run.watching.watch import watch_city
from waywarden.store.port import IntervalFilter
from waywarden.store.sqlite import open_store
from waywarden.terms.places import Camera
from waywarden.terms.records import TrafficInterval
from waywarden.terms.transient import Detections
from waywarden.traffic.tally import Clock

KILLS, STOPS = 200, 12
MOST_ROUNDS = 5
Rows = Sequence[TrafficInterval]


def watch_on(path: Path, number) -> None:
    """Watch the scripted camera from frame ``number`` on, into ``path``, until told to stop."""

    def seen(_camera: Camera) -> Iterator[Detections]:
        for frame in itertools.count(number.value):
            number.value = frame + 1  # before it is seen: no frame is ever seen twice
            yield seen_on(frame)
            time.sleep(0.0001)

    job, _ = a_job(looking(seen))
    signal.signal(signal.SIGTERM, lambda *_: job.stop.set())
    watch_city(job, job.city.cameras, open_store(path))


class Undisturbed:
    """A count from frame ``first`` on that nobody ends."""

    def __init__(self, first: int) -> None:
        self._counts = LiveCounts(a_camera(), Clock(1, ZoneInfo("UTC")), a_city().class_scheme, "scripted")
        self._counts.begin(SIZE_PX)
        self._over: list[TrafficInterval] = []
        self._next = first

    def until(self, last: int, enough_s: float = 1e6) -> Rows:
        """Return what is sure before frame ``last``, or as soon as ``enough_s`` were watched."""
        sooner = min(last, self._next + int(enough_s * RATE_HZ))
        while self._next < sooner:
            self._see()
        rows = self._rows()
        while self._next < last and watched_s(rows) < enough_s - 1e-3:
            self._see()
            rows = self._rows()
        return rows

    def _see(self) -> None:
        self._counts.update(seen_on(self._next))
        self._next += 1

    def ended(self) -> Rows:
        self._counts.end()
        return self._rows()

    def _rows(self) -> Rows:
        closed, current = self._counts.take()
        self._over += closed
        return [*self._over, *current]


def watched_s(rows: Rows) -> float:
    return sum({row.start: row.observed_s for row in rows}.values())


def wait_until(number, frame: int) -> None:
    end = time.monotonic() + 60
    while number.value < frame:
        assert time.monotonic() < end
        time.sleep(0.001)


def sums(before: Rows, more: Rows) -> Rows:
    """Return what must be stored when ``more`` was counted on top of ``before``."""
    old, new = by_start(before), by_start(more)
    return [row for start in sorted({*old, *new}) for row in added([old.get(start, ()), new.get(start, ())])]


def plain(rows: Rows) -> dict[tuple[object, ...], object]:
    return {
        (row.start, row.gate_id, row.direction, row.vehicle_class): (row.count, pytest.approx(row.observed_s, abs=1e-3))
        for row in rows
    }


def stored_in(path: Path) -> Rows:
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    raw.close()
    store = open_store(path)
    rows = store.intervals(IntervalFilter())
    store.close()
    return rows


def test_killed_two_hundred_times_each_interval_holds_what_it_says_it_watched(tmp_path: Path, record_property) -> None:
    """In a process of its own: it forks, and what other tests loaded (an inference runtime) does not survive that."""
    words = [sys.executable, "-m", "run.test_watching_killed", str(tmp_path / "records.sqlite")]
    tests = str(Path(__file__).resolve().parents[1])
    done = subprocess.run(words, cwd=tests, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    record_property("measured", done.stdout.strip())


def kill_again_and_again(path: Path) -> str:
    """Watch, kill, compare what is stored with an undisturbed count, and again; return what came of it."""
    open_store(path).close()
    fork = multiprocessing.get_context("fork")
    rng = random.Random(20261126)
    number = fork.Value("l", 0)
    ends = [signal.SIGKILL] * KILLS + [signal.SIGTERM] * STOPS
    rng.shuffle(ends)
    before: Rows = []
    unseen_frames = 0
    # On a busy machine little is stored between two kills: then it is killed more often, so that something is compared.
    for done, end in enumerate(ends * MOST_ROUNDS):
        if done >= len(ends) and sum(row.count for row in before) > KILLS:
            break
        first = number.value
        watching = fork.Process(target=watch_on, args=(path, number))
        watching.start()
        wait_until(number, first + rng.randint(1, 70))
        os.kill(watching.pid, end)
        watching.join(30)
        after = stored_in(path)
        more_s = watched_s(after) - watched_s(before)
        # what a run leaves is the undisturbed count as it stood after some frame, added to what was there
        count = Undisturbed(first)
        more = count.until(number.value, more_s) if more_s else ()
        if end == signal.SIGTERM:
            count.until(number.value)
            more = count.ended()

        assert plain(after) == plain(sums(before, more))
        unseen_frames += number.value - first - round(more_s * RATE_HZ)
        before = after
    assert sum(row.count for row in before) > KILLS
    return (
        f"watch killed {KILLS} and stopped {STOPS} times, or more often, over {number.value / RATE_HZ / 60:.0f} "
        f"scripted minutes: {sum(row.count for row in before if row.vehicle_class == 'all')} counted, "
        f"{100 * unseen_frames / number.value:.0f} % of the time not watched, and said so"
    )


if __name__ == "__main__":
    sys.stdout.write(kill_again_and_again(Path(sys.argv[1])))
