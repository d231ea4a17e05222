from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from starlette.testclient import TestClient

from waywarden.terms.records import CameraHealth, TrafficInterval
from waywarden.web.openapi import openapi
from waywarden.web.parts.checks import checks_part
from waywarden.web.published import PUBLISHED, schema_of
from waywarden.web.query import PARAMETERS

DOCUMENT: dict[str, Any] = openapi(checks_part())
KINDS = {"string": str, "integer": int, "number": (int, float), "array": list, "object": dict, "boolean": bool}


def breaks(value: Any, schema: dict[str, Any], where: str = "$") -> list[str]:  # noqa: PLR0911 - one per keyword
    """Return how ``value`` breaks ``schema``: the part of JSON Schema that the document uses."""
    if "$ref" in schema:
        return breaks(value, DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], where)
    if "oneOf" in schema:
        tries = [breaks(value, one, where) for one in schema["oneOf"]]
        return [] if sum(not one for one in tries) == 1 else tries[0]
    if "const" in schema:
        return [] if value == schema["const"] else [f"{where}: not {schema['const']}"]
    wanted = schema.get("type", [])
    names = [wanted] if isinstance(wanted, str) else wanted
    if value is None:
        return [] if "null" in names else [f"{where}: null"]
    if not any(isinstance(value, KINDS[name]) for name in names if name != "null"):
        return [f"{where}: {value!r} is no {wanted}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{where}: {value!r} is none of {schema['enum']}"]
    if isinstance(value, list):
        return [fault for at, one in enumerate(value) for fault in breaks(one, schema["items"], f"{where}[{at}]")]
    if isinstance(value, dict) and "properties" in schema:
        faults = [f"{where}: no {name}" for name in schema["required"] if name not in value]
        faults += [f"{where}: {name} is not in the document" for name in value if name not in schema["properties"]]
        known = {name: one for name, one in value.items() if name in schema["properties"]}
        return faults + [
            f for name, one in known.items() for f in breaks(one, schema["properties"][name], f"{where}.{name}")
        ]
    return []


def schema_for(path: str) -> dict[str, Any]:
    content = DOCUMENT["paths"][path]["get"]["responses"]["200"]["content"]
    return next(iter(content.values()))["schema"]


@pytest.mark.parametrize("path", [path for path in DOCUMENT["paths"] if not path.endswith("{number}")])
def test_every_documented_path_answers_as_documented(client: TestClient, path: str) -> None:
    response = client.get(path.replace("{camera}", "06514").replace("{defect}", "d"))
    assert response.status_code == 200
    media = next(iter(DOCUMENT["paths"][path]["get"]["responses"]["200"]["content"]))
    assert response.headers["content-type"] == media
    assert breaks(response.json(), schema_for(path)) == []


def test_the_check_itself_can_fail() -> None:
    interval = {"$ref": "#/components/schemas/Interval"}
    assert breaks({"camera": 1}, interval)
    assert breaks({"service": "broken", "cameras": []}, {"$ref": "#/components/schemas/HealthList"})


@pytest.mark.parametrize("kind", [TrafficInterval, CameraHealth])
def test_every_record_field_is_in_the_document(kind: type) -> None:
    name = {TrafficInterval: "Interval", CameraHealth: "Health"}[kind]
    documented = DOCUMENT["components"]["schemas"][name]
    by_field = {row.field: row.name for row in PUBLISHED[kind]}
    judged = ["quality", "doubts"] if kind is TrafficInterval else []
    assert [*(by_field[field.name] for field in fields(kind)), *judged] == documented["required"]
    assert all(one["description"] for one in documented["properties"].values())
    assert schema_of(kind)["properties"].items() <= documented["properties"].items()  # type: ignore[attr-defined]


def test_every_route_of_the_api_is_documented(client: TestClient) -> None:
    routes = {route.path for route in client.app.routes if route.path.startswith("/api/v1/")}  # type: ignore[attr-defined]
    routes = {path.replace(":int}", "}") for path in routes}
    assert routes - {"/api/v1/openapi.json"} == set(DOCUMENT["paths"])


def test_every_parameter_is_documented_and_works(client: TestClient) -> None:
    documented = DOCUMENT["paths"]["/api/v1/intervals"]["get"]["parameters"]
    assert [one["name"] for one in documented] == list(PARAMETERS)
    right = {
        "camera": "06514",
        "gate": "north",
        "movement": "N-S",
        "vehicle_class": "car",
        "since": "2026-05-05T08:00:00Z",
        "until": "2026-05-05T08:30:00Z",
        "quality": "good,usable",
        "limit": "3",
        "offset": "2",
    }
    for name in PARAMETERS:
        assert client.get("/api/v1/intervals", params={name: right[name]}).status_code == 200


def test_the_document_is_served_and_has_what_openapi_wants(client: TestClient) -> None:
    served = client.get("/api/v1/openapi.json").json()
    assert served == DOCUMENT
    assert served["openapi"].startswith("3.1.")
    ids = [operation["get"]["operationId"] for operation in served["paths"].values()]
    assert len(set(ids)) == len(ids)


def test_every_reference_leads_somewhere() -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if "$ref" in value else []
            return own + [one for inner in value.values() for one in references(inner)]
        return [one for inner in value for one in references(inner)] if isinstance(value, list) else []

    for reference in references(DOCUMENT):
        found: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert found


def test_the_page_for_people_names_every_path_and_parameter(client: TestClient) -> None:
    shown = client.get("/api/v1").text
    for word in [*DOCUMENT["paths"], *PARAMETERS]:
        assert word in shown
