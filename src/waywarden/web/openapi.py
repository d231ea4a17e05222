"""The OpenAPI 3.1 document, made from the table of published fields, and the page that shows it to people."""

from __future__ import annotations

from html import escape

from waywarden.terms.places import Gate, Movement
from waywarden.terms.records import CameraHealth
from waywarden.web.parts.part import API, NOTHING_MORE, JsonObject, OpenApiPart, operation_of, parameter_of
from waywarden.web.plain import plain_page
from waywarden.web.problems import PROBLEM_JSON
from waywarden.web.published import LastHour, judged_schema, schema_of
from waywarden.web.query import DEFAULT_LIMIT, MAX_LIMIT, PARAMETERS

SCHEMA_TYPES: dict[str, type] = {
    "Health": CameraHealth,
    "Gate": Gate,
    "Movement": Movement,
    "LastHour": LastHour,
}


def openapi(more: OpenApiPart = NOTHING_MORE) -> JsonObject:
    """Return the document as an object."""
    paths: dict[str, JsonObject] = {path: {"get": told} for path, told in {**_operations(), **more.operations}.items()}
    for path, item in more.path_items.items():
        paths[path] = {**paths.get(path, {}), **item}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Waywarden",
            "version": "1",
            "summary": "Streets: what was counted on them, and how damage of the road stands.",
            "description": "Open to read; writing takes an account. "
            "Times are RFC 3339 in UTC; intervals are [start, start + duration_s).",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": {**_schemas(), **more.schemas}, "responses": {"Problem": _problem_response()}},
    }


def api_page(city_name: str, more: OpenApiPart = NOTHING_MORE) -> str:
    """Return the page for people: every resource with what it answers and its parameters."""
    rows = []
    for path, operation in {**_operations(), **more.operations}.items():
        link = escape(path)
        shown = f'<a href="{link}">{link}</a>' if "{" not in path else f"<code>{link}</code>"
        rows.append(f"<dt>{shown}</dt><dd>{escape(str(operation['summary']))}</dd>")
    filters = "".join(f"<dt><code>{name}</code></dt><dd>{escape(words)}</dd>" for name, words in PARAMETERS.items())
    body = (
        f"<p>What is known of the streets of {escape(city_name)}, for programs. Everybody may read it. It is "
        f'about streets, never about people. <a href="{API}/openapi.json">The OpenAPI document</a> says it in full.</p>'
        f"<h2>Resources</h2><dl>{''.join(rows)}</dl>"
        f"<h2>Filters of the intervals</h2><dl>{filters}</dl>"
        "<h2>Good to know</h2><ul><li>Times are RFC 3339 in UTC.</li>"
        "<li>A mistake is answered with <code>application/problem+json</code> (RFC 9457), in one sentence.</li>"
        "<li>Answers carry an <code>ETag</code>: send it back as <code>If-None-Match</code>.</li></ul>"
    )
    return plain_page("The API", city_name, body)


def _operations() -> dict[str, JsonObject]:
    camera = parameter_of("camera", "the camera's id", place="path")
    return {
        f"{API}/city": operation_of("city", "The city: its name, time zone, classes and retention.", "City"),
        f"{API}/cameras": operation_of("cameras", "Every camera on the map, with its last hour.", "Cameras"),
        f"{API}/cameras/{{camera}}": operation_of("camera", "One camera, as GeoJSON.", "Camera", [camera]),
        f"{API}/cameras/{{camera}}/gates": operation_of("gates", "A camera's gates and movements.", "Lines", [camera]),
        f"{API}/intervals": operation_of("intervals", "What was counted, by intervals.", "Intervals", _filters()),
        f"{API}/health": operation_of("health", "Whether this service and each camera are well.", "HealthList"),
    }


def _filters() -> list[JsonObject]:
    schemas: dict[str, JsonObject] = {
        "since": {"type": "string", "format": "date-time"},
        "until": {"type": "string", "format": "date-time"},
        "limit": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        "offset": {"type": "integer", "minimum": 0, "default": 0},
    }
    return [parameter_of(name, words, schemas.get(name)) for name, words in PARAMETERS.items()]


def _schemas() -> JsonObject:
    text: JsonObject = {"type": "string"}
    whole: JsonObject = {"type": "integer", "minimum": 0}
    return {
        "Interval": judged_schema(),
        **{name: schema_of(kind) for name, kind in SCHEMA_TYPES.items()},
        "City": _object(
            {
                "name": text,
                "time_zone": {**text, "description": "an IANA name, such as Europe/London"},
                "vehicle_classes": _list(text),
                "keep_intervals_days": whole,
                "keep_health_days": whole,
                "keep_pictures_days": whole,
            }
        ),
        "Cameras": _object({"type": {"const": "FeatureCollection"}, "features": _list(_ref("Camera"))}),
        "Camera": _object(
            {
                "type": {"const": "Feature"},
                "id": text,
                "geometry": {"type": ["object", "null"], "description": "a GeoJSON Point, or null when not known"},
                "properties": _ref("CameraProperties"),
            }
        ),
        "CameraProperties": _object(
            {
                "camera": text,
                "name": text,
                "calibrated": {"type": "boolean", "description": "whether the camera has calibration points"},
                "gates": _list(_ref("Gate")),
                "movements": _list(_ref("Movement")),
                "health": _maybe("Health"),
                "last_hour": _maybe("LastHour"),
                "intervals": {**text, "format": "uri-reference"},
            }
        ),
        "Lines": _object(
            {"camera": text, "gates": _list(_ref("Gate")), "movements": _list(_ref("Movement"))},
        ),
        "Intervals": _object(
            {
                "intervals": _list(_ref("Interval")),
                "limit": whole,
                "offset": whole,
                "next": {"type": ["string", "null"], "description": "where the next slice is; null at the end"},
            }
        ),
        "HealthList": _object({"service": {"const": "ok"}, "cameras": _list(_ref("Health"))}),
        "Problem": _object({"title": text, "status": {"type": "integer"}, "detail": text}),
    }


def _object(properties: JsonObject) -> JsonObject:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: JsonObject) -> JsonObject:
    return {"type": "array", "items": items}


def _ref(name: str) -> JsonObject:
    return {"$ref": f"#/components/schemas/{name}"}


def _maybe(name: str) -> JsonObject:
    return {"oneOf": [_ref(name), {"type": "null"}]}


def _problem_response() -> JsonObject:
    return {"description": "What is wrong (RFC 9457).", "content": {PROBLEM_JSON: {"schema": _ref("Problem")}}}
