"""How long maps and lists take over a city's road damage: 100,000 defects, five million sightings, from SQLite.

The store is made up by filling its tables straight (a few minutes, kept in ~/.cache/waywarden-bench), and asked by one
reader at a time, answer and compression included. Prints the median and the 95th percentile of each route.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
from starlette.testclient import TestClient

from waywarden.run.road.now.site import with_road
from waywarden.store.nothing import NoRecords
from waywarden.store.sqlite import open_store
from waywarden.terms.distress import DistressKind
from waywarden.terms.places import City
from waywarden.web.accounts.beside import Beside
from waywarden.web.app import create_app

CACHE = Path.home() / ".cache" / "waywarden-bench"
KINDS = [kind.value for kind in (DistressKind.POTHOLE, DistressKind.ALLIGATOR_CRACKING, DistressKind.PATCHING,
                                 DistressKind.LONGITUDINAL_TRANSVERSE_CRACKING)]  # fmt: skip
STATES = [*["suspected"] * 8, *["confirmed"] * 4, *["ordered"] * 3, *["repaired"] * 3, *["verified"] * 2, "rejected"]
WAITING = {"suspected", "confirmed", "ordered"}
LON, LAT, SIDE_DEG = 24.6, 60.05, 0.4
STREETS, SEGMENT_M, SEGMENTS = 1000, 100.0, 20
NOW_US = 1_790_000_000_000_000
DAY_US = 86_400_000_000
HASH = "0" * 64


RNG = np.random.default_rng(1)


def pick(values: list) -> object:
    return values[int(RNG.integers(len(values)))]


def street_at(number: int, chainage_m: float) -> tuple[float, float]:
    """Return longitude and latitude: streets are parallel, and as long as the town is wide."""
    row, column = divmod(number, 20)
    lon = LON + SIDE_DEG * (column + chainage_m / (SEGMENT_M * SEGMENTS)) / 20
    return lon, LAT + SIDE_DEG * (row + 0.3 * chainage_m / (SEGMENT_M * SEGMENTS)) / (STREETS / 20)


def segments() -> Iterator[tuple[object, ...]]:
    for street in range(STREETS):
        for n in range(SEGMENTS):
            ends = street_at(street, n * SEGMENT_M), street_at(street, (n + 1) * SEGMENT_M)
            (west, east), (south, north) = (sorted(axis) for axis in zip(*ends, strict=True))
            seen = NOW_US - int(RNG.integers(400)) * DAY_US
            yield (f"s{street:04d}", n * SEGMENT_M, (n + 1) * SEGMENT_M, f"Street {street}", "local", "both",
                   json.dumps(ends), west, south, east, north, seen, None, 80.0, 2, 5)  # fmt: skip


def defects(count: int) -> Iterator[tuple[object, ...]]:
    for n in range(count):
        street, chainage = n % STREETS, float(RNG.uniform(0, SEGMENT_M * SEGMENTS))
        lon, lat = street_at(street, chainage)
        state = pick(STATES)
        known = NOW_US - int(RNG.integers(800 * DAY_US))
        judged = state != "suspected"
        yield (f"d{n:06d}", state, state in WAITING, "", pick(KINDS), pick([None, "low", "high"]),
               f"s{street:04d}", f"Street {street}", "along", chainage, lon, lat, 0.4, None, None, 50, known, known,
               NOW_US, NOW_US, 50, "o1" if state == "ordered" else "",
               pick(KINDS) if judged else "", "van-2" if judged else "",
               (state != "rejected") if judged else None, "pothole" if judged else "")  # fmt: skip


def sightings(count: int, of: int) -> Iterator[tuple[object, ...]]:
    for n in range(count):
        at = NOW_US - (n // of) * 7 * DAY_US
        yield (f"s{n % STREETS:04d}", "along", at, f"p{n // 200}-{n}", f"p{n // 200}", float(n % 2000), "pothole", 0.4)


def entries(count: int, of: int) -> Iterator[tuple[object, ...]]:
    for n in range(count):
        at = NOW_US - (n // of) * 7 * DAY_US
        told = f'{{"pass_id":"p{n // 200}","sighting_id":"p{n // 200}-{n}","valid":true}}'
        yield (n, f"d{n % of:06d}", "seen", at, at, "estimate", "surface-2", "", told, HASH, HASH)


def looks(count: int) -> Iterator[tuple[object, ...]]:
    for n in range(count):
        at = NOW_US - (n // STREETS) * 7 * DAY_US
        yield (f"s{n % STREETS:04d}", "along", at, f"p{n}", 0.0, 2000.0, "made-up", 8.0, "day", None, 0.9, "{}", "x")


def fill(path: Path, of: int, seen: int) -> None:
    """Fill a new store; it is moved to its place once it is whole."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    open_store(part).close()
    tables = {
        "segment_now": segments(), "defect_now": defects(of), "inspection": looks(50 * STREETS),
        "distress_sighting": sightings(seen, of), "ledger_entry": entries(seen, of),
    }  # fmt: skip
    with closing(sqlite3.connect(part, isolation_level=None)) as store:
        store.execute("PRAGMA synchronous = OFF")
        store.execute("PRAGMA cache_size = -200000")
        for table, rows in tables.items():
            began = time.process_time()
            columns = [row[1] for row in store.execute(f"PRAGMA table_info({table})")]
            if table == "ledger_entry":
                columns = [name for name in columns if name != "account"]
            store.execute("BEGIN")
            marks = ",".join("?" * len(columns))
            store.executemany(f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks})", rows)  # noqa: S608 - ours
            store.execute("COMMIT")
            print(f"{table} filled in {time.process_time() - began:.0f} CPU-s", flush=True)
        store.execute("INSERT INTO now_made VALUES (0, ?, 0, 'made-up')", [seen])
        store.execute("ANALYZE")
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    part.replace(path)


