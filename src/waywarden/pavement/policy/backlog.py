"""The backlog and its clock: what is known and not mended, since when, and by when it is to be answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from waywarden.pavement.ledger.states import BACKLOG, after
from waywarden.pavement.policy.backtest import ANSWERS, NOT_KNOWN, NOTHING, measured
from waywarden.pavement.policy.policy import ClockKind, Known, Level, Policy
from waywarden.terms.ledger import Fact, LedgerFact, State


@dataclass(frozen=True, slots=True)
class Waiting:
    """A defect that is not mended.

    ``known_since`` is when its first fact was recorded. The policy's clock runs from then, or from when it was last
    reopened. ``level``, the level that it reaches; ``due_at`` None where that asks for nothing. ``answered_at`` is
    when it was made safe or repaired for a time. ``hours_left``, on the level's own clock, are under 0 once it is
    overdue, None where nothing is due. ``needs_measuring``: a measure might make it more urgent.
    """

    defect_id: str
    state: State
    known_since: datetime
    level: str
    due_at: datetime | None = None
    answered_at: datetime | None = None
    hours_left: float | None = None
    needs_measuring: bool = False


def backlog(policy: Policy, facts: Iterable[LedgerFact], known: Mapping[str, Known], at: datetime) -> list[Waiting]:
    """Return what was waiting at ``at``, the most overdue first; what needs no answer any more comes last.

    ValueError where facts do not follow one another, or the policy lacks the rank of a street.

    Parameters
    ----------
    facts : iterable of LedgerFact
        In the order of the ledger. What was recorded after ``at`` was not known then.
    known : mapping of defect to Known
        Its street and what a camera saw. One that is missing has no level.
    """
    by_name: defaultdict[str, list[LedgerFact]] = defaultdict(list)
    for fact in facts:
        if fact.recorded_at <= at:
            by_name[fact.defect_id].append(fact)
    waiting = [_waiting(policy, name, mine, known.get(name), at) for name, mine in by_name.items()]
    open_ones = [each for each in waiting if each.state in BACKLOG]
    return sorted(open_ones, key=lambda one: (one.hours_left is None, one.hours_left or 0.0, one.known_since))


def _waiting(policy: Policy, name: str, facts: Sequence[LedgerFact], known: Known | None, at: datetime) -> Waiting:
    state: State | None = None
    for each in facts:
        state = after(state, each.fact)
    since = facts[0].recorded_at
    if state is None or known is None:
        return Waiting(name, state or State.SUSPECTED, since, NOT_KNOWN)
    answer = policy.answer(measured(known, facts))
    might = answer.if_measured is not None
    if answer.level is None:
        return Waiting(name, state, since, NOTHING, needs_measuring=might)
    begins = max((i for i, each in enumerate(facts) if each.fact is Fact.REOPENED), default=0)
    due_at = policy.due_at(answer.level, facts[begins].recorded_at)
    answered = min((each.observed_at for each in facts[begins:] if each.fact in ANSWERS), default=None)
    left = None if answered else _hours(policy, answer.level, at, due_at)
    return Waiting(name, state, since, answer.level.name, due_at, answered, left, might)


def _hours(policy: Policy, level: Level, at: datetime, due_at: datetime) -> float:
    """Return the hours from ``at`` to ``due_at`` on the level's clock, under 0 where they have run out."""
    if level.clock is ClockKind.ALWAYS:
        return (due_at - at) / timedelta(hours=1)
    between = policy.working.hours_between(min(at, due_at), max(at, due_at))
    return between if at <= due_at else -between
