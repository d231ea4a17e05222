"""A store of a made-up town's road damage, written by what the program itself writes with.

Streets in a grid, surveyed once a week. Defects come to be week by week and are seen in each pass from then on; the
ledger, the names and the tables of now follow from the program's own code, hashes and all. One index is made after what
it is of, by its own SQL: kept up row by row it would be written a hundred times over.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from waywarden.geo.streets.network import Network, length_m, network
from waywarden.pavement.ledger.chain import EMPTY, chained
from waywarden.pavement.same.chain import chained_changes
from waywarden.run.road.now.following import bring_up_to_date, keep_streets
from waywarden.store.drives import open_drives
from waywarden.store.ledger import StoredLedger, open_ledger
from waywarden.store.names import open_names
from waywarden.terms.distress import Change, DistressKind, DistressSighting, Move, NameChange, Role, Way
from waywarden.terms.inspections import Inspection, Light
from waywarden.terms.ledger import Fact, LedgerFact, Triage, spelt
from waywarden.terms.streets import Street

KINDS = (DistressKind.POTHOLE, DistressKind.ALLIGATOR_CRACKING, DistressKind.PATCHING,
         DistressKind.LONGITUDINAL_TRANSVERSE_CRACKING)  # fmt: skip
LON, LAT, SIDE_DEG = 24.6, 60.05, 0.4
ROWS, COLUMNS, BLOCKS = 50, 20, 20
STREETS = ROWS * COLUMNS
"""That are surveyed; others cross them."""
WEEKS = 100
DRIVES = 10
"""A week; each is over a part of the streets."""
ENDS = datetime(2026, 10, 1, 9, tzinfo=UTC)
BEGAN = ENDS - timedelta(weeks=WEEKS)
WEIGHTS = "surface-2"
LIVES: tuple[tuple[Fact, ...], ...] = (
    *[()] * 8, *[(Fact.CONFIRMED,)] * 4, *[(Fact.CONFIRMED, Fact.ORDERED)] * 3,
    *[(Fact.CONFIRMED, Fact.ORDERED, Fact.REPAIRED)] * 3, *[(Fact.CONFIRMED, Fact.REPAIRED, Fact.VERIFIED)] * 2,
    (Fact.REJECTED,),
)  # fmt: skip
"""What became of defects after the last week; the longest lists are of what nobody looked at yet."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A defect of the town: known from its week on, when its first sighting gave it its name."""

    street: int
    chainage_m: float
    kind: DistressKind
    week: int


def town() -> Network:
    """Return the streets: rows from west to east, in pieces, and what crosses them."""
    lons = [LON + SIDE_DEG * n / (COLUMNS * BLOCKS) for n in range(COLUMNS * BLOCKS + 1)]
    lats = [LAT + SIDE_DEG * n / ROWS for n in range(ROWS)]
    streets = []
    for number in range(STREETS):
        row, column = divmod(number, COLUMNS)
        part = lons[BLOCKS * column : BLOCKS * (column + 1) + 1]
        streets.append(Street(f"s{number:04d}", tuple((lon, lats[row]) for lon in part), f"Row {row}", "local"))
    streets += [Street(f"x{n:04d}", tuple((lon, lat) for lat in lats), f"Cross {n}") for n, lon in enumerate(lons)]
    return network(streets)


def holes(count: int, streets: Network, rng: np.random.Generator) -> list[list[Hole]]:
    """Return the defects of each surveyed street, well apart."""
    found = []
    for street in range(STREETS):
        mine = count // STREETS + (street < count % STREETS)
        length = length_m(streets.streets[streets.number_of[f"s{street:04d}"]])
        at_m = (np.arange(mine) + rng.uniform(0.2, 0.8, mine)) * length / max(mine, 1)
        weeks = rng.permutation(mine) * WEEKS // max(mine, 1)
        kinds = rng.integers(len(KINDS), size=mine)
        found.append([Hole(street, float(at_m[n]), KINDS[kinds[n]], int(weeks[n])) for n in range(mine)])
    return found


def fill(path: Path, count: int, per_defect: int) -> tuple[int, int]:
    """Fill a new store with so many defects, each seen about so often; return how many sightings and entries it has."""
    rng, streets, began = np.random.default_rng(1), town(), time.perf_counter()
    of_streets = holes(count, streets, rng)
    moves: dict[str, list[Move]] = {}
    with closing(open_ledger(path)) as ledger:
        index_sql = _drop(path, "ledger_entry_by_defect")
        seen = sum(_surveyed(path, ledger, of_streets, streets, (min(WEEKS, 2 * per_defect), moves, rng)))
        _say(f"{seen} sightings and what the ledger says of them", began)
        _append(ledger, _judged(list(moves), rng))
        head = ledger.head()
    with closing(sqlite3.connect(path)) as store:
        store.execute(index_sql)
    _name(path, list(moves.values()))
    del moves
    keep_streets(path, streets)
    _say("names and streets", began)
    bring_up_to_date(path, None)
    _say("the tables of now", began)
    return seen, 0 if head is None else head.entries


