"""What was written down, as the API shows it; and what may be told with each fact."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from waywarden.terms.distress import KeptChange, Severity
from waywarden.terms.ledger import MEASURES, Fact, LedgerEntry, spelt
from waywarden.terms.office.accounts import Account
from waywarden.web.answers import rfc3339
from waywarden.web.problems import RefusedError, nearest

LARGEST = 100_000.0
TOLD_WITH: Mapping[Fact, tuple[str, ...]] = MappingProxyType(
    {
        Fact.MEASURED: (*MEASURES, "severity"),
        Fact.CONFIRMED: ("severity",),
        Fact.REJECTED: (),
        Fact.REOPENED: ("severity",),
        Fact.ORDERED: ("order_id",),
        Fact.MADE_SAFE: ("order_id", "material"),
        Fact.REPAIRED_TEMPORARILY: ("order_id", "material", "extent_m2"),
        Fact.REPAIRED: ("order_id", "material", "extent_m2"),
        Fact.CLOSED: ("order_id",),
    }
)
"""The facts that an account may write, and what it may tell with each."""
_WORD = re.compile(r"\w[\w ./+-]{0,39}")


def told_with(fact: Fact, told: Mapping[str, Any]) -> str:
    """Return what is told as JSON in its one spelling; RefusedError (422) where it is not for this fact, or is odd."""
    for key, value in told.items():
        if key not in TOLD_WITH[fact]:
            _refuse(f"with '{fact}' there is no '{key[:40]}': {nearest(key, TOLD_WITH[fact])}")
        if key in MEASURES:
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LARGEST:
                _refuse(f"'{key}' is a number over 0")
        elif key == "severity":
            if value not in list(Severity):
                _refuse(f"'severity' is one of {', '.join(Severity)}")
        elif not isinstance(value, str) or not _WORD.fullmatch(value):
            _refuse(f"'{key}' is a word or two, at most 40 letters and figures")
    if fact is Fact.MEASURED and not set(told) & set(MEASURES):
        _refuse(f"a measurement has a number: {', '.join(MEASURES)}")
    return spelt(dict(told))


def _refuse(detail: str) -> None:
    raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


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


def change_json(kept: KeptChange) -> dict[str, object]:
    """Return a change of names as the API writes it, with the account that wrote it."""
    change = kept.change
    return {
        "number": change.number,
        "change": change.change.value,
        "moves": [{"sighting": move.sighting_id, "from": move.from_id, "to": move.to_id} for move in change.moves],
        "role": change.role.value,
        "account": change.account or None,
        "undoes": change.undoes,
        "recorded_at": rfc3339(kept.recorded_at),
        "hash": kept.change_hash,
    }


def account_json(account: Account) -> dict[str, object]:
    """Return an account as the API writes it."""
    return {
        "name": account.name,
        "role": account.role.value,
        "locked": account.locked,
        "machine": account.machine,
        "until": None if account.until is None else rfc3339(account.until),
        "links": account.links,
        "has_password": account.has_password,
    }
