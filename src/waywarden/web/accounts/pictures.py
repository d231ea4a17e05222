"""The crews' own pictures: of a repair's place, before and after. What comes in is a file; what is kept is redacted.

The file is read into memory, handed on, and forgotten with the request: no form is parsed, which would put a large one
on the disk.
"""

from __future__ import annotations

import hashlib
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from waywarden.terms.ledger import Fact
from waywarden.terms.office.accounts import Account
from waywarden.terms.pictures import PictureOf
from waywarden.web.accounts.admission import admitted
from waywarden.web.accounts.asked import read_picture
from waywarden.web.accounts.desk import Desk, Picturing
from waywarden.web.accounts.writes import DEFECT, condition_of, time_of, written
from waywarden.web.accounts.written import entry_json
from waywarden.web.problems import RefusedError, nearest, refuse_parameters

TAKEN = (PictureOf.BEFORE.value, PictureOf.AFTER.value)
PARAMETERS = ("of", "observed_at")


class GivenPictures:
    """The resource to which pictures are sent."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route(f"{DEFECT}/pictures", self.take, methods=["POST"])]

    async def take(self, request: Request) -> Response:
        """Keep a picture of a defect's place, redacted, and write down that there is one."""
        # First who it is: nobody else makes this server hold megabytes.
        account = await run_in_threadpool(admitted, request, self._desk, Fact.PICTURED)
        keep = self._desk.keep
        if keep is None:
            said = "this server keeps no pictures: 'waywarden serve --keep-pictures' does"
            raise RefusedError(HTTPStatus.NOT_FOUND, said)
        refuse_parameters(request.query_params, PARAMETERS)
        _side(request)
        asked = _asked(request, account, await read_picture(request))
        return await run_in_threadpool(written, request, lambda: entry_json(keep(asked)))


def _asked(request: Request, account: Account, content: bytes) -> Picturing:
    params = request.query_params
    at = time_of(params["observed_at"]) if "observed_at" in params else None
    condition = condition_of(request, {**params, "content": hashlib.sha256(content).hexdigest()})
    return Picturing(account, request.path_params["defect"], _side(request), content, at, condition)


def _side(request: Request) -> PictureOf:
    given = request.query_params.get("of", "")
    if given not in TAKEN:
        said = f"'of' says which side of a repair the picture is of: {nearest(given, TAKEN)}"
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, said)
    return PictureOf(given)
