"""When a fact can have been so: not before anybody saw its defect, and no repair before the order that it names.

When something was written down says nothing of that: a phone that was offline writes later what it saw then.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from waywarden.pavement.ledger.repairs import REPAIRS
from waywarden.terms.ledger import Fact, LedgerFact

SIGHTINGS = frozenset({Fact.SEEN, Fact.CONFIRMED})
"""Facts that say themselves that the defect was there; they, and looks that saw nothing, come in in any order."""


def refuse_impossible_time(fact: LedgerFact, before: Sequence[LedgerFact]) -> None:
    """Raise ValueError where ``fact`` cannot have been so at its time, by all that is known of its defect."""
    if fact.fact in SIGHTINGS | {Fact.SEEN_SOUND}:
        return
    seen = min((each.observed_at for each in before if each.fact in SIGHTINGS), default=fact.observed_at)
    # What no pass ever saw was known from elsewhere, and may have been for long.
    if fact.observed_at < seen and any(each.fact is Fact.SEEN for each in before):
        raise ValueError(f"{_said(fact)} is before it was first seen, {_spelt(seen)}: give the time at which it was so")
    if fact.fact not in REPAIRS:
        return
    order_id = json.loads(fact.told).get("order_id")
    given = [each.observed_at for each in before if each.fact is Fact.ORDERED and _order_of(each) == order_id]
    if order_id is not None and given and fact.observed_at < min(given):
        said = f"{_said(fact)} is before it was ordered ({order_id}), {_spelt(min(given))}"
        raise ValueError(f"{said}: give the time at which it was so, or no order")


def _order_of(fact: LedgerFact) -> object:
    return json.loads(fact.told).get("order_id")


def _said(fact: LedgerFact) -> str:
    return f"{fact.fact} at {_spelt(fact.observed_at)}"


def _spelt(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