def _surveyed(
    path: Path, ledger: StoredLedger, of_streets: Sequence[Sequence[Hole]], streets: Network,
    known: tuple[int, dict[str, list[Move]], np.random.Generator],
) -> Iterator[int]:  # fmt: skip
    """Survey the town week by week, and yield how much was seen in each; names are added to those that are known."""
    weeks, moves, rng = known
    names: dict[Hole, str] = {}
    with closing(open_drives(path)) as drives:
        for week in range(WEEKS - weeks, WEEKS):
            facts: list[LedgerFact] = []
            for drive in range(DRIVES):
                drive_id = f"{week:04x}{drive:08x}"
                looks, sightings = [], []
                for number, street in enumerate(range(drive, STREETS, DRIVES)):
                    here = [hole for hole in of_streets[street] if hole.week <= week]
                    left = list(_seen(drive_id, number, here, week, rng))
                    looks.append(_look(f"{drive_id}-{number:03d}", street, streets, left))
                    for hole, one in left:
                        name = names.setdefault(hole, one.sighting_id)
                        moves.setdefault(name, []).append(Move(one.sighting_id, None, name))
                        facts.append(_fact(name, one, ENDS + timedelta(weeks=week - WEEKS, days=1)))
                        sightings.append(one)
                drives.append_drive(drive_id, looks, sightings)
            _append(ledger, sorted(facts, key=lambda each: each.observed_at))
            yield len(facts)


def _append(ledger: StoredLedger, facts: Sequence[LedgerFact]) -> None:
    ledger.append(lambda head: chained(facts, head or EMPTY))


def _drop(path: Path, index: str) -> str:
    with closing(sqlite3.connect(path)) as store:
        (sql,) = store.execute("SELECT sql FROM sqlite_master WHERE name = ?", [index]).fetchone()
        store.execute(f"DROP INDEX {index}")
    return str(sql)


def _say(what: str, began: float) -> None:
    print(f"filled: {what}, after {time.perf_counter() - began:.0f} s", flush=True)


def _seen(
    drive: str, number: int, here: Sequence[Hole], week: int, rng: np.random.Generator
) -> Iterator[tuple[Hole, DistressSighting]]:
    drift_m = float(rng.normal(0, 1.5))
    at = BEGAN + timedelta(weeks=week, minutes=5 * number)
    pass_id = f"{drive}-{number:03d}"
    for hole in here:
        chainage_m = round(max(hole.chainage_m + drift_m, 0.0), 2)
        yield hole, DistressSighting(
            f"{pass_id}-{round(100 * chainage_m):07d}", pass_id, f"s{hole.street:04d}", Way.ALONG, chainage_m,
            at + timedelta(seconds=chainage_m / 10), hole.kind, 0.4, 0.81,
        )  # fmt: skip


def _look(pass_id: str, street: int, streets: Network, left: Sequence[tuple[Hole, DistressSighting]]) -> Inspection:
    week, number = int(pass_id[:4], 16), int(pass_id.rpartition("-")[2])
    kinds = [one.kind for _, one in left]
    found = tuple((kind, kinds.count(kind)) for kind in sorted(set(KINDS)) if kind in kinds)
    length = length_m(streets.streets[streets.number_of[f"s{street:04d}"]])
    return Inspection(
        f"s{street:04d}", Way.ALONG, 0.0, round(length, 1), BEGAN + timedelta(weeks=week, minutes=5 * number), pass_id,
        streets.version, 10.0, Light.DAY, False, 0.9, found, WEIGHTS,
    )  # fmt: skip


def _fact(name: str, one: DistressSighting, recorded: datetime) -> LedgerFact:
    told = {"valid": True, "pass_id": one.pass_id, "sighting_id": one.sighting_id, "extent_m2": one.extent_m2,
            "kind": one.kind}  # fmt: skip
    return LedgerFact(name, Fact.SEEN, one.at, recorded, Role.ESTIMATE, weights=WEIGHTS, told=spelt(told))


def _judged(names: Sequence[str], rng: np.random.Generator) -> list[LedgerFact]:
    """Return what persons did after the last week, step by step."""
    lives = [LIVES[n] for n in rng.integers(len(LIVES), size=len(names))]
    found = []
    for step in range(3):
        at = ENDS + timedelta(days=1 + step)
        for number, (name, life) in enumerate(zip(names, lives, strict=True)):
            if step >= len(life):
                continue
            told: dict[str, object] = {"order_id": f"o{number // 40}"} if life[step] is Fact.ORDERED else {}
            if step == 0:
                verdict = Triage.POTHOLE if life[step] is Fact.CONFIRMED else Triage.NOT_AN_ISSUE
                told = {"triage": verdict, "source": "van-2"}
            found.append(LedgerFact(name, life[step], at, at, Role.INSPECTOR, told=spelt(told)))
    return found


def _name(path: Path, moves: Sequence[Sequence[Move]]) -> None:
    """Give the sightings their names, as one survey of all drives does."""
    changes = [NameChange(number, Change.NAMED, tuple(mine), Role.ESTIMATE) for number, mine in enumerate(moves)]
    with closing(open_names(path)) as names:
        names.append(lambda _: chained_changes(changes, ENDS + timedelta(days=5), None))
