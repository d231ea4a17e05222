"""``waywarden ledger``: write facts down, look at them, and check that nobody changed them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from waywarden.pavement.ledger.chain import EMPTY, chained, faults
from waywarden.pavement.ledger.repairs import verdict
from waywarden.pavement.ledger.states import after, states_after
from waywarden.pavement.ledger.times import refuse_impossible_time
from waywarden.pavement.policy.policy import Policy
from waywarden.pavement.same.names import merged_into
from waywarden.run.road.names import merged
from waywarden.run.road.provided import ALWAYS, OvertakenError, Provided
from waywarden.store.ledger import StoredLedger, open_ledger
from waywarden.store.names import open_names
from waywarden.terms.distress import Role
from waywarden.terms.errors import ConfigError, LedgerError
from waywarden.terms.ledger import Head, LedgerEntry, LedgerFact, State, spelt
from waywarden.terms.pictures import NewPicture


class ImpossibleTimeError(LedgerError):
    """A fact cannot have been so at its time."""


def write(
    store_file: Path, fact: LedgerFact, provided: Provided = ALWAYS, pictures: Sequence[NewPicture] = ()
) -> LedgerEntry:
    """Add one fact and return its entry; LedgerError if, by all that happened to the defect, it cannot be.

    A fact under a name that was merged away is written under the name that its defect has now.
    ``pictures`` are those that it names: they are kept with it, or neither is.
    """
    (entry,) = write_all(store_file, [fact], provided, pictures)
    return entry


def write_all(
    store_file: Path, facts: Sequence[LedgerFact], provided: Provided = ALWAYS, pictures: Sequence[NewPicture] = ()
) -> Sequence[LedgerEntry]:
    """Add facts and the pictures that they name, all or none, and return the entries, as ``write`` does.

    OvertakenError where something was written about one of the defects after ``provided.after``.
    """
    ledger = open_ledger(store_file)

    def entries_after(head: Head | None) -> list[LedgerEntry]:
        # Read inside the transaction: nobody else can write a fact, or merge two names, in between.
        called = _called(store_file, {fact.defect_id for fact in facts})
        known: dict[str, State] = {}
        said: dict[str, list[LedgerFact]] = {}
        for name, *gone in called.values():
            written = [entry for each in (name, *gone) for entry in ledger.entries(each)]
            _refuse_overtaken(name, written, provided.after)
            known |= states_after(each for each in written if each.fact.defect_id == name)
            said[name] = [each.fact for each in written]
        present = [replace(fact, defect_id=called[fact.defect_id][0]) for fact in facts]
        for fact in present:
            try:
                known[fact.defect_id] = after(known.get(fact.defect_id), fact.fact)
            except ValueError as error:
                raise LedgerError(f"{fact.defect_id}: {error}") from error
            _refuse_impossible_time(fact, said[fact.defect_id])
            said[fact.defect_id].append(fact)
        return chained(present, head or EMPTY)

    try:
        return ledger.append(entries_after, provided.once, pictures)
    except ValueError as error:
        raise LedgerError(str(error)) from error
    finally:
        ledger.close()


def _called(store_file: Path, names: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Return all names that each defect has had, the present one first."""
    with closing(open_names(store_file, read_only=True)) as store:
        into = merged_into([each.change for each in store.changes_about(names)])
    now = {name: into.get(name, name) for name in sorted(names)}
    return {name: [to, *sorted(gone for gone, other in into.items() if other == to)] for name, to in now.items()}


def _refuse_impossible_time(fact: LedgerFact, before: Sequence[LedgerFact]) -> None:
    try:
        refuse_impossible_time(fact, before)
    except ValueError as error:
        raise ImpossibleTimeError(f"{fact.defect_id}: {error}") from error


def _refuse_overtaken(name: str, written: Sequence[LedgerEntry], after_number: int | None) -> None:
    later = [each for each in written if after_number is not None and each.number > after_number]
    if later:
        raise OvertakenError(name, later)


