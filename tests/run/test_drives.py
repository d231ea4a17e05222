"""Drives in, as a stranger uses the command line."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from run.command_line import ask

GPX = "<gpx><trk><trkseg>{}</trkseg></trk></gpx>"


def gps(shared: Path, name: str) -> Path:
    return shared / "data" / "road" / "gps_samples" / name


def test_a_bad_drive_does_not_stop_the_others(shared: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.gpx"
    empty.write_text(GPX.format(""))
    said = ask("road", "positions", gps(shared, "sf_30km_h.gpx"), empty, gps(shared, "max-heromode.mp4"))
    rows = list(csv.DictReader(said.out.splitlines()))
    assert [row["drive"] for row in rows] == ["sf_30km_h.gpx", "max-heromode.mp4"]
    assert 760 < float(rows[0]["length_m"]) < 790
    assert rows[1]["clock"].startswith("the camera wrote both")
    assert said.code == 3
    assert len(said.lines) == 1 or "no GPS" in " ".join(said.lines)


def test_pictures_without_a_time_are_told(shared: Path) -> None:
    said = ask("road", "positions", gps(shared, "lund"))
    assert said.code == 3
    assert "no time" in " ".join(said.lines)


def speeds(path: Path, began: int, count: int = 120) -> Path:
    """Write a drive that stops and starts, ``began`` seconds into 2026-06-01T12:00Z, with speeds."""
    lines = ["time,lat,lon,speed_mps"]
    lat = 60.0
    for i in range(began, began + count):
        speed = (0, 9, 4, 12, 7, 0, 11)[(i // 17) % 7]
        lat += speed / 111_000
        lines.append(f"{1780315200 + i},{lat:.7f},25.0,{speed}")
    path.write_text("\n".join(lines))
    return path


def test_a_clock_that_is_off_is_found(tmp_path: Path) -> None:
    drive = speeds(tmp_path / "drive.csv", 0)
    late = tmp_path / "late.csv"
    late.write_text(drive.read_text().replace("17803152", "17803188").replace("17803153", "17803189"))
    said = ask("road", "positions", drive, "--against", late)
    (row,) = csv.DictReader(said.out.splitlines())
    assert row["clock"].startswith("add -3600.0 s to the clock of late.csv")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [(["nowhere.gpx"], "cannot be read"), (["README.md"], "a drive is"), ([], "folder")],
)
def test_what_is_no_drive_is_told_in_a_line(tmp_path: Path, words: list[str], wanted: str) -> None:
    (tmp_path / "README.md").write_text("hello")
    said = ask("road", "positions", *(tmp_path / word for word in words or ["."]))
    assert (said.code, said.out.count("\n")) == (3, 1)
    assert wanted in " ".join(said.lines)
