"""Where and when a made-up picture was taken, as cameras with a satellite receiver write it into a JPEG (EXIF 2.32)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from waywarden.testing.drives.on_streets import WHITE_M, gauss_markov

LAT_DEG, LON_DEG = 60.17, 24.94
NORTH_M, EAST_M = 111_412.0, 55_530.0
"""Metres of a degree there; the made-up road runs east."""
ASCII, RATIONAL = 2, 5
Entry = tuple[int, int, int, bytes]


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver on a vehicle, which drives at a constant speed unless it is told how else.

    Said are when it began, how fast, and how wrong its place is. Its errors are those of the day: the same when it
    begins at the same time.
    """

    began: datetime
    speed_mps: float = 10.0
    sigma_m: float = 3.0

    def exif(self, chainages_m: np.ndarray, motion: tuple[np.ndarray, np.ndarray] | None = None) -> list[bytes]:
        """Return an EXIF block for a picture at each of these places along the road, in order.

        ``motion`` is when (s after it began) and how fast (m/s) it was there, for a vehicle of no constant speed.
        """
        at_s, speeds_mps = motion or (chainages_m / self.speed_mps, np.full(len(chainages_m), self.speed_mps))
        rng = np.random.default_rng(int(self.began.timestamp()))
        error_m = gauss_markov(rng, len(chainages_m), self.sigma_m) + rng.normal(0, WHITE_M, (len(chainages_m), 2))
        return [
            gps_block(
                self.began + timedelta(seconds=float(after_s)),
                LAT_DEG + float(north) / NORTH_M,
                LON_DEG + (float(along) + float(east)) / EAST_M,
                float(speed_mps),
            )
            for along, after_s, speed_mps, (east, north) in zip(chainages_m, at_s, speeds_mps, error_m, strict=True)
        ]


def gps_block(at: datetime, lat_deg: float, lon_deg: float, speed_mps: float) -> bytes:
    """Return the content of an APP1 segment (4.5.2): place, time and speed, after 4.6.6."""
    utc = at.astimezone(UTC)
    clock = [(utc.hour, 1), (utc.minute, 1), (round(utc.second * 1000 + utc.microsecond / 1000), 1000)]
    entries: list[Entry] = [
        (1, ASCII, 2, b"N\0" if lat_deg >= 0 else b"S\0"),
        (2, RATIONAL, 3, _rationals([(round(abs(lat_deg) * 10_000_000), 10_000_000), (0, 1), (0, 1)])),
        (3, ASCII, 2, b"E\0" if lon_deg >= 0 else b"W\0"),
        (4, RATIONAL, 3, _rationals([(round(abs(lon_deg) * 10_000_000), 10_000_000), (0, 1), (0, 1)])),
        (7, RATIONAL, 3, _rationals(clock)),
        (12, ASCII, 2, b"K\0"),
        (13, RATIONAL, 1, _rationals([(round(speed_mps * 3600), 1000)])),
        (29, ASCII, 11, f"{utc:%Y:%m:%d}\0".encode()),
    ]
    first = struct.pack("<H", 1) + struct.pack("<HHII", 0x8825, 4, 1, 26) + bytes(4)
    return b"Exif\0\0II*\0" + struct.pack("<I", 8) + first + _directory(entries, 26)


def with_exif(jpeg: bytes, block: bytes) -> bytes:
    """Return a JPEG with the block as its first segment."""
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]


def _rationals(pairs: list[tuple[int, int]]) -> bytes:
    return b"".join(struct.pack("<II", *pair) for pair in pairs)


def _directory(entries: list[Entry], at: int) -> bytes:
    """Return a directory that begins ``at`` bytes into the TIFF; values of more than four bytes stand behind it."""
    behind = at + 2 + 12 * len(entries) + 4
    rows, values = b"", b""
    for tag, kind, many, value in entries:
        inline = len(value) <= 4
        rows += struct.pack("<HHI", tag, kind, many)
        rows += value.ljust(4, b"\0") if inline else struct.pack("<I", behind + len(values))
        values += b"" if inline else value + bytes(len(value) % 2)
    return struct.pack("<H", len(entries)) + rows + bytes(4) + values
