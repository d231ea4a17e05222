"""EXIF of a JPEG: where and when it was taken. Only the tags below are read; the small picture in it never is.

Source: CIPA DC-008 (EXIF 2.32): 4.5.2 the APP1 segment, 4.6.2 the TIFF directories, 4.6.6 the GPS tags.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from waywarden.exchange.drives.fixes import UERE_M
from waywarden.terms.drives import Fix

HEAD_BYTES = 1 << 17
"""So much of a JPEG's beginning holds its EXIF: a segment has at most 64 KiB, and other segments may stand before."""

_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_TAKEN, _ZONE = 0x9003, 0x9011
_LAT_REF, _LAT, _LON_REF, _LON, _TIME, _DOP, _SPEED_REF, _SPEED, _HEADING_REF, _HEADING, _DATE = (
    1, 2, 3, 4, 7, 11, 12, 13, 14, 15, 29,
)  # fmt: skip
_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
_SPEEDS_MPS = {"K": 1 / 3.6, "M": 0.44704, "N": 1852 / 3600}
Tags = Mapping[int, Any]


def from_exif(head: bytes, zone: tzinfo | None = None) -> Fix:
    """Return where and when the picture was taken.

    Parameters
    ----------
    head : bytes
        The beginning of its file, ``HEAD_BYTES`` of it or all.
    zone : tzinfo, optional
        Of the camera's own clock, for pictures that hold neither the satellites' time nor their own zone. Without it
        the time of such a picture is NaN. A position that is not told is NaN too.

    Raises
    ------
    ValueError
        It is no JPEG, or it has no EXIF.
    """
    if head[:2] != b"\xff\xd8":
        raise ValueError("it is no JPEG: a picture with its place in it (EXIF) was wanted")
    tiff = _tiff(head)
    if tiff is None:
        raise ValueError(
            "it has no EXIF: place and time were taken out of it; give the pictures as the camera wrote them"
        )
    try:
        return _fix(tiff, zone)
    except (struct.error, IndexError, ZeroDivisionError) as fault:
        raise ValueError(f"its EXIF is damaged ({fault}): copy it from the camera again") from fault


def _tiff(head: bytes) -> bytes | None:
    """Return the TIFF that is inside the APP1 segment."""
    at = 2
    while at + 4 <= len(head) and head[at] == 0xFF:
        marker, size = struct.unpack_from(">BH", head, at + 1)
        if marker == 0xE1 and head[at + 4 : at + 10] == b"Exif\0\0":
            return head[at + 10 : at + 2 + size]
        if marker == 0xDA:
            return None
        at += 2 + size
    return None


def _fix(tiff: bytes, zone: tzinfo | None) -> Fix:
    order = "<" if tiff[:2] == b"II" else ">"
    first = _directory(tiff, order, struct.unpack_from(order + "I", tiff, 4)[0])
    gps = _directory(tiff, order, first[_GPS_IFD]) if _GPS_IFD in first else {}
    exif = _directory(tiff, order, first[_EXIF_IFD]) if _EXIF_IFD in first else {}
    speed = _one(gps, _SPEED) * _SPEEDS_MPS.get(str(gps.get(_SPEED_REF, "K")), math.nan)
    heading = _one(gps, _HEADING) if gps.get(_HEADING_REF, "T") == "T" else math.nan
    return Fix(
        _at_s(gps, exif, zone), _degrees(gps, _LON, _LON_REF, "W"), _degrees(gps, _LAT, _LAT_REF, "S"),
        speed, heading, _one(gps, _DOP) * UERE_M,
    )  # fmt: skip


def _at_s(gps: Tags, exif: Tags, zone: tzinfo | None) -> float:
    """Return the time of the satellites where the camera kept it, else its own clock's if a zone is known."""
    try:
        if _DATE in gps and _TIME in gps:
            hours, minutes, seconds = gps[_TIME]
            day = datetime.strptime(gps[_DATE], "%Y:%m:%d").replace(tzinfo=UTC)
            return float(day.timestamp() + 3600 * hours + 60 * minutes + seconds)
        if _TAKEN in exif and _ZONE in exif:
            return datetime.strptime(exif[_TAKEN] + exif[_ZONE], "%Y:%m:%d %H:%M:%S%z").timestamp()
        if _TAKEN in exif and zone is not None:
            return datetime.strptime(exif[_TAKEN], "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone).timestamp()
    except ValueError:
        return math.nan
    return math.nan


def _degrees(gps: Tags, tag: int, ref: int, negative: str) -> float:
    if tag not in gps or len(gps[tag]) != 3:
        return math.nan
    degrees, minutes, seconds = gps[tag]
    value = float(degrees + minutes / 60 + seconds / 3600)
    return -value if gps.get(ref) == negative else value


def _one(tags: Tags, tag: int) -> float:
    found = tags.get(tag)
    return float(found[0]) if isinstance(found, tuple) and len(found) == 1 else math.nan


def _directory(tiff: bytes, order: str, at: int) -> dict[int, Any]:
    """Return the tags of one directory (4.6.2): texts, whole numbers, and tuples of rationals."""
    (count,) = struct.unpack_from(order + "H", tiff, at)
    found: dict[int, Any] = {}
    for place in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, number = struct.unpack_from(order + "HHI", tiff, place)
        size = _BYTES.get(kind, 0) * number
        if not 0 < size <= len(tiff):
            continue
        start = place + 8 if size <= 4 else struct.unpack_from(order + "I", tiff, place + 8)[0]
        found[tag] = _value(tiff, order, kind, number, start)
    return found


def _value(tiff: bytes, order: str, kind: int, number: int, start: int) -> Any:
    if kind == 2:
        return tiff[start : start + number].split(b"\0")[0].decode("ascii", "replace").strip()
    if kind in {5, 10}:
        pairs = struct.unpack_from(f"{order}{2 * number}{'I' if kind == 5 else 'i'}", tiff, start)
        return tuple(above / below if below else math.nan for above, below in zip(pairs[::2], pairs[1::2], strict=True))
    if kind in {3, 4}:
        return struct.unpack_from(order + ("H" if kind == 3 else "I"), tiff, start)[0]
    return tiff[start : start + number]
