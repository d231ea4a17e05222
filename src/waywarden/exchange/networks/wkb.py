"""Well-known binary: the lines in a geometry of a GeoPackage.

Source: OGC 12-128r19 (GeoPackage 1.4), 2.1.3 the header of a geometry; OGC 06-103r4, 8.2 well-known binary, with
the types of ISO 13249-3 that carry heights (1000 and up).
"""

from __future__ import annotations

import struct

from waywarden.terms.places import LonLat

_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_LINE, _LINES = 2, 5


def lines_of(blob: bytes) -> list[list[LonLat]]:
    """Return the lines of a GeoPackage geometry, none where it is of another kind; ValueError where it is damaged."""
    try:
        if blob[:2] != b"GP":
            raise ValueError("a geometry does not begin as a GeoPackage's does")
        if blob[3] & 0x10:  # empty
            return []
        return _read(blob, 8 + _ENVELOPE_BYTES[blob[3] >> 1 & 7])[0]
    except (struct.error, IndexError) as fault:
        raise ValueError(f"a geometry is damaged ({fault})") from fault


def _read(raw: bytes, at: int) -> tuple[list[list[LonLat]], int]:
    """Return the lines that begin at byte ``at``, and where they end."""
    order = "<" if raw[at] else ">"
    kind, count = struct.unpack_from(order + "II", raw, at + 1)
    base, extra = kind % 1000, (0, 1, 1, 2)[kind // 1000]
    at += 9
    if base == _LINE:
        numbers = struct.unpack_from(f"{order}{count * (2 + extra)}d", raw, at)
        return [list(zip(numbers[:: 2 + extra], numbers[1 :: 2 + extra], strict=True))], at + 8 * len(numbers)
    found: list[list[LonLat]] = []
    if base == _LINES:
        for _ in range(count):
            lines, at = _read(raw, at)
            found += lines
    return found, at
