"""How often the checks of ``traffic.quality`` object to real counters, and to faults planted into them.

``python bench/quality_flags.py [--tune]``: I-94 (hourly, UCI) of 2015 to 2018 and I-80 (5 min, added up to 15 min;
2015, a work zone) are reported; ``--tune`` shows I-94 of 2012 to 2014, on which thresholds were chosen, instead.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import os
import tarfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from rich.console import Console
from rich.table import Table

from waywarden.terms.places import Camera, Gate
from waywarden.terms.records import Direction, Doubt, IntervalQuality, Quality, TrafficInterval
from waywarden.traffic.quality.judge import judge

SHARED = Path(os.environ.get("WAYWARDEN_SHARED", Path(__file__).resolve().parents[2] / "shared"))
SERIES = SHARED / "data/timeseries"
CHICAGO = ZoneInfo("America/Chicago")
CAMERA = Camera("c", "", (), gates=(Gate("g", (0, 0), (1, 0)),))
LOOKS = [Doubt.ZERO_RUN, Doubt.STUCK, Doubt.UNUSUAL, Doubt.OUT_OF_RANGE]
SEED = 20261126
PLANTED_A_SERIES = 40


def interval(start: datetime, duration_s: int, count: int) -> TrafficInterval:
    return TrafficInterval(
        "c", "g", Direction.FORWARD, None, "all", start, duration_s, duration_s, count, None, None, "loop"
    )


def i94(first_year: int, last_year: int) -> list[TrafficInterval]:
    """Return the hours of I-94 westbound; of several weather rows of one hour the first."""
    found: dict[datetime, TrafficInterval] = {}
    with gzip.open(SERIES / "uci_metro_interstate_i94.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            local = datetime.strptime(row["date_time"], "%d-%m-%Y %H:%M").replace(tzinfo=CHICAGO)
            if first_year <= local.year <= last_year:
                start = local.astimezone(UTC)
                found.setdefault(start, interval(start, 3600, int(row["traffic_volume"])))
    return [found[start] for start in sorted(found)]


def i80() -> Iterator[tuple[str, list[TrafficInterval]]]:
    """Yield each sensor that counts, in quarters of an hour of which all three parts were reported."""
    with tarfile.open(SERIES / "idot_I80_workzone.tar.gz") as archive:
        for member in sorted(archive.getnames()):
            if not member.endswith(".csv") or "/I80/" not in member:
                continue
            raw = archive.extractfile(member)
            rows = list(csv.reader(io.TextIOWrapper(raw, "utf-8-sig")))  # type: ignore[arg-type]
            if "RadarVehiclesCount" in rows[0]:
                yield Path(member).stem, _quarters(rows[1:], rows[0].index("RadarVehiclesCount"))


def _quarters(rows: Sequence[Sequence[str]], column: int) -> list[TrafficInterval]:
    parts: defaultdict[datetime, list[int]] = defaultdict(list)
    for row in rows:
        if len(row) > column and row[column]:
            at = datetime.strptime(row[0], "%m/%d/%Y %H:%M").replace(tzinfo=UTC) + timedelta(hours=6)
            parts[at - timedelta(minutes=at.minute % 15)].append(int(float(row[column])))
    return [interval(start, 900, sum(found)) for start, found in sorted(parts.items()) if len(found) == 3]


def plant(
    rows: Sequence[TrafficInterval], fault: str, rng: np.random.Generator
) -> tuple[list[TrafficInterval], set[datetime]]:
    """Return ``rows`` with one fault of three hours between 7 and 19 o'clock, and the bins that have it."""
    per_fault = 3 * 3600 // rows[0].duration_s
    first = int(
        rng.choice([n for n, row in enumerate(rows[:-per_fault]) if 7 <= row.start.astimezone(CHICAGO).hour < 16])
    )
    made = list(rows)
    for at in range(first, first + per_fault):
        count = {
            "zero": 0, "stuck": rows[first].count, "a fifth": rows[at].count // 5, "half": rows[at].count // 2,
            "double": 2 * rows[at].count, "triple": 3 * rows[at].count,
        }[fault]  # fmt: skip
        made[at] = replace(rows[at], count=count)
    return made, {row.start for row in rows[first : first + per_fault]}


def judged(rows: Sequence[TrafficInterval]) -> list[IntervalQuality]:
    return judge(CAMERA, rows, (), CHICAGO, {})


def caught(series: Sequence[Sequence[TrafficInterval]], fault: str) -> tuple[int, int]:
    """Return how many planted faults had at least half of their bins objected to, of how many."""
    rng = np.random.default_rng(SEED)
    hits = 0
    each = max(1, PLANTED_A_SERIES // len(series))
    for rows in series:
        for _ in range(each):
            made, bins = plant(rows, fault, rng)
            objected = [one for one in judged(made) if one.start in bins and set(one.doubts) & set(LOOKS)]
            hits += len(objected) >= len(bins) / 2
    return hits, each * len(series)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tune", action="store_true", help="the years on which thresholds were chosen")
    parser.add_argument("--no-plant", action="store_true", help="only what is objected to as it is")
    arguments = parser.parse_args()
    if arguments.tune:
        sets = {"I-94 hourly 2012-2014 (tuned on)": [i94(2012, 2014)]}
    else:
        sets = {"I-94 hourly 2015-2018": [i94(2015, 2018)], "I-80 15 min, each sensor": [rows for _, rows in i80()]}
    console = Console(width=150)
    table = Table("series", "intervals", "good", "usable", "doubtful", *LOOKS, "gap", title="As they are")
    for name, series in sets.items():
        found = [one for rows in series for one in judged(rows)]
        counts = Counter(doubt for one in found for doubt in one.doubts)
        shares = [sum(one.quality is quality for one in found) / len(found) for quality in Quality]
        cells = [*shares, *(counts[doubt] / len(found) for doubt in LOOKS), counts[Doubt.GAP] / len(found)]
        table.add_row(name, str(len(found)), *(f"{cell:.2%}" for cell in cells))
    console.print(table)
    if not arguments.no_plant:
        faults = ("zero", "stuck", "a fifth", "half", "double", "triple")
        planted = Table("series", *faults, title=f"Three-hour faults planted by day (seed {SEED}): caught of how many")
        for name, series in sets.items():
            results = [caught(series, fault) for fault in faults]
            planted.add_row(name, *(f"{hits} of {of}" for hits, of in results))
        console.print(planted)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
