"""One figure that must hold: the command that prints it, and how it is read from what is printed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("WAYWARDEN_SHARED", ROOT.parent / "shared"))
WAYWARDEN = str(Path(sys.executable).with_name("waywarden"))
Row = tuple[str, str, str, bool | None]
"""What, the bar, the figure, and whether it holds: None where there is no bar."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One command: its name, its words, the rows that what it prints comes to, and the rooms that it measures.

    ``words`` hold SHARED and ROOT as the page names them; ``line`` gives what is run. ``rooms`` are folders of the
    source: a figure of theirs as they were is of an earlier state.
    """

    name: str
    words: tuple[str, ...]
    rows: Callable[[str], Sequence[Row]]
    rooms: tuple[str, ...]

    @property
    def line(self) -> list[str]:
        """The words as they are run: our own Python, our own command, the real material."""
        programs = {"python": sys.executable, "waywarden": WAYWARDEN}
        return [programs.get(each, each.replace("../shared", str(SHARED))) for each in self.words]


def at_least(what: str, key: str, bar: float | None) -> Callable[[str], list[Row]]:
    """Return how one figure of a JSON object is read."""
    return all_of([(what, key, bar)])


def all_of(bars: Sequence[tuple[str, str, float | None]]) -> Callable[[str], list[Row]]:
    """Return how figures of one JSON object are read: each what it is, its key, and what it has to come to."""

    def rows(out: str) -> list[Row]:
        told = json.loads(out)
        return [
            (what, "none" if bar is None else f"{bar:g} or more", f"{told[key]}", bar is None or told[key] >= bar)
            if bar is not None
            else (what, "none", f"{told[key]}", None)
            for what, key, bar in bars
        ]

    return rows


def table_rows(out: str) -> list[list[str]]:
    """Return the cells of all rows of Markdown tables, heads among them."""
    lines = [line for line in out.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def said(what: str, bar: str) -> Callable[[str], list[Row]]:
    """Return how a bench is read that says in its last line whether it holds."""

    def rows(out: str) -> list[Row]:
        last = out.strip().splitlines()[-1]
        return [(what, bar, last.rpartition(":")[0], not last.endswith("DOES NOT HOLD"))]

    return rows
