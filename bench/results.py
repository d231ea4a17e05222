"""The measured numbers as a page of the documentation."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from made_up_streets import StreetRow

PAGE = Path(__file__).resolve().parents[1] / "docs/results.md"
TITLE = "# Results"
PARTS = ("traffic", "more", "road")
"""Of the page: ``must_hold.py`` writes the first, ``record.py`` the others."""
NOT_YET = "What belongs here was not measured yet."
HEAD = """## The traffic half

What must hold, as `make report` (`bench/must_hold.py`) measured it, failures included.
"""
HOW = """
Counts, movements and classes are what `waywarden count --city ... --out -` printed. Rows of intervals hold mean speeds,
so single speeds are those of the passages in memory, found as the command does it; within a movement they are paired
with the clicked ones so that they fit best, for neither side says which is which.
"""
STREETS = """
Seeds {seeds}; 120 s of 640x360 at 12.5 Hz each. Counted are vehicles that made a turning movement: those seen from gate
to gate, and apart from them those inferred over a gap, of whom the command says how many and whom `--store` keeps. A
movement is out of bounds where both together are off by more than max(1, 3 %). Who came in before the first frame or
left after the last is neither missed nor too many. The error adds up what is missed and what is too many, by movement.
"""


def document(circumstances: str, rows: Sequence[tuple[str, str, str, bool]], streets: Sequence[StreetRow]) -> str:
    """Return the traffic half of docs/results.md. ``circumstances`` are those in which measuring began."""
    held = sum(row[3] for row in rows)
    shown = [(on, wanted, got, "yes" if holds else "**NO**") for on, wanted, got, holds in rows]
    title = f"### Must hold: {held} of {len(rows)} do"
    held_rows = table("what | wanted | got | holds", shown)
    return "\n\n".join([HEAD.strip(), circumstances, title, held_rows, HOW.strip(), *_streets(streets)])


def put(part: str, text: str, page: Path = PAGE) -> None:
    """Write one part of the page anew, and leave the others as they are; what was never written says so."""
    parts = dict.fromkeys(PARTS, "") | _parts(page) | {part: text.strip()}
    said = [f"<!-- {name} -->\n\n{parts[name] or NOT_YET}" for name in PARTS]
    page.write_text("\n\n".join([TITLE, *said]) + "\n", "utf-8")


def _parts(page: Path) -> dict[str, str]:
    if not page.is_file():
        return {}
    _, *found = re.split(rf"<!-- ({'|'.join(PARTS)}) -->", page.read_text("utf-8"))
    return dict(zip(found[::2], map(str.strip, found[1::2]), strict=True))


def commit_now() -> str:
    """Return the commit that is measured, short."""
    root = Path(__file__).resolve().parents[1]
    line = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(line, cwd=root, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def circumstances_now() -> str:
    """Return when, what and on what is measured."""
    known = [line for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if "model name" in line]
    machine = f"{os.cpu_count()} cores of {known[0].split(': ')[1] if known else platform.machine()}"
    at = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return f"Measured {at}, commit {commit_now()}, {machine}, Python {platform.python_version()}."


def _streets(rows: Sequence[StreetRow]) -> list[str]:
    seeds = ", ".join(str(seed) for seed in dict.fromkeys(row.seed for row in rows))
    each = [
        (
            row.seed,
            row.condition,
            row.method,
            row.true,
            row.seen,
            row.inferred,
            row.missed,
            row.extra,
            f"{row.error:.0%}",
            ", ".join(off_said(row)) or "none",
        )
        for row in rows
    ]
    totals = [_total(rows, *key) for key in dict.fromkeys((row.condition, row.method) for row in rows)]
    worst = max(rows, key=lambda row: row.error)
    return [
        "### Made-up streets",
        STREETS.format(seeds=seeds).strip(),
        table("seed | condition | method | true | seen | inferred | missed | too many | error | out of bounds", each),
        table("condition | method | true | seen | inferred | missed | too many | error", totals),
        (
            f"The worst: seed {worst.seed}, {worst.condition}, {worst.method}: {worst.missed} missed and {worst.extra} "
            f"too many of {worst.true} ({worst.error:.0%})."
        ),
    ]


def off_said(row: StreetRow) -> list[str]:
    """Return what each movement out of bounds counted, and what is true."""
    return [f"{name} {seen}{f' and {more} inferred' if more else ''} of {true}" for name, seen, more, true in row.off]


def _total(rows: Sequence[StreetRow], condition: str, method: str) -> tuple[object, ...]:
    some = [row for row in rows if (row.condition, row.method) == (condition, method)]
    names = ("true", "seen", "inferred", "missed", "extra")
    true, seen, inferred, missed, extra = (sum(getattr(row, name) for row in some) for name in names)
    return condition, method, true, seen, inferred, missed, extra, f"{(missed + extra) / max(1, true):.0%}"


def table(head: str, rows: Iterable[Sequence[object]]) -> str:
    """Return rows as a table of Markdown; ``head`` has `` | `` between its cells."""
    lines = [f"| {head} |", "|---" * (head.count("|") + 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])
