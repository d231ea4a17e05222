"""Drives in, as a stranger uses the command line."""

from __future__ import annotations

import csv
import struct
from datetime import UTC, datetime, timedelta
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
    [(["nowhere.gpx"], "there is no"), (["README.md"], "a drive is"), ([], "folder")],
)
def test_what_is_no_drive_is_told_in_a_line(tmp_path: Path, words: list[str], wanted: str) -> None:
    (tmp_path / "README.md").write_text("hello")
    said = ask("road", "positions", *(tmp_path / word for word in words or ["."]))
    assert (said.code, said.out.count("\n")) == (3, 1)
    assert wanted in " ".join(said.lines)


NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SPEEDS_MPS = (0, 9, 4, 12, 7, 0, 11)


def jpeg(path: Path, taken: datetime, place: tuple[float, float] | None = None) -> None:
    """Write what a camera writes of time, with its zone, and of place (latitude, longitude): no picture is in it."""

    def rationals(degrees: float) -> bytes:
        whole = int(degrees)
        minutes = int((degrees - whole) * 60)
        seconds = (degrees - whole - minutes / 60) * 3600
        return struct.pack(">6I", whole, 1, minutes, 1, round(seconds * 1e5), 100_000)

    data, at = b"", 8 + 2 + 2 * 12 + 4 + 2 + 2 * 12 + 4 + 2 + 4 * 12 + 4

    def entry(tag: int, kind: int, count: int, content: bytes) -> bytes:
        nonlocal data
        if len(content) <= 4:
            return struct.pack(">HHI", tag, kind, count) + content.ljust(4, b"\0")
        place_at = at + len(data)
        data += content
        return struct.pack(">HHII", tag, kind, count, place_at)

    exif = entry(0x9003, 2, 20, taken.strftime("%Y:%m:%d %H:%M:%S").encode() + b"\0")
    exif += entry(0x9011, 2, 7, b"+00:00\0")
    lat, lon = place or (0.0, 0.0)
    where = entry(1, 2, 2, b"N\0") + entry(2, 5, 3, rationals(lat)) + entry(3, 2, 2, b"E\0")
    where += entry(4, 5, 3, rationals(lon))
    first = struct.pack(">HHII", 0x8769, 4, 1, 38)
    first += struct.pack(">HHII", 0x8825 if place else 0x8826, 4, 1, 38 + 2 + 24 + 4)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 2) + first + b"\0" * 4 + struct.pack(">H", 2) + exif + b"\0" * 4
    tiff += struct.pack(">H", 4) + where + b"\0" * 4 + data
    body = b"Exif\0\0" + tiff
    path.write_bytes(b"\xff\xd8\xff\xe1" + struct.pack(">H", len(body) + 2) + body + b"\xff\xd9")


def pictures(folder: Path, off: timedelta, *, placed: bool, count: int = 150) -> Path:
    """Write pictures a second, whose clock is ``off``, beside a GPX file of the same drive; return the folder."""
    folder.mkdir()
    points, lat = [], 60.0
    for i in range(count):
        at = NOON + timedelta(seconds=i)
        lat += SPEEDS_MPS[(i // 17) % 7] / 111_000
        jpeg(folder / f"{i:04d}.jpg", at + off, (lat, 25.0) if placed else None)
        points.append(f'<trkpt lat="{lat:.7f}" lon="25.0"><time>{at:%Y-%m-%dT%H:%M:%SZ}</time></trkpt>')
    (folder / "drive.gpx").write_text(GPX.format("".join(points)))
    return folder


def clock(folder: Path) -> str:
    said = ask("road", "positions", folder)
    assert said.code == 0, said.lines
    (row,) = csv.DictReader(said.out.splitlines())
    return row["clock"]


def test_pictures_beside_a_gpx_file(tmp_path: Path) -> None:
    assert clock(pictures(tmp_path / "bare", timedelta(), placed=False)).startswith(
        "unknown: the pictures have no places"
    )
    told = clock(pictures(tmp_path / "placed", timedelta(seconds=7), placed=True))
    assert told.startswith("add ")
    assert float(told.split()[1]) == pytest.approx(-7, abs=0.3)


@pytest.mark.parametrize("hours", [-1, 1, 2])
def test_a_clock_that_is_hours_off_is_told_in_a_line(tmp_path: Path, hours: int) -> None:
    folder = pictures(tmp_path / "late", timedelta(hours=hours), placed=False)
    said = ask("road", "positions", folder)
    assert said.code == 3
    assert f"they would fit if one clock were {abs(hours)} h off" in " ".join(" ".join(said.lines).split())


def test_pictures_of_another_day_are_told(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "other", timedelta(days=1, minutes=20), placed=False)
    told = " ".join(" ".join(ask("road", "positions", folder).lines).split())
    assert "give those of the same drive" in told


def test_pictures_without_a_place_are_no_drive(tmp_path: Path) -> None:
    """Taken indoors, for instance."""
    folder = pictures(tmp_path / "indoors", timedelta(), placed=False, count=5)
    (folder / "drive.gpx").unlink()
    told = " ".join(" ".join(ask("road", "positions", folder).lines).split())
    assert "no GPS" in told
    assert "and 5 without one" in told


def test_a_video_beside_a_gpx_file(shared: Path, tmp_path: Path) -> None:
    """The shared video says it began at 15:45:32, which is its own clock's time: eight hours before its satellites'."""
    video = gps(shared, "max-heromode.mp4").read_bytes()
    for name, raw, hour in (("with", video, 23), ("without", video.replace(b"gpmd", b"none"), 15)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "clip.mp4").write_bytes(raw)
        began = datetime(2019, 11, 18, hour, 45, tzinfo=UTC)
        points = (
            f'<trkpt lat="{33 + i * 1e-4:.4f}" lon="-117"><time>{began + timedelta(seconds=i):%Y-%m-%dT%H:%M:%SZ}'
            "</time></trkpt>"
            for i in range(90)
        )
        (folder / "drive.gpx").write_text(GPX.format("".join(points)))
        told = clock(folder)
        assert told.startswith("unknown")
        assert ("2019-11-18T15:45:32Z" in told) == (name == "without")
    (folder / "drive.gpx").write_text((folder / "drive.gpx").read_text().replace("T15:", "T16:"))
    said = ask("road", "positions", folder)
    assert "1 h off" in " ".join(" ".join(said.lines).split())
