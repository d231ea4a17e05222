"""One drive from its file or folder: a GPX or CSV file, a video with GPS in it, or a folder of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import numpy as np

from waywarden.exchange.drives.exif import HEAD_BYTES, from_exif
from waywarden.exchange.drives.fixes import drive_positions
from waywarden.exchange.drives.gpmf import CODED_AS, from_gpmf
from waywarden.exchange.drives.gpx import from_gpx
from waywarden.exchange.drives.mp4 import samples
from waywarden.exchange.drives.rows import from_rows
from waywarden.geo.drives.clock import ClockOffset, clock_offset
from waywarden.geo.drives.motion import speeds_mps
from waywarden.terms.drives import DrivePositions, Fix, Floats
from waywarden.terms.errors import SourceError

VIDEOS = {".mp4", ".mov", ".360"}
PICTURES = {".jpg", ".jpeg"}
POSITIONS = {".gpx", ".csv"}
HOUR_S = 3600.0


@dataclass(frozen=True, slots=True, eq=False)
class Drive:
    """A drive as it was read.

    Parameters
    ----------
    path : Path
    positions : DrivePositions
    pictures_s : (k,) float64
        When its pictures were taken (UTC, seconds since 1970), empty where there are none or their time is not known.
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
    return from_gpx(raw) if kind == ".gpx" else from_rows(raw, began)


def _video(path: Path) -> Drive:
    with path.open("rb") as file:

        def read(at: int, size: int) -> bytes:
            file.seek(at)
            return file.read(size)

        filmed = from_gpmf(samples(read, path.stat().st_size, CODED_AS))
    clock = (
        f"the camera wrote both: its first frame is of {spelt(filmed.began_s)}, to within {filmed.clock_spread_s:.1f} s"
    )
    return Drive(path, filmed.positions, np.array([filmed.began_s]), clock)


def _folder(path: Path, began: datetime | None, zone: tzinfo | None) -> Drive:
    files = sorted(each for each in path.iterdir() if each.is_file())
    fixes = [_picture(each, zone) for each in files if each.suffix.lower() in PICTURES]
    given = [each for each in files if each.suffix.lower() in POSITIONS]
    if len(given) > 1:
        raise ValueError(f"it holds {len(given)} files of positions ({given[0].name}, …): leave one")
    if not fixes:
        raise ValueError("there are no pictures (.jpg) in it: give a folder of pictures, or the file of positions")
    pictures_s = np.sort(np.array([fix.at_s for fix in fixes if not np.isnan(fix.at_s)]))
    if not given:
        return Drive(path, _of_pictures(fixes), pictures_s, "the camera wrote both into each picture")
    positions = _positions(given[0], began)
    if not len(pictures_s):
        raise ValueError(
            "its pictures tell no time, or none with a zone (give --city for its zone): they cannot be placed"
        )
    return Drive(path, positions, pictures_s, clock_of_pictures(positions, fixes))


def _picture(path: Path, zone: tzinfo | None) -> Fix:
    with path.open("rb") as file:
        try:
            return from_exif(file.read(HEAD_BYTES), zone)
        except ValueError as fault:
            raise ValueError(f"{path.name}: {fault}") from fault


def _of_pictures(fixes: Sequence[Fix]) -> DrivePositions:
    if all(np.isnan(fix.at_s) for fix in fixes):
        raise ValueError(
            "its pictures tell no time, or none with a zone (give --city for its zone): no drive is made of them"
        )
    return drive_positions(fixes)


def clock_of_pictures(positions: DrivePositions, fixes: Sequence[Fix]) -> str:
    """Say how the clock of pictures stands to that of positions; ValueError where the two do not fit at all."""
    at_s = np.sort(np.array([fix.at_s for fix in fixes if not np.isnan(fix.at_s)]))
    first, last = positions.at_s[0], positions.at_s[-1]
    outside = (at_s < first - 1.0) | (at_s > last + 1.0)
    if outside.mean() <= 0.5:
        return _clock_by_motion(positions, fixes)
    hours = round(float(np.median(at_s) - (first + last) / 2) / HOUR_S)
    shifted = at_s - hours * HOUR_S
    fits = hours and bool(np.mean((shifted >= first - 1.0) & (shifted <= last + 1.0)) > 0.5)
    hint = (
        f"they would fit if one clock were {abs(hours)} h off: set it right" if fits else "give those of the same drive"
    )
    raise ValueError(
        f"its pictures are of {spelt(at_s[0])} to {spelt(at_s[-1])}, its GPS of {spelt(first)} to {spelt(last)}: {hint}"
    )


def _clock_by_motion(positions: DrivePositions, fixes: Sequence[Fix]) -> str:
    """Say how far the clock of pictures is off by how fast their own places move, where they have some."""
    if any(np.isnan(fix.lon_deg) for fix in fixes):
        return "unknown: the pictures have no places of their own; they are taken to keep the time of the positions"
    theirs = drive_positions(fixes)
    found = clock_offset((positions.at_s, speeds_mps(positions)), (theirs.at_s, speeds_mps(theirs)))
    if isinstance(found, ClockOffset):
        return f"add {found.offset_s:+.1f} s to the clock of the pictures (correlation {found.correlation:.2f})"
    return found


def spelt(at_s: float) -> str:
    """Return seconds since 1970 as a time (UTC)."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
