"""The life of a defect as a table: what state it is in follows from what happened to it, and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from waywarden.terms.ledger import Fact, LedgerEntry, State

_ACTS = {
    Fact.ORDERED: State.ORDERED,
    Fact.MADE_SAFE: State.MADE_SAFE,
    Fact.REPAIRED_TEMPORARILY: State.REPAIRED_TEMPORARILY,
    Fact.REPAIRED: State.REPAIRED,
}
_REJECTED = {Fact.REJECTED: State.REJECTED}
_CONFIRMED = {Fact.CONFIRMED: State.CONFIRMED}
_REOPENED = {Fact.REOPENED: State.REOPENED}

TABLE: Mapping[State | None, Mapping[Fact, State]] = {
    None: {Fact.SEEN: State.SUSPECTED, **_CONFIRMED},
    State.SUSPECTED: {**_CONFIRMED, **_REJECTED, **_ACTS},
    State.CONFIRMED: {**_REJECTED, **_ACTS},
    State.ORDERED: {**_REJECTED, **_ACTS},
    State.MADE_SAFE: {**_REJECTED, **_ACTS},
    State.REPAIRED_TEMPORARILY: {**_ACTS, **_REOPENED},
    State.REPAIRED: {Fact.VERIFIED: State.VERIFIED, **_REOPENED},
    State.VERIFIED: {**_REOPENED},
    State.REOPENED: {**_CONFIRMED, **_REJECTED, **_ACTS},
    State.REJECTED: {**_CONFIRMED},
}
"""State (None: nothing is known yet) and fact to the state that follows."""

CHANGES_NOTHING = frozenset({Fact.SEEN, Fact.SEEN_SOUND, Fact.MEASURED, Fact.CLOSED})
"""Facts that may come at any time once a defect is known. Closing an order is one: ``closed`` is never ``fixed``."""

BACKLOG = frozenset(State) - {State.REPAIRED, State.VERIFIED, State.REJECTED}
"""States in which there is still something to do, and the authority knows."""


def after(state: State | None, fact: Fact) -> State:
    """Return the state after ``fact``.

    ValueError where that cannot happen: it says what can.
    """
    follows = TABLE[state]
    if fact in follows:
        return follows[fact]
    if state is not None and fact in CHANGES_NOTHING:
        return state
    possible = sorted({*follows, *(CHANGES_NOTHING if state is not None else ())})
    raise ValueError(
        f"a defect that is {state or 'not known yet'} cannot be {fact}: what can be written down is "
        f"{', '.join(possible)}"
    )


def states_after(entries: Iterable[LedgerEntry]) -> dict[str, State]:
    """Return the state of each defect once all of ``entries`` have happened; ValueError as ``after``."""
    states: dict[str, State] = {}
    for entry in entries:
        name = entry.fact.defect_id
        try:
            states[name] = after(states.get(name), entry.fact.fact)
        except ValueError as error:
            raise ValueError(f"entry {entry.number}, {name}: {error}") from error
    return states
