"""A folder of single pictures of one camera, as frames. A bad picture is recorded, and the batch goes on."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np

from waywarden.sight.frame import Frame, upright
from waywarden.sight.ports import SourceFacts
from waywarden.sight.sources.head import format_of, orientation_of
from waywarden.sight.sources.video import gap_limit_s, time_in_name
from waywarden.terms.errors import SourceError
from waywarden.terms.records import CameraHealth, HealthState

STILL_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})

STILL_INTERVAL_S = 1.0
"""Spacing of pictures that carry no time of their own, and the nominal interval of the gap rule."""

_EXIF_TIME = re.compile(rb"(\d{4}:\d\d:\d\d \d\d:\d\d:\d\d)\x00")
_EXIF_SPAN_BYTES = 65_536


def stills_in(folder: Path) -> list[Path]:
    """Return the pictures of a folder in order of name; what begins with a dot is a system's own (``._a.jpg``)."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in STILL_SUFFIXES and path.name[0] != ".")


class _Still(NamedTuple):
    path: Path
    at: datetime


class StillsSource:
    """The jpg, jpeg, png and webp pictures of one folder (or one such file), in order of time, then of name.

    A picture's time is the one in its name (read as UTC), else the earliest in its EXIF block (DateTimeOriginal; EXIF
    knows no time zone, read as UTC), else ``start`` plus one second per picture before it. Without ``start``, a
    picture without a time takes the time of the one before it in order of name. A picture stands for the time since
    the one before it, or for 0 s if that is a gap (more than 4 s), so isolated stills watch nothing.

    Parameters
    ----------
    path : Path
    camera_id : str
    start : datetime, optional
        Aware UTC time of the first picture, for pictures that say nothing of their time.

    Raises
    ------
    SourceError
        No such folder, no picture in it, none that can be decoded, or no time known.
    """

    def __init__(self, path: Path, camera_id: str, start: datetime | None = None) -> None:
        self._path = path
        self._camera_id = camera_id
        self._start = start

    def own_start(self) -> datetime | None:
        """Return the earliest time that a picture itself carries; None if none does."""
        return min((at for at in map(_own_time, self._paths()) if at is not None), default=None)

    def about(self) -> SourceFacts:
        """Decode pictures up to the first good one and say what the folder is."""
        stills = self._stills()
        for still in stills:
            picture, codec = decode_still(still.path)
            if isinstance(picture, av.VideoFrame):
                return SourceFacts(
                    width=picture.width,
                    height=picture.height,
                    rate_hz=1 / STILL_INTERVAL_S,
                    codec=codec,
                    duration_s=(stills[-1].at - stills[0].at).total_seconds(),
                    start=stills[0].at,
                )
        raise self._nothing_decodes(len(stills))

    def __iter__(self) -> Iterator[Frame | CameraHealth]:
        """Yield a frame per good picture and a health record per bad one; OK with the first good one after it."""
        stills = self._stills()
        previous: datetime | None = None
        unwell = False
        for still in stills:
            picture, reason = decode_still(still.path)
            if isinstance(picture, HealthState):
                unwell = True
                yield CameraHealth(self._camera_id, still.at, picture, f"{still.path.name}: {reason}")
                continue
            if unwell:
                yield CameraHealth(self._camera_id, still.at, HealthState.OK, "pictures can be decoded again")
            unwell = False
            step_s = (still.at - previous).total_seconds() if previous is not None else 0.0
            previous = still.at
            yield Frame(picture, still.at, step_s if step_s <= gap_limit_s(STILL_INTERVAL_S) else 0.0)
        if previous is None:
            raise self._nothing_decodes(len(stills))

    def _paths(self) -> list[Path]:
        if self._path.is_file():
            return [self._path]
        if not self._path.is_dir():
            raise SourceError(f"a folder of pictures was wanted but {self._path} is not there: mend city.toml")
        if not (paths := stills_in(self._path)):
            raise SourceError(
                f"{self._path} holds no picture (wanted: jpg, jpeg, png or webp): mend source in city.toml"
            )
        return paths

    def _stills(self) -> list[_Still]:
        paths = self._paths()
        own = [_own_time(path) for path in paths]
        last = next((at for at in own if at is not None), None)
        if last is None and self._start is None:
            raise SourceError(
                f"none of the {len(paths)} pictures in {self._path.name} says when it was taken, by name or by EXIF: "
                "write start = 2026-01-31T07:00:00Z (the first picture, UTC) for this camera in city.toml"
            )
        stills = []
        for number, (path, at) in enumerate(zip(paths, own, strict=True)):
            if self._start is not None:
                last = at or self._start + timedelta(seconds=number * STILL_INTERVAL_S)
            else:
                last = at or last
            stills.append(_Still(path, last or datetime.max.replace(tzinfo=UTC)))
        return sorted(stills, key=lambda still: (still.at, still.path))

    def _nothing_decodes(self, number: int) -> SourceError:
        return SourceError(f"none of the {number} pictures in {self._path.name} can be decoded: copy them again")


