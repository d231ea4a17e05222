"""What drives leave behind, as rows of the store: inspections of streets, and sightings of their damage."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, delete, insert, select

from waywarden.store.port import StretchFilter
from waywarden.store.schema import distress_sighting, from_us, inspection, to_us
from waywarden.terms.distress import DistressKind, DistressSighting, Way
from waywarden.terms.records import Inspection, Light


def replace_drive(
    connection: Connection, drive_id: str, inspections: Sequence[Inspection], sightings: Sequence[DistressSighting]
) -> None:
    """Put all that a drive leaves in the place of what it left before."""
    first = f"{drive_id}-"
    passes = [one.pass_id for one in inspections] + [one.pass_id for one in sightings]
    strange = [each for each in passes if not each.startswith(first)]
    if strange:
        raise ValueError(f"the passes of the drive {drive_id} begin with {first}; got {strange[0]}")
    for table, rows in (
        (inspection, [_inspection_row(each) for each in inspections]),
        (distress_sighting, [_sighting_row(each) for each in sightings]),
    ):
        # A hyphen is followed by a full stop in the order of letters: all passes of the drive lie between the two.
        connection.execute(delete(table).where(table.c.pass_id > first, table.c.pass_id < f"{drive_id}."))
        if rows:
            connection.execute(insert(table), rows)


def inspections_in(connection: Connection, wanted: StretchFilter, limit: int | None) -> list[Inspection]:
    """Return inspections, the newest first."""
    columns = inspection.c
    asking = select(inspection).where(*_conditions(wanted))
    asking = asking.order_by(columns.at_us.desc(), columns.pass_id, columns.from_m).limit(limit)
    return [_inspection(row) for row in connection.execute(asking)]


def sightings_in(connection: Connection, street_id: str, way: Way) -> list[DistressSighting]:
    """Return the sightings of a street one way, in order of time."""
    columns = distress_sighting.c
    asking = select(distress_sighting).where(columns.street_id == street_id, columns.way == way.value)
    return [_sighting(row) for row in connection.execute(asking.order_by(columns.at_us, columns.sighting_id))]


def prune_drives(connection: Connection, before: datetime) -> int:
    """Delete inspections and sightings from before a time; return how many went."""
    tables: Iterable[Table] = (inspection, distress_sighting)
    return sum(connection.execute(delete(each).where(each.c.at_us < to_us(before))).rowcount for each in tables)


def _conditions(wanted: StretchFilter) -> list[ColumnElement[bool]]:
    columns = inspection.c
    found: list[ColumnElement[bool]] = []
    if wanted.street_id is not None:
        found.append(columns.street_id == wanted.street_id)
    if wanted.way is not None:
        found.append(columns.way == wanted.way.value)
    if wanted.from_m is not None:
        found.append(columns.to_m >= wanted.from_m)
    if wanted.to_m is not None:
        found.append(columns.from_m <= wanted.to_m)
    return found


def _inspection_row(one: Inspection) -> dict[str, Any]:
    found = None if one.found is None else json.dumps({kind.value: count for kind, count in one.found}, sort_keys=True)
    return {
        "street_id": one.street_id, "way": one.way.value, "at_us": to_us(one.at), "pass_id": one.pass_id,
        "from_m": one.from_m, "to_m": one.to_m, "network": one.network, "mean_speed_mps": one.mean_speed_mps,
        "light": one.light.value, "wet": one.wet, "seen_share": one.seen_share, "found": found, "method": one.method,
    }  # fmt: skip


def _inspection(row: Row[Any]) -> Inspection:
    found = None if row.found is None else json.loads(row.found)
    kinds = None if found is None else tuple((DistressKind(kind), count) for kind, count in sorted(found.items()))
    return Inspection(
        row.street_id, Way(row.way), row.from_m, row.to_m, from_us(row.at_us), row.pass_id, row.network,
        row.mean_speed_mps, Light(row.light), row.wet, row.seen_share, kinds, row.method,
    )  # fmt: skip


def _sighting_row(one: DistressSighting) -> dict[str, Any]:
    return {
        "street_id": one.street_id, "way": one.way.value, "at_us": to_us(one.at), "sighting_id": one.sighting_id,
        "pass_id": one.pass_id, "chainage_m": one.chainage_m, "kind": one.kind.value if one.kind else None,
        "extent_m2": one.extent_m2,
    }  # fmt: skip


def _sighting(row: Row[Any]) -> DistressSighting:
    kind = None if row.kind is None else DistressKind(row.kind)
    return DistressSighting(
        row.sighting_id, row.pass_id, row.street_id, Way(row.way), row.chainage_m, from_us(row.at_us), kind,
        row.extent_m2,
    )  # fmt: skip
