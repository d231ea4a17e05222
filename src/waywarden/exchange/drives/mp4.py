"""MP4: the samples of one of its tracks, found by the index. Of a video only its index and that track are ever read.

Source: ISO/IEC 14496-12 (2015): 4.2 boxes, 8.4.3 ``hdlr``, 8.5.2 ``stsd``, 8.6.1.2 ``stts``, 8.7.3 ``stsz``,
8.7.4 ``stsc``, 8.7.5 ``stco`` and ``co64``.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Read = Callable[[int, int], bytes]
"""``read(offset, size)`` of the file; fewer bytes at its end."""

_MOST_INDEX_BYTES = 1 << 28
_FROM_1904_S = 2_082_844_800


class Sample(NamedTuple):
    """One sample: when in the video, in seconds from its beginning, for how long, and its bytes."""

    at_s: float
    lasts_s: float
    payload: bytes


def samples(read: Read, size: int, coded_as: bytes) -> list[Sample]:
    """Return the samples of the first track that is coded as ``coded_as`` (four letters), in order.

    Raises
    ------
    ValueError
        It is no MP4, its index is missing (a recording that was cut off), or there is no such track.
    """
    top = dict(_boxes_of_file(read, size))
    if not top.keys() & {b"ftyp", b"moov", b"mdat"}:
        raise ValueError("it is no MP4 video")
    if b"moov" not in top:
        raise ValueError("it is cut short: the index at its end (moov) is missing; let the camera repair it")
    start, length = top[b"moov"]
    if length > _MOST_INDEX_BYTES:
        raise ValueError(f"its index of {length} bytes is too long to be one")
    moov = read(start, length)
    try:
        track = next((each for each in _all(moov, b"trak") if _first(each, b"stsd")[12:16] == coded_as), None)
        if track is None:
            raise ValueError(
                f"no GPS: there is no track of {coded_as.decode()} in it; was GPS switched on in the camera?"
            )
        return list(_samples(read, track))
    except struct.error as fault:
        raise ValueError(f"its index is damaged ({fault}): copy it from the camera again") from fault


def created_s(read: Read, size: int) -> float:
    """Return when the camera says that it began the video (``mvhd``, 8.2.2), seconds since 1970; NaN where it does not.

    By the standard that is UTC; many cameras write their own clock's time.
    """
    start, length = dict(_boxes_of_file(read, size)).get(b"moov", (0, 0))
    header = _first(read(start, min(length, _MOST_INDEX_BYTES)), b"mvhd")
    if len(header) < 16:
        return float("nan")
    (since_1904,) = struct.unpack_from(">Q" if header[0] == 1 else ">I", header, 4)
    return float(since_1904 - _FROM_1904_S) if since_1904 > _FROM_1904_S else float("nan")


def _boxes_of_file(read: Read, size: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Yield each box at the top: its name, and where its content begins and how long it is."""
    at = 0
    while at + 8 <= size:
        length, name, head = *struct.unpack(">I4s", read(at, 8)), 8
        if length == 1:
            length, head = struct.unpack(">Q", read(at + 8, 8))[0], 16
        length = length or size - at
        if length < head or at + length > size:
            return
        yield name, (at + head, length - head)
        at += length


_NESTS = (b"trak", b"mdia", b"minf", b"stbl")


def _all(content: bytes, wanted: bytes) -> Iterator[bytes]:
    """Yield the content of each box ``wanted``, however deep."""
    at = 0
    while at + 8 <= len(content):
        length, name = struct.unpack_from(">I4s", content, at)
        if length < 8:
            return
        inside = content[at + 8 : at + length]
        if name == wanted:
            yield inside
        elif name in _NESTS:
            yield from _all(inside, wanted)
        at += length


def _first(content: bytes, wanted: bytes) -> bytes:
    return next(_all(content, wanted), b"")


def _samples(read: Read, track: bytes) -> Iterator[Sample]:
    header = _first(track, b"mdhd")
    (scale,) = struct.unpack_from(">I", header, 20 if header[0] == 1 else 12)
    sizes = _sizes(_first(track, b"stsz"))
    lasts = _lasts(_first(track, b"stts"), len(sizes)) / scale
    begins = np.cumsum(lasts) - lasts
    for where, size, at_s, lasts_s in zip(_places(track, sizes), sizes, begins, lasts, strict=False):
        payload = read(int(where), int(size))
        if len(payload) < size:
            raise ValueError("it is cut short: its index points beyond its end; copy it from the camera again")
        yield Sample(float(at_s), float(lasts_s), payload)


def _numbers(content: bytes, start: int, columns: int, kind: str = "u4") -> npt.NDArray[np.int64]:
    """Return the table (rows, columns) that a box holds after a row count at byte ``start - 4``."""
    (rows,) = struct.unpack_from(">I", content, start - 4)
    given = np.frombuffer(content, f">{kind}", offset=start)
    if len(given) < rows * columns:
        raise struct.error("a table ends too early")
    return given[: rows * columns].astype(np.int64).reshape(rows, columns)


def _sizes(box: bytes) -> npt.NDArray[np.int64]:
    (same,) = struct.unpack_from(">I", box, 4)
    if same:
        return np.full(struct.unpack_from(">I", box, 8)[0], same, np.int64)
    return _numbers(box, 12, 1)[:, 0]


def _lasts(box: bytes, count: int) -> npt.NDArray[np.float64]:
    runs = _numbers(box, 8, 2)
    lasts = np.repeat(runs[:, 1], runs[:, 0])[:count].astype(np.float64)
    if len(lasts) < count:
        raise struct.error("fewer times than samples")
    return lasts


def _places(track: bytes, sizes: npt.NDArray[np.int64]) -> Iterator[int]:
    """Yield where each sample begins in the file."""
    wide = _first(track, b"co64")
    chunks = (_numbers(wide, 8, 1, "u8") if wide else _numbers(_first(track, b"stco"), 8, 1))[:, 0]
    runs = _numbers(_first(track, b"stsc"), 8, 3)
    lengths = np.diff(np.append(runs[:, 0] - 1, len(chunks)))
    number = 0
    for chunk, count in zip(chunks, np.repeat(runs[:, 1], np.maximum(lengths, 0)), strict=False):
        place = int(chunk)
        for size in sizes[number : number + int(count)]:
            yield place
            place += int(size)
        number += int(count)