def verify(store_file: Path, kept: Head | None) -> Head:
    """Return the ledger's head if it is whole; LedgerError with the first fault and how many there are.

    It has to hold the head that is noted beside it, and ``kept``, one that was kept elsewhere, where it is given.
    """
    count = 0
    last = EMPTY

    def noted(entries: Iterator[LedgerEntry]) -> Iterator[LedgerEntry]:
        nonlocal count, last
        for entry in entries:
            count += 1
            last = Head(count, entry.entry_hash)
            yield entry

    ledger = open_ledger(store_file, read_only=True)
    try:
        beside = ledger.kept_head()
        heads = [head for head in (beside, kept) if head is not None]
        found = list(faults(noted(ledger.entries()), *heads))
    finally:
        ledger.close()
    if count and beside is None:
        found.append("the head that is noted beside the ledger is missing: somebody took it out")
    if found:
        more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
        raise LedgerError(f"{store_file}: {found[0]}{more}; put back a copy that verifies")
    return last


def judge(store_file: Path, policy: Policy, at: datetime) -> list[LedgerEntry]:
    """Write down which repairs later passes have verified, and which they reopened; return these entries."""
    gone = merged(store_file)
    ledger = open_ledger(store_file)

    def entries_after(head: Head | None) -> list[LedgerEntry]:
        by_name: defaultdict[str, list[LedgerFact]] = defaultdict(list)
        for entry in ledger.entries():
            by_name[entry.fact.defect_id].append(entry.fact)
        for name in sorted(name for name in by_name if gone.get(name) in by_name):
            del by_name[name]
        said = [(name, verdict(facts, policy.sound_passes)) for name, facts in sorted(by_name.items())]
        facts = [
            LedgerFact(name, fact, at, at, Role.ESTIMATE, policy=policy.version)
            for name, fact in said
            if fact is not None
        ]
        return chained(facts, head or EMPTY)

    try:
        return list(ledger.append(entries_after))
    finally:
        ledger.close()


def read_entries(
    store_file: Path, defect_id: str | None = None, first: int = 0, most: int | None = None
) -> list[LedgerEntry]:
    """Return the entries of the ledger in ``store_file`` from number ``first`` on, ``most`` of them or all."""
    ledger: StoredLedger = open_ledger(store_file, read_only=True)
    try:
        return list(islice(ledger.entries(defect_id, first), most))
    finally:
        ledger.close()


def standing(store_file: Path) -> list[LedgerEntry]:
    """Return the entries of the ledger but for those of names that were merged into another one which is there.

    Nothing is written under such a name any more, so what was waiting under it would wait for ever.
    """
    entries, gone = read_entries(store_file), merged(store_file)
    there = {each.fact.defect_id for each in entries}
    return [each for each in entries if gone.get(each.fact.defect_id) not in there]


def is_known(store_file: Path, defect_id: str) -> bool:
    """Return whether anything was ever written down of a defect."""
    return bool(read_entries(store_file, defect_id, most=1))


def states(store_file: Path) -> dict[str, State]:
    """Return the state of each defect, but for those that were merged into another."""
    try:
        return states_after(standing(store_file))
    except ValueError as error:
        raise LedgerError(f"{store_file}: {error}; 'waywarden ledger verify' says whether it was changed") from error


def spelt_head(head: Head) -> str:
    """Return a head as one word, to be kept elsewhere: the number of entries, a colon, the hash."""
    return f"{head.entries}:{head.entry_hash}"


def read_head(text: str) -> Head:
    """Return the head that ``text`` spells; ConfigError if it spells none."""
    number, _, entry_hash = text.partition(":")
    if not (number.isascii() and number.isdecimal()) or len(entry_hash) != len(EMPTY.entry_hash):
        raise ConfigError(f"a head is what 'waywarden ledger head' printed, as in 12:ab…, got {text!r}")
    return Head(int(number), entry_hash)


def read_told(text: str) -> str:
    """Return the JSON object ``text`` in its one spelling; ConfigError if it is none."""
    try:
        return spelt(json.loads(text))
    except ValueError as error:
        raise ConfigError(f"--told wants a JSON object, got {text!r}: {error}") from error
