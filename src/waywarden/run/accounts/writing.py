"""What accounts write through the API, by the same functions as the command line."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from waywarden.run.road import ledger
from waywarden.terms.ledger import LedgerEntry, LedgerFact
from waywarden.terms.office.accounts import word_of
from waywarden.web.accounts.desk import Writing
from waywarden.web.problems import RefusedError, UnknownNameError


def write_down(store_file: Path, writing: Writing, now: datetime) -> LedgerEntry:
    """Write a fact down under its account; LedgerError where it cannot be, by all that happened to the defect."""
    if not ledger.is_known(store_file, writing.defect_id):
        raise UnknownNameError(f"there is no defect '{writing.defect_id[:80]}'")
    role, account = word_of(writing.account.role), writing.account.name
    try:
        fact = LedgerFact(writing.defect_id, writing.fact, now, now, role, told=writing.told, account=account)
    except ValueError as error:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    return ledger.write(store_file, fact)
