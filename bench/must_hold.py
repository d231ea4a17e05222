"""What must hold, measured through the command line on real material and on made-up streets.

``python bench/must_hold.py [--quick] [--seeds 11,12] [--cache FOLDER] [--write]``
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from command import waywarden_count
from made_up_streets import CONDITIONS, StreetRow, count_streets
from places import camera_toml, city_toml, dresden_toml, tfl_cases
from results import circumstances_now, document, off_said, put
from rich.console import Console
from rich.table import Table
from speeds import dresden_speeds

from waywarden.run.weighing.weights import OWN, own

SHARED = Path(os.environ.get("WAYWARDEN_SHARED", Path(__file__).resolve().parents[2] / "shared"))
CROSSROAD = SHARED / "weights/person-vehicle-bike-detection-crossroad-1016.xml"
NETWORKS = {"crossroad-1016": CROSSROAD, OWN: own()}
TFL_WANTED = {"06514": ((6, 6), (0, 0)), "03601": ((6, 7), (3, 3)), "03604": ((9, 11), (2, 2))}
DRESDEN_WANTED = {"West-East": 5, "East-West": 3, "West-North": 1}
FAULTS = {"placeholder": 2, "smeared": 1, "grey": 1, "empty_file": 1, "not_a_picture": 1}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    on: str
    wanted: str
    got: str
    holds: bool


def tfl(folder: Path) -> list[Row]:
    """Count three London clips, counted by people; the gate looks from left to right, so down is forward."""
    cases = tfl_cases(SHARED / "data/tfl")
    city = folder / "tfl.toml"
    cameras = [camera_toml(f"tfl-{name}", [clip], start, [("line", *gate)]) for name, clip, start, gate in cases]
    city.write_text(city_toml("London sample", "Europe/London", cameras))
    rows = []
    for network, file in NETWORKS.items():
        counted = waywarden_count(city, "--weights", str(file))
        for name, (down, up) in TFL_WANTED.items():
            got = [counted.total(camera=f"tfl-{name}", direction=way) for way in ("forward", "backward")]
            holds = counted.code == 0 and down[0] <= got[0] <= down[1] and up[0] <= got[1] <= up[1]
            wanted = f"down {_span(down)}, up {_span(up)}"
            rows.append(Row(f"tfl {name}, {network}", wanted, f"down {got[0]}, up {got[1]}", holds))
    return rows


def dresden(folder: Path) -> list[Row]:
    """Measure a junction whose nine road users were clicked by a person: movements, classes, speeds."""
    city = folder / "dresden.toml"
    city.write_text(dresden_toml(SHARED / "data/dresden"))
    counted = waywarden_count(city, "--weights", str(CROSSROAD))
    moves = counted.table("movement")
    rows = [Row("dresden movements, crossroad-1016", _said(DRESDEN_WANTED), _said(moves), moves == DRESDEN_WANTED)]
    named = waywarden_count(city)
    classes = {
        name: sum(named.total(movement=move, vehicle_class=name) for move in named.table("movement"))
        for name in sorted({row["vehicle_class"] for row in named.rows} - {"all"})
    }
    classes = {name: n for name, n in classes.items() if n}
    good = classes in ({"bicycle": 1, "car": 7, "van": 1}, {"bicycle": 1, "car": 8})
    rows.append(Row(f"dresden classes, {OWN}", "car 7, van 1 (may be car), bicycle 1", _said(classes), good))
    moves = named.table("movement")
    rows.append(Row(f"dresden movements, {OWN}", _said(DRESDEN_WANTED), _said(moves), moves == DRESDEN_WANTED))
    return [*rows, *(Row(*row) for row in dresden_speeds(city, SHARED / "data/dresden/gt_summary.json", CROSSROAD))]


def intel(folder: Path) -> list[Row]:
    """Count four cars from above, two each way."""
    city = folder / "intel.toml"
    clip = SHARED / "data/intel/car-detection.mp4"
    camera = camera_toml("intel", [clip], "2026-06-01T07:00:00Z", [("line", (0, 216), (768, 216))])
    city.write_text(city_toml("From above", "UTC", [camera]))
    rows = []
    for detector in ("motion", "street"):
        counted = waywarden_count(city, "--detector", detector)
        got = counted.table("direction")
        holds = counted.code == 0 and got == {"forward": 2, "backward": 2}
        rows.append(Row(f"intel, {detector}", "2 each way", _said(got), holds))
    return rows


def faults(folder: Path) -> list[Row]:
    """Count a folder of bad stills as a camera, and a good one after it: each is said, and the batch goes on."""
    city, records = folder / "faults.toml", folder / "faults.sqlite"
    start = "2020-05-01T00:00:00Z"
    bad = camera_toml("faults", [SHARED / "data/camera_faults"], start, [("line", (0, 100), (300, 100))])
    good = camera_toml("good", [tfl_cases(SHARED / "data/tfl")[0][1]], start, [("line", (0, 180), (352, 180))])
    city.write_text(city_toml("Faults", "UTC", [bad, good]))
    counted = waywarden_count(city, "--detector", "motion", "--store", str(records))
    with closing(sqlite3.connect(records)) as store:
        kept = store.execute("SELECT state, count(*) FROM camera_health WHERE camera_id = 'faults' GROUP BY state")
        states = {state: n for state, n in kept.fetchall() if state != "ok"}
    lines = sum(line.startswith("faults:") for line in counted.notes.splitlines())
    goes_on = any(row["camera"] == "good" for row in counted.rows)
    got = f"recorded {_said(states)}; {lines} lines; the next camera was {'' if goes_on else 'not '}counted"
    wanted = f"recorded {_said(FAULTS)}; a line each; the next camera counted"
    return [Row("camera_faults, motion", wanted, got, states == FAULTS and lines == sum(FAULTS.values()) and goes_on)]


def streets(arguments: argparse.Namespace, folder: Path) -> tuple[list[Row], list[StreetRow]]:
    """Count made-up streets; by day every movement, those inferred among them, within max(1, 3 %) of the truth."""
    seeds = [11] if arguments.quick else [int(seed) for seed in arguments.seeds.split(",")]
    conditions = CONDITIONS[:1] if arguments.quick else CONDITIONS
    table = list(count_streets(seeds, conditions, arguments.cache, folder))
    rows = []
    for method in dict.fromkeys(row.method for row in table):
        by_day = [row for row in table if row.method == method and row.condition == "day"]
        off = [f"seed {row.seed} {said}" for row in by_day for said in off_said(row)]
        got = "; ".join(off) or f"all of them, {sum(row.inferred for row in by_day)} of them inferred"
        rows.append(Row(f"made-up street by day, {method}", "every movement within max(1, 3 %)", got, not off))
    return rows, table


def _span(span: tuple[int, int]) -> str:
    return str(span[0]) if span[0] == span[1] else f"{span[0]} to {span[1]}"


def _said(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(counts.items(), key=lambda item: -item[1])) or "nothing"


def _shown(rows: list[Row]) -> Table:
    table = Table("what", "wanted", "got", "holds", title="Must hold")
    for row in rows:
        table.add_row(row.on, row.wanted, row.got, "[green]yes[/]" if row.holds else "[red bold]NO[/]")
    return table


def main() -> int:
    """Measure, print, and write its part of docs/results.md where asked to; 1 if anything does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one made-up street, by day")
    parser.add_argument("--seeds", default="11,12,13,14,15", help="of the made-up streets")
    parser.add_argument(
        "--cache", type=Path, default=Path.home() / ".cache/waywarden-bench", help="where they are kept"
    )
    parser.add_argument("--write", action="store_true", help="write its part of docs/results.md")
    arguments = parser.parse_args()
    console = Console()
    if not SHARED.is_dir():
        console.print(f"the real material is not at {SHARED}: set WAYWARDEN_SHARED")
        return 2
    circumstances = circumstances_now()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for measured in (tfl, dresden, intel, faults):
            rows += measured(folder)
            console.print(_shown(rows))
        street_rows, street_table = streets(arguments, folder)
    rows += street_rows
    console.print(_shown(rows))
    text = document(circumstances, [(row.on, row.wanted, row.got, row.holds) for row in rows], street_table)
    if arguments.write:
        put("traffic", text)
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
