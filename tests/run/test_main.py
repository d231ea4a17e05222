"""Every command, used wrongly and rightly: one clear line, the right exit code, nothing half-written."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import waywarden
from run.command_line import Said, ask, ended, started, write_city
from waywarden.exchange.tidy import from_csv

HEADER = "camera,gate,direction,movement,vehicle_class,start,duration_s,observed_s,count,mean_speed_kmh,v85_kmh"
UNKNOWN_GATE = '  [[camera.movement]]\n  from = "g"\n  to = "gg"\n'
ON_A_LINE = '  [camera.calibration]\n  crs = "metres"\n' + "".join(
    f"  [[camera.calibration.point]]\n  px = [{n}, {n}]\n  ground = [{n}, {n}]\n" for n in (0, 10, 20, 30)
)


def is_refused(said: Said, code: int, *words: str) -> None:
    """Hold that one plain line came, that it has all the words, and that no row did."""
    assert (said.code, len(said.wrong), said.out) == (code, 1, "")
    (line,) = said.wrong
    assert line.isprintable()
    assert [word for word in words if word not in line] == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"zone": "Mars/Phobos"}, ("city.toml:3:", '"Europe/London"', '"Mars/Phobos"')),
        ({"more": "  colour = 1\n"}, ("city.toml:", 'unknown key "colour"')),
        ({"more": UNKNOWN_GATE}, ('unknown gate "gg"', 'did you mean "g"')),
        ({"x": 300}, ('gate "g"', "[300, 48]", "64 x 48", "draw the gate again")),
    ],
)
def test_a_mistake_in_the_city_is_one_line(
    tmp_path: Path, clip: Path, changed: dict[str, str | int], words: tuple[str, ...]
) -> None:
    city = write_city(tmp_path, ("a", f'"{clip}"'), **changed)  # type: ignore[arg-type]
    is_refused(ask("count", "--city", city), 2, *words)


def test_points_on_a_line_are_refused_and_no_points_are_not(tmp_path: Path, clip: Path) -> None:
    is_refused(ask("count", "--city", write_city(tmp_path, ("a", f'"{clip}"'), more=ON_A_LINE)), 6, "on one line")
    without = ask("count", "--city", write_city(tmp_path, ("a", f'"{clip}"')))
    assert without.code == 0
    assert all(one.mean_speed_mps is None for one in from_csv(without.out.encode()))


def sources(folder: Path) -> dict[str, Path]:
    (folder / "zero.mp4").touch()
    (folder / "text.mp4").write_text("a street, told in words\n" * 50)
    (folder / "empty").mkdir()
    return {name: folder / name for name in ("zero.mp4", "text.mp4", "empty", "nothing.mp4")}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("zero.mp4", ("empty (0 bytes)",)),
        ("text.mp4", ("not a video",)),
        ("nothing.mp4", ("is not a file", "mend source")),
        ("empty", ("empty",)),
    ],
)
def test_a_source_that_cannot_be_read_is_one_line(tmp_path: Path, name: str, words: tuple[str, ...]) -> None:
    city = write_city(tmp_path, ("a", f'"{sources(tmp_path)[name]}"'))
    is_refused(ask("count", "--city", city), 3, name, *words)
    checked = ask("cameras", "check", "--city", city)
    assert (checked.code, len(checked.wrong)) == (3, 1)


def test_a_recording_that_is_cut_short_is_not_read_to_its_end(tmp_path: Path, clip: Path) -> None:
    (tmp_path / "cut.mp4").write_bytes(clip.read_bytes()[:3000])
    is_refused(ask("count", "--city", write_city(tmp_path, ("a", '"cut.mp4"'))), 3, "cut.mp4")


def no_binary(folder: Path) -> Path:
    (folder / "net.xml").touch()
    return folder / "net.xml"


def two_networks(folder: Path) -> Path:
    (folder / "one.onnx").touch()
    (folder / "two.onnx").touch()
    return folder


def text_file(folder: Path) -> Path:
    (folder / "net.txt").write_text("weights")
    return folder / "net.txt"


def not_a_network(folder: Path) -> Path:
    (folder / "net.onnx").write_text("weights")
    return folder / "net.onnx"


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (no_binary, ("net.bin",)),
        (two_networks, ("2 networks", "one.onnx")),
        (text_file, (".onnx", "net.txt")),
        (not_a_network, ("net.onnx",)),
        (lambda folder: folder, ("no .xml or .onnx",)),
        (lambda _: "yolo", ("no file, folder or network yolo", "did you mean")),
        (lambda _: "x" * 300, ("xxx",)),
    ],
)
def test_wrong_weights_are_one_line(
    tmp_path: Path, clip: Path, made: Callable[[Path], object], words: tuple[str, ...]
) -> None:
    (tmp_path / "weights").mkdir()
    given = made(tmp_path / "weights")
    said = ask("count", "--city", write_city(tmp_path, ("a", f'"{clip}"')), "--weights", given)
    is_refused(said, said.code, *words)
    assert said.code in {1, 4}


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (("--camera", "z"), 2, ('no camera "z"', "it has a")),
        (("--bin", "7"), 2, ("7", "one of 1, 2, 3")),
        (("--bin", "soon"), 2, ("--bin",)),
        (("--out", "rows.txt"), 2, (".csv or .parquet", "rows.txt")),
        (("--out", "nowhere/rows.csv"), 2, ("no folder nowhere",)),
        (("--detector", "yolo"), 4, ("'motion'", "'yolo'", "--weights")),
        (("--wieghts", "x"), 2, ("--wieghts", "--weights", "--help")),
        (("--store", "/proc/nothing.sqlite"), 5, ("/proc/nothing.sqlite",)),
        (("--store", "nowhere/x.sqlite"), 5, ("nowhere/x.sqlite",)),
    ],
)
def test_a_wrong_option_is_one_line(
    tmp_path: Path, clip: Path, words: tuple[str, ...], code: int, expected: tuple[str, ...]
) -> None:
    is_refused(ask("count", "--city", write_city(tmp_path, ("a", f'"{clip}"')), *words), code, *expected)


def test_a_store_that_is_none_is_one_line_for_every_command(tmp_path: Path, clip: Path) -> None:
    city = write_city(tmp_path, ("a", f'"{clip}"'))
    store = tmp_path / "text.sqlite"
    store.write_text("not a database " * 100)
    for words in (("count", "--city", city), ("serve", "--city", city), ("export",)):
        is_refused(ask(*words, "--store", store), 5, "text.sqlite", "not a record store")
    assert store.read_text() == "not a database " * 100


@pytest.mark.parametrize("words", [("nonsense",), ("count",), ("weights",), ("cameras", "look"), ("weights", "pull")])
def test_what_is_not_understood_is_one_line(words: tuple[str, ...]) -> None:
    is_refused(ask(*words), 2, "--help")


def test_without_a_command_the_help_is_shown() -> None:
    said = ask()
    assert said.code == 2
    assert all(word in said.out for word in ("count", "serve", "gates", "export", "demo", "cameras", "weights"))


def test_the_version() -> None:
    said = ask("--version")
    assert (said.code, said.out) == (0, f"waywarden {waywarden.__version__}\n")


def test_weights_without_a_network_are_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    is_refused(
        ask("weights", "pull", "yolox_nano_416", "--base-url", "http://127.0.0.1:1"), 4, "127.0.0.1 cannot be reached"
    )
    is_refused(ask("weights", "pull", "yolox_nana"), 4, "did you mean yolox_nano_416")


def test_a_port_in_use_is_one_line(tmp_path: Path, clip: Path) -> None:
    city = write_city(tmp_path, ("a", f'"{clip}"'))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        store = tmp_path / "x.sqlite"
        is_refused(ask("serve", "--city", city, "--store", store, "--port", port), 8, f"port {port}", "--port")
        is_refused(ask("gates", "--city", city, "--port", port), 8, f"port {port}", "--port")
    is_refused(ask("gates", "--city", city, "--seconds", 0), 2, "--seconds")
    is_refused(ask("gates", "--city", city, "--camera", "z"), 2, 'no camera "z"')


def test_rows_are_the_same_wherever_they_go(tmp_path: Path, clip: Path) -> None:
    city, store = write_city(tmp_path, ("a", f'"{clip}"')), tmp_path / "x.sqlite"
    printed = ask("count", "--city", city, "--store", store)
    assert printed.code == 0
    header, *rows = printed.out.splitlines()
    assert header == HEADER
    assert all(row.startswith("a,g,") for row in rows)
    names = [(one.direction, one.vehicle_class) for one in from_csv(printed.out.encode())]
    assert [name for _, name in names].count("all") == 2
    assert len(names) == len(set(names)) > 2
    for end in ("csv", "parquet"):
        assert ask("count", "--city", city, "--out", tmp_path / f"counted.{end}").code == 0
        assert ask("export", "--store", store, "--out", tmp_path / f"exported.{end}").code == 0
    assert (tmp_path / "counted.csv").read_text() == printed.out
    exported = (tmp_path / "exported.csv").read_text()
    assert sorted(exported.splitlines()) == sorted(printed.out.splitlines())
    assert ask("export", "--store", store).out == exported
    for end, same in (("counted", printed.out), ("exported", exported)):
        table = pq.read_table(tmp_path / f"{end}.parquet")
        assert ",".join(table.column_names) == HEADER
        want = [(one.vehicle_class, one.count, one.start) for one in from_csv(same.encode())]
        got = zip(*(table[name].to_pylist() for name in ("vehicle_class", "count", "start")), strict=True)
        assert list(got) == want


def test_a_watched_gate_that_nothing_crossed_has_a_zero(tmp_path: Path, clip: Path) -> None:
    more = '  [[camera.gate]]\n  id = "far"\n  from_px = [1, 0]\n  to_px = [3, 0]\n'
    said = ask("count", "--city", write_city(tmp_path, ("a", f'"{clip}"'), more=more))
    far = [one for one in from_csv(said.out.encode()) if one.gate_id == "far"]
    assert [(one.vehicle_class, one.count) for one in far] == [("all", 0), ("all", 0)]


def test_export_takes_times_as_rows_have_them(tmp_path: Path, clip: Path) -> None:
    city, store = write_city(tmp_path, ("a", f'"{clip}"')), tmp_path / "x.sqlite"
    ask("count", "--city", city, "--store", store)
    rows = {since: len(ask("export", "--store", store, "--since", since).out.splitlines()) - 1 for since in (
        "2026-06-01T12:00:00Z", "2026-06-01T12:00:01Z", "2026-06-01", "2026-06-02")}  # fmt: skip
    assert rows["2026-06-01T12:00:00Z"] == rows["2026-06-01"] > 0
    assert rows["2026-06-01T12:00:01Z"] == rows["2026-06-02"] == 0
    is_refused(ask("export", "--store", store, "--camera", "z"), 2, '"z"', "it has a")
    is_refused(ask("export", "--store", tmp_path / "none.sqlite"), 5, "there is no such file")


def test_a_full_place_for_rows_is_one_line(tmp_path: Path, clip: Path) -> None:
    city = write_city(tmp_path, ("a", f'"{clip}"'))
    with Path("/dev/full").open("w") as full:
        said = ended(started("count", "--city", city, "--store", tmp_path / "x.sqlite", stdout=full.fileno()))
    is_refused(said, 1, "standard output", "disk is full")
    assert len(ask("export", "--store", tmp_path / "x.sqlite").out.splitlines()) > 2


def test_a_reader_that_has_gone_is_one_line(tmp_path: Path, clip: Path) -> None:
    city = write_city(tmp_path, ("a", f'"{clip}"'))
    reading, writing = os.pipe()
    os.close(reading)
    running = started("count", "--city", city, stdout=writing)
    os.close(writing)
    is_refused(ended(running), 1, "stopped reading")


def test_a_limit_on_files_is_one_line_and_leaves_no_half_file(tmp_path: Path, clip: Path) -> None:
    city = write_city(tmp_path, ("a", f'"{clip}"'))
    kept = tmp_path / "rows.csv"
    kept.write_text("what was there before\n")
    limited = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh"]
    said = ended(started("count", "--city", city, "--out", kept, before=limited))
    is_refused(said, 1, "rows.csv", "ulimit -f")
    assert kept.read_text() == "what was there before\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["city.toml", "rows.csv"]


def test_a_store_that_cannot_be_written_is_said_before_the_count(tmp_path: Path, clip: Path) -> None:
    city, store = write_city(tmp_path, ("a", f'"{clip}"')), tmp_path / "x.sqlite"
    limited = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh"]
    is_refused(ended(started("count", "--city", city, "--store", store, before=limited)), 5, "x.sqlite")


def test_no_mistake_is_told_in_escape_codes(tmp_path: Path) -> None:
    said = ended(started("count", "--city", tmp_path / "none.toml"))
    assert (said.code, said.out, len(said.lines)) == (2, "", 1)
    assert said.lines[0].isprintable()


def test_a_folder_that_may_not_be_written_is_said_before_the_count(
    tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may write anywhere, so the kernel's answer is made up."""
    city = write_city(tmp_path, ("a", f'"{clip}"'))
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != tmp_path)
    is_refused(ask("count", "--city", city, "--out", tmp_path / "rows.csv"), 2, "may not be written to")


def test_help_names_the_fixed_options_at_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said = ask("count", "--help")
    assert said.code == 0
    assert max(map(len, said.out.splitlines())) <= 80
    options = ("--city", "--camera", "--weights", "--detector", "--bin", "--store", "--out")
    assert [option for option in options if option not in said.out] == []
