"""``waywarden watch`` as a service runs it: sealed processes, a real stream, kills and signals."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from run.command_line import ask, children, ended, started
from run.test_watching_rtsp import until
from sight.test_stream import _rtsp_packages, _rtsp_server  # noqa: F401 - a fixture
from waywarden.testing.checks_source import write_clip


@pytest.fixture(scope="module")
def street(request, tmp_path_factory) -> Iterator[int]:
    request.getfixturevalue("_rtsp_packages")
    clip = write_clip(tmp_path_factory.mktemp("street") / "clip.mp4", [n / 10 for n in range(3000)], rate_hz=10)
    with _rtsp_server(clip) as (port, _):
        yield port


def city_of(folder: Path, source: str) -> Path:
    path = folder / "city.toml"
    path.write_text(
        f'[city]\nname = "T"\ntime_zone = "UTC"\n[[camera]]\nid = "a"\nsource = "{source}"\n'
        '[[camera.gate]]\nid = "g"\nfrom_px = [30, 0]\nto_px = [30, 48]\n'
    )
    return path


def watched_s(store: Path) -> float:
    try:
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as reading:
            asking = "SELECT sum(s) FROM (SELECT max(observed_s) s FROM traffic_interval GROUP BY start_us)"
            return float(reading.execute(asking).fetchone()[0] or 0)
    except sqlite3.OperationalError:
        return 0.0


def until_watched(store: Path, seconds: float, running: subprocess.Popen[str]) -> None:
    def enough() -> bool:
        assert running.poll() is None, running.communicate()[1]
        return watched_s(store) > seconds

    until(enough)


def test_a_service_s_life(tmp_path: Path, street: int) -> None:
    """Its sealed process is killed, then it is, it is started again, and told to stop: the count only grows."""
    store = tmp_path / "x.sqlite"
    city = city_of(tmp_path, f"rtsp://127.0.0.1:{street}/street")
    words = ("watch", "--city", city, "--store", store, "--log", "json", "--bin", 60)
    running = started(*words)
    until_watched(store, 0, running)
    (sealed,) = children(running.pid)
    os.kill(sealed, signal.SIGKILL)
    until_watched(store, watched_s(store), running)
    running.kill()
    killed = ended(running)
    assert any('"camera_lost"' in line and "SIGKILL" in line for line in killed.lines)
    before = watched_s(store)
    running = started(*words)
    until_watched(store, before, running)
    assert float(re.search(r'cpu_seconds_total{camera="a"} (\S+)', Path(f"{store}.prom").read_text())[1]) > 0
    running.send_signal(signal.SIGTERM)
    stopped = ended(running, timeout_s=30)
    assert stopped.code == 0
    lines = [json.loads(line) for line in stopped.lines]
    assert [lines[0]["happened"], lines[-1]["happened"]] == ["started", "stopped"]
    assert "sealed" in {line["happened"] for line in lines}
    assert lines[-1]["words"] == "all that was counted is kept"
    assert watched_s(store) > before
    assert not Path(f"{store}.prom").exists()


def test_a_silent_camera_does_not_hold_up_the_end_and_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        city = city_of(tmp_path, f"rtsp://127.0.0.1:{silent.getsockname()[1]}/x")
        for signals, code in (((signal.SIGINT,), 0), ((signal.SIGTERM, signal.SIGTERM), -signal.SIGTERM)):
            running = started("watch", "--city", city, "--store", tmp_path / "x.sqlite")
            until(lambda: bool(children(running.pid)))  # noqa: B023 - asked within the round
            for number in signals:
                running.send_signal(number)
            assert ended(running, timeout_s=30).code in {code, 0}


def test_a_recording_and_an_odd_bin_are_refused_in_one_line(tmp_path: Path) -> None:
    said_one = ask("watch", "--city", city_of(tmp_path, "clip.mp4"), "--store", tmp_path / "x.sqlite")
    assert said_one.code == 2
    assert "watch wants live streams" in said_one.wrong[0]
    said_two = ask("watch", "--city", city_of(tmp_path, "rtsp://127.0.0.1:1/x"), "--bin", 7)
    assert (said_two.code, len(said_two.wrong)) == (2, 1)
    assert list(tmp_path.glob("*.sqlite*")) == []
