"""What can be wrong with a request, and how it is said: RFC 9457 problem details."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from waywarden.terms.errors import ConfigError, StoreError, WaywardenError

PROBLEM_JSON = "application/problem+json"


class QueryError(WaywardenError):
    """The request asks for something that cannot be: an unknown parameter, a date that is none."""


class UnknownNameError(WaywardenError):
    """The address names a camera that this city does not have."""


class NotAllowedError(WaywardenError):
    """A page of this machine alone was asked for from elsewhere, or without its token."""


class NotBuiltError(WaywardenError):
    """The page's files are not there: this is a checkout in which nobody has built them."""


STATUS_OF: tuple[tuple[type[WaywardenError], HTTPStatus], ...] = (
    (QueryError, HTTPStatus.BAD_REQUEST),
    (NotAllowedError, HTTPStatus.FORBIDDEN),
    (UnknownNameError, HTTPStatus.NOT_FOUND),
    (ConfigError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (NotBuiltError, HTTPStatus.SERVICE_UNAVAILABLE),
    (StoreError, HTTPStatus.SERVICE_UNAVAILABLE),
    (WaywardenError, HTTPStatus.INTERNAL_SERVER_ERROR),
)
"""The one table from error to status; the first row that fits is taken."""


def nearest(given: str, known: Iterable[str]) -> str:
    """Return the end of a sentence that names what ``given`` could have meant.

    Examples
    --------
    >>> nearest("camra", ["camera", "gate"])
    "did you mean 'camera'?"
    >>> nearest("x", ["camera", "gate"])
    "there are 'camera', 'gate'"
    """
    names = sorted(set(known))
    if not names:
        return "there are none"
    close = difflib.get_close_matches(given, names, n=1)
    if close:
        return f"did you mean '{close[0]}'?"
    shown = ", ".join(f"'{name}'" for name in names[:8])
    return f"there are {shown}" + (" and more" if len(names) > 8 else "")


def problem(status: HTTPStatus, detail: str, headers: dict[str, str] | None = None) -> Response:
    """Return the problem as RFC 9457 wants it: no ``type`` means ``about:blank``, and ``title`` is the phrase."""
    body = {"title": status.phrase, "status": int(status), "detail": detail}
    return Response(json.dumps(body, ensure_ascii=False), int(status), headers, PROBLEM_JSON)


async def answer_problem(_request: Request, error: Exception) -> Response:
    """Turn any exception into a problem; of one that is not ours nothing is told."""
    if isinstance(error, WaywardenError):
        status = next(status for kind, status in STATUS_OF if isinstance(error, kind))
        return problem(status, str(error))
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        detail = "This service is read-only: ask with GET or HEAD." if status == 405 else "There is nothing here."
        return problem(status, detail, dict(error.headers or {}))
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here; the log says what.")
