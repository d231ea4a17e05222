"""What drives leave behind, in the store's SQLite file: inspections of streets, and sightings of their damage."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, bindparam, delete, func, insert, select

from waywarden.store.faults import spoken
from waywarden.store.opening import for_writing, open_engine
from waywarden.store.schema import DRIVES, distress_sighting, from_us, inspection, to_us
from waywarden.terms.distress import DistressKind, DistressSighting, Way
from waywarden.terms.inspections import Inspection, Light
from waywarden.terms.road.lanes import LaneStretch


@dataclass(frozen=True, slots=True)
class StretchFilter:
    """Which inspections are wanted: of a street, where they share some of [from_m, to_m]; None means any."""

    street_id: str | None = None
    way: Way | None = None
    from_m: float | None = None
    to_m: float | None = None


def open_drives(path: Path, *, read_only: bool = False, busy_s: float = 20.0) -> StoredDrives:
    """Open what drives left in the store's file ``path``; StoreError as ``store.sqlite.open_store``."""
    return StoredDrives(path, open_engine(path, read_only=read_only, busy_s=busy_s))


class StoredDrives:
    """What drives left, in one SQLite file. Made by ``open_drives``; pruned as all other records are."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self._path = path
        self._engine = engine
        self._writing = for_writing(engine)

    def append_drive(
        self, drive_id: str, inspections: Sequence[Inspection], sightings: Sequence[DistressSighting]
    ) -> None:
        """Store all that one drive leaves, in one transaction; it replaces what that drive left before.

        The ``pass_id`` of each begins with the ``drive_id`` and a hyphen (ValueError).
        """
        first = f"{drive_id}-"
        passes = [one.pass_id for one in inspections] + [one.pass_id for one in sightings]
        strange = [each for each in passes if not each.startswith(first)]
        if strange:
            raise ValueError(f"the passes of the drive {drive_id} begin with {first}; got {strange[0]}")
        rows = (map(_inspection_row, inspections), map(_sighting_row, sightings))
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            for table, told in zip(DRIVES, map(list, rows), strict=True):
                # A hyphen is followed by a full stop in the order of letters: all passes of the drive lie in between.
                columns = table.c
                connection.execute(delete(table).where(columns.pass_id > first, columns.pass_id < f"{drive_id}."))
                if told:
                    connection.execute(insert(table), told)

    def inspections(self, wanted: StretchFilter, *, limit: int | None = None) -> list[Inspection]:
        """Return inspections, the newest first."""
        columns = inspection.c
        asking = select(inspection).where(*_conditions(wanted))
        asking = asking.order_by(columns.at_us.desc(), columns.pass_id, columns.from_m).limit(limit)
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return [_inspection(row) for row in connection.execute(asking)]

    def sightings(self, street_id: str, way: Way) -> list[DistressSighting]:
        """Return every sighting of a street one way, in order of time."""
        columns = distress_sighting.c
        asking = select(distress_sighting).where(columns.street_id == street_id, columns.way == way.value)
        asking = asking.order_by(columns.at_us, columns.sighting_id)
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return [_sighting(row) for row in connection.execute(asking)]

    def sightings_by_id(self, ids: Iterable[str]) -> list[DistressSighting]:
        """Return these sightings, as far as they are still stored, in order of time."""
        wanted = set(ids)
        # An id begins with its pass, and ends with a place, and perhaps a number: by either the pass is found.
        shorter = {each.rpartition("-")[0] for each in wanted}
        shorter |= {each.rpartition("-")[0] for each in shorter}
        asking = select(distress_sighting).where(distress_sighting.c.pass_id == bindparam("pass_id"))
        found: list[DistressSighting] = []
        with spoken(self._path, "read"), self._engine.connect() as connection:
            for pass_id in sorted(shorter):
                rows = connection.execute(asking, {"pass_id": pass_id})
                found += [_sighting(row) for row in rows if row.sighting_id in wanted]
        return sorted(found, key=lambda each: (each.at, each.sighting_id))

    def sightings_of(self, drive_id: str) -> list[DistressSighting]:
        """Return the sightings that one drive left, in order of time."""
        columns = distress_sighting.c
        asking = select(distress_sighting).where(columns.pass_id > f"{drive_id}-", columns.pass_id < f"{drive_id}.")
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return [_sighting(row) for row in connection.execute(asking.order_by(columns.at_us, columns.sighting_id))]

    def left_by_drives(self) -> Iterator[tuple[str, list[Inspection], list[DistressSighting]]]:
        """Yield all that each drive left: its id, inspections and sightings, in order of the ids."""
        with spoken(self._path, "read"), self._engine.connect() as connection:
            looks = [_inspection(row) for row in connection.execute(select(inspection))]
            seen = [_sighting(row) for row in connection.execute(select(distress_sighting))]
        for drive_id in sorted({drive_of(each.pass_id) for each in looks}):
            mine = [each for each in looks if drive_of(each.pass_id) == drive_id]
            yield drive_id, mine, [each for each in seen if drive_of(each.pass_id) == drive_id]

    def on_other_networks(self, network: str) -> int:
        """Return how many inspections are on another edition of the network than ``network``."""
        asking = select(func.count()).select_from(inspection).where(inspection.c.network != network)
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return int(connection.scalar(asking) or 0)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


def drive_of(pass_id: str) -> str:
    """Return the id of the drive that a pass is of."""
    return pass_id.rpartition("-")[0]


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
        "lanes": json.dumps([[each.from_m, each.to_m, each.lane] for each in one.lanes], separators=(",", ":")),
    }  # fmt: skip


def _inspection(row: Row[Any]) -> Inspection:
    found = None if row.found is None else json.loads(row.found)
    kinds = None if found is None else tuple((DistressKind(kind), count) for kind, count in sorted(found.items()))
    return Inspection(
        row.street_id, Way(row.way), row.from_m, row.to_m, from_us(row.at_us), row.pass_id, row.network,
        row.mean_speed_mps, Light(row.light), row.wet, row.seen_share, kinds, row.method,
        tuple(LaneStretch(*each) for each in json.loads(row.lanes)),
    )  # fmt: skip


def _sighting_row(one: DistressSighting) -> dict[str, Any]:
    return {
        "street_id": one.street_id, "way": one.way.value, "at_us": to_us(one.at), "sighting_id": one.sighting_id,
        "pass_id": one.pass_id, "chainage_m": one.chainage_m, "kind": one.kind.value if one.kind else None,
        "extent_m2": one.extent_m2, "score": one.score, "jolt_mps2": one.jolt_mps2, "lane": one.lane,
    }  # fmt: skip


def _sighting(row: Row[Any]) -> DistressSighting:
    kind = None if row.kind is None else DistressKind(row.kind)
    return DistressSighting(
        row.sighting_id, row.pass_id, row.street_id, Way(row.way), row.chainage_m, from_us(row.at_us), kind,
        row.extent_m2, row.score, row.jolt_mps2, row.lane,
    )  # fmt: skip
