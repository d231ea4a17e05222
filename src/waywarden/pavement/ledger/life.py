"""What all that happened to a defect comes to: its state, since when it is known, what was measured."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from waywarden.pavement.ledger.states import BACKLOG, after
from waywarden.pavement.ledger.triage import judged_of
from waywarden.terms.distress import Severity
from waywarden.terms.ledger import Fact, LedgerFact, State
from waywarden.terms.road.now import DefectLife


def life_of(facts: Sequence[LedgerFact]) -> DefectLife:
    """Return what the facts of one defect, in the order of the ledger, come to.

    ValueError if there is none, or they cannot follow one another.
    """
    if not facts:
        raise ValueError("a defect has a fact at least")
    state: State | None = None
    last: dict[str, Any] = {}
    for each in facts:
        state = after(state, each.fact)
        last |= _lasting(each)
    seen = [each.observed_at for each in facts if each.fact is Fact.SEEN]
    known = state or State.SUSPECTED
    return DefectLife(
        facts[0].defect_id, known, known in BACKLOG, facts[0].recorded_at, facts[-1].recorded_at, len(facts),
        min(seen, default=None), max(seen, default=None), _severity(last), last.get("depth_mm"), last.get("width_mm"),
        last.get("order_id", ""), judged_of(facts),
    )  # fmt: skip


def _lasting(fact: LedgerFact) -> Mapping[str, Any]:
    """Return what is told by a fact and holds until another one tells it: measures, and the order it is on."""
    told = json.loads(fact.told)
    found = {key: told[key] for key in ("depth_mm", "width_mm", "severity", "order_id") if key in told}
    # Mended for good, or none at all: the order is no longer what the defect is on.
    return {**found, "order_id": ""} if fact.fact in {Fact.REPAIRED, Fact.REJECTED, Fact.REOPENED} else found


def _severity(last: Mapping[str, Any]) -> Severity | None:
    """Return the severity that was told last, None where it is none of the manual's."""
    return Severity(last["severity"]) if last.get("severity") in set(Severity) else None
