"""A made-up town's roads in a store: streets that were driven, damage that was seen, judged, ordered and mended."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from waywarden.geo.streets.network import Network, network
from waywarden.run.road.drives.taking_in import Stored, write_down
from waywarden.run.road.ledger import write
from waywarden.run.road.now.following import bring_up_to_date, keep_streets
from waywarden.store.drives import open_drives
from waywarden.store.ledger import open_ledger
from waywarden.store.names import open_names
from waywarden.store.now.asked import open_asked
from waywarden.store.now.wanted import DefectFilter
from waywarden.terms.distress import DistressKind, DistressSighting, Role, Way
from waywarden.terms.inspections import Inspection, Light
from waywarden.terms.ledger import Fact, LedgerFact, State
from waywarden.terms.streets import Street

LON, LAT = 24.94, 60.17
EAST_DEG, NORTH_DEG = 1 / 55_530.0, 1 / 111_412.0
NOW = datetime.now(UTC).replace(microsecond=0)
FIRST = NOW - timedelta(days=150)
KINDS = [
    DistressKind.POTHOLE, DistressKind.ALLIGATOR_CRACKING, DistressKind.LONGITUDINAL_TRANSVERSE_CRACKING,
    DistressKind.PATCHING, None,
]  # fmt: skip


def made_up_streets() -> Network:
    """Return a grid of eleven streets; they meet at every crossing."""
    xs, ys = [200.0 * n for n in range(6)], [170.0 * n for n in range(5)]

    def at(x: float, y: float) -> tuple[float, float]:
        return LON + x * EAST_DEG, LAT + (y + 0.06 * x) * NORTH_DEG

    names = ["Mill Lane", "High Street", "Quay Road", "Station Road", "Church Walk"]
    streets = [Street(f"ew-{n}", tuple(at(x, y) for x in xs), names[n], "main" if n == 1 else "local")
               for n, y in enumerate(ys)]  # fmt: skip
    streets += [Street(f"ns-{n}", tuple(at(x, y) for y in ys), f"{n + 1}th Avenue") for n, x in enumerate(xs)]
    return network(streets)


def made_up_road(store_file: Path, seed: int = 5) -> Network:
    """Fill ``store_file``; a tenth of the streets stays as nobody has driven it."""
    rng, streets = random.Random(seed), made_up_streets()
    with closing(open_drives(store_file)) as drives:
        for number, days in enumerate((0, 50, 110)):
            lines = [each for each in streets.streets[:10] if number == 0 or rng.random() < 0.6]
            _drive(drives, streets, f"drive{number}", FIRST + timedelta(days=days), [each.street_id for each in lines])
            with closing(open_names(store_file)) as names, closing(open_ledger(store_file)) as ledger:
                told = FIRST + timedelta(days=days, hours=2)
                driven = {(each.street_id, Way.ALONG) for each in lines}
                write_down(Stored(drives, names, ledger), driven, streets.version, told)
    keep_streets(store_file, streets)
    _lives(store_file, rng)
    bring_up_to_date(store_file, None)
    return streets


def made_up_plan(store_file: Path) -> dict[str, Any]:
    """Return a plan of today for two crews: four stops each, of one or two defects that wait."""
    wanted = DefectFilter(
        kinds=frozenset(DistressKind), states=frozenset({State.CONFIRMED, State.ORDERED, State.SUSPECTED})
    )
    found = [one for one in open_asked(store_file).defects(wanted, limit=20) if one.place and one.place.position]
    stops = []
    for number in range(8):
        mine = found[number : number + 1] if number else found[10:12]
        place = mine[0].place
        assert place is not None
        assert place.position is not None
        stops.append({
            "number": number % 4 + 1, "order": f"2026-11-27-{number + 1:02d}", "street": place.street,
            "chainage_m": place.chainage_m, "position": list(place.position), "arrive": f"{8 + number % 4:02d}:10",
            "leave": f"{8 + number % 4:02d}:50", "minutes": 40.0, "priority": 5.0,
            "defects": [one.life.defect_id for one in mine],
        })  # fmt: skip
    crews = [{"crew": 1 + n, "back": "15:40", "stops": stops[4 * n : 4 * n + 4]} for n in range(2)]
    day = datetime.now().astimezone().date().isoformat()
    return {"day": day, "begins": "08:00", "yard": [24.94, 60.17], "crews": crews, "left": []}


def _drive(drives: object, streets: Network, drive: str, began: datetime, street_ids: list[str]) -> None:
    looks, sightings = [], []
    for number, street_id in enumerate(street_ids):
        at = began + timedelta(minutes=3 * number)
        end_m = max(each.to_m for each in streets.segments if streets.streets[each.street].street_id == street_id)
        pass_id = f"{drive}-{number:03d}"
        looks.append(Inspection(street_id, Way.ALONG, 0.0, end_m, at, pass_id, streets.version, 8.0, Light.DAY, False,
                                0.9, (), "surface-2"))  # fmt: skip
        of_street = random.Random(street_id)  # the same damage for every drive
        for hole in range(of_street.randint(3, 14)):
            kind, extent = of_street.choice(KINDS), of_street.uniform(0.1, 4)
            chainage = 25.0 + (end_m - 50.0) * (hole + of_street.random()) / 14
            sightings.append(DistressSighting(f"{pass_id}-{hole}", pass_id, street_id, Way.ALONG, chainage, at, kind,
                                              round(extent, 2)))  # fmt: skip
    drives.append_drive(drive, looks, sightings)  # type: ignore[attr-defined]


def _lives(store_file: Path, rng: random.Random) -> None:
    with closing(open_ledger(store_file, read_only=True)) as ledger:
        names = sorted({entry.fact.defect_id for entry in ledger.entries()})
    lives: list[list[tuple[Fact, dict[str, object]]]] = [
        [],
        [],
        [],
        [(Fact.CONFIRMED, {"triage": "pothole"}), (Fact.MEASURED, {"depth_mm": 45, "severity": "high"})],
        [(Fact.CONFIRMED, {"triage": "pavement_failure"}), (Fact.ORDERED, {"order_id": "2026-11-20-01"})],
        [(Fact.CONFIRMED, {"triage": "pothole"}), (Fact.MADE_SAFE, {"severity": "medium"})],
        [(Fact.CONFIRMED, {"triage": "utility_cut"}), (Fact.REPAIRED, {"material": "asphalt"})],
        [(Fact.REJECTED, {"triage": "not_an_issue"})],
    ]
    for number, name in enumerate(names):
        life = lives[number % len(lives)]
        for step, (fact, told) in enumerate(life):
            at = NOW - timedelta(days=20 - 3 * step, hours=rng.randint(1, 9))
            role = Role.INSPECTOR if step == 0 else Role.FOREMAN
            write(store_file, LedgerFact(name, fact, at, at, role, told=json.dumps(told)))


def last_account(path: Path) -> str:
    """Return under which account the newest entry of the ledger was written; the page's API does not say."""
    with closing(sqlite3.connect(path)) as store:
        return str(store.execute("SELECT account FROM ledger_entry ORDER BY number DESC LIMIT 1").fetchone()[0])
