"""The demo: a clip that is made once, count against truth, a store for each city, and a page on a port that is free."""

from __future__ import annotations

import signal
import socket
import time
from collections import Counter
from pathlib import Path
from urllib.request import urlopen

import pytest

from run.command_line import ask, ended, started, write_city
from waywarden.run import demo


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the street short, so that it is drawn in a moment."""
    monkeypatch.setattr(demo, "LONG_S", 3.0)


def clips(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.mp4"))


@pytest.mark.usefixtures("short")
def test_it_makes_a_street_once_and_prints_count_against_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "new" / "demo"
    first = ask("demo", "--no-serve", "--no-roads", "--folder", folder)
    assert first.code == 0
    assert "making up a street" in first.lines[0]
    assert "counted" in first.out
    (clip,) = clips(folder)
    made = clip.stat().st_mtime_ns
    again = ask("demo", "--no-serve", "--no-roads", "--folder", folder)
    assert (again.code, again.out, clip.stat().st_mtime_ns) == (0, first.out, made)
    monkeypatch.setattr(demo, "LONG_S", 2.0)
    ask("demo", "--no-serve", "--no-roads", "--folder", folder)
    assert len(clips(folder)) == 2  # made by other parameters, so it is another clip


def test_a_full_disk_leaves_no_half_clip_and_is_one_line(tmp_path: Path) -> None:
    limited = ["sh", "-c", 'ulimit -f 16; exec "$@"', "sh"]
    said = ended(started("demo", "--no-serve", "--no-roads", "--folder", tmp_path / "demo", before=limited))
    assert (said.code, said.out) == (1, "")
    assert [line for line in said.lines if "could not be drawn" in line] == said.lines[1:]
    assert len(said.lines) == 2
    assert clips(tmp_path / "demo") == []


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = ask("demo", "--no-serve", "--folder", tmp_path / "file" / "demo")
    assert (said.code, said.out, len(said.lines)) == (1, "", 1)


def test_a_citys_own_cameras_are_counted_into_a_store_of_their_own(tmp_path: Path, clip: Path) -> None:
    folder = tmp_path / "demo"
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        city = write_city(tmp_path / name, ("bad", '"none.mp4"'), ("good", f'"{clip}"'))
        said = ask("demo", "--no-serve", "--city", city, "--folder", folder)
        assert said.code == 3
        assert [line.split(":")[0] for line in said.wrong[1:]] == ["bad"]
        assert "Counts of good" in said.out
        assert "g backward" in said.out
        assert "truth" not in said.out
    assert len(list(folder.glob("city-*.sqlite"))) == 2


def test_where_the_port_is_taken_it_serves_on_another_and_says_so(tmp_path: Path, clip: Path) -> None:
    city = write_city(tmp_path, ("good", f'"{clip}"'))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        running = started("demo", "--city", city, "--folder", tmp_path / "demo", "--port", port)
        assert running.stderr is not None
        lines: list[str] = []
        while not any(line.startswith("the map is at ") for line in lines):
            lines.append(running.stderr.readline())
            assert running.poll() is None
        assert f"port {port} cannot be had" in lines[-2]
        site = lines[-1].split()[4]
        assert site != f"http://127.0.0.1:{port}/"
        for _ in range(100):
            try:
                with urlopen(site + "api/v1/intervals?camera=good") as answer:
                    assert b'"good"' in answer.read()
                with urlopen(site + "api/v1/backlog") as answer:  # the road half is served beside it
                    assert b'"count":0' in answer.read()
                break
            except ConnectionError:
                time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        assert ended(running).code == 0


def test_the_table_has_the_truth_where_it_is_known() -> None:
    table = demo._counts_table("a", [], Counter({"north-south": 3, "east-west": 1}))
    assert [str(column.header) for column in table.columns][1:] == ["counted", "truth"]
    assert list(table.columns[0].cells) == ["east-west", "north-south", "[bold]all[/]"]
    assert list(table.columns[1].cells) == ["0", "0", "[bold]0[/]"]
    assert list(table.columns[2].cells)[-1] == "[bold]4[/]"
    assert len(demo._counts_table("a", [], None).columns) == 2
