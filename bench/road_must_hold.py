"""What must hold of the road half: runs the commands that print the figures, and writes its part of docs/results.md.

``python bench/road_must_hold.py [--only NAME ...] [--write] [--list]``. What a command printed is kept in
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

from results import circumstances_now, put, table
from rich.console import Console
from road_bars import MEASURED, ROOT, Measured

KEPT = ROOT / "bench/measured"
NOT_MEASURED = "not measured on this state"
HEAD = """## The road half: {held} of {barred} bars hold

What `bench/road_must_hold.py` measured, failures included; `--only NAME` measures a row anew. Of {unknown} of {all}
commands there is no figure of this state of the source: those of an earlier state are in brackets, and none counts.
"""


def state() -> str:
    """Return which source is measured: a hash over all files of ``src`` and ``bench`` that a figure can come from."""
    digest = hashlib.sha256()
    for folder, pattern in (("src/waywarden", "**/*"), ("bench", "*.py")):
        for path in sorted((ROOT / folder).glob(pattern)):
            if path.suffix in {".py", ".json", ".toml", ".xml", ".bin"} and "static" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def measure(one: Measured, now: str) -> dict[str, Any]:
    """Run a command and keep what its figures are; one that fails has none, and its last words say why."""
    done = subprocess.run(one.line, cwd=ROOT, capture_output=True, text=True, check=False)
    kept: dict[str, Any] = {"state": now, "circumstances": circumstances_now()}
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


def page(kept: Sequence[tuple[Measured, dict[str, Any] | None]], now: str) -> str:
    """Return the road half's part of the page; ``now`` is the state of the source."""
    rows: list[tuple[str, ...]] = []
    answers: list[bool] = []
    for one, told in kept:
        is_now = told is not None and told["state"] == now
        figures = told["rows"] if told is not None else [(one.name, "", "", None)]
        for what, bar, got, holds in figures:
            answers += [holds] if is_now and holds is not None else []
            shown = {None: "", True: "yes", False: "**NO**"}[holds] if is_now else NOT_MEASURED
            rows.append((what, bar, got if is_now or not got else f"({got})", shown, f"`{' '.join(one.words)}`"))
    unknown = sum(told is None or told["state"] != now for _, told in kept)
    head = HEAD.format(held=sum(answers), barred=len(answers), unknown=unknown, all=len(kept))
    when = sorted(told["circumstances"] for _, told in kept if told is not None and told["state"] == now)[-1:]
    return "\n\n".join([head.strip(), *when, table("what | bar | figure | holds | command", rows)])


def main() -> int:
    """Measure, print, and write the page where asked to; 1 if anything that was measured does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [one.name for one in MEASURED]
    parser.add_argument("--only", nargs="*", choices=names, metavar="NAME", help=f"of {', '.join(names)}")
    parser.add_argument("--write", action="store_true", help="write docs/results.md from what is kept")
    parser.add_argument("--list", action="store_true", help="say the commands, and measure nothing")
    asked = parser.parse_args()
    if asked.list:
        for one in MEASURED:
            print(f"{one.name}: {' '.join(one.words)}")
        return 0
    console, failed, now = Console(), False, state()
    for one in MEASURED:
        if asked.only is not None and one.name not in asked.only:
            continue
        for what, bar, got, holds in measure(one, now)["rows"]:
            failed |= holds is False
            console.print(f"{what}: {got} (bar: {bar or 'none'}) {'' if holds is None else 'holds' if holds else 'NO'}")
    if asked.write:
        put("road", page([(one, kept_of(one)) for one in MEASURED], now))
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
