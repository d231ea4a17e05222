"""The command line, run as its entry point runs it."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ENTRY = "from waywarden.run.starting.start import main; main()"


@dataclass(frozen=True, slots=True)
class Counted:
    """What one run of ``waywarden count`` printed: its rows, its notes and its exit code."""

    rows: list[dict[str, str]]
    notes: str
    code: int

    def total(self, **of: str) -> int:
        """Return the count over the rows whose columns are as given, class ``all`` unless said."""
        wanted = {"vehicle_class": "all", **of}
        return sum(int(row["count"]) for row in self.rows if all(row[key] == value for key, value in wanted.items()))

    def table(self, column: str, **of: str) -> dict[str, int]:
        """Return the counts above 0 by what stands in ``column``."""
        names = sorted({row[column] for row in self.rows if row[column]})
        totals = {name: self.total(**(of | {column: name})) for name in names}
        return {name: n for name, n in totals.items() if n}


def waywarden_count(city_file: Path, *options: str) -> Counted:
    """Run the command line, as a user does."""
    line = [sys.executable, "-c", ENTRY, "count", "--city", str(city_file), "--out", "-", *options]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    return Counted(list(csv.DictReader(io.StringIO(done.stdout))), done.stderr, done.returncode)
