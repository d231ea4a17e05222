"""A made-up street, driven four times and taken in by the command line: its ledger against the truth."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from waywarden.testing.drives.surveyed import SurveyScene, write_survey

SEEDS = range(301, 311)
IN_TIME = "SELECT sighting_id FROM distress_sighting WHERE pass_id = ? ORDER BY at_us"
ASKED = "SELECT defect_id, told FROM ledger_entry WHERE fact = 'seen'"


def waywarden(*words: object) -> str:
    """Return what ``waywarden`` prints."""
    program = Path(sys.executable).with_name("waywarden")
    done = subprocess.run([str(program), *map(str, words)], capture_output=True, text=True, check=True)
    return done.stdout


def surveyed(folder: Path, seed: int) -> list[tuple[str, int]]:
    """Return for each sighting in the ledger its defect's name and the true damage (-1: none)."""
    drives, truth = write_survey(folder, SurveyScene(seed=seed))
    store = folder / "records.sqlite"
    out = waywarden("survey", *drives, "--network", folder / "network.geojson", "--city", folder / "city.toml",
                    "--store", store, "--sightings", folder / "sightings.csv")  # fmt: skip
    waywarden("ledger", "verify", "--store", store)
    connection = sqlite3.connect(store)
    true = {
        name: each
        for row, drive in zip(csv.DictReader(out.splitlines()), truth, strict=True)
        for (name,), each in zip(connection.execute(IN_TIME, [f"{row['id']}-000"]).fetchall(), drive, strict=True)
    }
    rows = connection.execute(ASKED).fetchall()
    connection.close()
    return [(defect, true[json.loads(told)["sighting_id"]]) for defect, told in rows]


def pairs(sizes: Counter) -> int:
    return sum(n * (n - 1) // 2 for n in sizes.values())


def scored(rows: list[tuple[str, int]]) -> tuple[int, int, int, float, float]:
    said, true = pairs(Counter(name for name, _ in rows)), pairs(Counter(each for _, each in rows if each >= 0))
    right = pairs(Counter((name, each) for name, each in rows if each >= 0))
    damage = {each for _, each in rows if each >= 0}
    counted = sum(n >= 2 for n in Counter(name for name, _ in rows).values())
    often = sum(n >= 2 for n in Counter(each for _, each in rows if each >= 0).values())
    return len(damage), len(rows), counted, 2 * right / (said + true), counted / often


def main() -> None:
    print("| seed | true defects seen | sightings in the ledger | defects of 2 passes | pairwise F1 | count ratio |")
    print("|---|---|---|---|---|---|")
    shares = []
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            damage, sightings, counted, f1, ratio = scored(surveyed(Path(folder), seed))
        shares.append((f1, ratio))
        print(f"| {seed} | {damage} | {sightings} | {counted} | {f1:.3f} | {ratio:.2f} |")
    f1, ratio = np.mean(shares, axis=0)
    print(f"| mean | | | | {f1:.3f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
