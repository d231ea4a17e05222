"""What a policy would have come to: how many answers, at what cost, and how many of those given were in time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from waywarden.pavement.policy.policy import Answer, Known, Policy
from waywarden.terms.ledger import Fact, LedgerFact

ANSWERS = frozenset({Fact.MADE_SAFE, Fact.REPAIRED_TEMPORARILY, Fact.REPAIRED})
NOTHING = "no action"
NOT_KNOWN = "street not known"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the defects of one level.

    ``due`` were to be answered; ``in_time`` were, ``late`` were too late, ``waiting`` have no answer though their time
    is up, and the rest still has time. ``needs_measuring`` might be of a more urgent level. ``cost`` is of all due.
    """

    level: str
    due: int = 0
    in_time: int = 0
    late: int = 0
    waiting: int = 0
    needs_measuring: int = 0
    cost: float = 0.0


def backtest(
    policy: Policy, facts: Iterable[LedgerFact], known: Mapping[str, Known], since: datetime, until: datetime
) -> list[Outcome]:
    """Return what ``policy`` would have come to for defects that became known from ``since`` on, before ``until``.

    The clock of a defect starts when its first fact was recorded: from then on the authority knew. What was measured
    before ``until`` counts. A defect that was rejected by then is left out; one of ``known`` that is missing is
    counted as such.

    Parameters
    ----------
    policy : Policy
    facts : iterable of LedgerFact
        In the order of the ledger.
    known : mapping of defect to Known
        Its street and what a camera saw.
    since, until : datetime
        Aware.
    """
    by_name: defaultdict[str, list[LedgerFact]] = defaultdict(list)
    for fact in facts:
        if fact.recorded_at < until:
            by_name[fact.defect_id].append(fact)
    names = [level.name for level in policy.levels] + [NOTHING, NOT_KNOWN]
    outcomes = {name: Outcome(name) for name in names}
    for name, mine in sorted(by_name.items()):
        rejected = [each.fact for each in mine if each.fact in {Fact.REJECTED, Fact.CONFIRMED}][-1:] == [Fact.REJECTED]
        if mine[0].recorded_at < since or rejected:
            continue
        if name not in known:
            outcomes[NOT_KNOWN] = _with(outcomes[NOT_KNOWN], due=1)
            continue
        answer = policy.answer(measured(known[name], mine))
        level = answer.level.name if answer.level else NOTHING
        outcomes[level] = _added(outcomes[level], policy, answer, mine, until)
    return list(outcomes.values())


def _added(so_far: Outcome, policy: Policy, answer: Answer, facts: Sequence[LedgerFact], until: datetime) -> Outcome:
    measuring = int(answer.if_measured is not None)
    if answer.level is None:
        return _with(so_far, due=1, needs_measuring=measuring)
    due_at = policy.due_at(answer.level, facts[0].recorded_at)
    answered = min((each.observed_at for each in facts if each.fact in ANSWERS), default=None)
    return _with(
        so_far,
        due=1,
        in_time=answered is not None and answered <= due_at,
        late=answered is not None and answered > due_at,
        waiting=answered is None and due_at < until,
        needs_measuring=measuring,
        cost=answer.level.cost,
    )


def _with(outcome: Outcome, **more: float) -> Outcome:
    return replace(outcome, **{name: getattr(outcome, name) + value for name, value in more.items()})


def measured(known: Known, facts: Sequence[LedgerFact]) -> Known:
    """Return ``known`` with the depth and width that were measured last."""
    for fact in facts:
        told = json.loads(fact.told)
        known = replace(
            known,
            depth_mm=told.get("depth_mm", known.depth_mm),
            width_mm=told.get("width_mm", known.width_mm),
        )
    return known
