"""What a command costs in processor time, from the program's start to its end: as it is, and importing all of the line.

Pairs, one after the other, in turn which goes first; medians.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from claim_pack import fill, timed
from command import ENTRY

WHOLE = "from waywarden.run.main import app; app(prog_name='waywarden')"
PAIRS = 5


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS
    with tempfile.TemporaryDirectory() as folder:
        store, out = Path(folder) / "records.sqlite", Path(folder) / "claim.zip"
        fill(store)
        asked = {
            "--version": ("--version",),
            "ledger states, one entry": ("ledger", "states", "--store", str(small(Path(folder)))),
            "ledger verify, 100,000 entries": ("ledger", "verify", "--store", str(store)),
            "ledger pack, 100,000 entries": (
                "ledger", "pack", "--defect", "d17", "--at", "2999-01-01", "--store", str(store), "--out", str(out),
            ),
        }  # fmt: skip
        print("command | CPU-s, what is asked for | CPU-s, all imported")
        for name, words in asked.items():
            spent: dict[str, list[float]] = {ENTRY: [], WHOLE: []}
            for turn in range(pairs):
                for entry in (ENTRY, WHOLE) if turn % 2 else (WHOLE, ENTRY):
                    spent[entry].append(timed(*words, entry=entry)[0])
            lazy, whole = (statistics.median(spent[entry]) for entry in (ENTRY, WHOLE))
            print(f"{name} | {lazy:.2f} | {whole:.2f}", flush=True)


def small(folder: Path) -> Path:
    """Return a store with one entry in its ledger."""
    store = folder / "small.sqlite"
    words = ("ledger", "write", "d1", "seen", "--store", str(store))
    subprocess.run([sys.executable, "-c", ENTRY, *words], check=True, capture_output=True)
    return store


if __name__ == "__main__":
    main()
