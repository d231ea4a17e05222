"""Changes of names as a chain, as the ledger is one: each hash covers all that the change says and the hash before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from waywarden.terms.distress import KeptChange, NameChange
from waywarden.terms.ledger import Head

NO_HASH = "0" * 64
"""What the first change has for the hash of the one before."""


def hash_of_change(change: NameChange, recorded_at: datetime, previous_hash: str) -> str:
    """Return the SHA-256 (hexadecimal) of a change: of the JSON array of its parts.

    An account is one part more, where there is one: changes from before there were accounts keep their hashes.
    """
    at = recorded_at.astimezone(UTC).isoformat(timespec="microseconds")
    parts = [
        previous_hash,
        change.number,
        change.change.value,
        spelt_moves(change),
        change.role.value,
        change.undoes,
        at,
        *([change.account] if change.account else []),
    ]
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()


def spelt_moves(change: NameChange) -> str:
    """Return the moves as JSON: an array of sighting, from and to for each."""
    moves = [[move.sighting_id, move.from_id, move.to_id] for move in change.moves]
    return json.dumps(moves, separators=(",", ":"))


def chained_changes(changes: Iterable[NameChange], at: datetime, before: KeptChange | None) -> list[KeptChange]:
    """Return ``changes`` as they are kept after ``before``, all recorded at ``at``."""
    found: list[KeptChange] = []
    previous = NO_HASH if before is None else before.change_hash
    for change in changes:
        found.append(KeptChange(change, at, previous, hash_of_change(change, at, previous)))
        previous = found[-1].change_hash
    return found


def faults_of_names(kept: Iterable[KeptChange], head: Head | None = None) -> Iterator[str]:
    """Yield what is wrong with the changes from the first on, a sentence each; nothing if they are whole.

    ``head`` was noted earlier: they must still hold it.
    """
    previous, hashes = NO_HASH, {0: NO_HASH}
    for expected, each in enumerate(kept):
        if each.change.number != expected:
            yield f"change of names {expected} is missing, or was swapped with another"
            return
        if each.change_hash != hash_of_change(each.change, each.recorded_at, each.previous_hash):
            yield f"change of names {expected} was changed: it does not say what its hash was made of"
        elif each.previous_hash != previous:
            yield f"change of names {expected} does not follow the one before it: one of them was changed"
        previous = hashes[expected + 1] = each.change_hash
    if head is not None and hashes.get(head.entries) != head.entry_hash:
        yield f"change of names {head.entries - 1}, the last that was noted, is missing or was changed"
