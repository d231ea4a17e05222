"""What is written about defects: ``/api/v1/defects/{defect}/…``. Each answers with the ledger's new entry."""

from __future__ import annotations

import json
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from waywarden.terms.ledger import LedgerEntry, Triage
from waywarden.web.accounts.admission import admitted
from waywarden.web.accounts.asked import read_json, read_word
from waywarden.web.accounts.desk import Desk, Writing
from waywarden.web.accounts.sessions import NO_STORE
from waywarden.web.published import rfc3339

DEFECT = "/api/v1/defects/{defect}"


class Writes:
    """The resources by which accounts write facts down."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route(f"{DEFECT}/triage", self.triage, methods=["POST"])]

    async def triage(self, request: Request) -> Response:
        """Write down what somebody who looked says a defect is."""
        sent = await read_json(request, {"outcome": str})
        return await run_in_threadpool(self._triage, request, read_word(sent, "outcome", Triage))

    def _triage(self, request: Request, outcome: Triage) -> Response:
        account = admitted(request, self._desk, outcome.fact)
        told = json.dumps({"triage": outcome.value}, separators=(",", ":"))
        entry = self._desk.write(Writing(account, request.path_params["defect"], outcome.fact, told))
        return JSONResponse(entry_json(entry), HTTPStatus.CREATED, headers=NO_STORE)


def entry_json(entry: LedgerEntry) -> dict[str, object]:
    """Return an entry as the API writes it, with the account that wrote it."""
    fact = entry.fact
    return {
        "number": entry.number,
        "defect": fact.defect_id,
        "fact": fact.fact.value,
        "observed_at": rfc3339(fact.observed_at),
        "recorded_at": rfc3339(fact.recorded_at),
        "role": fact.role.value,
        "account": fact.account or None,
        "weights": fact.weights,
        "policy": fact.policy,
        "told": json.loads(fact.told),
        "hash": entry.entry_hash,
    }
