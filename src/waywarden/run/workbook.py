"""Sheets as an Excel workbook (XLSX, ISO/IEC 29500), written in memory by XlsxWriter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from waywarden.exchange.sheets import Cell, Look, Share, Sheet

EDITION = datetime(1980, 1, 1)  # noqa: DTZ001 - the workbook's own date, without a zone in the standard
"""Stands for the time of writing, so that the same counts make the same bytes."""
NUMBERS = {Share: "0.0%", float: "0.00", int: "#,##0", date: "yyyy-mm-dd", time: "hh:mm"}
WIDTH_CHARS = 12
_LOOKS: dict[Look, dict[str, object]] = {
    Look.TITLE: {"bold": True, "font_size": 14},
    Look.NOTE: {"italic": True, "font_color": "#55626e"},
    Look.HEAD: {"bold": True, "text_wrap": True, "bottom": 1, "valign": "bottom", "bg_color": "#eceff0"},
    Look.PLAIN: {},
    Look.TOTAL: {"bold": True, "top": 1},
}


def to_xlsx(sheets: Iterable[Sheet]) -> bytes:
    """Return the sheets as one workbook. Text stays text: nothing in it becomes a formula or a link."""
    raw = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(raw, options) as book:
        book.set_properties({"created": EDITION, "comments": "Made by Waywarden"})
        formats = {
            (look, kind): book.add_format({**set_so, "num_format": number})
            for look, set_so in _LOOKS.items()
            for kind, number in [*NUMBERS.items(), (str, "@")]
        }
        for sheet in sheets:
            _fill(book.add_worksheet(sheet.name), sheet, formats)
    return raw.getvalue()


def _fill(page: Worksheet, sheet: Sheet, formats: dict[tuple[Look, type], Format]) -> None:
    page.set_column(0, 0, 22)
    page.set_column(1, max([len(row.cells) for row in sheet.rows], default=1), WIDTH_CHARS)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    heads = [number for number, row in enumerate(sheet.rows) if row.look is Look.HEAD]
    if heads and heads[0] == 0:  # a table with a head at its top keeps it in sight
        frozen = 1 + max(number for number in heads if heads[: number + 1] == list(range(number + 1)))
        page.freeze_panes(frozen, 3)
        page.repeat_rows(0, frozen - 1)
    for number, row in enumerate(sheet.rows):
        for column, cell in enumerate(row.cells):
            if cell is None:
                page.write_blank(number, column, None, formats[row.look, str])
            else:
                page.write(number, column, cell, formats[row.look, _kind(cell)])


def _kind(cell: Cell) -> type:
    return next((kind for kind in NUMBERS if isinstance(cell, kind)), str)
