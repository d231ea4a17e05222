"""The font of what is printed: Roboto, as the package that brings it has it."""

from __future__ import annotations

import fontpkg_roboto

from waywarden.exchange.printed.font import Font, read_font


def letters() -> Font:
    """Return the font: Latin, Greek and Cyrillic letters."""
    return read_font((fontpkg_roboto.ROOT / "files" / "Roboto[wdth,wght].ttf").read_bytes())
