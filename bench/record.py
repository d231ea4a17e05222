"""What must hold, measured by the commands that print the figures, and written into docs/results.md.

``python bench/record.py [--only NAME ...] [--write] [--list]``. What a command printed is kept in
``bench/measured/NAME.json`` with the state of the source that it is of; with ``--write`` the page is made from what is
kept, so that one row can be measured anew without the others. ``--only`` with no name after it measures nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
from collections.abc import Sequence
from typing import Any

from bars import ROOT, Measured
from results import circumstances_now, commit_now, put, table
from rich.console import Console
from road_bars import ROAD
from traffic_bars import TRAFFIC

KEPT = ROOT / "bench/measured"
NEVER, EARLIER = "not measured yet", "an earlier state"
PARTS = {"more": ("More of the traffic half", TRAFFIC), "road": ("The road half", ROAD)}
HEAD = """## {title}: {held} of {barred} bars hold

By `python bench/record.py --only NAME`. *Of* says which commit a figure is of, and whether what it measures was changed
since then ({earlier} of {all} commands). Never measured: {never}.
"""


def state(one: Measured) -> str:
    """Return which source a figure of ``one`` is of: a hash over the files of the rooms that it measures."""
    digest = hashlib.sha256()
    for room in one.rooms:
        for path in sorted((ROOT / "src/waywarden" / room).rglob("*")):
            if path.suffix in {".py", ".json", ".toml", ".xml", ".bin"}:
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def measure(one: Measured) -> dict[str, Any]:
    """Run a command and keep what its figures are; one that fails has none, and its last words say why."""
    done = subprocess.run(one.line, cwd=ROOT, capture_output=True, text=True, check=False)
    kept: dict[str, Any] = {"state": state(one), "commit": commit_now(), "circumstances": circumstances_now()}
    try:
        kept["rows"] = one.rows(done.stdout)
    except (ValueError, KeyError, IndexError, StopIteration):
        last = (done.stderr.strip().splitlines() or done.stdout.strip().splitlines() or ["it said nothing"])[-1]
        kept["rows"] = [(one.name, "", f"it could not be measured: {last}", False)]
    KEPT.mkdir(exist_ok=True)
    (KEPT / f"{one.name}.json").write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    return kept


def kept_of(one: Measured) -> dict[str, Any] | None:
    """Return what is kept of a command, None where it was never measured."""
    file = KEPT / f"{one.name}.json"
    return json.loads(file.read_text("utf-8")) if file.is_file() else None


def page(title: str, kept: Sequence[tuple[Measured, dict[str, Any] | None]]) -> str:
    """Return a part of the page: a row for each figure, with the commit that it is of."""
    rows: list[tuple[str, ...]] = []
    answers: list[bool] = []
    earlier = never = 0
    for one, told in kept:
        command = f"`{' '.join(one.words)}`"
        if told is None:
            never += 1
            rows.append((one.name, "", "", NEVER, "", command))
            continue
        old = told["state"] != state(one)
        earlier += old
        for what, bar, got, holds in told["rows"]:
            answers += [holds] if holds is not None else []
            shown = {None: "", True: "yes", False: "**NO**"}[holds]
            of = told["commit"] + (f", {EARLIER}" if old else "")
            rows.append((what, bar, got, shown, of, command))
    head = HEAD.format(title=title, held=sum(answers), barred=len(answers), earlier=earlier, never=never, all=len(kept))
    when = sorted({told["circumstances"].partition(", commit")[2].partition(", ")[2] for _, told in kept if told})
    return "\n\n".join([head.strip(), *when, table("what | bar | figure | holds | of | command", rows)])


def main() -> int:
    """Measure, print, and write the pages' parts where asked to; 1 if anything that was measured does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    every = [one for _, some in PARTS.values() for one in some]
    names = [one.name for one in every]
    parser.add_argument("--only", nargs="*", choices=names, metavar="NAME", help=f"of {', '.join(names)}")
    parser.add_argument("--write", action="store_true", help="write docs/results.md from what is kept")
    parser.add_argument("--list", action="store_true", help="say the commands, and measure nothing")
    asked = parser.parse_args()
    if asked.list:
        for one in every:
            print(f"{one.name}: {' '.join(one.words)}")
        return 0
    console, failed = Console(), False
    for one in every:
        if asked.only is not None and one.name not in asked.only:
            continue
        for what, bar, got, holds in measure(one)["rows"]:
            failed |= holds is False
            console.print(f"{what}: {got} (bar: {bar or 'none'}) {'' if holds is None else 'holds' if holds else 'NO'}")
    if asked.write:
        for part, (title, some) in PARTS.items():
            put(part, page(title, [(one, kept_of(one)) for one in some]))
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
