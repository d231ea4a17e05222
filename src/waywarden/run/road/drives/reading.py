"""One drive from its file or folder: a GPX or CSV file, a video with GPS in it, or a folder of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import BinaryIO

import numpy as np

from waywarden.exchange.drives.exif import HEAD_BYTES, from_exif
from waywarden.exchange.drives.fixes import drive_positions
from waywarden.exchange.drives.gpmf import CODED_AS, Filmed, from_gpmf
from waywarden.exchange.drives.gpx import from_gpx
from waywarden.exchange.drives.mp4 import Read, created_s, samples
from waywarden.exchange.drives.rows import from_rows
from waywarden.geo.drives.clock import ClockOffset, clock_offset
from waywarden.geo.drives.motion import refuse_other_units, speeds_mps
from waywarden.terms.drives import DrivePositions, Fix, Floats
from waywarden.terms.errors import SourceError

VIDEOS = {".mp4", ".mov", ".360"}
PICTURES = {".jpg", ".jpeg"}
POSITIONS = {".gpx", ".csv"}
HOUR_S = 3600.0
MOST_OFFSET_S = 4000.0
"""Clocks are rarely further apart than an hour of summer time and some minutes."""


@dataclass(frozen=True, slots=True, eq=False)
class Drive:
    """A drive as it was read.

    Parameters
    ----------
    path : Path
    positions : DrivePositions
    pictures_s : (k,) float64
        When its pictures were taken (a video: began), by the clock of the positions (UTC, seconds since 1970); empty
        where there are none or their time is not known.
    clock : str
        What is known of the clock of the pictures against that of the positions, in one line.
    """

    path: Path
    positions: DrivePositions
    pictures_s: Floats
    clock: str


def read_drive(path: Path, began: datetime | None = None, zone: tzinfo | None = None) -> Drive:
    """Read one drive.

    Parameters
    ----------
    path : Path
        A ``.gpx`` or ``.csv`` file, a video, or a folder of pictures with or without one such file in it.
    began : datetime, optional
        When the recording began, for a CSV file whose times count from there.
    zone : tzinfo, optional
        Of the clock of cameras that do not write theirs down.

    Raises
    ------
    SourceError
        It cannot be read, has no GPS, is cut short, or its pictures were taken at another time: one sentence.
    """
    if not path.exists():
        raise SourceError(f"there is no {path}: give the path of a drive")
    try:
        if path.is_dir():
            return _folder(path, began, zone)
        if path.suffix.lower() in VIDEOS:
            return _video(path)
        return Drive(path, _positions(path, began), np.empty(0), "there are no pictures to place")
    except ValueError as fault:
        raise SourceError(f"{path}: {fault}") from fault
    except OSError as fault:
        raise SourceError(f"{path} cannot be read ({fault.strerror}): give the path of a drive") from fault


def _positions(path: Path, began: datetime | None) -> DrivePositions:
    kind = path.suffix.lower()
    if kind not in POSITIONS:
        raise ValueError(
            f"a drive is a .gpx or .csv file, a video ({', '.join(sorted(VIDEOS))}) or a folder of pictures"
        )
    raw = path.read_bytes()
    positions = from_gpx(raw) if kind == ".gpx" else from_rows(raw, began)
    refuse_other_units(positions)
    return positions


def _video(path: Path) -> Drive:
    filmed = _filmed(path)
    clock = (
        f"the camera wrote both: its first frame is of {spelt(filmed.began_s)}, to within {filmed.clock_spread_s:.1f} s"
    )
    return Drive(path, filmed.positions, np.array([filmed.began_s]), clock)


def _filmed(path: Path) -> Filmed:
    with path.open("rb") as file:
        return from_gpmf(samples(_reader(file), path.stat().st_size, CODED_AS))


def _reader(file: BinaryIO) -> Read:
    def read(at: int, size: int) -> bytes:
        file.seek(at)
        return file.read(size)

    return read


def _video_beside(path: Path, video: Path, positions: DrivePositions) -> Drive:
    """Return the drive of a video that has its positions in a file of their own."""
    try:
        filmed = _filmed(video)
    except ValueError:
        with video.open("rb") as file:
            began_s = created_s(_reader(file), video.stat().st_size)
        if np.isnan(began_s):
            return Drive(path, positions, np.empty(0), "unknown: the video does not say when it began")
        _refuse_apart(np.array([began_s]), positions)
        told = f"unknown: the video says itself that it began at {spelt(began_s)}, and is taken at its word"
        return Drive(path, positions, np.array([began_s]), told)
    mine, theirs = ((each.at_s, speeds_mps(each)) for each in (positions, filmed.positions))
    found = clock_offset(mine, theirs, MOST_OFFSET_S)
    if isinstance(found, ClockOffset):
        told = f"add {found.offset_s:+.1f} s to the clock of {video.name} (correlation {found.correlation:.2f})"
        return Drive(path, positions, np.array([filmed.began_s + found.offset_s]), told)
    return Drive(path, positions, np.array([filmed.began_s]), found)


def _folder(path: Path, began: datetime | None, zone: tzinfo | None) -> Drive:
    files = sorted(each for each in path.iterdir() if each.is_file() and not each.name.startswith("."))
    fixes = [_picture(each, zone) for each in files if each.suffix.lower() in PICTURES]
    given = [each for each in files if each.suffix.lower() in POSITIONS]
    if len(given) > 1:
        raise ValueError(f"it holds {len(given)} files of positions ({given[0].name}, …): leave one")
    videos = [each for each in files if each.suffix.lower() in VIDEOS]
    if len(videos) == 1 and given and not fixes:
        return _video_beside(path, videos[0], _positions(given[0], began))
    if not fixes:
        raise ValueError("there are no pictures (.jpg) in it: give a folder of pictures, or the file of positions")
    pictures_s = np.sort(np.array([fix.at_s for fix in fixes if not np.isnan(fix.at_s)]))
    if not given:
        return Drive(path, _of_pictures(fixes, zone), pictures_s, "the camera wrote both into each picture")
    return _pictures_beside(path, _positions(given[0], began), fixes, zone)


def _picture(path: Path, zone: tzinfo | None) -> Fix:
    with path.open("rb") as file:
        try:
            return from_exif(file.read(HEAD_BYTES), zone)
        except ValueError as fault:
            raise ValueError(f"{path.name}: {fault}") from fault


def _of_pictures(fixes: Sequence[Fix], zone: tzinfo | None) -> DrivePositions:
    if all(np.isnan(fix.at_s) for fix in fixes):
        raise ValueError(f"{_timeless(zone)}: no drive is made of them")
    return drive_positions(fixes)


def _timeless(zone: tzinfo | None) -> str:
    hint = "" if zone is not None else ", or none with a zone (give --city for it)"
    return f"its pictures tell no time{hint}"


def _pictures_beside(path: Path, positions: DrivePositions, fixes: Sequence[Fix], zone: tzinfo | None) -> Drive:
    """Return the drive of pictures that have positions beside them, the two clocks compared by motion if possible."""
    at_s = np.sort(np.array([fix.at_s for fix in fixes if not np.isnan(fix.at_s)]))
    if not len(at_s):
        raise ValueError(f"{_timeless(zone)}: they cannot be placed")
    _refuse_apart(at_s, positions)
    if any(np.isnan(fix.lon_deg) for fix in fixes):
        told = "unknown: the pictures have no places of their own, and are taken to keep the time of the positions"
        return Drive(path, positions, at_s, told)
    mine, theirs = ((each.at_s, speeds_mps(each)) for each in (positions, drive_positions(fixes)))
    found = clock_offset(mine, theirs, MOST_OFFSET_S)
    if isinstance(found, ClockOffset):
        told = f"add {found.offset_s:+.1f} s to the clock of the pictures (correlation {found.correlation:.2f})"
        return Drive(path, positions, at_s + found.offset_s, told)
    return Drive(path, positions, at_s, found)


def _refuse_apart(at_s: Floats, positions: DrivePositions) -> None:
    """Raise ValueError where most pictures are of another time than the positions, and say by how many hours."""
    first, last = positions.at_s[0], positions.at_s[-1]
    if np.mean((at_s < first - 1.0) | (at_s > last + 1.0)) <= 0.5:
        return
    hours = round(float(np.median(at_s) - (first + last) / 2) / HOUR_S)
    shifted = at_s - hours * HOUR_S
    fits = hours and bool(np.mean((shifted >= first - 1.0) & (shifted <= last + 1.0)) > 0.5)
    hint = (
        f"they would fit if one clock were {abs(hours)} h off: set it right" if fits else "give those of the same drive"
    )
    raise ValueError(
        f"its pictures are of {spelt(at_s[0])} to {spelt(at_s[-1])}, its GPS of {spelt(first)} to {spelt(last)}: {hint}"
    )


def spelt(at_s: float) -> str:
    """Return seconds since 1970 as a time (UTC)."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
