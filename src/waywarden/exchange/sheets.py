"""Tables as people read them: sheets of cells, as CSV here; ``run.workbook`` writes the same sheets as XLSX."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from waywarden.exchange.tidy import quoted


class Share(float):
    """A share (0..1), shown as a percentage where a cell can be."""

    __slots__ = ()


Cell = str | int | float | date | time | None
"""``None`` is an empty cell: what was not watched is empty, never 0. A float is shown to three decimals."""


class Look(StrEnum):
    """How a row is set."""

    TITLE = "title"
    NOTE = "note"
    HEAD = "head"
    PLAIN = "plain"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet."""

    cells: Sequence[Cell]
    look: Look = Look.PLAIN


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table with a name of at most 31 characters (Excel takes no longer one)."""

    name: str
    rows: Sequence[Row]

    def __post_init__(self) -> None:
        """Refuse a name that a workbook cannot have (ValueError)."""
        if not 0 < len(self.name) <= 31 or any(sign in self.name for sign in "[]:*?/\\"):
            raise ValueError(f"a sheet's name has 1 to 31 characters, none of []:*?/\\, got {self.name!r}")


def sheets_csv(sheets: Iterable[Sheet]) -> bytes:
    """Return the sheets one below the other as CSV (RFC 4180) in UTF-8: each one's name, its rows, an empty line."""
    blocks = []
    for sheet in sheets:
        lines = [quoted(sheet.name), *(",".join(_text(cell) for cell in row.cells) for row in sheet.rows)]
        blocks.append("".join(line + "\n" for line in lines))
    return "\n".join(blocks).encode()


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.3f}".rstrip("0").rstrip(".")
    return quoted(cell.strftime("%H:%M") if isinstance(cell, time) else str(cell))


def sheet_name(wanted: str, taken: Iterable[str]) -> str:
    """Return ``wanted`` as a name that a workbook can have and that is not ``taken`` (Excel ignores case).

    Examples
    --------
    >>> sheet_name("A/B", ["a-b"])
    'A-B 2'
    """
    used = {name.lower() for name in taken}
    clean = "".join("-" if sign in "[]:*?/\\'" else sign for sign in wanted).strip() or "sheet"
    endings = ("", *(f" {number}" for number in range(2, len(used) + 3)))
    return next(name for end in endings if (name := clean[: 31 - len(end)] + end).lower() not in used)
