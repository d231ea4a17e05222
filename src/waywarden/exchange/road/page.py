"""A page that prints well and needs nothing but itself: no script, no font, no address of another host."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

STYLE = """
body { font: 11pt/1.35 sans-serif; margin: 2rem auto; max-width: 60rem; color: #111; background: #fff; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin: 1.2rem 0 .2rem }
table { border-collapse: collapse; width: 100%; margin: .4rem 0 }
th, td { border: 1px solid #777; padding: .25rem .4rem; text-align: left; vertical-align: top; overflow-wrap: anywhere }
code { font-size: .85em }
.stop { break-inside: avoid }
@page { size: A4; margin: 15mm }
@media print { body { margin: 0; max-width: none; padding: 0 } section { break-after: page } }
"""


def page(title: str, body: str) -> str:
    """Return a whole page. ``body`` is HTML already, ``title`` is text."""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{STYLE}</style></head>\n<body>{body}</body></html>\n"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of texts."""
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = ["<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows]
    return f"<table><thead><tr>{top}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
