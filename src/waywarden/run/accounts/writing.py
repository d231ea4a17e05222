"""What accounts write through the API, by the same functions as the command line."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path

from waywarden.run.road import ledger, names
from waywarden.run.road.provided import OvertakenError, Provided
from waywarden.store.office.once import Once
from waywarden.terms.distress import Change, KeptChange
from waywarden.terms.errors import RepeatedKeyError
from waywarden.terms.ledger import LedgerEntry, LedgerFact
from waywarden.terms.office.accounts import LEDGER, Account, may, word_of
from waywarden.web.accounts.desk import Condition, Renaming, Writing
from waywarden.web.accounts.written import change_json, entry_json
from waywarden.web.problems import RefusedError, UnknownNameError

AHEAD = timedelta(minutes=5)
"""A phone's clock may be so far ahead of ours: what is so now by it is taken as now."""


def write_down(store_file: Path, writing: Writing, now: datetime) -> LedgerEntry:
    """Write a fact down under its account; LedgerError where it cannot be, by all that happened to the defect."""
    # Also under a name that was merged away: a phone that was offline knows no other.
    if not ledger.is_known(store_file, writing.defect_id):
        raise UnknownNameError(f"there is no defect '{writing.defect_id[:80]}'")
    account, at = writing.account, writing.observed_at or now
    if now < at <= now + AHEAD:
        at = now
    try:
        fact = LedgerFact(
            writing.defect_id, writing.fact, at, now, word_of(account.role), told=writing.told, account=account.name
        )
    except ValueError as error:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    try:
        return ledger.write(store_file, fact, _provided(account, writing.condition, now))
    except OvertakenError as error:
        raise _overtaken(error, account) from error
    except (RepeatedKeyError, ledger.ImpossibleTimeError) as error:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error


def rename(store_file: Path, renaming: Renaming, now: datetime) -> KeptChange:
    """Write a change of names down under its account; LedgerError where it cannot be."""
    account = renaming.account
    word = names.Word(word_of(account.role), account.name, _provided(account, renaming.condition, now))
    try:
        (change,) = _renamed(store_file, renaming, word)
    except OvertakenError as error:
        raise _overtaken(error, account) from error
    except RepeatedKeyError as error:
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    return change


def _renamed(store_file: Path, renaming: Renaming, word: names.Word) -> Sequence[KeptChange]:
    if renaming.change is Change.MERGED:
        keep, gone = renaming.names
        return names.merge(store_file, keep, gone, word)
    if renaming.change is Change.SPLIT:
        return names.split(store_file, renaming.names, word)
    return names.undo(store_file, renaming.number, word)


def _provided(account: Account, condition: Condition, now: datetime) -> Provided:
    if not condition.key:
        return Provided(condition.after)
    return Provided(condition.after, Once(account.name, _hashed(condition.key), _hashed(condition.said), now))


def _overtaken(error: OvertakenError, account: Account) -> RefusedError:
    shown = [entry_json(each) if isinstance(each, LedgerEntry) else change_json(each) for each in error.written]
    if not may(account.role, LEDGER):
        shown = [{**each, "account": None} for each in shown]
    return RefusedError(HTTPStatus.CONFLICT, str(error), more={"written": shown})


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
