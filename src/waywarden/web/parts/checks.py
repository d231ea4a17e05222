"""``/api/v1/checks``: how right counts are, by what was counted twice."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from waywarden.exchange.checks import CheckRow, check_rows
from waywarden.store.port import CheckFilter, RecordStore
from waywarden.terms.places import City
from waywarden.terms.records import Checker, Direction
from waywarden.web.accounts.beside import Beside
from waywarden.web.answers import answer_json, rfc3339
from waywarden.web.parts.part import API, JsonObject, OpenApiPart, operation_of, parameter_of
from waywarden.web.problems import refuse_parameters
from waywarden.web.published import (
    MAYBE_NUMBER,
    MAYBE_TEXT,
    SECONDS,
    TEXT,
    TIME,
    WHOLE,
    Published,
    one_of,
    schema_of_fields,
)
from waywarden.web.query import read_known, read_time

PATH = f"{API}/checks"
PARAMETERS = {
    "camera": "only this camera",
    "since": "only days that begin at this time or later (RFC 3339)",
    "until": "only days that begin before this time (RFC 3339)",
}
CHECK_ROW = (
    Published("camera", "camera", TEXT, "Which camera."),
    Published("gate", "gate", MAYBE_TEXT, "Which counting line; empty for the sum over all of them, both ways."),
    Published(
        "direction",
        "direction",
        {"type": ["string", "null"], "enum": [*map(str, Direction), None]},
        "Which way the line was crossed; empty for the sum.",
    ),
    Published("vehicle_class", "vehicle_class", TEXT, "What kind of road user; “all” is every kind together."),
    Published("start", "start", TIME, "When the day began, by the city's own clock.", rfc3339),
    Published("duration_s", "duration_s", {"type": "integer", "minimum": 1}, "How long the day was (s)."),
    Published("checker", "checker", one_of(Checker), "What counted anew: every frame, or somebody at the page."),
    Published("checked_s", "checked_s", SECONDS, "How much of the day was counted twice (s)."),
    Published("agreed", "agreed", WHOLE, "How many are in both counts."),
    Published("missed", "missed", WHOLE, "How many are in the second count alone."),
    Published("extra", "extra", WHOLE, "How many are in our count alone."),
    Published("error_percent", "error_percent", MAYBE_NUMBER, "How far our count is off (%); minus is too few."),
    Published("error_low_percent", "error_low_percent", MAYBE_NUMBER, "The lower end of its 95 % interval (%)."),
    Published("error_high_percent", "error_high_percent", MAYBE_NUMBER, "The upper end of it (%)."),
)


def with_checks(beside: Beside, city: City, store: RecordStore) -> Beside:
    """Return ``beside`` with the checks of a city's counts."""

    def checks(request: Request) -> Response:
        params = request.query_params
        refuse_parameters(params, PARAMETERS)
        camera_id = read_known(params, "camera", [camera.id for camera in city.cameras])
        wanted = CheckFilter(camera_id, read_time(params, "since"), read_time(params, "until"))
        return answer_json(request, {"checks": [check_json(row) for row in check_rows(store.checks(wanted))]})

    return replace(beside, routes=[*beside.routes, Route(PATH, checks)], part=beside.part.beside(checks_part()))


def checks_part() -> OpenApiPart:
    """Return what the OpenAPI document says of checks."""
    times: JsonObject = {"type": "string", "format": "date-time"}
    asked = [parameter_of(name, said, None if name == "camera" else times) for name, said in PARAMETERS.items()]
    listed = {"type": "array", "items": {"$ref": "#/components/schemas/Check"}}
    return OpenApiPart(
        {PATH: operation_of("checks", "How right counts are: what was counted twice, by day.", "Checks", asked)},
        {
            "Check": schema_of_fields(CHECK_ROW),
            "Checks": {"type": "object", "properties": {"checks": listed}, "required": ["checks"]},
        },
    )


def check_json(row: CheckRow) -> dict[str, object]:
    """Return one check as the API writes it."""
    return {each.name: each.write(getattr(row, each.field)) for each in CHECK_ROW}
