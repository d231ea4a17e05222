"""What is sent to be written: JSON, small, and with no other keys than are known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Any, TypeVar

from starlette.requests import Request

from waywarden.web.problems import RefusedError, nearest

MAX_BODY_BYTES = 65_536
Word = TypeVar("Word", bound=StrEnum)


async def read_json(request: Request, wanted: Mapping[str, type], optional: Mapping[str, type] | None = None) -> Any:
    """Return the JSON object that was sent.

    Parameters
    ----------
    wanted, optional : mapping of str to type
        The keys that it has and those that it may have, each with the type of its value.

    Raises
    ------
    RefusedError
        415, 413, 400 or 422, with what is wrong.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send JSON, and say so: Content-Type: application/json")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY_BYTES:
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"send {MAX_BODY_BYTES} bytes at most")
    try:
        sent = json.loads(bytes(body), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "what was sent is no JSON that could be read") from error
    _check(sent, wanted, optional or {})
    return sent


def read_word(sent: Mapping[str, Any], key: str, words: type[Word]) -> Word:
    """Return ``sent[key]`` as one of ``words``; RefusedError (422) names the nearest."""
    given, known = sent[key], [word.value for word in words]
    if given not in known:
        raise RefusedError(
            HTTPStatus.UNPROCESSABLE_ENTITY, f"there is no {key} '{given[:40]}': {nearest(given, known)}"
        )
    return words(given)


def _check(sent: Any, wanted: Mapping[str, type], optional: Mapping[str, type]) -> None:
    known = {**wanted, **optional}
    if not isinstance(sent, dict):
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, f"send a JSON object with {', '.join(wanted)}")
    for key, value in sent.items():
        if key not in known:
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, f"there is no '{key[:40]}': {nearest(key, known)}")
        # JSON's true is an int to Python.
        if not isinstance(value, known[key]) or (isinstance(value, bool) and known[key] is not bool):
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, f"'{key}' is a JSON {_NAMES[known[key]]}")
    for key in wanted:
        if key not in sent:
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, f"'{key}' is missing: send {', '.join(wanted)}")


_NAMES: Mapping[type, str] = {str: "string", int: "whole number", dict: "object", list: "array", bool: "true or false"}


def _no_number(text: str) -> Any:
    raise ValueError(text)
