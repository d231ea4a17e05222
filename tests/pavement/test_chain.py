"""The ledger's chain: whatever is changed in it is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waywarden.pavement.ledger.chain import EMPTY, NO_HASH, chained, faults, hash_of, head_of
from waywarden.terms.distress import Role
from waywarden.terms.ledger import Fact, Head, LedgerEntry, LedgerFact

START = datetime(2026, 3, 2, 8, tzinfo=UTC)

FACTS = st.builds(
    LedgerFact,
    st.text(min_size=1, max_size=4),
    st.sampled_from(Fact),
    st.integers(0, 10**14).map(lambda us: START - timedelta(microseconds=us)),
    st.just(START),
    st.sampled_from(Role),
    st.text(max_size=4),
    st.text(max_size=4),
    st.sampled_from(["{}", '{"depth_mm":45}', '{"pass_id":"a","valid":true}']),
)
LEDGERS = st.lists(FACTS, min_size=3, max_size=8).map(chained)


def changed(fact: LedgerFact) -> list[LedgerFact]:
    """Return ``fact`` with each of its parts changed in turn."""
    others = {
        "defect_id": fact.defect_id + "x",
        "fact": next(each for each in Fact if each is not fact.fact),
        "observed_at": fact.observed_at - timedelta(microseconds=1),
        "recorded_at": fact.recorded_at + timedelta(microseconds=1),
        "role": next(each for each in Role if each is not fact.role),
        "weights": fact.weights + "x",
        "policy": fact.policy + "x",
        "told": '{"depth_mm": 45}',
        "account": "inspector-2",
    }
    assert set(others) == {each.name for each in fields(LedgerFact)}
    return [replace(fact, **{name: value}) for name, value in others.items()]


@given(LEDGERS)
def test_a_ledger_as_it_was_written_is_whole(entries: list[LedgerEntry]) -> None:
    assert list(faults(entries)) == []
    for n in range(len(entries) + 1):
        assert list(faults(entries, head_of(entries[:n]))) == []


@given(LEDGERS, st.data())
def test_any_change_to_any_part_of_any_entry_is_found(entries: list[LedgerEntry], pick) -> None:
    at = pick.draw(st.integers(0, len(entries) - 1))
    one = entries[at]
    for fact in changed(one.fact):
        assert list(faults([*entries[:at], replace(one, fact=fact), *entries[at + 1 :]]))
    for entry in (replace(one, number=99), replace(one, previous_hash="f" * 64), replace(one, entry_hash="f" * 64)):
        assert list(faults([*entries[:at], entry, *entries[at + 1 :]]))


@given(LEDGERS, st.data())
def test_a_change_whose_own_hash_is_made_anew_is_found_by_the_next_entry(entries: list[LedgerEntry], pick) -> None:
    at = pick.draw(st.integers(0, len(entries) - 2))
    one = entries[at]
    for fact in changed(one.fact):
        forged = LedgerEntry(one.number, fact, one.previous_hash, hash_of(one.number, fact, one.previous_hash))
        found = list(faults([*entries[:at], forged, *entries[at + 1 :]]))
        assert found
        assert f"entry {at + 1} does not follow" in found[0]


@given(LEDGERS, st.data())
def test_what_is_taken_out_put_in_or_swapped_is_found(entries: list[LedgerEntry], pick) -> None:
    at = pick.draw(st.integers(0, len(entries) - 2))
    other = pick.draw(st.integers(at + 1, len(entries) - 1))
    assert list(faults([*entries[:at], *entries[at + 1 :]]))
    assert list(faults([*entries[:at], entries[other], *entries[at:]]))
    swapped = list(entries)
    swapped[at], swapped[other] = swapped[other], swapped[at]
    assert list(faults(swapped))
    renumbered = [replace(each, number=i) for i, each in enumerate(swapped)]
    assert list(faults(renumbered))


@given(LEDGERS, st.data())
def test_a_cut_end_and_a_rewritten_whole_are_found_by_a_head_alone(entries: list[LedgerEntry], pick) -> None:
    kept = head_of(entries)
    cut = entries[: pick.draw(st.integers(0, len(entries) - 1))]
    assert list(faults(cut)) == []
    (said,) = faults(cut, kept)
    assert "its end was cut off" in said
    anew = chained([changed(entries[0].fact)[0], *(each.fact for each in entries[1:])])
    assert list(faults(anew)) == []
    (said,) = faults(anew, kept)
    assert "written anew" in said


@given(LEDGERS, st.integers(0, 8))
def test_any_split_makes_the_same_chain(entries: list[LedgerEntry], at: int) -> None:
    facts = [each.fact for each in entries]
    first = chained(facts[:at])
    assert first + chained(facts[at:], head_of(first)) == entries


def test_the_hash_is_one_that_any_program_can_make() -> None:
    """As docs/road.md spells it out; the digest is that of `sha256sum`."""
    fact = LedgerFact("d", Fact.SEEN, START, START, Role.ESTIMATE, "w1", "p1", '{"valid":true}')
    said = json.dumps(["0" * 64, 0, "d", "seen", "2026-03-02T08:00:00.000000+00:00",
                       "2026-03-02T08:00:00.000000+00:00", "estimate", "w1", "p1", '{"valid":true}'],
                      separators=(",", ":"))  # fmt: skip
    assert len(said) == 191
    assert hash_of(0, fact, EMPTY.entry_hash) == "d2bc249585d01d2a1f83bcf2f9c6456e66fc4d32eebff81448a42ef0e9927f85"


def test_zones_are_ways_of_writing_the_same_instant() -> None:
    from zoneinfo import ZoneInfo

    fact = LedgerFact("d", Fact.SEEN, START, START, Role.ESTIMATE)
    there = replace(fact, observed_at=START.astimezone(ZoneInfo("Asia/Kathmandu")))
    assert hash_of(0, fact, EMPTY.entry_hash) == hash_of(0, there, EMPTY.entry_hash)


def test_gaps_are_told_by_number() -> None:
    entries = chained([LedgerFact("d", Fact.SEEN, START, START, Role.ESTIMATE)] * 6)
    assert next(faults([entries[0], *entries[4:]])) == "entries 1 to 3 are missing"
    assert next(faults(entries[1:])) == "entry 0 is missing"
    assert list(faults([], EMPTY)) == []
    assert list(faults([], Head(1, "f" * 64)))


def test_an_earlier_record_does_not_follow_a_later_one() -> None:
    late = LedgerFact("d", Fact.SEEN, START, START + timedelta(1), Role.ESTIMATE)
    with pytest.raises(ValueError, match="in their order"):
        chained([late, replace(late, recorded_at=START)])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: LedgerFact("d", Fact.SEEN, START + timedelta(1), START, Role.ESTIMATE), "check the clock"),
        (lambda: LedgerFact("d", Fact.SEEN, START.replace(tzinfo=None), START, Role.ESTIMATE), "aware"),
        (lambda: LedgerFact("", Fact.SEEN, START, START, Role.ESTIMATE), "give its name"),
        (lambda: LedgerFact("d", Fact.SEEN, START, START, Role.ESTIMATE, told='{"owner": "x"}'), "has no owner"),
        (lambda: LedgerFact("d", Fact.SEEN, START, START, Role.ESTIMATE, told='{"valid": 1}'), "valid is bool"),
        (lambda: LedgerFact("d", Fact.SEEN, START, START, Role.ESTIMATE, told='{"depth_mm": true}'), "got true"),
        (lambda: LedgerFact("d", Fact.SEEN, START, START, Role.ESTIMATE, told="[]"), "JSON object"),
    ],
)
def test_impossible_facts_are_refused(make: Callable[[], LedgerFact], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()


def test_what_is_told_is_a_measure_and_old_entries_that_hold_another_still_verify() -> None:
    at = datetime(2026, 3, 2, 8, tzinfo=UTC)
    for odd in ('{"depth_mm":NaN}', '{"depth_mm":Infinity}', '{"width_mm":-40}', '{"extent_m2":0}', '{"severity":"x"}'):
        fact = LedgerFact("d", Fact.MEASURED, at, at, Role.INSPECTOR, told=odd)
        with pytest.raises(ValueError, match=r"is a number over 0|severity is one of"):
            chained([fact])
        old = LedgerEntry(0, fact, NO_HASH, hash_of(0, fact, NO_HASH))
        assert list(faults([old])) == []
