"""States follow from facts by the table; and nothing but a repair that was seen repairs a road."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waywarden.pavement.ledger.chain import chained
from waywarden.pavement.ledger.repairs import claimed_not_seen, months_later, repaired_twice, verdict
from waywarden.pavement.ledger.states import BACKLOG, CHANGES_NOTHING, TABLE, after, states_after
from waywarden.terms.distress import Role
from waywarden.terms.ledger import Fact, LedgerFact, State

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def told(day: float, fact: Fact, *, name: str = "d", pass_id: str = "", valid: bool = True) -> LedgerFact:
    at = START + timedelta(days=day)
    said = f'{{"pass_id": "{pass_id}", "valid": {str(valid).lower()}}}' if pass_id else "{}"
    return LedgerFact(name, fact, at, at, Role.ESTIMATE, told=said)


def walk(facts: list[Fact]) -> list[State]:
    """Return the states after those of ``facts`` that can happen."""
    state, states = None, []
    for fact in facts:
        try:
            state = after(state, fact)
        except ValueError:
            continue
        states.append(state)
    return states


def test_every_state_is_in_the_table_and_can_be_reached() -> None:
    assert set(TABLE) == {None, *State}
    assert {state for follows in TABLE.values() for state in follows.values()} == set(State)


def test_a_life() -> None:
    facts = [Fact.SEEN, Fact.SEEN, Fact.CONFIRMED, Fact.ORDERED, Fact.MADE_SAFE, Fact.REPAIRED_TEMPORARILY,
             Fact.ORDERED, Fact.REPAIRED, Fact.CLOSED, Fact.SEEN_SOUND, Fact.VERIFIED, Fact.REOPENED,
             Fact.REPAIRED]  # fmt: skip
    assert walk(facts) == [
        "suspected", "suspected", "confirmed", "ordered", "made_safe", "repaired_temporarily", "ordered",
        "repaired", "repaired", "repaired", "verified", "reopened", "repaired",
    ]  # fmt: skip


@given(st.lists(st.sampled_from(sorted(set(Fact) - {Fact.REPAIRED}))))
def test_closed_is_never_fixed(facts: list[Fact]) -> None:
    """Whatever else happens, a defect that nobody repaired is neither repaired nor verified."""
    assert not {State.REPAIRED, State.VERIFIED} & set(walk(facts))


@given(st.lists(st.sampled_from(Fact), max_size=30))
def test_closing_and_looking_change_no_state(facts: list[Fact]) -> None:
    for state in walk(facts):
        assert all(after(state, fact) is state for fact in CHANGES_NOTHING)


@given(st.lists(st.sampled_from(Fact), max_size=30))
def test_verified_comes_only_after_repaired(facts: list[Fact]) -> None:
    states = walk(facts)
    for before, state in pairwise(states):
        assert state is not State.VERIFIED or before in {State.REPAIRED, State.VERIFIED}


def test_the_backlog_is_what_there_is_to_do() -> None:
    assert {State.SUSPECTED, State.MADE_SAFE, State.REPAIRED_TEMPORARILY, State.REOPENED} < BACKLOG
    assert State.REJECTED not in BACKLOG


def test_what_cannot_happen_says_what_can() -> None:
    with pytest.raises(ValueError, match=r"not known yet cannot be repaired: .* is confirmed, seen$"):
        after(None, Fact.REPAIRED)
    with pytest.raises(ValueError, match="entry 1, d: a defect that is suspected cannot be verified"):
        states_after(chained([told(0, Fact.SEEN), told(1, Fact.VERIFIED)]))


def test_states_are_of_each_defect() -> None:
    entries = chained([told(0, Fact.SEEN), told(1, Fact.CONFIRMED, name="e"), told(2, Fact.REJECTED)])
    assert states_after(entries) == {"d": State.REJECTED, "e": State.CONFIRMED}


REPAIRED = [told(0, Fact.SEEN), told(1, Fact.ORDERED), told(2, Fact.REPAIRED)]


@pytest.mark.parametrize(
    ("later", "said"),
    [
        ([], None),
        ([told(9, Fact.SEEN_SOUND, pass_id="a")], None),
        ([told(9, Fact.SEEN_SOUND, pass_id="a"), told(9, Fact.SEEN_SOUND, pass_id="a")], None),
        ([told(9, Fact.SEEN_SOUND, pass_id="a"), told(16, Fact.SEEN_SOUND, pass_id="b")], Fact.VERIFIED),
        ([told(9, Fact.SEEN_SOUND, pass_id="a"), told(16, Fact.SEEN_SOUND, pass_id="b", valid=False)], None),
        ([told(9, Fact.SEEN_SOUND, pass_id="a"), told(16, Fact.SEEN_SOUND)], None),
        ([told(1.5, Fact.SEEN_SOUND, pass_id="a"), told(16, Fact.SEEN_SOUND, pass_id="b")], None),
        ([told(9, Fact.SEEN_SOUND, pass_id="a"), told(16, Fact.SEEN, pass_id="b")], Fact.REOPENED),
        ([told(9, Fact.SEEN, pass_id="a", valid=False)], None),
        ([told(9, Fact.SEEN, pass_id="a"), told(9, Fact.REOPENED)], None),
        ([told(9, Fact.SEEN_SOUND, pass_id="a"), told(9, Fact.SEEN_SOUND, pass_id="b"), told(9, Fact.VERIFIED)], None),
        ([told(9, Fact.VERIFIED), told(30, Fact.SEEN, pass_id="c")], Fact.REOPENED),
    ],
)
def test_two_passes_verify_and_one_reopens(later: list[LedgerFact], said: Fact | None) -> None:
    assert verdict([*REPAIRED, *later], 2) == said


def test_the_last_repair_counts() -> None:
    again = [*REPAIRED, told(9, Fact.SEEN, pass_id="a"), told(9, Fact.REOPENED), told(10, Fact.REPAIRED)]
    assert verdict(again, 2) is None
    sound = [told(20 + n, Fact.SEEN_SOUND, pass_id=f"s{n}") for n in range(2)]
    assert verdict([*again, *sound], 2) is Fact.VERIFIED
    assert verdict([*again, *sound], 3) is None


def test_a_temporary_repair_is_not_verified() -> None:
    facts = [told(0, Fact.SEEN), told(1, Fact.REPAIRED_TEMPORARILY), told(8, Fact.SEEN_SOUND, pass_id="a"),
             told(9, Fact.SEEN_SOUND, pass_id="b")]  # fmt: skip
    assert verdict(facts, 2) is None
    assert verdict([*facts, told(10, Fact.SEEN, pass_id="c")], 2) is Fact.REOPENED
    assert verdict([told(0, Fact.SEEN, pass_id="a")], 2) is None


@given(st.lists(st.sampled_from([Fact.SEEN_SOUND, Fact.SEEN]), max_size=6), st.integers(1, 3))
def test_what_the_rule_says_can_be_written_down(looks: list[Fact], passes: int) -> None:
    """Whatever passes see, the rule's word fits the table, and once it is written the rule has nothing new to say."""
    facts = list(REPAIRED)
    for n, look in enumerate(looks):
        facts.append(told(10 + n, look, pass_id=f"p{n}"))
        said = verdict(facts, passes)
        if said is not None:
            facts.append(told(10 + n, said))
            assert verdict(facts, passes) in {None, Fact.REOPENED} - {said}
    state = states_after(chained(facts))["d"]
    assert (state is State.REOPENED) == (Fact.SEEN in looks)


