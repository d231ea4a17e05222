"""The road half's part of the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waywarden.web.parts.part import API, JPEG, OpenApiPart, operation_of
from waywarden.web.road import query
from waywarden.web.road.published import DEFECT, ENTRY, INSPECTION, PICTURES, SEGMENT, schema_of

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_WHOLE: Json = {"type": "integer", "minimum": 0}
_MAYBE_TEXT: Json = {"type": ["string", "null"]}
_OBJECT: Json = {"type": "object"}
_MAYBE_OBJECT: Json = {"type": ["object", "null"]}


def road_part() -> OpenApiPart:
    """Return the part: every path, and every schema that it names."""
    operations = {path: operation_of(*words) for path, words in _operations().items()}
    return OpenApiPart(operations, _schemas())


def _operations() -> dict[str, tuple[str, str, str, list[Json]]]:
    """Return for each path the operation's name, its summary, the schema of its answer, and its parameters."""
    listed = {**query.FILTERS, **query.PAGING}
    drawn = {**query.FILTERS, "limit": query.MAP_PARAMETERS["limit"]}
    one = [{"name": "defect", "in": "path", "required": True, "description": "the defect's name", "schema": _TEXT}]
    return {
        f"{API}/defects": ("defects", "Defects in the road, as a list.", "Defects", _params(listed)),
        f"{API}/defects.geojson": ("defectPoints", "Defects as points, for a map.", "DefectPoints", _params(drawn)),
        f"{API}/defect-cells": (
            "defectCells", "How many defects are where, for a map of more than it can draw one by one.", "DefectCells",
            _params(query.CELL_PARAMETERS, wanted=("step",)),
        ),
        f"{API}/defects/{{defect}}": ("defect", "One defect, with every entry of the ledger.", "WholeDefect", one),
        f"{API}/defects/{{defect}}/pictures": ("pictures", "Where the redacted pictures are.", "Pictures", one),
        f"{API}/defects/{{defect}}/pictures/{{number}}": (
            "picture", "One redacted picture, a JPEG.", JPEG, [*one, {**one[0], "name": "number", "schema": _WHOLE,
            "description": "the picture's number"}],
        ),
        f"{API}/streets": (
            "streets", "Street segments: their lines, when they were looked at, their condition.", "Streets",
            _params(query.MAP_PARAMETERS),
        ),
        f"{API}/inspections": (
            "inspections", "When a street was looked at, and what was found.", "Inspections",
            _params(query.INSPECTION_PARAMETERS, wanted=("street",)),
        ),
        f"{API}/backlog": ("backlog", "What is known and not mended, and since when.", "Backlog", []),
        f"{API}/precision": ("precision", "How often what was seen was there, as persons judged it.", "Precisions", []),
        f"{API}/orders": ("orders", "Crews' routes that were planned, and orders in the ledger.", "Orders", []),
        f"{API}/orders/crews/{{crew}}": (
            "crewSheet", "One crew's route of the day, with each defect as it stands now.", "CrewSheet",
            [{**one[0], "name": "crew", "schema": _WHOLE, "description": "the crew's number in the plan"}],
        ),
        f"{API}/policy": ("policy", "By which rules damage is acted on, and by when.", "PolicyShown", []),
        f"{API}/programme": ("programme", "What is done to which street under which budget.", "ProgrammeShown", []),
    }  # fmt: skip


def _schemas() -> Json:
    """Return the schemas of the road half."""
    defect, entry = schema_of(DEFECT), schema_of(ENTRY)
    return {
        "Defect": defect,
        "LedgerEntry": entry,
        "Segment": schema_of(SEGMENT),
        "Inspection": schema_of(INSPECTION),
        "Defects": _object(defects=_list(_ref("Defect")), limit=_WHOLE, offset=_WHOLE, next=_MAYBE_TEXT),
        "DefectPoints": _features(_OBJECT),
        "DefectCells": _object(
            step={"type": "number"},
            cells=_list(_object(position=_list({"type": "number"}), count=_WHOLE, waiting=_WHOLE)),
        ),
        "WholeDefect": _object(**_properties(defect), life=_list(_ref("LedgerEntry")), pictures=PICTURES),
        "Pictures": _object(defect=_TEXT, pictures=PICTURES),
        "Streets": _features(_ref("Segment")),
        "Inspections": _object(inspections=_list(_ref("Inspection"))),
        "Backlog": _object(
            at=_TEXT, count=_WHOLE, known_since=_MAYBE_TEXT, oldest={"oneOf": [_ref("Defect"), {"type": "null"}]},
            by_state=_OBJECT, by_kind=_OBJECT, known_for=_list(_OBJECT),
        ),
        "Precisions": _object(
            precision=_list(_object(
                kind=_TEXT, source=_TEXT, judged=_WHOLE, real=_WHOLE, precision={"type": "number"},
                low={"type": "number"}, high={"type": "number"}, verdicts=_OBJECT,
            )),
        ),
        "Orders": _object(plan=_MAYBE_OBJECT, orders=_list(_object(order=_TEXT, defects=_WHOLE, changed=_TEXT))),
        "CrewSheet": _object(
            day=_TEXT, begins=_TEXT, crew=_WHOLE, back=_TEXT,
            stops=_list(_object(
                number=_WHOLE, order=_TEXT, street=_TEXT, chainage_m={"type": "number"},
                position=_list({"type": "number"}), arrive=_TEXT, leave=_TEXT, minutes={"type": "number"},
                priority={"type": "number"}, defects=_list(_on_sheet(defect)),
            )),
        ),
        "PolicyShown": _object(policy=_MAYBE_OBJECT),
        "ProgrammeShown": _object(programme=_MAYBE_OBJECT),
    }  # fmt: skip


def _params(known: Mapping[str, str], wanted: tuple[str, ...] = ()) -> list[Json]:
    return [
        {"name": name, "in": "query", "required": name in wanted, "description": words, "schema": _TEXT}
        for name, words in known.items()
    ]


def _on_sheet(defect: Json) -> Json:
    """Return a defect of a sheet; of one that the ledger does not know nothing is told but its name."""
    newest = {"type": ["integer", "null"], "description": "The number of its newest entry in the ledger."}
    properties = {**_properties(defect), "newest": newest, "pictures": PICTURES}
    return {"type": "object", "properties": properties, "required": ["defect", "newest", "pictures"]}


def _properties(schema: Mapping[str, Any]) -> Json:
    return dict(schema["properties"])


def _features(properties: Json) -> Json:
    feature = {
        "type": "object",
        "properties": {
            "type": {"const": "Feature"}, "id": _TEXT, "geometry": _OBJECT, "properties": properties,
        },
        "required": ["type", "geometry", "properties"],
    }  # fmt: skip
    return _object(type={"const": "FeatureCollection"}, more={"type": "boolean"}, features=_list(feature))


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}
