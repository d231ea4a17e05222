"""Each record's public face: what every field is called in the API, its schema, and what it means in plain words.

The API, its OpenAPI document and the page for residents are all made from the one table below, so none of them
can say something that another does not. A record field that is not in the table is an error at the first look.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from waywarden.terms.distress import Way
from waywarden.terms.inspections import Inspection, Light
from waywarden.terms.pictures import KeptPicture, PictureOf
from waywarden.terms.places import Gate, Movement
from waywarden.terms.records import (
    CameraHealth,
    Checker,
    Direction,
    Doubt,
    HealthState,
    IntervalCheck,
    IntervalQuality,
    Quality,
    TrafficInterval,
)
from waywarden.web.answers import rfc3339

KMH_PER_MPS = 3.6
Schema = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class LastHour:
    """The hour before the end of a camera's newest interval. ``basis`` says of what ``count`` is the number."""

    start: datetime
    end: datetime
    count: int
    observed_s: float
    basis: str


@dataclass(frozen=True, slots=True)
class Published:
    """One field: its name in the record and in the API, its JSON schema, its plain words, and how it is written."""

    field: str
    name: str
    schema: Schema
    plain: str
    write: Callable[[Any], object] = lambda value: value


def _kmh(speed_mps: float | None) -> float | None:
    return None if speed_mps is None else round(speed_mps * KMH_PER_MPS, 1)


def _seconds(value: float) -> float:
    return round(value, 2)


