"""The measured numbers as a page of the documentation."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from made_up_streets import StreetRow

HEAD = """# Results

What must hold, as `make report` (`bench/must_hold.py`) measured it, failures included.
"""
HOW = """
Counts, movements and classes are what `waywarden count --city ... --out -` printed. Rows of intervals hold mean speeds,
so single speeds are those of the passages in memory, found as the command does it; within a movement they are paired
with the clicked ones so that they fit best, for neither side says which is which.
"""


def document(rows: Sequence[tuple[str, str, str, bool]], streets: Sequence[StreetRow]) -> str:
    """Return docs/results.md."""
    held = sum(row[3] for row in rows)
    text = f"{HEAD}\n{_circumstances()}\n\n## Must hold: {held} of {len(rows)} do\n\n| what | wanted | got | holds |\n|---|---|---|---|\n"
    text += "".join(
        f"| {on} | {wanted} | {got} | {'yes' if holds else '**NO**'} |\n" for on, wanted, got, holds in rows
    )
    return text + HOW + _streets(streets)


def _circumstances() -> str:
    root = Path(__file__).resolve().parents[1]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=root, capture_output=True, text=True, check=False
    )
    cpu = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    measured = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return f"Measured {measured}, commit {commit.stdout.strip() or 'unknown'}, {os.cpu_count()} cores of {cpu}, Python {platform.python_version()}."


def _streets(rows: Sequence[StreetRow]) -> str:
    seeds = ", ".join(str(seed) for seed in dict.fromkeys(row.seed for row in rows))
    text = f"\n## Made-up streets\n\nSeeds {seeds}; 120 s of 640x360 at 12.5 Hz each. Vehicles that made a turning movement; a movement is out of bounds where\nit is off by more than max(1, 3 %).\n\n"
    text += "| seed | condition | method | true | counted | missed | too many | error | out of bounds |\n|---|---|---|---|---|---|---|---|---|\n"
    for row in rows:
        off = ", ".join(f"{name} {got} of {true}" for name, got, true in row.off) or "–"
        text += f"| {row.seed} | {row.condition} | {row.method} | {row.true} | {row.counted} | {row.missed} | {row.extra} | {row.error:.0%} | {off} |\n"
    text += "\n| condition | method | true | missed | too many | error |\n|---|---|---|---|---|---|\n"
    for condition, method in dict.fromkeys((row.condition, row.method) for row in rows):
        some = [row for row in rows if (row.condition, row.method) == (condition, method)]
        true, missed, extra = (sum(getattr(row, name) for row in some) for name in ("true", "missed", "extra"))
        text += f"| {condition} | {method} | {true} | {missed} | {extra} | {(missed + extra) / max(1, true):.0%} |\n"
    worst = max(rows, key=lambda row: row.error)
    return (
        text
        + f"\nThe worst: seed {worst.seed}, {worst.condition}, {worst.method}: {worst.missed} missed and {worst.extra} too many of {worst.true} ({worst.error:.0%}).\n"
    )
