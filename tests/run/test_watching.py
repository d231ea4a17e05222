"""Watching many cameras: what dies is begun again, a store that fails, retention, the log and the figures."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from run.scripted import QUICK, a_camera, a_city, a_job, looking, said, seen_on
from run.test_watching_parts import BASE
from run.test_watching_rtsp import until
from waywarden.run.watching import watch as watching
from waywarden.run.watching.camera import Pace
from waywarden.run.watching.metrics import HELP
from waywarden.run.watching.systemd import tell_systemd
from waywarden.run.watching.watch import watch_city
from waywarden.store.port import IntervalFilter
from waywarden.store.sqlite import open_store
from waywarden.terms.errors import ConfigError, LoginError, SealError, SourceError, StoreError
from waywarden.terms.places import Camera, Gate
from waywarden.terms.records import CameraHealth, HealthState
from waywarden.terms.transient import Detections


def for_ever(camera: Camera) -> Iterator[Detections]:
    for number in count():
        yield seen_on(number, camera.id)
        time.sleep(0.0005)


class Watch:
    """A watch in a thread of this process, on scripted cameras."""

    def __init__(self, tmp_path: Path, look, *cameras: Camera, store=None, pace: Pace = QUICK) -> None:
        city = a_city(*cameras)
        self.job, self.log = a_job(look, city, pace)
        self.path = tmp_path / "records.sqlite"
        self.store = store or open_store(self.path)
        self.rounds: list[str] = []
        self._ended: list[object] = []
        self._thread = threading.Thread(
            target=lambda: self._ended.append(
                watch_city(self.job, city.cameras, self.store, lambda m: self.rounds.append(m.text()))
            )
        )
        self._thread.start()

    def end(self) -> object:
        self.job.stop.set()
        self._thread.join(30)
        return self._ended[0]

    def happened(self) -> list[str]:
        return [what for what, _ in said(self.log)]

    def counted(self, camera_id: str = "a") -> int:
        rows = open_store(self.path, read_only=True).intervals(IntervalFilter(camera_id))
        return sum(row.count for row in rows if row.vehicle_class == "all")


def test_what_dies_is_begun_again_and_ends_nothing_else(tmp_path: Path) -> None:
    def frail(camera: Camera) -> Iterator[Detections]:
        if camera.id == "a":
            yield from (seen_on(number) for number in range(3))
            raise SealError("the sealed process of camera a was ended by SIGSEGV: [[12.5 99.5]]")
        yield from for_ever(camera)

    watch = Watch(tmp_path, looking(frail), a_camera("a"), a_camera("b"))
    until(lambda: watch.happened().count("camera_lost") > 5 and len(watch.rounds) > 3 and watch.counted("b") > 3)
    assert watch.end() is None
    starts = [int(n) for n in re.findall(r'starts_total{camera="a"} (\d+)', watch.rounds[-1])]
    assert starts[0] >= 5
    assert 'starts_total{camera="b"} 1\n' in watch.rounds[-1]
    assert {words for what, words in said(watch.log) if what == "camera_lost"} == {
        "the sealed process of camera a was ended by SIGSEGV"
    }
    states = {one.camera_id: one.state for one in watch.store.latest_health()}
    assert states == {"a": HealthState.NO_SIGNAL}


@pytest.mark.parametrize(
    ("trouble", "waits_s"),
    [
        (SourceError("gone"), [1, 2, 4, 8, 16, 32, 60, 60]),
        (LoginError("refused"), [600] * 8),
        (ConfigError("a gate lies outside"), [600] * 8),
        (None, [1, 2, 4, 8, 16, 32, 60, 60]),
    ],
)
def test_waits_double_up_to_a_cap_and_what_needs_a_person_is_left_alone(trouble, waits_s) -> None:
    assert [Pace().wait_s(failures, trouble) for failures in range(1, 9)] == waits_s
    assert Pace().wait_s(10_000, trouble) == waits_s[-1]


def test_a_fault_of_ours_at_one_camera_is_said_and_leaves_the_others(tmp_path: Path) -> None:
    def broken(camera: Camera) -> Iterator[Detections]:
        yield seen_on(0, camera.id)
        if camera.id == "a":
            raise ZeroDivisionError("at 3.5, 7.5")
        yield from for_ever(camera)

    watch = Watch(tmp_path, looking(broken), a_camera("a"), a_camera("b"))
    until(lambda: "camera_lost" in watch.happened() and watch.counted("b") > 2)
    assert watch.end() is None
    assert ("camera_lost", "watching camera a failed with ZeroDivisionError") in said(watch.log)


def test_a_gate_outside_the_picture_is_said_on_the_map(tmp_path: Path) -> None:
    watch = Watch(tmp_path, looking(for_ever), a_camera("a", Gate("far", (0, 0), (5000, 0))))
    until(lambda: bool(watch.store.latest_health()))
    assert watch.end() is None
    (health,) = watch.store.latest_health()
    assert health.state is HealthState.MOVED
    assert "far" in health.reason


class Locked:
    """A store that another program holds while ``locked``."""

    def __init__(self, path: Path) -> None:
        self._store, self._path = open_store(path, busy_s=0.05), path
        self._other: sqlite3.Connection | None = None

    def lock(self) -> None:
        self._other = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        self._other.execute("BEGIN EXCLUSIVE")

    def unlock(self) -> None:
        self._other.execute("ROLLBACK")
        self._other.close()

    def __getattr__(self, name: str):
        return getattr(self._store, name)


def test_a_locked_store_is_said_once_and_costs_nothing(tmp_path: Path) -> None:
    store = Locked(tmp_path / "records.sqlite")
    watch = Watch(tmp_path, looking(for_ever), store=store)
    until(lambda: watch.counted() > 0)
    store.lock()
    until(lambda: "store_fails" in watch.happened())
    rounds = len(watch.rounds)
    until(lambda: len(watch.rounds) > rounds + 3)
    assert float(re.search(r"waiting_rows (\d+)", watch.rounds[-1])[1]) > 0
    store.unlock()
    until(lambda: "store_works" in watch.happened() and watch.counted() > 22)
    assert watch.end() is None
    assert watch.happened().count("store_fails") == 1
    assert "time_lost" not in watch.happened()
    rows = [row for row in store.intervals(IntervalFilter("a", "g", vehicle_class="all")) if row.direction == "forward"]
    assert len(rows) > 1
    assert {(round(row.observed_s, 3), row.count) for row in rows[:-1]} == {(60.0, 10)}


def test_a_store_that_takes_nothing_at_the_end_is_said_with_what_is_lost(tmp_path: Path) -> None:
    store = Locked(tmp_path / "records.sqlite")
    watch = Watch(tmp_path, looking(for_ever), store=store)
    until(lambda: watch.counted() > 0)
    store.lock()
    until(lambda: "store_fails" in watch.happened())
    trouble = watch.end()
    store.unlock()
    assert isinstance(trouble, StoreError)
    assert re.search(r"\d+ rows are lost", said(watch.log)[-1][1])


def test_old_records_go_but_not_by_a_clock_that_was_just_set(tmp_path: Path, monkeypatch) -> None:
    real, ahead_s = watching.datetime, [0.0]

    class Clock(real):
        @classmethod
        def now(cls, tz=None):
            return real.now(tz) + timedelta(seconds=ahead_s[0])

    monkeypatch.setattr(watching, "datetime", Clock)
    job, log = a_job(looking(for_ever))
    store = open_store(tmp_path / "records.sqlite")
    store.append([BASE])
    rounds = watching._Rounds(job, [], store)
    rounds._prune()
    ahead_s[0] = 40 * 365 * 86400.0
    rounds.once()
    rounds._prune()
    assert len(store.intervals(IntervalFilter())) == 1
    rounds._prune()  # a day later nobody has set it right
    assert len(store.intervals(IntervalFilter())) == 0
    assert [what for what, _ in said(log)] == ["pruned", "clock_set", "pruned"]


def test_every_figure_is_explained_and_names_its_camera(tmp_path: Path) -> None:
    watch = Watch(tmp_path, looking(for_ever), a_camera('an "odd" one'))
    until(lambda: len(watch.rounds) > 5 and "lag_seconds{" in watch.rounds[-1])
    watch.end()
    text = watch.rounds[-1]
    docs = (Path(__file__).parents[2] / "docs" / "watch.md").read_text("utf-8")
    names = set(re.findall(r"^(waywarden_\w+)", text, re.MULTILINE))
    assert {f"waywarden_camera_{name}" for name, _, _ in HELP} - names <= {"waywarden_camera_cpu_seconds_total"}
    assert [name for name in names if f"`{name}`" not in docs] == []
    assert all(f"# TYPE {name} " in text for name in names)
    assert 'camera="an \\"odd\\" one"' in text


FIELDS = {"at", "level", "happened", "camera", "words"}


def test_no_line_of_the_log_holds_where_a_road_user_was(tmp_path: Path) -> None:
    """Boxes with coordinates that occur nowhere else, and every trouble that there is: none of them is in the log."""
    rng = np.random.default_rng(4)
    boxes = rng.uniform(1000, 9999, (40, 4)).astype(np.float32)
    died = SealError(f"the sealed process of camera a failed with ValueError: {boxes}")
    troubles = iter([died, RuntimeError(str(boxes)), SourceError("the stream ended")] * 3)

    def seen(camera: Camera) -> Iterator[Detections | CameraHealth]:
        first = seen_on(0, camera.id)
        yield CameraHealth("a", first.at, HealthState.OK, "the street can be seen")
        kind = np.zeros(len(boxes), np.int8)
        yield Detections("a", first.at, 0.2, boxes, np.full(len(boxes), 0.5, np.float32), kind)
        trouble = next(troubles, None)
        if trouble:
            raise trouble
        yield from for_ever(camera)

    watch = Watch(tmp_path, looking(seen))
    until(lambda: watch.happened().count("camera_lost") >= 9 and watch.counted() > 0)
    watch.end()
    text = watch.log.getvalue() + "".join(watch.rounds)
    lines = [json.loads(line) for line in watch.log.getvalue().splitlines()]
    assert all(set(line) == FIELDS for line in lines)
    assert all(isinstance(value, str | None) and len(value or "") <= 300 for line in lines for value in line.values())
    where = {f"{value:.{digits}f}" for value in boxes.ravel() for digits in (1, 2, 3)}
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+|_seconds \d+", "", text)
    assert [number for number in where if number in text] == []


def test_systemd_is_told_and_without_it_nothing_happens(tmp_path: Path, monkeypatch) -> None:
    tell_systemd("READY=1")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        tell_systemd("READY=1")
        assert listening.recv(100) == b"READY=1"
    tell_systemd("WATCHDOG=1")  # nobody listens any more: that is systemd's affair
