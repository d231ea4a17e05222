"""Blocks on pages: a PDF (ISO 32000) of text that can be searched and copied, tables, and JPEG pictures as they are.

Its font is embedded. It has no tags for screen readers: the page that has them is the HTML one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pydyf

from waywarden.exchange.printed.blocks import Block, Figure, Heading, NewPage, Rows, Words
from waywarden.exchange.printed.font import Font, subset
from waywarden.exchange.printed.setting import BOX, Setting, jpeg_size

WIDTH_PT, HEIGHT_PT, MARGIN_PT = 841.89, 595.276, 40.0
"""A4, lying."""
SIZE_PT, LEADING, PAD_PT, FOOT_PT = 8.5, 1.3, 3.0, 7.0
HEADING_PT = {1: 16.0, 2: 12.0, 3: 10.0}
PX_PT = 0.75
"""A CSS pixel: a picture of 480 px is 360 pt wide."""
HIGHEST_PICTURE_PT = 300.0
BY_HAND = "\u00a0" * 40
_ROOM_PT = WIDTH_PT - 2 * MARGIN_PT
_LINE_PT = SIZE_PT * LEADING
_BOLD_EM = 0.035


def pdf_of(title: str, blocks: Iterable[Block], font: Font, foot: str) -> bytes:
    """Return blocks as a PDF. ``foot`` stands at the foot of every page.

    Letters that the font has not are empty boxes; the last lines then say which they are, by their numbers in Unicode.
    In place of a picture that is no JPEG stands that it is none.
    """
    setting = Setting(font)
    laid = _Laid(setting)
    for block in blocks:
        laid.put(block)
    if setting.missing:
        numbers = ", ".join(f"U+{ord(letter):04X}" for letter in sorted(setting.missing))
        laid.put(Words(f"The font of this print has no letters for {numbers}: where they stand, it has empty boxes."))
    return _document(title, laid, foot)


class _Laid:
    """Pages as they fill. ``y`` is how high the next line may stand, in points from the foot of the page."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.pages: list[pydyf.Stream] = []
        self.pictures: list[bytes] = []
        self._y = 0.0
        self._turn()

    def put(self, block: Block) -> None:
        match block:
            case NewPage():
                if self._y < HEIGHT_PT - MARGIN_PT:
                    self._turn()
            case Heading(level, text):
                self._heading(HEADING_PT[level], text)
            case Words(text):
                self._words(text)
            case Rows():
                self._rows(block)
            case Figure(jpeg, text):
                self._figure(jpeg, text)

    def _turn(self) -> None:
        page = pydyf.Stream(compress=True)
        page.set_line_width(0.5)
        self.pages.append(page)
        self._y = HEIGHT_PT - MARGIN_PT

    def _want(self, height: float) -> None:
        """Turn the page unless so much of it is left."""
        if self._y - height < MARGIN_PT:
            self._turn()

    def _heading(self, size: float, text: str) -> None:
        lines = self.setting.lines(text, _ROOM_PT, size)
        # With two lines of what follows, so that no heading ends a page.
        self._want(size * LEADING * len(lines) + 0.6 * size + 4 * _LINE_PT)
        self._y -= 0.6 * size if self._y < HEIGHT_PT - MARGIN_PT else 0.0
        for line in lines:
            self._y -= size * LEADING
            self.text((MARGIN_PT, self._y + 0.3 * size), line, size, bold=True)

    def _words(self, text: str) -> None:
        for line in self.setting.lines(text, _ROOM_PT, SIZE_PT):
            self._want(_LINE_PT)
            self._y -= _LINE_PT
            self.text((MARGIN_PT, self._y + 0.3 * SIZE_PT), line, SIZE_PT)
        self._y -= 0.3 * _LINE_PT

    def _rows(self, table: Rows) -> None:
        head, rows = table.head, table.rows
        by_hand = [cell or BY_HAND for cell in rows[0]] if rows and table.lines > 1 else []
        widths = self.setting.columns([head, *rows, by_hand or head], _ROOM_PT, SIZE_PT, PAD_PT)
        top = self._cells(head, widths) if any(head) else []
        self._y -= 0.4 * _LINE_PT
        self._want(_height(top) + _LINE_PT * (1 + table.lines))
        self._row(top, widths, bold=True)
        most = int((HEIGHT_PT - 2 * MARGIN_PT - _height(top) - 2 * PAD_PT) / _LINE_PT)
        for row in rows:
            cells = self._cells(row, widths)
            # A row that is higher than a page is cut.
            for first in range(0, max(map(len, cells)), most):
                piece = [cell[first : first + most] for cell in cells]
                if self._y - _height(piece, table.lines) < MARGIN_PT:
                    self._turn()
                    self._row(top, widths, bold=True)
                self._row(piece, widths, least=table.lines)
        self._y -= 0.4 * _LINE_PT

    def _cells(self, row: Sequence[str], widths: Sequence[float]) -> list[list[str]]:
        return [self.setting.lines(cell, w - 2 * PAD_PT, SIZE_PT) for cell, w in zip(row, widths, strict=True)]

    def _row(
        self, cells: Sequence[Sequence[str]], widths: Sequence[float], *, bold: bool = False, least: int = 1
    ) -> None:
        height, x = _height(cells, least), MARGIN_PT
        for lines, width in zip(cells, widths, strict=False):
            self.pages[-1].rectangle(x, self._y - height, width, height)
            self.pages[-1].stroke()
            for number, line in enumerate(lines, 1):
                at = x + PAD_PT, self._y - PAD_PT - number * _LINE_PT + 0.3 * SIZE_PT
                self.text(at, line, SIZE_PT, bold=bold)
            x += width
        self._y -= height

    def _figure(self, jpeg: bytes, text: str) -> None:
        try:
            width_px, height_px, _ = jpeg_size(jpeg)
        except ValueError as error:
            self._words(f"{text}: {error}")
            return
        scale = min(PX_PT, _ROOM_PT / width_px, HIGHEST_PICTURE_PT / height_px)
        lines = self.setting.lines(text, _ROOM_PT, SIZE_PT)
        self._want(height_px * scale + (len(lines) + 1) * _LINE_PT)
        self._y -= height_px * scale
        page = self.pages[-1]
        page.push_state()
        page.set_matrix(width_px * scale, 0, 0, height_px * scale, MARGIN_PT, self._y)
        page.draw_x_object(f"P{len(self.pictures)}")
        page.pop_state()
        self.pictures.append(jpeg)
        self._words(text)
        self._y -= 0.7 * _LINE_PT

    def text(self, at: tuple[float, float], text: str, size: float, *, bold: bool = False, page: int = -1) -> None:
        """Set one line; boxes to tick are drawn."""
        (x, y), stream = at, self.pages[page]
        for number, run in enumerate(text.split(BOX)):
            if number:
                stream.rectangle(x, y, 0.75 * size, 0.75 * size)
                stream.stroke()
                x += self.setting.width(BOX, size)
            if run:
                stream.begin_text()
                stream.set_font_size("F", size)
                stream.set_text_rendering(2 if bold else 0)
                stream.set_line_width(_BOLD_EM * size if bold else 0.5)
                stream.move_text_to(x, y)
                stream.stream.append(b"<" + self.setting.glyphs(run) + b"> Tj")
                stream.end_text()
                x += self.setting.width(run, size)
        stream.set_line_width(0.5)


