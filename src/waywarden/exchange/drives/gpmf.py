"""GPMF, the track in which action cameras keep their sensors: its positions, ``GPS5`` or the later ``GPS9``.

Source: GoPro's description of the format (gpmf-parser, README and docs, MIT and Apache-2.0): key, type, size and count,
big-endian, aligned to 32 bits; ``SCAL`` divides; ``GPSU`` is the time of the payload, ``GPSF`` 0, 2 or 3 for no fix, 2D
and 3D, ``GPSP`` a hundredfold dilution of precision. ``GPS9`` carries all of these in every sample.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from waywarden.exchange.drives.fixes import UERE_M, drive_positions
from waywarden.exchange.drives.mp4 import Sample
from waywarden.terms.drives import DrivePositions, Fix

CODED_AS = b"gpmd"
_DAYS_FROM_S = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
_LEAST_FIX = 2
_TYPES = {b"b": "i1", b"B": "u1", b"s": ">i2", b"S": ">u2", b"l": ">i4", b"L": ">u4", b"j": ">i8", b"J": ">u8",
          b"f": ">f4", b"d": ">f8"}  # fmt: skip
_GPS9_BYTES = 32
_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Filmed:
    """The positions of a video, and when its first frame was (UTC, seconds since 1970).

    ``clock_spread_s`` is by how much the payloads disagree on that: the standard deviation.
    """

    positions: DrivePositions
    began_s: float
    clock_spread_s: float


@dataclass(frozen=True, slots=True)
class _Payload:
    at_s: npt.NDArray[np.float64]
    """(n,) of each sample; NaN but for the first where only the payload has a time."""
    rows: npt.NDArray[np.float64]
    """(n, 3) latitude, longitude, speed."""
    sigma_m: npt.NDArray[np.float64]
    fixed: npt.NDArray[np.bool_]


def from_gpmf(samples: Sequence[Sample]) -> Filmed:
    """Return the positions in the samples of a GPMF track; ValueError where there are none."""
    payloads = [(sample, payload) for sample in samples for payload in _payloads(sample.payload)]
    if not payloads:
        raise ValueError("no GPS: its sensors are there, but no position (GPS5, GPS9); was GPS switched on?")
    firsts = np.array([payload.at_s[0] for _, payload in payloads])
    lasting = np.append(np.diff(firsts), payloads[-1][0].lasts_s or 1.0)
    fixes = [
        fix
        for (_, payload), lasts_s in zip(payloads, lasting, strict=True)
        for fix in _fixes(payload, min(max(float(lasts_s), 0.1), 2.0))
    ]
    known = np.array([payload.fixed[0] for _, payload in payloads])
    apart = firsts - np.array([sample.at_s for sample, _ in payloads])
    apart = apart[known] if known.any() else apart
    return Filmed(drive_positions(fixes), float(np.median(apart)), float(apart.std()))


def _fixes(payload: _Payload, lasts_s: float) -> Iterator[Fix]:
    count = len(payload.rows)
    even = payload.at_s[0] + np.arange(count) * lasts_s / count
    at_s = np.where(np.isnan(payload.at_s), even, payload.at_s)
    for i in range(count):
        lat, lon, speed = payload.rows[i]
        where = (lon, lat) if payload.fixed[i] else (_NAN, _NAN)
        yield Fix(float(at_s[i]), float(where[0]), float(where[1]), float(speed), _NAN, float(payload.sigma_m[i]))


def _payloads(raw: bytes) -> Iterator[_Payload]:
    """Yield the positions of each stream (``STRM``) that has some; of GPS5 and GPS9 the latter."""
    streams = [dict(_items(stream)) for device in _inside(raw, b"DEVC") for stream in _inside(device, b"STRM")]
    nines = [each for each in streams if b"GPS9" in each]
    try:
        yield from (_gps9(each) for each in nines)
        if not nines:
            yield from (_gps5(each) for each in streams if b"GPS5" in each and b"GPSU" in each)
    except (ValueError, struct.error, KeyError, IndexError) as fault:
        raise ValueError(f"its positions are damaged ({fault}): copy it from the camera again") from fault


@dataclass(frozen=True, slots=True)
class _Item:
    kind: bytes
    size: int
    content: bytes

    def numbers(self) -> npt.NDArray[np.float64]:
        return np.frombuffer(self.content, _TYPES[self.kind]).astype(np.float64)


def _items(raw: bytes) -> Iterator[tuple[bytes, _Item]]:
    """Yield each key with its content; an unfinished one ends it."""
    at = 0
    while at + 8 <= len(raw):
        key, kind, size, count = struct.unpack_from(">4scBH", raw, at)
        content = raw[at + 8 : at + 8 + size * count]
        if len(content) < size * count:
            return
        yield key, _Item(kind, size, content)
        at += 8 + (size * count + 3) // 4 * 4


def _inside(raw: bytes, wanted: bytes) -> Iterable[bytes]:
    return (item.content for key, item in _items(raw) if key == wanted)


def _gps5(stream: dict[bytes, _Item]) -> _Payload:
    rows = stream[b"GPS5"].numbers().reshape(-1, 5) / stream[b"SCAL"].numbers()
    began = datetime.strptime(stream[b"GPSU"].content.decode()[:16], "%y%m%d%H%M%S.%f").replace(tzinfo=UTC)
    at_s = np.full(len(rows), np.nan)
    at_s[:1] = began.timestamp()
    dop = stream[b"GPSP"].numbers()[0] / 100 if b"GPSP" in stream else np.nan
    fixed = b"GPSF" not in stream or stream[b"GPSF"].numbers()[0] >= _LEAST_FIX
    return _Payload(at_s, rows[:, [0, 1, 3]], np.full(len(rows), dop * UERE_M), np.full(len(rows), fixed))


def _gps9(stream: dict[bytes, _Item]) -> _Payload:
    """Each sample: latitude, longitude, altitude, two speeds, days since 2000, seconds of the day, precision, fix."""
    content = stream[b"GPS9"].content
    given = [struct.unpack_from(">7i2H", content, at) for at in range(0, len(content), _GPS9_BYTES)]
    rows = np.array(given, np.float64) / stream[b"SCAL"].numbers()
    at_s = _DAYS_FROM_S + rows[:, 5] * 86400.0 + rows[:, 6]
    return _Payload(at_s, rows[:, [0, 1, 3]], rows[:, 7] * UERE_M, rows[:, 8] >= _LEAST_FIX)
