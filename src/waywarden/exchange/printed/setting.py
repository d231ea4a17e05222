"""Setting text: how wide it is, where its lines break, how wide columns are; and how large a JPEG is."""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from waywarden.exchange.printed.font import Font

BOX = "☐"
"""A box to tick. It is drawn, as hardly any font has it."""
_BOX_EM = 0.95
_NARROWEST_PT = 24.0


class Setting:
    """The letters of one document: which were used, and which the font has not."""

    def __init__(self, font: Font) -> None:
        self.font = font
        self.used: dict[int, str] = {}
        self.missing: set[str] = set()
        self._ems: dict[str, float] = {BOX: _BOX_EM}

    def width(self, text: str, size: float) -> float:
        """Return how wide a text is, in the unit of ``size``."""
        return sum(map(self._em, text)) * size

    def glyphs(self, text: str) -> bytes:
        """Return a text as a PDF shows it: two bytes a glyph, in hexadecimal."""
        numbers = []
        for letter in text:
            number = self.font.glyph(letter)
            if not number:
                self.missing.add(letter)
            self.used[number] = letter if number else "\ufffd"
            numbers.append(f"{number:04x}")
        return "".join(numbers).encode()

    def lines(self, text: str, width: float, size: float) -> list[str]:
        """Return a text in lines of at most ``width``; a word that is wider is broken anywhere."""
        found, line = [], ""
        for word in _plain(text).split():
            longer = f"{line} {word}" if line else word
            if self.width(longer, size) <= width:
                line = longer
                continue
            found += [line] if line else []
            *whole, line = self._broken(word, width, size)
            found += whole
        return [*found, line]

    def columns(self, table: Sequence[Sequence[str]], width: float, size: float, pad: float) -> list[float]:
        """Return how wide each column is: at least its longest word if all of them fit, and together ``width``."""
        cells = [[_plain(cell) for cell in column] for column in zip(*table, strict=True)]
        wanted = [max(self.width(cell, size) for cell in column) + 2 * pad for column in cells]
        words = [
            max((self.width(word, size) for cell in column for word in cell.split()), default=0) for column in cells
        ]
        least = [max(_NARROWEST_PT, each + 2 * pad) for each in words]
        if sum(least) > width:
            # A hash is broken anywhere: the widest give way first, down to what all of them can have.
            limit = _level(least, width)
            least = [min(each, limit) for each in least]
        spare = width - sum(least)
        wishes = [max(0.0, wish - each) for wish, each in zip(wanted, least, strict=True)]
        total = sum(wishes)
        share = min(1.0, spare / total) if total else 0.0
        made = [each + wish * share for each, wish in zip(least, wishes, strict=True)]
        return [each * width / sum(made) for each in made]

    def _broken(self, word: str, width: float, size: float) -> list[str]:
        parts, part = [], ""
        for letter in word:
            if part and self.width(part + letter, size) > width:
                parts.append(part)
                part = ""
            part += letter
        return [*parts, part]

    def _em(self, letter: str) -> float:
        if letter not in self._ems:
            self._ems[letter] = self.font.width(self.font.glyph(letter)) / 1000
        return self._ems[letter]


def _plain(text: str) -> str:
    """Return a text with its accents put together, as fonts have them."""
    return unicodedata.normalize("NFC", text)


def _level(widths: Sequence[float], total: float) -> float:
    """Return the largest limit under which ``widths`` come to ``total`` at most."""
    order = sorted(widths)
    spent = 0.0
    for number, (each, _) in enumerate(pairwise([*order, 0.0])):
        limit = (total - spent) / (len(order) - number)
        if each >= limit:
            return limit
        spent += each
    return order[-1]


def jpeg_size(raw: bytes) -> tuple[int, int, int]:
    """Return the width, the height (px) and the components of a JPEG; ValueError where it is none (ITU T.81, B.2.2)."""
    at = 2
    while raw[:2] == b"\xff\xd8" and at + 9 < len(raw):
        marker, length = struct.unpack_from(">HH", raw, at)
        if 0xFFC0 <= marker <= 0xFFCF and marker not in {0xFFC4, 0xFFC8, 0xFFCC}:
            height, width, components = struct.unpack_from(">HHB", raw, at + 5)
            return width, height, components
        at += 2 + length
    raise ValueError("a picture is no JPEG that can be read")
