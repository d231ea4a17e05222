"""What a part of the API says of itself in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

API = "/api/v1"
JPEG = "image/jpeg"
JsonObject = dict[str, object]


@dataclass(frozen=True, slots=True)
class OpenApiPart:
    """What else is served: for each path what reading it does (see ``operation_of``), and the schemas that are named.

    ``path_items`` are whole items of the document, of resources that are written to.
    """

    operations: Mapping[str, JsonObject] = field(default_factory=dict)
    schemas: Mapping[str, object] = field(default_factory=dict)
    path_items: Mapping[str, JsonObject] = field(default_factory=dict)

    def beside(self, other: OpenApiPart) -> OpenApiPart:
        """Return both together."""
        return OpenApiPart(
            {**self.operations, **other.operations},
            {**self.schemas, **other.schemas},
            {**self.path_items, **other.path_items},
        )


NOTHING_MORE = OpenApiPart()


def operation_of(name: str, summary: str, schema: str, parameters: list[JsonObject] | None = None) -> JsonObject:
    """Return an operation that answers GET with ``schema``; ``JPEG`` for a picture."""
    media = "application/geo+json" if schema.startswith(("Camera", "DefectPoints", "Streets")) else "application/json"
    content: JsonObject = (
        {JPEG: {}} if schema == JPEG else {media: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    )
    answers: JsonObject = {
        "200": {"description": summary, "content": content},
        "304": {"description": "What you have (If-None-Match) is still right."},
        "default": {"$ref": "#/components/responses/Problem"},
    }
    return {"operationId": name, "summary": summary, "parameters": parameters or [], "responses": answers}


def parameter_of(name: str, words: str, schema: JsonObject | None = None, place: str = "query") -> JsonObject:
    """Return a parameter of an operation, text unless ``schema`` says otherwise."""
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "description": words,
        "schema": schema or {"type": "string"},
    }
