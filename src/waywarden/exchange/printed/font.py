"""A TrueType font: how wide its letters are, and a copy with those alone that a document uses.

Source: OpenType 1.9, chapters ``cmap``, ``glyf``, ``head``, ``hhea``, ``hmtx``, ``loca``, ``maxp``. Of a variable font
its default is taken. Letters that join or stack (Arabic, Devanagari) are not shaped: each is set as it stands.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

KEPT_TABLES = ("cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep")
"""What a PDF wants of an embedded TrueType font (ISO 32000-2, 9.9)."""
_CHECKSUM_MAGIC = 0xB1B0AFBA
_WORDS, _XY_SCALE, _MORE, _SCALE, _TWO_BY_TWO = 0x0001, 0x0040, 0x0020, 0x0008, 0x0080
"""Flags of a component of a composite glyph."""


@dataclass(frozen=True, slots=True)
class Font:
    """A font as it was read. Lengths are in its own units, ``units_per_em`` to the size of the letters."""

    tables: Mapping[str, bytes]
    units_per_em: int
    ascent: int
    descent: int
    box: tuple[int, int, int, int]
    glyph_of: Mapping[int, int]
    widths: tuple[int, ...]
    offsets: tuple[int, ...]

    def glyph(self, letter: str) -> int:
        """Return the number of a letter's glyph; 0, an empty box, where the font has none."""
        return self.glyph_of.get(ord(letter), 0)

    def width(self, glyph: int) -> float:
        """Return how wide a glyph is, in thousandths of the letters' size."""
        return self.widths[min(glyph, len(self.widths) - 1)] * 1000 / self.units_per_em


def read_font(raw: bytes) -> Font:
    """Return the font of a TrueType file; ValueError where it is none."""
    try:
        tables = _tables(raw)
        head, hhea = tables["head"], tables["hhea"]
        units, long_offsets = struct.unpack_from(">H", head, 18)[0], struct.unpack_from(">h", head, 50)[0]
        glyphs = struct.unpack_from(">H", tables["maxp"], 4)[0]
        metrics = struct.unpack_from(">H", hhea, 34)[0]
        ascent, descent = struct.unpack_from(">hh", hhea, 4)
        form = f">{glyphs + 1}{'I' if long_offsets else 'H'}"
        offsets = struct.unpack_from(form, tables["loca"])
        return Font(
            tables, units, ascent, descent, struct.unpack_from(">4h", head, 36), _letters(tables["cmap"]),
            tuple(wide for wide, _ in struct.iter_unpack(">Hh", tables["hmtx"][: 4 * metrics])),
            offsets if long_offsets else tuple(2 * each for each in offsets),
        )  # fmt: skip
    except (KeyError, struct.error) as error:
        raise ValueError(f"this is no TrueType font that can be read ({error!r})") from error


def subset(font: Font, glyphs: Iterable[int]) -> bytes:
    """Return a TrueType file with the outlines of ``glyphs`` alone; every glyph keeps its number."""
    kept = _with_parts(font, {0, *glyphs})
    outlines, offsets = bytearray(), [0]
    for number in range(len(font.offsets) - 1):
        if number in kept:
            outlines += _outline(font, number)
            outlines += bytes(-len(outlines) % 4)
        offsets.append(len(outlines))
    head = bytearray(font.tables["head"])
    struct.pack_into(">I", head, 8, 0)
    struct.pack_into(">h", head, 50, 1)
    made = {
        **font.tables,
        "head": bytes(head),
        "glyf": bytes(outlines),
        "loca": struct.pack(f">{len(offsets)}I", *offsets),
    }
    return _file({name: made[name] for name in KEPT_TABLES if name in made})


def _tables(raw: bytes) -> dict[str, bytes]:
    count = struct.unpack_from(">H", raw, 4)[0]
    found = {}
    for number in range(count):
        tag, _, offset, length = struct.unpack_from(">4sIII", raw, 12 + 16 * number)
        found[tag.decode("latin-1")] = raw[offset : offset + length]
    return found