def routes(rng: np.random.Generator, of: int) -> dict[str, str]:
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
        "list, deep": f"defects?offset={int(rng.integers(of // 2))}",
        "list of a street": f"defects?street=s{int(rng.integers(STREETS)):04d}",
        "triage queue": "defects?state=suspected,reopened&limit=100",
        "one defect": f"defects/d{int(rng.integers(of)):06d}",
        "inspections of a street": f"inspections?street=s{int(rng.integers(STREETS)):04d}",
        "backlog": "backlog",
        "precision": "precision",
        "orders": "orders",
    }


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--defects", type=int, default=100_000)
    asked.add_argument("--sightings", type=int, default=5_000_000)
    asked.add_argument("--times", type=int, default=40)
    asked.add_argument("--cpu", action="store_true", help="CPU time of this process instead of time on the wall")
    given = asked.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    path = CACHE / f"road-{given.defects}-{given.sightings}.sqlite"
    if not path.exists():
        fill(path, given.defects, given.sightings)
    city = City("Made-up", "Europe/Helsinki", (), {})
    client = TestClient(create_app(city, NoRecords(), beside=with_road(Beside(), path)))
    clock = time.process_time if given.cpu else time.perf_counter
    rng = np.random.default_rng(2)
    took: dict[str, list[float]] = {name: [] for name in routes(rng, given.defects)}
    size: dict[str, int] = {}
    for turn in range(given.times + 2):
        for name, address in routes(rng, given.defects).items():
            began = clock()
            got = client.get(f"/api/v1/{address}", headers={"accept-encoding": "gzip"})
            if turn >= 2:
                took[name].append(1000 * (clock() - began))
            got.raise_for_status()
            size[name] = len(got.content)
    which = "CPU time" if given.cpu else "time"
    print(f"{given.defects} defects, {given.sightings} sightings, {path.stat().st_size / 1e9:.1f} GB; {which}, ms")
    print("| route | p50 | p95 | kB before gzip |\n|---|---|---|---|")
    for name, all_ms in took.items():
        p50, p95 = np.percentile(all_ms, [50, 95])
        print(f"| {name} | {p50:.1f} | {p95:.1f} | {size[name] / 1000:.0f} |")


if __name__ == "__main__":
    main()
