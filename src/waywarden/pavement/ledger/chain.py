"""The chain: each entry's hash covers all that it says and the hash of the entry before.

Whoever edits an entry, takes one out, puts one in or swaps two breaks the chain there, or would have to write every
later entry anew. Two things it cannot show by itself: that entries were cut off at the end, and that the whole was
written anew from some entry on. The store notes the ``Head`` beside the entries, which shows both unless that is
written anew too: keep it somewhere that the writer of the ledger cannot reach.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from waywarden.terms.ledger import Head, LedgerEntry, LedgerFact, refuse_odd

NO_HASH = "0" * 64
"""What the first entry has for the hash of the one before."""
EMPTY = Head(0, NO_HASH)


def hash_of(number: int, fact: LedgerFact, previous_hash: str) -> str:
    """Return the SHA-256 (hexadecimal) of an entry: of the JSON array of its parts, which has one reading only.

    An account is one part more, where there is one: entries from before there were accounts keep their hashes.
    """
    parts = [
        previous_hash, number, fact.defect_id, fact.fact.value, _instant(fact.observed_at), _instant(fact.recorded_at),
        fact.role.value, fact.weights, fact.policy, fact.told, *([fact.account] if fact.account else []),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()


def chained(facts: Iterable[LedgerFact], head: Head = EMPTY) -> list[LedgerEntry]:
    """Return ``facts`` as the entries that follow ``head``.

    ValueError where a fact was recorded before the one ahead of it, or tells what is none.
    """
    entries: list[LedgerEntry] = []
    for number, fact in enumerate(facts, start=head.entries):
        refuse_odd(fact)
        if entries and fact.recorded_at < entries[-1].fact.recorded_at:
            raise ValueError(f"entry {number} was recorded before entry {number - 1}: write facts in their order")
        previous = entries[-1].entry_hash if entries else head.entry_hash
        entries.append(LedgerEntry(number, fact, previous, hash_of(number, fact, previous)))
    return entries


def head_of(entries: Sequence[LedgerEntry]) -> Head:
    """Return where these entries, from the first on, end."""
    return Head(len(entries), entries[-1].entry_hash) if entries else EMPTY


def faults(entries: Iterable[LedgerEntry], *kept: Head) -> Iterator[str]:
    """Yield what is wrong with a ledger, a sentence each; nothing if it is whole.

    Parameters
    ----------
    entries : iterable of LedgerEntry
        From the first on, in the order in which they are kept.
    *kept : Head
        Heads that were noted earlier, beside the ledger or elsewhere: it must still hold each of them.
    """
    previous, number = NO_HASH, -1
    hashes = {0: NO_HASH}
    for entry in entries:
        yield from _faults_of(entry, number + 1, previous)
        previous, number = entry.entry_hash, entry.number
        if any(number == head.entries - 1 for head in kept):
            hashes[number + 1] = previous
    for head in dict.fromkeys(kept):
        yield from _against(head, number, hashes.get(head.entries))


def _faults_of(entry: LedgerEntry, expected: int, previous: str) -> Iterator[str]:
    if entry.number > expected:
        yield f"{_missing(expected, entry.number - 1)} missing"
    elif entry.number < expected:
        yield f"entry {entry.number} stands where entry {expected} should: entries were swapped or put in"
    if entry.entry_hash != hash_of(entry.number, entry.fact, entry.previous_hash):
        yield f"entry {entry.number} was changed: it does not say what its hash was made of"
    elif entry.previous_hash != previous:
        yield f"entry {entry.number} does not follow the one before it: one of the two was changed or taken out"


def _against(kept: Head, last: int, hash_at_head: str | None) -> Iterator[str]:
    if hash_at_head is None:
        yield f"the ledger ends at {last + 1} entries, the head that was kept had {kept.entries}: its end was cut off"
    elif hash_at_head != kept.entry_hash:
        yield f"entry {kept.entries - 1} is not the one whose hash was kept: the ledger was written anew"


def _missing(first: int, last: int) -> str:
    return f"entry {first} is" if first == last else f"entries {first} to {last} are"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