def test_repaired_twice_within_twelve_months() -> None:
    def repaired(name: str, *at: datetime) -> list[LedgerFact]:
        return [LedgerFact(name, Fact.REPAIRED, each, each, Role.FOREMAN) for each in at]

    jan = datetime(2024, 1, 31, 9, tzinfo=UTC)
    facts = [
        *repaired("just", jan, datetime(2025, 1, 31, 9, tzinfo=UTC)),
        *repaired("late", jan, datetime(2025, 1, 31, 9, 0, 1, tzinfo=UTC)),
        *repaired("thrice", jan, jan + timedelta(days=100), jan + timedelta(days=200)),
        *repaired("was", jan),
        *repaired("is", jan + timedelta(days=40)),
    ]
    assert [each.defect_id for each in repaired_twice(facts)] == ["just", "thrice", "thrice"]
    (one,) = repaired_twice(facts, months=2, called={"was": "is"})
    assert (one.defect_id, one.second_at - one.first_at) == ("is", timedelta(days=40))


def test_months_end_where_they_end() -> None:
    assert months_later(datetime(2026, 1, 31, tzinfo=UTC), 1) == datetime(2026, 2, 28, tzinfo=UTC)
    assert months_later(datetime(2026, 11, 30, tzinfo=UTC), 3) == datetime(2027, 2, 28, tzinfo=UTC)
    assert months_later(datetime(2026, 5, 15, 7, tzinfo=UTC), 24) == datetime(2028, 5, 15, 7, tzinfo=UTC)


def test_claimed_is_not_seen() -> None:
    seen = [*REPAIRED, told(9, Fact.SEEN_SOUND, pass_id="a")]
    other = [told(0, Fact.SEEN, name="e"), told(2, Fact.REPAIRED, name="e"), told(3, Fact.CLOSED, name="e")]
    assert claimed_not_seen([*seen, *other, told(1, Fact.SEEN, name="f")]) == ["e"]