def decode_still(path: Path) -> tuple[av.VideoFrame, str] | tuple[HealthState, str]:
    """Return the picture, upright whatever its EXIF says, and its codec, or what is the matter with the file and why.

    The format is told by the file's first bytes, not by FFmpeg's guess: a guess may take a text file for a list of
    addresses to open.
    """
    try:
        content = path.read_bytes()
    except OSError as fault:
        return HealthState.NOT_A_PICTURE, f"cannot be read ({fault.strerror})"
    if not content:
        return HealthState.EMPTY_FILE, "the file is empty (0 bytes)"
    codec = format_of(content)
    if codec is None:
        return HealthState.NOT_A_PICTURE, f"neither JPEG, PNG nor WebP, whatever its name says ({len(content)} bytes)"
    if is_cut_short(content, codec):
        return HealthState.CUT_SHORT, f"the {codec} picture breaks off after {len(content)} bytes"
    picture = _decoded(content, codec)
    if picture is None:
        return HealthState.NOT_A_PICTURE, f"the {codec} picture is damaged and cannot be decoded"
    orientation = orientation_of(content, codec)
    if orientation != 1:
        seen = np.asarray(picture.to_ndarray(format="rgb24"), np.uint8)
        picture = av.VideoFrame.from_ndarray(upright(seen, orientation), format="rgb24")
    return picture, codec


def _decoded(content: bytes, codec: str) -> av.VideoFrame | None:
    try:
        with av.open(io.BytesIO(content), mode="r", format=f"{codec}_pipe") as container:
            return next((picture for picture in container.decode(video=0)), None)
    except (av.FFmpegError, IndexError):
        return None


def is_cut_short(content: bytes, codec: str) -> bool:
    """Look for the end that each format demands; FFmpeg fills in the missing half of a JPEG without a word.

    JPEG (ITU-T T.81, B.1.1.2): no marker byte occurs inside the scan, so an EOI after the last SOS is the end.
    """
    if codec == "jpeg":
        return content.rfind(b"\xff\xd9") < content.rfind(b"\xff\xda")
    if codec == "png":
        return b"IEND" not in content[-64:]
    return len(content) < int.from_bytes(content[4:8], "little") + 8


def _own_time(path: Path) -> datetime | None:
    named = time_in_name(path.name)
    if named is not None:
        return named
    try:
        with path.open("rb") as still:
            head = still.read(2 * _EXIF_SPAN_BYTES)
    except OSError:
        return None
    begin = head.find(b"Exif\x00\x00")
    if begin < 0:
        return None
    times = _EXIF_TIME.findall(head, begin, begin + _EXIF_SPAN_BYTES)
    return min(filter(None, map(_parse_exif_time, times)), default=None)


def _parse_exif_time(text: bytes) -> datetime | None:
    try:
        return datetime.strptime(text.decode("ascii"), "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