def _height(cells: Sequence[Sequence[str]], least: int = 1) -> float:
    """Return how high a row of cells is; 0 of none."""
    return max(least, *map(len, cells)) * _LINE_PT + 2 * PAD_PT if cells else 0.0


class _Gathered:
    """Takes bytes as a file would: this room has none."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, part: bytes) -> None:
        self.parts.append(part)


def _document(title: str, laid: _Laid, foot: str) -> bytes:
    for number in range(len(laid.pages)):
        said = f"page {number + 1} of {len(laid.pages)}"
        right = WIDTH_PT - MARGIN_PT - laid.setting.width(said, FOOT_PT)
        laid.text((MARGIN_PT, MARGIN_PT - 16), foot, FOOT_PT, page=number)
        laid.text((right, MARGIN_PT - 16), said, FOOT_PT, page=number)
    document = pydyf.PDF()
    resources = {"Font": pydyf.Dictionary({"F": _font(document, laid.setting).reference})}
    if laid.pictures:
        placed = {f"P{number}": _picture(document, jpeg) for number, jpeg in enumerate(laid.pictures)}
        resources["XObject"] = pydyf.Dictionary(placed)
    for stream in laid.pages:
        document.add_object(stream)
        page = {
            "Type": "/Page", "Parent": document.pages.reference, "Contents": stream.reference,
            "MediaBox": pydyf.Array([0, 0, WIDTH_PT, HEIGHT_PT]), "Resources": pydyf.Dictionary(resources),
        }  # fmt: skip
        document.add_page(pydyf.Dictionary(page))
    document.info["Title"] = pydyf.String(title)
    document.info["Producer"] = pydyf.String("Waywarden")
    document.catalog["Lang"] = pydyf.String("en")
    document.catalog["ViewerPreferences"] = pydyf.Dictionary({"DisplayDocTitle": "true"})
    gathered = _Gathered()
    document.write(gathered, version=b"1.7")
    return b"".join(gathered.parts)


def _picture(document: pydyf.PDF, jpeg: bytes) -> bytes:
    width, height, components = jpeg_size(jpeg)
    colours = "/DeviceGray" if components == 1 else "/DeviceRGB"
    told = {
        "Type": "/XObject", "Subtype": "/Image", "Width": width, "Height": height, "BitsPerComponent": 8,
        "ColorSpace": colours, "Filter": "/DCTDecode",
    }  # fmt: skip
    stream = pydyf.Stream([jpeg], told)
    document.add_object(stream)
    return bytes(stream.reference)


def _font(document: pydyf.PDF, setting: Setting) -> pydyf.Dictionary:
    """Add the font with the letters that were used, and return it (ISO 32000-2, 9.7.4)."""
    font, used = setting.font, sorted(setting.used)
    scale = 1000 / font.units_per_em
    raw = subset(font, used)
    file = pydyf.Stream([raw], {"Length1": len(raw)}, compress=True)
    letters = pydyf.Stream([_to_unicode(setting)], compress=True)
    described = pydyf.Dictionary({
        "Type": "/FontDescriptor", "FontName": "/WAYWRD+Roboto", "Flags": 4, "ItalicAngle": 0, "StemV": 80,
        "FontBBox": pydyf.Array(round(each * scale) for each in font.box), "Ascent": round(font.ascent * scale),
        "Descent": round(font.descent * scale), "CapHeight": round(font.ascent * scale),
    })  # fmt: skip
    widths = pydyf.Array(f"{glyph} [{font.width(glyph):.1f}]" for glyph in used)
    descendant = pydyf.Dictionary({
        "Type": "/Font", "Subtype": "/CIDFontType2", "BaseFont": "/WAYWRD+Roboto", "CIDToGIDMap": "/Identity",
        "CIDSystemInfo": "<</Registry (Adobe) /Ordering (Identity) /Supplement 0>>", "W": widths, "DW": 0,
    })  # fmt: skip
    for each in (file, letters, described, descendant):
        document.add_object(each)
    described["FontFile2"] = file.reference
    descendant["FontDescriptor"] = described.reference
    whole = pydyf.Dictionary({
        "Type": "/Font", "Subtype": "/Type0", "BaseFont": "/WAYWRD+Roboto", "Encoding": "/Identity-H",
        "DescendantFonts": pydyf.Array([descendant.reference]), "ToUnicode": letters.reference,
    })  # fmt: skip
    document.add_object(whole)
    return whole


def _to_unicode(setting: Setting) -> bytes:
    """Return which letter each glyph is, so that text can be searched and copied (ISO 32000-2, 9.10.3)."""
    rows = [f"<{glyph:04x}> <{letter.encode('utf-16-be').hex()}>" for glyph, letter in sorted(setting.used.items())]
    parts = [rows[first : first + 100] for first in range(0, len(rows), 100)]
    mapped = "\n".join(f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar" for part in parts)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /Letters def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n{mapped}\nendcmap\nend\nend"
    ).encode()
