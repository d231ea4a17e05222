"""What a claim pack costs to make and to check: 100,000 entries, 20,000 defects and changes of names.

The bar is of the bundle and its PDF.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from command import ENTRY

from waywarden.pavement.ledger.chain import EMPTY, chained
from waywarden.pavement.same.chain import chained_changes
from waywarden.store.ledger import open_ledger
from waywarden.store.names import open_names
from waywarden.terms.distress import Change, Move, NameChange, Role
from waywarden.terms.ledger import Fact, LedgerFact

DEFECTS, LIMIT_S = 20_000, 2.0
FACTS = (Fact.SEEN, Fact.CONFIRMED, Fact.ORDERED, Fact.REPAIRED, Fact.SEEN_SOUND)
BEGAN = datetime(2025, 1, 1, tzinfo=UTC)


def fill(path: Path) -> None:
    facts = [
        LedgerFact(f"d{number}", fact, BEGAN, BEGAN + timedelta(days=turn), Role.INSPECTOR, "w", "p")
        for turn, fact in enumerate(FACTS)
        for number in range(DEFECTS)
    ]
    ledger = open_ledger(path)
    ledger.append(lambda head: chained(facts, head or EMPTY))
    ledger.close()
    changes = [
        NameChange(number, Change.NAMED, (Move(f"d{number}", None, f"d{number}"),), Role.ESTIMATE)
        for number in range(DEFECTS)
    ]
    names = open_names(path)
    names.append(lambda _: chained_changes(changes, BEGAN, None))
    names.close()


def timed(*words: str, entry: str = ENTRY) -> tuple[float, str]:
    """Return the CPU seconds of one command, its start included, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", entry, *words], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout.strip()


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        store, out = Path(folder) / "records.sqlite", Path(folder) / "claim.zip"
        fill(store)
        words = ("--defect", "d17", "--at", "2999-01-01", "--store", str(store), "--out", str(out))
        print(f"the command line alone: {timed('--version')[0]:.2f} CPU-s")
        made_s, pdf = 0.0, Path(folder) / "claim.pdf"
        for name, more in (("with the chain", ("--chain",)), ("plain", ()), ("with its PDF", ("--pdf", str(pdf)))):
            made_s, head = timed("ledger", "pack", *words, *more)
            checked_s, _ = timed("ledger", "check-pack", str(out), "--head", head)
            size = out.stat().st_size / 1e6
            print(f"{name}: made in {made_s:.2f} CPU-s, {size:.2f} MB; found whole in {checked_s:.2f}")
    print(f"made in {made_s:.2f} CPU-s, wanted under {LIMIT_S:g}: {'holds' if made_s < LIMIT_S else 'DOES NOT HOLD'}")
    return 0 if made_s < LIMIT_S else 1


if __name__ == "__main__":
    raise SystemExit(main())
