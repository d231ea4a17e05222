"""On which line each key of a TOML text stands: ``tomllib`` reads values but does not say where they were."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping

Where = tuple[str | int, ...]
"""A way into the document, for instance ``("camera", 0, "gate", 2, "from_px")``."""

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY_PART = re.compile(r'[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|\'[^\']*\'')
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})' r"|'''.*?'''(?:'{0,2})" r'|"(?:[^"\\]|\\.)*"' r"|'[^']*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\r\n]+")


def key_lines(text: str) -> Mapping[Where, int]:
    """Return the line (from 1) of every table and key in ``text``, which ``tomllib`` must have accepted."""
    return _Lines(text).read()


def line_of(lines: Mapping[Where, int], where: Where) -> int:
    """Return the line of ``where``, or of the nearest table around it."""
    while where and where not in lines:
        where = where[:-1]
    return lines.get(where, 1)


class _Lines:
    """One walk over a text. What is valid TOML has been settled before, so this only looks for ends."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._lines: dict[Where, int] = {}
        self._counts: dict[Where, int] = {}

    def read(self) -> Mapping[Where, int]:
        table: Where = ()
        self._skip(_SPACE)
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_SPACE)
        return self._lines

    def _header(self) -> Where:
        many = self._text.startswith("[[", self._at)
        line = self._line()
        self._at += 2 if many else 1
        where: Where = ()
        for part in self._key():
            where = (*self._newest(where), part)
            self._lines.setdefault(where, line)
        if many:
            self._counts[where] = self._counts.get(where, 0) + 1
        where = self._newest(where)
        self._lines[where] = line
        self._at += 2 if many else 1
        return where

    def _newest(self, where: Where) -> Where:
        """Return the last table so far of an array of tables, or ``where`` itself."""
        return (*where, self._counts[where] - 1) if where in self._counts else where

    def _pair(self, table: Where) -> None:
        line = self._line()
        where = table
        for part in self._key():
            where += (part,)
            self._lines.setdefault(where, line)
        self._at += 1  # the equals sign
        self._value(where)

    def _key(self) -> list[str]:
        parts = []
        while True:
            self._skip(_SPACE)
            token = self._skip(_KEY_PART)
            parts.append(token if token[0] not in "\"'" else _unquoted(token))
            if not self._skip(_DOT):
                self._skip(_SPACE)
                return parts

    def _value(self, where: Where) -> None:
        self._skip(_SPACE)
        opening = self._text[self._at]
        if opening == "[":
            self._elements(where)
        elif opening == "{":
            self._at += 1
            while self._more("}"):
                self._pair(where)
        elif opening in "\"'":
            self._skip(_STRING)
        else:
            self._skip(_SCALAR)

    def _elements(self, where: Where) -> None:
        self._at += 1
        number = 0
        while self._more("]"):
            element = (*where, number)
            self._lines[element] = self._line()
            self._value(element)
            number += 1

    def _more(self, closing: str) -> bool:
        """Step over commas; step over ``closing`` and return False where it comes."""
        self._skip(_SPACE)
        while self._text[self._at] == ",":
            self._at += 1
            self._skip(_SPACE)
        if self._text[self._at] == closing:
            self._at += 1
            return False
        return True

    def _skip(self, what: re.Pattern[str]) -> str:
        found = what.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found.group()

    def _line(self) -> int:
        return bisect_right(self._starts, self._at)


def _unquoted(token: str) -> str:
    part: str = tomllib.loads(f"part = {token}")["part"]
    return part
