"""``waywarden defects``: how each defect stands now, as rows or for a map; and what waits, as jobs for crews."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Annotated

import typer

from waywarden.run.export import check_out, write_bytes
from waywarden.run.road.now.following import bring_up_to_date
from waywarden.run.spoken import StoreFile, notes
from waywarden.run.works.orders import JOB_COLUMNS
from waywarden.store.now.asked import open_asked
from waywarden.store.now.wanted import DefectFilter
from waywarden.terms.distress import DistressKind, Severity
from waywarden.terms.errors import ConfigError
from waywarden.terms.ledger import State
from waywarden.terms.road.now import DefectNow
from waywarden.web.road.published import DEFECT, as_told

AT_ONCE = 1000
PRIORITY = {Severity.LOW: 1, Severity.MEDIUM: 2, Severity.HIGH: 3, None: 2}
"""Of a job; a severity that nobody told counts as medium, as in a street's condition."""
COLUMNS = [name for told in DEFECT for name in (("longitude", "latitude") if told.name == "position" else (told.name,))]

defects_app = typer.Typer()


@defects_app.command("defects")
def defects(  # noqa: PLR0913, PLR0917 - a parameter an option
    store_file: StoreFile = Path("waywarden.sqlite"),
    kind: Annotated[list[DistressKind] | None, typer.Option(help="Only this kind; may be repeated.")] = None,
    state: Annotated[list[State] | None, typer.Option(help="Only this state; may be repeated.")] = None,
    severity: Annotated[list[Severity] | None, typer.Option(help="Only this severity; may be repeated.")] = None,
    street: Annotated[str | None, typer.Option(help="Only this street, by its id.")] = None,
    order: Annotated[str | None, typer.Option(help="Only what is on this work order.")] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only what is known and not mended.")] = False,  # noqa: FBT002
    out: Annotated[str, typer.Option(help="Where it goes: '-', a .csv or a .geojson file.")] = "-",
    jobs: Annotated[str | None, typer.Option(help="Also write what waits as jobs for 'orders plan': .csv.")] = None,
    minutes: Annotated[float, typer.Option(help="Of each of these jobs.", min=1)] = 30.0,
) -> None:
    """Say how every defect stands now, longest known first."""
    check_out(out, [".csv", ".geojson"])
    if jobs is not None:
        check_out(jobs, [".csv"])
    if not store_file.is_file() or not store_file.stat().st_size:
        raise ConfigError(f"there is no store in {store_file}: pass --store, or take a drive in with waywarden survey")
    bring_up_to_date(store_file)
    wanted = DefectFilter(
        frozenset(kind or ()), frozenset(state or ()), frozenset(severity or ()), street, order, waiting or None
    )
    found = list(_of(store_file, wanted))
    as_map = Path(out).suffix.lower() == ".geojson"
    write_bytes([_geojson(found) if as_map else _csv(COLUMNS, map(_cells, found))], out, sys.stdout.buffer)
    if jobs is not None:
        rows = _jobs(found, minutes)
        write_bytes([_csv(JOB_COLUMNS, rows)], jobs, sys.stdout.buffer)
        notes.print(f"{len(rows)} jobs of {minutes:g} minutes are in {jobs}; put right what you know better")


def _of(store_file: Path, wanted: DefectFilter) -> Iterator[DefectNow]:
    store = open_asked(store_file)
    for start in count(0, AT_ONCE):
        some = store.defects(wanted, limit=AT_ONCE, offset=start)
        yield from some
        if len(some) < AT_ONCE:
            return


def _cells(one: DefectNow) -> list[object]:
    told = as_told(DEFECT, one)
    lon_lat = told["position"] if isinstance(told["position"], list) else ["", ""]
    before = list(told).index("position")
    values = [value if not isinstance(value, bool) else "yes" if value else "no" for value in told.values()]
    return [*values[:before], *lon_lat, *values[before + 1 :]]


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([head, *rows])
    return text.getvalue().encode()


def _geojson(found: Iterable[DefectNow]) -> bytes:
    """Return points (RFC 7946); what has no place has no geometry (section 3.2, "unlocated")."""
    features = []
    for one in found:
        told = as_told(DEFECT, one)
        where = told.pop("position")
        geometry = None if where is None else {"type": "Point", "coordinates": where}
        features.append({"type": "Feature", "id": told["defect"], "geometry": geometry, "properties": told})
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def _jobs(found: Iterable[DefectNow], minutes: float) -> list[list[object]]:
    """Return a row of ``JOB_COLUMNS`` for each that waits and has a place."""
    placed = [(one, one.place) for one in found if one.life.waiting and one.place is not None]
    return [
        [one.life.defect_id, at.street, at.chainage_m, *at.position, minutes, PRIORITY[one.life.severity]]
        for one, at in placed
        if at.position is not None
    ]
