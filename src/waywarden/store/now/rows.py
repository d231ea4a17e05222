"""Rows of the tables of now, as records and back."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from waywarden.store.schema import from_us, to_us
from waywarden.terms.distress import DistressKind, Severity, Way
from waywarden.terms.ledger import State, Triage
from waywarden.terms.road.now import DefectLife, DefectNow, DefectPlace, Judged, SegmentNow
from waywarden.terms.streets import Oneway


def maybe_us(at: datetime | None) -> int | None:
    """Return ``to_us``, None for None."""
    return None if at is None else to_us(at)


def maybe_at(us: int | None) -> datetime | None:
    """Return ``from_us``, None for None."""
    return None if us is None else from_us(us)


def life_row(one: DefectLife) -> dict[str, Any]:
    """Return the columns that follow from the ledger."""
    judged = one.judged
    return {
        "defect_id": one.defect_id, "state": one.state.value, "waiting": one.waiting,
        "severity": one.severity.value if one.severity else None, "depth_mm": one.depth_mm, "width_mm": one.width_mm,
        "known_us": to_us(one.known_at), "first_seen_us": maybe_us(one.first_seen_at),
        "last_seen_us": maybe_us(one.last_seen_at), "changed_us": to_us(one.changed_at), "entries": one.entries,
        "order_id": one.order_id,
        "judged_kind": judged.kind if judged else "", "judged_source": judged.source if judged else "",
        "judged_real": judged.real if judged else None,
        "verdict": judged.triage.value if judged and judged.triage else "",
    }  # fmt: skip


def place_row(one: DefectPlace | None) -> dict[str, Any]:
    """Return the columns that follow from sightings; empty ones where there are none."""
    if one is None:
        nothing: dict[str, Any] = dict.fromkeys(("chainage_m", "lon_deg", "lat_deg", "kind", "extent_m2", "lane"))
        return {**nothing, "street_id": "", "street": "", "way": "", "passes": 0}
    lon_deg, lat_deg = one.position or (None, None)
    return {
        "street_id": one.street_id, "street": one.street, "way": one.way.value, "chainage_m": one.chainage_m,
        "lon_deg": lon_deg, "lat_deg": lat_deg, "kind": one.kind.value if one.kind else None,
        "extent_m2": one.extent_m2, "passes": one.passes, "lane": one.lane,
    }  # fmt: skip


def defect_row(one: DefectNow) -> dict[str, Any]:
    """Return the whole row."""
    return {**life_row(one.life), **place_row(one.place), "merged_into": one.merged_into}


def defect_of(row: Row[Any]) -> DefectNow:
    """Return the record of a row."""
    judged = None
    if row.judged_real is not None:
        triage = Triage(row.verdict) if row.verdict else None
        judged = Judged(row.judged_kind, row.judged_source, row.judged_real, triage)
    life = DefectLife(
        row.defect_id, State(row.state), row.waiting, from_us(row.known_us), from_us(row.changed_us), row.entries,
        maybe_at(row.first_seen_us), maybe_at(row.last_seen_us), Severity(row.severity) if row.severity else None,
        row.depth_mm, row.width_mm, row.order_id, judged,
    )  # fmt: skip
    if not row.street_id:
        return DefectNow(life, None, row.merged_into)
    position = None if row.lon_deg is None else (row.lon_deg, row.lat_deg)
    kind = DistressKind(row.kind) if row.kind else None
    place = DefectPlace(
        row.defect_id, row.street_id, row.street, Way(row.way), row.chainage_m, position, kind, row.extent_m2,
        row.passes, row.lane,
    )  # fmt: skip
    return DefectNow(life, place, row.merged_into)


def segment_row(one: SegmentNow) -> dict[str, Any]:
    """Return the row of a street segment."""
    lon, lat = zip(*one.line, strict=True)
    return {
        "street_id": one.street_id, "from_m": one.from_m, "to_m": one.to_m, "street": one.street,
        "street_class": one.street_class, "oneway": one.oneway.value,
        "line": json.dumps([list(point) for point in one.line], separators=(",", ":")),
        "west_deg": min(lon), "south_deg": min(lat), "east_deg": max(lon), "north_deg": max(lat),
        "along_us": maybe_us(one.along_at), "against_us": maybe_us(one.against_at), "condition": one.condition,
        "band": one.band, "defects": one.defects,
    }  # fmt: skip


def segment_of(row: Row[Any]) -> SegmentNow:
    """Return the record of a row."""
    line = tuple((lon, lat) for lon, lat in json.loads(row.line))
    return SegmentNow(
        row.street_id, row.street, row.street_class, Oneway(row.oneway), row.from_m, row.to_m, line,
        maybe_at(row.along_us), maybe_at(row.against_us), row.condition, row.band, row.defects,
    )  # fmt: skip
