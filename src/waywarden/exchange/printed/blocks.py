"""What a page says, without how it looks: headings, words, tables, pictures. HTML and PDF are made of the same."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from waywarden.exchange.road.page import table


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` 1 is the page's own."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of texts; ``apart``: nothing else stands on its page when it is printed from HTML.

    On paper a row has room for ``lines`` at least, and an empty cell for some words by hand if there is room for two.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    apart: bool = False
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture, a JPEG, and what it shows in words."""

    jpeg: bytes
    text: str


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows begins on a page of its own."""


Block = Heading | Words | Rows | Figure | NewPage


def rows_of(head: Sequence[str], rows: Iterable[Sequence[str]], *, apart: bool = False, lines: int = 1) -> Rows:
    """Return a table."""
    return Rows(tuple(head), tuple(tuple(row) for row in rows), apart, lines)


def html_of(blocks: Iterable[Block]) -> str:
    """Return blocks as HTML."""
    return "".join(map(_html, blocks))


def _html(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Words(text):
            return f"<p>{escape(text)}</p>"
        case Rows(head, rows, apart):
            made = table(head, rows)
            return f"<section>{made}</section>" if apart else made
        case Figure(jpeg, text):
            data = base64.b64encode(jpeg).decode("ascii")
            picture = f'<img alt="" src="data:image/jpeg;base64,{data}">'
            return f'<figure class="stop">{picture}<figcaption>{escape(text)}</figcaption></figure>'
        case NewPage():
            return ""
