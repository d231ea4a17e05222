"""What is printed: every word of it comes back from the PDF, and the font holds what is used."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from waywarden.exchange.printed.blocks import Figure, Heading, NewPage, Rows, Words, rows_of
from waywarden.exchange.printed.font import read_font, subset
from waywarden.exchange.printed.pdf import pdf_of
from waywarden.exchange.printed.setting import Setting, jpeg_size
from waywarden.run.printing.letters import letters

FONT = letters()
LETTERS = "".join(map(chr, [*range(0x21, 0x7F), *range(0xC0, 0x180), *range(0x391, 0x3A2), *range(0x410, 0x450)]))
TEXT = st.text(alphabet=LETTERS + " ", min_size=1, max_size=120)


def read(pdf: bytes) -> str:
    """Return a PDF's words without the spaces between them."""
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def joined(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=12), TEXT)
def test_every_cell_comes_back(rows: list[tuple[str, str, str]], words: str) -> None:
    printed = read(pdf_of("t", [Heading(1, words), rows_of(("a", "b", "c"), rows), Words(words)], FONT, "foot"))
    assert [cell for row in rows for cell in row if joined(cell) not in printed] == []
    assert printed.count(joined(words)) >= 2


@given(st.lists(st.lists(TEXT, min_size=4, max_size=4), min_size=1, max_size=6))
def test_columns_fill_the_page_and_have_room(table: list[list[str]]) -> None:
    widths = Setting(FONT).columns(table, 760.0, 8.5, 3.0)
    assert sum(widths) == pytest.approx(760.0)
    assert min(widths) >= 20.0


@given(TEXT, st.floats(20, 400))
def test_no_line_is_wider_than_it_may_be(text: str, width: float) -> None:
    setting = Setting(FONT)
    lines = setting.lines(text, width, 8.5)
    assert joined("".join(lines)) == joined(text)
    assert all(setting.width(line, 8.5) <= width for line in lines)


def test_a_row_higher_than_a_page_is_cut_and_the_head_comes_again() -> None:
    long = " ".join(f"word{number}" for number in range(4000))
    pdf = pdf_of("t", [Rows(("thehead", "other"), ((long, "x"), ("last", "y")))], FONT, "")
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) > 1
    assert all("thehead" in page.extract_text() for page in pages)
    assert "word3999" in read(pdf)


def test_pictures_go_in_as_they_are() -> None:
    jpegs = [cv2.imencode(".jpg", np.full((90, 160, 3)[:dims], 80, np.uint8))[1].tobytes() for dims in (3, 2)]
    assert [jpeg_size(each) for each in jpegs] == [(160, 90, 3), (160, 90, 1)]
    pdf = pdf_of("t", [*(Figure(each, "a hole") for each in jpegs), Figure(b"\xff\xd8 road", "none")], FONT, "")
    placed = PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"]["/XObject"]
    assert [placed[name].get_object()["/ColorSpace"] for name in ("/P0", "/P1")] == ["/DeviceRGB", "/DeviceGray"]
    assert all(each in pdf for each in jpegs)
    assert "none:apictureisnoJPEG" in read(pdf)


def test_letters_that_the_font_has_not_are_told() -> None:
    printed = read(pdf_of("東京", [Words("東 road")], FONT, ""))
    assert "U+6771" in printed
    assert "U+" not in read(pdf_of("t", [Words("☐ Łódź")], FONT, ""))


def test_a_new_page_is_begun_once() -> None:
    pdf = pdf_of("t", [NewPage(), Words("a"), NewPage(), NewPage(), Words("b")], FONT, "")
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 2


@given(st.sets(st.sampled_from(LETTERS), min_size=1))
def test_a_subset_has_the_outlines_that_were_asked_for(wanted: set[str]) -> None:
    glyphs = [FONT.glyph(letter) for letter in wanted]
    raw = subset(FONT, glyphs)
    tables = {
        raw[at : at + 4].decode(): (int.from_bytes(raw[at + 8 : at + 12]), int.from_bytes(raw[at + 12 : at + 16]))
        for at in range(12, 12 + 16 * int.from_bytes(raw[4:6]), 16)
    }
    loca, glyf = tables["loca"][0], tables["glyf"][0]
    for glyph in glyphs:
        first, last = (int.from_bytes(raw[loca + 4 * n : loca + 4 * n + 4]) for n in (glyph, glyph + 1))
        whole = FONT.tables["glyf"][FONT.offsets[glyph] : FONT.offsets[glyph + 1]]
        assert raw[glyf + first : glyf + last].rstrip(b"\0") == whole.rstrip(b"\0")
    assert len(raw) < 300_000


def test_what_is_no_font_is_said() -> None:
    with pytest.raises(ValueError, match="no TrueType font"):
        read_font(b"nothing at all, and some more of it")
