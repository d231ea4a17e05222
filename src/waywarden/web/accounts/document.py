"""Signing in and writing in the OpenAPI document: a row an operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from waywarden.terms.ledger import Fact, Triage
from waywarden.web.accounts.written import TOLD_WITH
from waywarden.web.parts.part import API, JsonObject

_TEXT: JsonObject = {"type": "string"}
_WHOLE: JsonObject = {"type": "integer", "minimum": 0}
_MAYBE: JsonObject = {"type": ["string", "null"]}
_TIME: JsonObject = {"type": "string", "format": "date-time"}
_PROBLEM: JsonObject = {"$ref": "#/components/responses/Problem"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: its name, what it does, what is sent (required, and not) and the status of what comes back."""

    name: str
    summary: str
    sent: Mapping[str, JsonObject] | None
    optional: Mapping[str, JsonObject]
    status: int
    answer: Mapping[str, JsonObject] | None


WHO: Mapping[str, JsonObject] = {"account": _MAYBE, "role": _TEXT, "csrf": _MAYBE, "provider": _MAYBE}
ENTRY: Mapping[str, JsonObject] = {
    "number": _WHOLE, "defect": _TEXT, "fact": {"enum": [each.value for each in Fact]}, "observed_at": _TIME,
    "recorded_at": _TIME, "role": _TEXT, "account": _MAYBE, "weights": _TEXT, "policy": _TEXT,
    "told": {"type": "object"}, "hash": _TEXT,
}  # fmt: skip
CHANGE: Mapping[str, JsonObject] = {
    "number": _WHOLE, "change": _TEXT, "moves": {"type": "array", "items": {"type": "object"}}, "role": _TEXT,
    "account": _MAYBE, "undoes": {"type": ["integer", "null"]}, "recorded_at": _TIME, "hash": _TEXT,
}  # fmt: skip
ACCOUNT: Mapping[str, JsonObject] = {
    "name": _TEXT, "role": _TEXT, "locked": {"type": "boolean"}, "machine": {"type": "boolean"}, "until": _MAYBE,
    "links": _WHOLE, "has_password": {"type": "boolean"},
}  # fmt: skip
_AFTER: Mapping[str, JsonObject] = {"after": {**_WHOLE, "description": "the newest number that was seen"}}
_WHEN: Mapping[str, JsonObject] = {**_AFTER, "observed_at": {**_TIME, "description": "when it was so; else now"}}
_OUTCOME: JsonObject = {"enum": [each.value for each in Triage]}
_FACT: JsonObject = {"enum": [each.value for each in TOLD_WITH]}
_NAMES: JsonObject = {"type": "array", "items": _TEXT}
_NONE: Mapping[str, JsonObject] = {}

OPERATIONS: Mapping[str, Mapping[str, Operation]] = {
    f"{API}/session": {
        "get": Operation("session", "Who is signed in.", None, _NONE, 200, WHO),
        "post": Operation("signIn", "Sign in.", {"name": _TEXT, "password": _TEXT}, _NONE, 200, WHO),
        "delete": Operation("signOut", "Sign out.", None, _NONE, 204, None),
    },
    f"{API}/session/provider": {
        "get": Operation(
            "provider", "Where else one signs in, and what came of trying.", None, _NONE, 200,
            {"provider": _TEXT, "said": _MAYBE},
        ),
        "post": Operation("signInAtProvider", "Begin to sign in there.", None, _NONE, 200, {"address": _TEXT}),
    },
    f"{API}/session/password": {
        "post": Operation(
            "newPassword", "Change one's password.", {"password": _TEXT, "new_password": _TEXT}, _NONE, 200, WHO
        )
    },
    f"{API}/defects/{{defect}}/triage": {
        "post": Operation("triage", "Say what a defect is.", {"outcome": _OUTCOME}, _WHEN, 201, ENTRY)
    },
    f"{API}/defects/{{defect}}/facts": {
        "post": Operation(
            "fact", "Write down what happened to a defect.", {"fact": _FACT}, {"told": {"type": "object"}, **_WHEN},
            201, ENTRY,
        )
    },
    f"{API}/names/merge": {
        "post": Operation("merge", "Two defects are one.", {"keep": _TEXT, "gone": _TEXT}, _AFTER, 201, CHANGE)
    },
    f"{API}/names/split": {
        "post": Operation("split", "Sightings are of another defect.", {"sightings": _NAMES}, _AFTER, 201, CHANGE)
    },
    f"{API}/names/undo": {
        "post": Operation("undo", "Take a change of names back.", {"number": _WHOLE}, _AFTER, 201, CHANGE)
    },
    f"{API}/names/changes": {
        "get": Operation("changes", "Who changed names (managers).", None, _NONE, 200, {"changes": {}, "next": _MAYBE})
    },
    f"{API}/ledger": {
        "get": Operation("ledger", "Who wrote what (managers).", None, _NONE, 200, {"entries": {}, "next": _MAYBE})
    },
    f"{API}/accounts": {
        "get": Operation("accounts", "The accounts (administrators).", None, _NONE, 200, {"accounts": {}})
    },
    f"{API}/accounts/{{account}}/lock": {
        "post": Operation("lock", "Lock an account, or unlock it.", {"locked": {"type": "boolean"}}, _NONE, 204, None)
    },
}  # fmt: skip
_ROWS: Mapping[str, Mapping[str, JsonObject]] = {"entries": ENTRY, "changes": CHANGE, "accounts": ACCOUNT}
_SLICED = ("entries", "changes")


def document() -> dict[str, JsonObject]:
    """Return the paths."""
    return {
        path: {method: _operation(path, each) for method, each in methods.items()}
        for path, methods in OPERATIONS.items()
    }


def _operation(path: str, each: Operation) -> JsonObject:
    answer: JsonObject = {"description": each.summary}
    if each.answer is not None:
        answer["content"] = {"application/json": {"schema": _object(_with_rows(each.answer), each.answer)}}
    found: JsonObject = {
        "operationId": each.name,
        "summary": each.summary,
        "parameters": _parameters(path, each),
        "responses": {str(each.status): answer, "default": _PROBLEM},
    }
    if each.sent is not None:
        schema = {**_object({**each.sent, **each.optional}, each.sent), "additionalProperties": False}
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return found


def _parameters(path: str, each: Operation) -> list[JsonObject]:
    named = path.partition("{")[2].partition("}")[0]
    found = [{"name": named, "in": "path", "required": True, "schema": _TEXT}] if named else []
    if set(each.answer or {}) & set(_SLICED):
        found += [{"name": name, "in": "query", "required": False, "schema": _WHOLE} for name in ("first", "limit")]
    if each.status == 201:
        found += [
            {"name": name, "in": "header", "required": False, "schema": _TEXT}
            for name in ("If-Match", "Idempotency-Key", "X-CSRF-Token")
        ]
    return found


def _with_rows(answer: Mapping[str, JsonObject]) -> JsonObject:
    rows = {name: {"type": "array", "items": _object(_ROWS[name], _ROWS[name])} for name in answer if name in _ROWS}
    return {**answer, **rows}


def _object(properties: Mapping[str, object], required: Mapping[str, object]) -> JsonObject:
    return {"type": "object", "properties": dict(properties), "required": list(required)}
