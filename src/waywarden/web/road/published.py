"""What the API says of road damage: every field once, with its schema and its plain words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waywarden.terms.distress import DistressKind, Severity, Way
from waywarden.terms.inspections import Inspection
from waywarden.terms.ledger import Fact, LedgerEntry, State, Triage
from waywarden.terms.road.now import DefectNow, SegmentNow
from waywarden.web.answers import rfc3339

TEXT = {"type": "string"}
MAYBE_TEXT = {"type": ["string", "null"]}
NUMBER = {"type": "number"}
MAYBE_NUMBER = {"type": ["number", "null"]}
WHOLE = {"type": "integer", "minimum": 0}
MAYBE_WHOLE = {"type": ["integer", "null"], "minimum": 1}
YES_NO = {"type": "boolean"}
TIME = {"type": "string", "format": "date-time"}
MAYBE_TIME = {"type": ["string", "null"], "format": "date-time"}
PICTURES: dict[str, object] = {"type": "array", "items": {"type": "object"}}


@dataclass(frozen=True, slots=True)
class Told:
    """One field: its name in the API, its JSON schema, its plain words, and how it is read from the record."""

    name: str
    schema: Mapping[str, object]
    plain: str
    read: Callable[[Any], object]


def _one_of(values: type, *, or_none: bool = False) -> dict[str, object]:
    known = [str(value) for value in values]  # type: ignore[attr-defined]
    return {"type": ["string", "null"], "enum": [*known, None]} if or_none else {"type": "string", "enum": known}


def _maybe(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)


def _place(field: str) -> Callable[[DefectNow], object]:
    return lambda one: None if one.place is None else getattr(one.place, field)


DEFECT: tuple[Told, ...] = (
    Told("defect", TEXT, "The defect's name, which lasts.", lambda one: one.life.defect_id),
    Told("state", _one_of(State), "What is the matter with it.", lambda one: one.life.state),
    Told("waiting", YES_NO, "Whether it is known and not mended.", lambda one: one.life.waiting),
    Told("kind", _one_of(DistressKind, or_none=True), "What it was seen as; null where only felt.", _place("kind")),
    Told("severity", _one_of(Severity, or_none=True), "As a person told it; a camera sees no depth.",
         lambda one: one.life.severity),
    Told("street_id", MAYBE_TEXT, "Id of the street; null where no sighting told a place.", _place("street_id")),
    Told("street", MAYBE_TEXT, "Name of the street.", _place("street")),
    Told("way", _one_of(Way, or_none=True), "Which way along the street's line it was driven.", _place("way")),
    Told("lane", MAYBE_WHOLE, "The lane of that way, from the kerb (1); null where it is not known.", _place("lane")),
    Told("chainage_m", MAYBE_NUMBER, "Metres along the street's line.", _place("chainage_m")),
    Told("position", {"type": ["array", "null"], "items": NUMBER}, "Longitude and latitude.",
         lambda one: None if one.place is None or one.place.position is None else list(one.place.position)),
    Told("extent_m2", MAYBE_NUMBER, "How large it is (square metres), the middle of what passes saw.",
         _place("extent_m2")),
    Told("depth_mm", MAYBE_NUMBER, "How deep, as a person measured it.", lambda one: one.life.depth_mm),
    Told("width_mm", MAYBE_NUMBER, "How wide, as a person measured it.", lambda one: one.life.width_mm),
    Told("passes", WHOLE, "How many passes saw it.", lambda one: 0 if one.place is None else one.place.passes),
    Told("known_since", TIME, "When its first entry was recorded: since then the authority knew.",
         lambda one: rfc3339(one.life.known_at)),
    Told("first_seen", MAYBE_TIME, "When a pass first saw it.", lambda one: _maybe(one.life.first_seen_at)),
    Told("last_seen", MAYBE_TIME, "When a pass last saw it.", lambda one: _maybe(one.life.last_seen_at)),
    Told("changed", TIME, "When its last entry was recorded.", lambda one: rfc3339(one.life.changed_at)),
    Told("entries", WHOLE, "How many entries of the ledger are about it.", lambda one: one.life.entries),
    Told("order", MAYBE_TEXT, "The work order that it is on.", lambda one: one.life.order_id or None),
    Told("triage", _one_of(Triage, or_none=True), "What the last person who looked said it is.",
         lambda one: one.life.judged.triage if one.life.judged else None),
    Told("merged_into", MAYBE_TEXT, "Of what a person said is another defect: which.",
         lambda one: one.merged_into or None),
)  # fmt: skip

# Not under which account: that is the office's business (``web.accounts.looks``).
ENTRY: tuple[Told, ...] = (
    Told("number", WHOLE, "Its number in the ledger.", lambda one: one.number),
    Told("fact", _one_of(Fact), "What happened.", lambda one: one.fact.fact),
    Told("observed", TIME, "When it was so.", lambda one: rfc3339(one.fact.observed_at)),
    Told("recorded", TIME, "When it was written down.", lambda one: rfc3339(one.fact.recorded_at)),
    Told("role", TEXT, "On whose word.", lambda one: one.fact.role),
    Told("weights", TEXT, "The weights that saw it, with their version.", lambda one: one.fact.weights),
    Told("policy", TEXT, "The version of the policy in force.", lambda one: one.fact.policy),
    Told("told", {"type": "object"}, "What else is known.", lambda one: json.loads(one.fact.told)),
)

SEGMENT: tuple[Told, ...] = (
    Told("street_id", TEXT, "Id of the street.", lambda one: one.street_id),
    Told("street", TEXT, "Name of the street.", lambda one: one.street),
    Told("street_class", TEXT, "The city's own word for its rank.", lambda one: one.street_class),
    Told("oneway", TEXT, "Which ways it may be driven: both, along, against.", lambda one: one.oneway),
    Told("from_m", NUMBER, "Where the segment begins, in chainage.", lambda one: one.from_m),
    Told("to_m", NUMBER, "Where it ends.", lambda one: one.to_m),
    Told("along_inspected", MAYBE_TIME, "When it was last looked at along its line.", lambda one: _maybe(one.along_at)),
    Told("against_inspected", MAYBE_TIME, "And the other way.", lambda one: _maybe(one.against_at)),
    Told("visual_pci", MAYBE_NUMBER, "Its condition of 0 to 100, by what waits on it; null where nobody looked. What "
         "nobody told the severity of counts as medium.", lambda one: one.condition),
    Told("band", {"type": ["integer", "null"]}, "The condition in five steps, 1 is best.", lambda one: one.band),
    Told("defects", WHOLE, "How many defects wait on it.", lambda one: one.defects),
)  # fmt: skip

INSPECTION: tuple[Told, ...] = (
    Told("street_id", TEXT, "Id of the street.", lambda one: one.street_id),
    Told("way", _one_of(Way), "Which way it was driven.", lambda one: one.way),
    Told("lane", MAYBE_WHOLE, "The lane all of it was driven in, from the kerb (1); null where that is not known.",
         lambda one: one.lane),
    Told("lanes", {"type": "array", "items": {"type": "object"}}, "From where to where the lane is known, and which.",
         lambda one: [{"from_m": each.from_m, "to_m": each.to_m, "lane": each.lane} for each in one.lanes]),
    Told("from_m", NUMBER, "Where the stretch begins, in chainage.", lambda one: one.from_m),
    Told("to_m", NUMBER, "Where it ends.", lambda one: one.to_m),
    Told("at", TIME, "When.", lambda one: rfc3339(one.at)),
    Told("network", TEXT, "The edition of the map.", lambda one: one.network),
    Told("speed_kmh", NUMBER, "The mean speed (km/h).", lambda one: round(one.mean_speed_mps * 3.6, 1)),
    Told("light", TEXT, "By what light.", lambda one: one.light),
    Told("wet", {"type": ["boolean", "null"]}, "Whether the road was wet.", lambda one: one.wet),
    Told("seen_share", NUMBER, "The share of the surface that was really seen.", lambda one: one.seen_share),
    Told("found", {"type": ["object", "null"]}, "How many of each kind; null where nobody looked for damage.",
         lambda one: None if one.found is None else {str(kind): count for kind, count in one.found}),
    Told("method", TEXT, "Who looked.", lambda one: one.method),
)  # fmt: skip


def as_told(fields: tuple[Told, ...], record: DefectNow | SegmentNow | LedgerEntry | Inspection) -> dict[str, object]:
    """Return a record as the API writes it."""
    return {each.name: each.read(record) for each in fields}


def schema_of(fields: tuple[Told, ...]) -> dict[str, object]:
    """Return the JSON schema of a record."""
    properties = {each.name: {**each.schema, "description": each.plain} for each in fields}
    return {"type": "object", "properties": properties, "required": list(properties)}
