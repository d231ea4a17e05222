"""How long maps and lists take over a city's road damage: 100,000 defects, five million sightings, from SQLite.

The store is written by what the program itself writes with (``town_of_damage``; some twenty minutes), in a temporary
folder, or in ``--store FILE`` (else WAYWARDEN_ROAD_STORE), where it stays and is asked again next time. It is asked by
one reader at a time, answer and compression included: a browser that has an answer already is told so, and that is
quicker. Prints the median and the 95th percentile of each route, and says whether all of the latter are under 100 ms.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

import numpy as np
from starlette.testclient import TestClient
from town_of_damage import KINDS, LAT, LON, SIDE_DEG, STREETS, fill

from waywarden.run.road.now.site import with_road
from waywarden.run.serve import settle
from waywarden.store.nothing import NoRecords
from waywarden.terms.places import City
from waywarden.web.accounts.beside import Beside
from waywarden.web.app import create_app

LIMIT_MS = 100.0
WARM_UP = 2
"""First turns that do not count: whoever begins to serve has asked nothing yet."""


def routes(rng: np.random.Generator, names: list[str]) -> dict[str, str]:
    """Return an address for each route, over another part of the town each time."""

    def box(side_deg: float) -> str:
        west, south = (low + float(rng.uniform(0, SIDE_DEG - side_deg)) for low in (LON, LAT))
        return f"{west:.5f},{south:.5f},{west + side_deg:.5f},{south + side_deg:.5f}"

    kind, state = str(rng.choice(KINDS)), str(rng.choice(["suspected", "confirmed", "ordered"]))
    return {
        "map, close (points)": f"defects.geojson?waiting=yes&within={box(0.02)}",
        "map, a district (points)": f"defects.geojson?waiting=yes&within={box(0.06)}",
        "map, the whole town (points)": f"defects.geojson?waiting=yes&within={LON},{LAT},{LON + 1},{LAT + 1}",
        "map, the whole town (cells)": f"defect-cells?step=0.03125&waiting=yes&kind={kind}",
        "map, all of any kind (cells)": "defect-cells?step=0.03125",
        "streets in sight": f"streets?within={box(0.06)}",
        "list, longest known": f"defects?waiting=yes&offset={50 * int(rng.integers(20))}",
        "list, by kind and state": f"defects?kind={kind}&state={state}",
        "list, deep": f"defects?offset={int(rng.integers(len(names) // 2))}",
        "list of a street": f"defects?street=s{int(rng.integers(STREETS)):04d}",
        "triage queue": "defects?state=suspected,reopened&limit=100",
        "one defect": f"defects/{names[int(rng.integers(len(names)))]}",
        "inspections of a street": f"inspections?street=s{int(rng.integers(STREETS)):04d}",
        "backlog": "backlog",
        "precision": "precision",
        "orders": "orders",
    }


def asked_of(path: Path, turns: int, *, cpu: bool) -> tuple[dict[str, list[float]], dict[str, int]]:
    """Return how long each route took (ms) each time, and how large its last answer was before compression."""
    with closing(sqlite3.connect(path)) as store:
        names = [name for (name,) in store.execute("SELECT defect_id FROM defect_now")]
    city = City("Made-up", "Europe/Helsinki", (), {})
    client = TestClient(create_app(city, NoRecords(), beside=with_road(Beside(), path)))
    settle()
    clock = time.process_time if cpu else time.perf_counter
    rng = np.random.default_rng(2)
    took: dict[str, list[float]] = {name: [] for name in routes(rng, names)}
    size: dict[str, int] = {}
    for turn in range(turns + WARM_UP):
        for name, address in routes(rng, names).items():
            began = clock()
            got = client.get(f"/api/v1/{address}", headers={"accept-encoding": "gzip"})
            if turn >= WARM_UP:
                took[name].append(1000 * (clock() - began))
            got.raise_for_status()
            size[name] = len(got.content)
    return took, size


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--defects", type=int, default=100_000)
    asked.add_argument("--sightings", type=int, default=5_000_000)
    asked.add_argument("--times", type=int, default=40)
    kept = os.environ.get("WAYWARDEN_ROAD_STORE")
    asked.add_argument(
        "--store",
        type=Path,
        default=kept and Path(kept),
        help="where the store is kept; it is filled where it is not there",
    )
    asked.add_argument("--cpu", action="store_true", help="CPU time of this process instead of time on the wall")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.store or Path(folder) / "road.sqlite"
        if not path.exists():
            part = path.with_suffix(".part")
            fill(part, given.defects, given.sightings // given.defects)
            part.replace(path)
        with closing(sqlite3.connect(path)) as store:
            tables = ("defect_now", "distress_sighting", "ledger_entry")
            counts = [store.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]  # noqa: S608
        took, size = asked_of(path, given.times, cpu=given.cpu)
        of = "{:,} defects, {:,} sightings, {:,} entries".format(*counts)
        print(f"{of}, {path.stat().st_size / 1e9:.1f} GB; {'CPU time' if given.cpu else 'time'}, ms")
    print("| route | p50 | p95 | kB before gzip |\n|---|---|---|---|")
    worst = ("", 0.0)
    for name, all_ms in took.items():
        p50, p95 = np.percentile(all_ms, [50, 95])
        worst = max(worst, (name, float(p95)), key=lambda one: one[1])
        print(f"| {name} | {p50:.1f} | {p95:.1f} | {size[name] / 1000:.0f} |")
    holds = worst[1] < LIMIT_MS
    said = f"the slowest is {worst[0]}, {worst[1]:.0f} ms at p95, wanted under {LIMIT_MS:g}"
    print(f"{said}: {'holds' if holds else 'DOES NOT HOLD'}")
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(main())
