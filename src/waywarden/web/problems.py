"""What can be wrong with a request, and how it is said: RFC 9457 problem details."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from waywarden.terms.errors import AccountError, ConfigError, LedgerError, StoreError, WaywardenError

PROBLEM_JSON = "application/problem+json"


class QueryError(WaywardenError):
    """The request asks for something that cannot be: an unknown parameter, a date that is none."""


class UnknownNameError(WaywardenError):
    """The address names a camera that this city does not have."""


class NotAllowedError(WaywardenError):
    """A page of this machine alone was asked for from elsewhere, or without its token."""


class RefusedError(WaywardenError):
    """A request that is refused with a status of its own; ``headers`` and ``more`` go into the answer beside it."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.headers, self.more = status, dict(headers or {}), dict(more or {})


class NotBuiltError(WaywardenError):
    """The page's files are not there: this is a checkout in which nobody has built them."""


STATUS_OF: tuple[tuple[type[WaywardenError], HTTPStatus], ...] = (
    (QueryError, HTTPStatus.BAD_REQUEST),
    (NotAllowedError, HTTPStatus.FORBIDDEN),
    (UnknownNameError, HTTPStatus.NOT_FOUND),
    (ConfigError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (AccountError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (LedgerError, HTTPStatus.CONFLICT),
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


def refuse_parameters(params: QueryParams, known: Iterable[str] = ()) -> None:
    """Raise QueryError for a parameter that is unknown or given twice."""
    names = list(known)
    for name in params:
        if name not in names:
            raise QueryError(f"there is no parameter '{name}' here: {nearest(name, names)}")
        if len(params.getlist(name)) > 1:
            raise QueryError(f"the parameter '{name}' is given {len(params.getlist(name))} times: give it once")


def read_whole(params: QueryParams, name: str, default: int, bounds: tuple[int, int]) -> int:
    """Return the whole number ``name`` within ``bounds``; QueryError if it is none."""
    given = params.get(name)
    if given is None:
        return default
    low, high = bounds
    if not (given.isascii() and given.isdigit() and len(given) < 20 and low <= int(given) <= high):
        raise QueryError(f"'{name}' must be a whole number from {low} to {high}; got '{given}'")
    return int(given)


def problem(
    status: HTTPStatus,
    detail: str,
    headers: dict[str, str] | None = None,
    more: Mapping[str, object] | None = None,
) -> Response:
    """Return the problem as RFC 9457 wants it: no ``type`` means ``about:blank``, and ``title`` is the phrase."""
    body = {"title": status.phrase, "status": int(status), "detail": detail, **(more or {})}
    return Response(json.dumps(body, ensure_ascii=False), int(status), headers, PROBLEM_JSON)


async def answer_problem(_request: Request, error: Exception) -> Response:
    """Turn any exception into a problem; of one that is not ours nothing is told."""
    if isinstance(error, RefusedError):
        return problem(error.status, str(error), error.headers, error.more)
    if isinstance(error, WaywardenError):
        status = next(status for kind, status in STATUS_OF if isinstance(error, kind))
        return problem(status, str(error))
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        detail = _not_so(error) if status == 405 else "There is nothing here."
        return problem(status, detail, dict(error.headers or {}))
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here; the log says what.")


def _not_so(error: HTTPException) -> str:
    allowed = dict(error.headers or {}).get("Allow", "")
    if "POST" in allowed:
        return f"This can be done here: {allowed}."
    return "This is read-only: ask with GET or HEAD."