def _letters(cmap: bytes) -> dict[int, int]:
    """Return the glyph of each code point, by the subtable for Unicode: format 12 where there is one, else 4."""
    subtables = {}
    for number in range(struct.unpack_from(">H", cmap, 2)[0]):
        platform, _, offset = struct.unpack_from(">HHI", cmap, 4 + 8 * number)
        if platform in {0, 3}:
            subtables[struct.unpack_from(">H", cmap, offset)[0]] = offset
    if 12 in subtables:
        return _by_groups(cmap, subtables[12])
    return _by_segments(cmap, subtables[4])


def _by_groups(cmap: bytes, offset: int) -> dict[int, int]:
    found: dict[int, int] = {}
    for number in range(struct.unpack_from(">I", cmap, offset + 12)[0]):
        first, last, glyph = struct.unpack_from(">III", cmap, offset + 16 + 12 * number)
        found.update(zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True))
    return found


def _by_segments(cmap: bytes, offset: int) -> dict[int, int]:
    count = struct.unpack_from(">H", cmap, offset + 6)[0] // 2
    lasts, firsts, deltas, ranges = (
        struct.unpack_from(f">{count}H", cmap, offset + at) for at in (14, *(16 + 2 * count * n for n in (1, 2, 3)))
    )
    found = {}
    for number, (first, last, delta, far) in enumerate(zip(firsts, lasts, deltas, ranges, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if far:
                where = offset + 16 + 6 * count + 2 * number + far + 2 * (code - first)
                glyph = struct.unpack_from(">H", cmap, where)[0]
            if glyph or not far:
                found[code] = (glyph + delta) & 0xFFFF
    return found


def _outline(font: Font, glyph: int) -> bytes:
    return font.tables["glyf"][font.offsets[glyph] : font.offsets[glyph + 1]]


def _with_parts(font: Font, glyphs: set[int]) -> set[int]:
    """Return the glyphs and those that they are put together of."""
    kept, waiting = set(), list(glyphs)
    while waiting:
        glyph = waiting.pop()
        if glyph not in kept and glyph < len(font.offsets) - 1:
            kept.add(glyph)
            waiting += _parts(_outline(font, glyph))
    return kept


def _parts(outline: bytes) -> list[int]:
    if len(outline) < 10 or struct.unpack_from(">h", outline)[0] >= 0:
        return []
    found, at, flags = [], 10, _MORE
    while flags & _MORE:
        flags, part = struct.unpack_from(">HH", outline, at)
        found.append(part)
        at += 4 + (4 if flags & _WORDS else 2)
        at += 2 if flags & _SCALE else 4 if flags & _XY_SCALE else 8 if flags & _TWO_BY_TWO else 0
    return found


def _file(tables: Mapping[str, bytes]) -> bytes:
    """Return a TrueType file of tables, with their sums (OpenType 1.9, "Calculating checksums")."""
    count = len(tables)
    power = count.bit_length() - 1
    listed = bytearray(struct.pack(">IHHHH", 0x00010000, count, 16 << power, power, 16 * count - (16 << power)))
    body, at, head_at = bytearray(), 12 + 16 * count, 0
    for name, raw in sorted(tables.items()):
        padded = raw + bytes(-len(raw) % 4)
        head_at = at + len(body) if name == "head" else head_at
        listed += struct.pack(">4sIII", name.encode("latin-1"), _sum(padded), at + len(body), len(raw))
        body += padded
    made = listed + body
    struct.pack_into(">I", made, head_at + 8, (_CHECKSUM_MAGIC - _sum(bytes(made))) & 0xFFFFFFFF)
    return bytes(made)


def _sum(padded: bytes) -> int:
    total: int = sum(each for (each,) in struct.iter_unpack(">I", padded))
    return total & 0xFFFFFFFF
