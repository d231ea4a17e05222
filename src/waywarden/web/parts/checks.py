"""``/api/v1/checks``: how right counts are, by what was counted twice."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from waywarden.exchange.checks import check_rows
from waywarden.store.port import CheckFilter, RecordStore
from waywarden.terms.places import City
from waywarden.web.accounts.beside import Beside
from waywarden.web.answers import answer_json
from waywarden.web.parts.check_row import CHECK_ROW, check_json
from waywarden.web.parts.part import API, JsonObject, OpenApiPart, operation_of, parameter_of
from waywarden.web.problems import refuse_parameters
from waywarden.web.published import schema_of_fields
from waywarden.web.query import read_known, read_time

PATH = f"{API}/checks"
PARAMETERS = {
    "camera": "only this camera",
    "since": "only days that begin at this time or later (RFC 3339)",
    "until": "only days that begin before this time (RFC 3339)",
}


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