TEXT: Schema = {"type": "string"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
TIME: Schema = {"type": "string", "format": "date-time"}
POINT: Schema = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
SECONDS: Schema = {"type": "number", "minimum": 0}
WHOLE: Schema = {"type": "integer", "minimum": 0}
JUDGED = ("quality", "doubts")
"""What the API says of an interval beside what was counted."""
MAYBE_NUMBER: Schema = {"type": ["number", "null"]}
MAYBE_SPEED: Schema = {"type": ["number", "null"], "minimum": 0}


def one_of(values: type[StrEnum]) -> Schema:
    """Return the schema of a word of these."""
    return {"type": "string", "enum": [str(value) for value in values]}


PUBLISHED: Mapping[type, tuple[Published, ...]] = {
    TrafficInterval: (
        Published("camera_id", "camera", TEXT, "Which camera."),
        Published("gate_id", "gate", MAYBE_TEXT, "Which counting line was crossed; empty for a turning movement."),
        Published(
            "direction",
            "direction",
            {"type": ["string", "null"], "enum": [*map(str, Direction), None]},
            "Which way the line was crossed: forward is towards your right hand when you stand at the line's start "
            "and look at its end.",
        ),
        Published("movement_id", "movement", MAYBE_TEXT, "Which turning movement was made; empty for a counting line."),
        Published(
            "vehicle_class",
            "vehicle_class",
            TEXT,
            "What kind of road user was counted, such as car, bus or bicycle; “all” is the sum over every kind.",
        ),
        Published("start", "start", TIME, "When the counting interval began.", rfc3339),
        Published("duration_s", "duration_s", {"type": "integer", "minimum": 1}, "How long the interval was (s)."),
        Published(
            "observed_s",
            "observed_s",
            SECONDS,
            "How much of the interval the camera really watched (s). Not watched is not the same as nothing passed.",
            _seconds,
        ),
        Published("count", "count", WHOLE, "How many road users passed: a number, and nothing about any one of them."),
        Published(
            "mean_speed_mps",
            "mean_speed_kmh",
            MAYBE_SPEED,
            "Their mean speed (km/h); empty where the camera cannot measure speed.",
            _kmh,
        ),
        Published(
            "v85_mps",
            "v85_kmh",
            MAYBE_SPEED,
            "The speed that 85 of 100 of them did not exceed (km/h); empty where the camera cannot measure speed.",
            _kmh,
        ),
        Published("method", "method", TEXT, "Which program did the counting, so that two counts can be compared."),
        Published(
            "inferred",
            "inferred",
            WHOLE,
            "How many more made this turning movement but were hidden on the way; they are not in the count.",
        ),
    ),
    IntervalQuality: (
        Published("camera_id", "camera", TEXT, "Which camera."),
        Published("gate_id", "gate", MAYBE_TEXT, "Which counting line was crossed; empty for a turning movement."),
        Published(
            "direction",
            "direction",
            {"type": ["string", "null"], "enum": [*map(str, Direction), None]},
            "Which way the line was crossed; empty for a turning movement.",
        ),
        Published("movement_id", "movement", MAYBE_TEXT, "Which turning movement was made; empty for a line."),
        Published("start", "start", TIME, "When the counting interval began.", rfc3339),
        Published(
            "quality",
            "quality",
            {"type": ["string", "null"], "enum": [*map(str, Quality), None]},
            "How far the count can be trusted; empty where nobody has judged it yet.",
        ),
        Published(
            "doubts",
            "doubts",
            {"type": "array", "items": one_of(Doubt)},
            "What speaks against it, a word for each check that objects.",
            list,
        ),
    ),
    CameraHealth: (
        Published("camera_id", "camera", TEXT, "Which camera."),
        Published("at", "at", TIME, "Since when the camera has been in this state.", rfc3339),
        Published("state", "state", one_of(HealthState), "Whether its picture is fit to count with, or what is wrong."),
        Published("reason", "reason", TEXT, "One line that says why, for the person who mends it."),
    ),
    Inspection: (
        Published("street_id", "street", TEXT, "Which street."),
        Published("way", "way", one_of(Way), "Which way it was driven: along the street's line, or against it."),
        Published("from_m", "from_m", SECONDS, "Where the stretch begins, in metres along the street."),
        Published("to_m", "to_m", SECONDS, "Where it ends, in metres along the street."),
        Published("at", "at", TIME, "When it was looked at.", rfc3339),
        Published("pass_id", "pass", TEXT, "By which drive along the street; who drove is not kept."),
        Published("network", "network", TEXT, "By which edition of the map of streets."),
        Published("mean_speed_mps", "mean_speed_kmh", MAYBE_SPEED, "How fast the survey vehicle drove (km/h).", _kmh),
        Published("light", "light", one_of(Light), "By what light: day, dusk or night."),
        Published("wet", "wet", {"type": ["boolean", "null"]}, "Whether the road was wet; empty where not known."),
        Published("seen_share", "seen_share", SECONDS, "How much of the stretch was really seen: 1 is all of it."),
        Published(
            "found",
            "found",
            {"type": ["object", "null"], "additionalProperties": WHOLE},
            "How much damage of each kind was found; empty where nobody looked.",
            lambda found: None if found is None else {str(kind): count for kind, count in found},
        ),
        Published("method", "method", TEXT, "Which program looked."),
        Published("lanes", "lanes", {"type": "array"}, "In which lane, from the kerb, as far as that is known."),
    ),
    KeptPicture: (
        Published("number", "number", WHOLE, "The picture's own number."),
        Published(
            "of",
            "of",
            one_of(PictureOf),
            "Of what it is: a damage as a survey drive saw it, or its place before or after a repair.",
        ),
        Published("about_id", "about", TEXT, "Which damage it shows."),
        Published("at", "at", TIME, "When it was taken.", rfc3339),
        Published("sha256", "sha256", TEXT, "A check sum, by which a change of the picture would be found."),
        Published(
            "jpeg",
            "jpeg",
            TEXT,
            "The picture: a small part of the road around the damage. Wherever somebody could be on it, it is grey.",
            lambda _: None,
        ),
    ),
    Gate: (
        Published("id", "gate", TEXT, "The counting line's short name."),
        Published("from_px", "from_px", POINT, "Where the line starts in the picture (pixels, y down).", list),
        Published("to_px", "to_px", POINT, "Where the line ends in the picture (pixels, y down).", list),
        Published("name", "name", TEXT, "The counting line's name for people."),
    ),
    Movement: (
        Published("id", "movement", TEXT, "The turning movement's short name."),
        Published("from_gate", "from_gate", TEXT, "The counting line by which road users come in."),
        Published("to_gate", "to_gate", TEXT, "The counting line by which they leave."),
        Published("name", "name", TEXT, "The turning movement's name for people."),
    ),
    IntervalCheck: (
        Published("camera_id", "camera", TEXT, "Which camera."),
        Published("gate_id", "gate", TEXT, "Which counting line was counted twice."),
        Published("direction", "direction", one_of(Direction), "Which way the line was crossed."),
        Published("vehicle_class", "vehicle_class", TEXT, "What kind of road user; “all” is every kind together."),
        Published("start", "start", TIME, "When the day began, by the city's own clock.", rfc3339),
        Published("duration_s", "duration_s", {"type": "integer", "minimum": 1}, "How long the day was (s)."),
        Published(
            "checker",
            "checker",
            one_of(Checker),
            "What counted anew: the program itself, on every frame, or somebody who watched silhouettes.",
        ),
        Published("checked_s", "checked_s", SECONDS, "How much of the day was counted twice (s).", _seconds),
        Published("agreed", "agreed", WHOLE, "How many are in both counts."),
        Published("missed", "missed", WHOLE, "How many are in the second count alone."),
        Published("extra", "extra", WHOLE, "How many are in our count alone."),
        Published("method", "method", TEXT, "Which program made the count that was checked."),
    ),
    LastHour: (
        Published("start", "start", TIME, "When the hour began.", rfc3339),
        Published("end", "end", TIME, "When the hour ended: the end of the camera's newest interval.", rfc3339),
        Published("count", "count", WHOLE, "How many road users were counted in it."),
        Published("observed_s", "observed_s", SECONDS, "How much of it was watched (s).", _seconds),
        Published("basis", "basis", TEXT, "What was counted: all movements, or the busiest counting line both ways."),
    ),
}


def published(kind: type) -> tuple[Published, ...]:
    """Return the public fields of a record type, in the record's order; LookupError names a field without words."""
    rows = {row.field: row for row in PUBLISHED.get(kind, ())}
    missing = [field.name for field in fields(kind) if field.name not in rows]
    if missing:
        raise LookupError(f"{kind.__name__}.{missing[0]} has no plain words: add a row for it to web.published")
    return tuple(rows[field.name] for field in fields(kind))


def as_json(record: object) -> dict[str, object]:
    """Return one record as the API writes it."""
    return {row.name: row.write(getattr(record, row.field)) for row in published(type(record))}


def judged_as_json(row: TrafficInterval, judged: IntervalQuality | None) -> dict[str, object]:
    """Return one interval with how far it can be trusted."""
    said = as_json(judged) if judged is not None else {"quality": None, "doubts": []}
    return {**as_json(row), **{name: said[name] for name in JUDGED}}


def judged_schema() -> dict[str, object]:
    """Return the JSON schema of an interval with how far it can be trusted."""
    rows = [*published(TrafficInterval), *(row for row in published(IntervalQuality) if row.name in JUDGED)]
    return schema_of_fields(rows)


def schema_of(kind: type) -> dict[str, object]:
    """Return the JSON schema of one record type (every field is always there)."""
    return schema_of_fields(published(kind))


def schema_of_fields(rows: Sequence[Published]) -> dict[str, object]:
    """Return the JSON schema of an object with these fields."""
    return {
        "type": "object",
        "properties": {row.name: {**row.schema, "description": row.plain} for row in rows},
        "required": [row.name for row in rows],
    }
