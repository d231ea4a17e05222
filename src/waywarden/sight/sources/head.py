"""What the file of a picture says of itself before anybody decodes it: its format, its size, which way up it lies.

Read from bytes that somebody sent: nothing here trusts a length that it did not check.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

JPEG, PNG, WEBP = "jpeg", "png", "webp"
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers of a JPEG without a length behind them (ITU-T T.81, B.1.1.3)."""
_SIZES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
"""Markers of a frame's head, SOF0 to SOF15 (T.81, table B.1)."""
_SCAN = 0xDA
_ORIENTATION = 0x0112
Part = tuple[bytes, bytes]


def format_of(content: bytes) -> str | None:
    """Return ``jpeg``, ``png`` or ``webp``, by the first bytes; None where it is none of them."""
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    return None


def sizes_of(content: bytes, codec: str) -> list[tuple[int, int]]:
    """Return every (width, height) in px that the file claims, none where it claims none.

    A file may claim two, and which of them a decoder takes is the decoder's affair.
    """
    found = []
    for name, part in _parts(content, codec):
        if codec == JPEG and name[0] in _SIZES and len(part) >= 5:
            height, width = struct.unpack(">HH", part[1:5])
            found.append((width, height))
        elif name == b"IHDR" and len(part) >= 8:
            found.append(struct.unpack(">II", part[:8]))
        elif codec == WEBP:
            found += _webp_size(name, part)
    return found


def orientation_of(content: bytes, codec: str) -> int:
    """Return EXIF's orientation, 1 to 8 (CIPA DC-008, 4.6.5.1, tag 274); 1, upright, where there is none."""
    for name, part in _parts(content, codec):
        if name == b"\xe1" and part.startswith(b"Exif\x00\x00"):
            return _orientation(part[6:])
        if name in {b"eXIf", b"EXIF"}:
            return _orientation(part.removeprefix(b"Exif\x00\x00"))
    return 1


def _parts(content: bytes, codec: str) -> Iterator[Part]:
    if codec == JPEG:
        return _segments(content)
    return _chunks(content, 8, ">I4s", 4) if codec == PNG else _chunks(content, 12, "<4sI", 0)


def _segments(content: bytes) -> Iterator[Part]:
    """Yield marker and content of each segment before the first scan of a JPEG."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker == _SCAN:
            return
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        yield bytes([marker]), content[at + 4 : at + 2 + length]
        at += 2 + max(length, 2)


def _chunks(content: bytes, first: int, head: str, more: int) -> Iterator[Part]:
    """Yield name and content of each chunk: a PNG's, with ``more`` bytes behind it, or a RIFF's, padded to two."""
    at = first
    while at + 8 <= len(content):
        one, two = struct.unpack_from(head, content, at)
        name, length = (two, one) if more else (one, two)
        yield name, content[at + 8 : at + 8 + length]
        at += 8 + length + (more or length % 2)


def _webp_size(name: bytes, part: bytes) -> list[tuple[int, int]]:
    """Return the size that a chunk of a WebP claims (RFC 9649, 2.5 to 2.7), if it claims one."""
    if name == b"VP8X" and len(part) >= 10:
        return [(int.from_bytes(part[4:7], "little") + 1, int.from_bytes(part[7:10], "little") + 1)]
    if name == b"VP8 " and len(part) >= 10:
        width, height = struct.unpack("<HH", part[6:10])
        return [(width & 0x3FFF, height & 0x3FFF)]
    if name == b"VP8L" and len(part) >= 5:
        bits = int.from_bytes(part[1:5], "little")
        return [((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)]
    return []


def _orientation(tiff: bytes) -> int:
    """Return the orientation in the first directory of a TIFF; 1 where it cannot be read."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return 1
    (at,) = struct.unpack_from(f"{order}I", tiff, 4)
    if at + 2 > len(tiff):
        return 1
    (count,) = struct.unpack_from(f"{order}H", tiff, at)
    for entry in range(at + 2, min(at + 2 + 12 * count, len(tiff) - 11), 12):
        tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
        if (tag, kind) == (_ORIENTATION, 3):
            return value if 1 <= value <= 8 else 1
    return 1
