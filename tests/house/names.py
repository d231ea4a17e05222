"""The fourth lock's list: words that a stored or published name may not contain.

A name is split into its parts (``number_plate``, ``numberPlate`` and ``NumberPlates`` all hold ``plate``; ``template``
does not), and a part matches in the singular and in the plural.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData

PERSON_WORDS = frozenset(
    [
        "appearance",
        "biometric",
        "child",
        "driver",
        "embedding",
        "ethnicity",
        "face",
        "facial",
        "fingerprint",
        "gait",
        "gender",
        "human",
        "identity",
        "man",
        "occupant",
        "owner",
        "passenger",
        "pedestrian",
        "people",
        "person",
        "reid",
        "resident",
        "rider",
        "skin",
        "walker",
        "woman",
    ]
)
VEHICLE_WORDS = frozenset(["licence_plate", "license_plate", "numberplate", "plate", "registration", "vin"])
FOLLOWING_WORDS = frozenset(["route_taken", "trace", "track", "tracker", "tracking", "tracklet", "trajectory"])
PICTURE_WORDS = frozenset(["bbox", "crop", "pixels", "thumbnail", "xyxy"])
NUMBERED_WORDS = frozenset(["device", "object", "tag", "user", "vehicle"])
"""These followed by an id, number, hash or key name one of them: ``vehicle_id``, but not ``vehicle_class``."""

FORBIDDEN_WORDS = PERSON_WORDS | VEHICLE_WORDS | FOLLOWING_WORDS | PICTURE_WORDS
_NUMBERS = frozenset({"id", "ids", "uuid", "number", "hash", "key", "mac"})


def parts(name: str) -> list[str]:
    """Return the parts of a snake_case, kebab-case or camelCase name, in lower case.

    Examples
    --------
    >>> parts("numberPlate_v2-last")
    ['number', 'plate', 'v2', 'last']
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", " ", name)
    return [part.lower() for part in spaced.split()]


def _singular(part: str) -> str:
    return part[:-1] if part.endswith("s") and not part.endswith("ss") else part


def forbidden(names: Iterable[str]) -> list[str]:
    """Return those of ``names`` that could name or follow a person or a vehicle, in order."""
    return [name for name in names if _is_forbidden(name)]


def _is_forbidden(name: str) -> bool:
    words = parts(name)
    if any(word in FORBIDDEN_WORDS or _singular(word) in FORBIDDEN_WORDS for word in words):
        return True
    return any(_singular(first) in NUMBERED_WORDS and then in _NUMBERS for first, then in pairwise(words))


def record_fields(path: Path) -> dict[str, list[str]]:
    """Return the fields of each dataclass in the file ``path``, read from its text."""
    found = {}
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef) and any("dataclass" in ast.unparse(each) for each in node.decorator_list):
            found[node.name] = [
                statement.target.id
                for statement in node.body
                if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
            ]
    return found


def column_names(tables: MetaData) -> list[str]:
    """Return every table and column of the store, as ``table.column`` and ``table``."""
    return [
        name for table in tables.tables.values() for name in (table.name, *(column.name for column in table.columns))
    ]


def schema_names(node: Any) -> Iterator[str]:
    """Yield every schema, property and parameter name of an OpenAPI document."""
    if isinstance(node, dict):
        for key in ("properties", "schemas"):
            yield from node.get(key, {}) if isinstance(node.get(key), dict) else ()
        if isinstance(node.get("in"), str) and isinstance(node.get("name"), str):
            yield node["name"]
        for value in node.values():
            yield from schema_names(value)
    elif isinstance(node, list):
        for value in node:
            yield from schema_names(value)
