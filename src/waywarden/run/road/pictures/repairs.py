"""``waywarden ledger repaired``: a repair into the ledger, and the pictures of its place, redacted, beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from waywarden.run.road.ledger import write
from waywarden.run.road.pictures.keeping import keep_one
from waywarden.terms.distress import Role
from waywarden.terms.errors import LedgerError
from waywarden.terms.ledger import Fact, LedgerEntry, LedgerFact, spelt
from waywarden.terms.pictures import NewPicture, PictureOf


@dataclass(frozen=True, slots=True)
class Repair:
    """What is known of a repair. ``material`` and ``order_id`` may be left out."""

    defect: str
    at: datetime
    role: Role
    policy: str = ""
    temporary: bool = False
    material: str | None = None
    order_id: str | None = None


def write_repair(store_file: Path, done: Repair, before: Path | None, after: Path | None) -> LedgerEntry:
    """Write a repair down and keep its pictures; nothing of either where a picture may not be kept.

    Raises
    ------
    LedgerError
        By all that happened to the defect, it cannot have been repaired.
    SourceError
        A picture cannot be read, or a road user could be found on what would be kept.
    """
    given = {PictureOf.BEFORE: before, PictureOf.AFTER: after}
    pictures = [keep_one(path, of, done.defect, done.at) for of, path in given.items() if path is not None]
    told = {"material": done.material, "order_id": done.order_id, **{each.of.value: sum_of(each) for each in pictures}}
    text = spelt({name: value for name, value in told.items() if value is not None})
    fact = Fact.REPAIRED_TEMPORARILY if done.temporary else Fact.REPAIRED
    try:
        written = LedgerFact(done.defect, fact, done.at, datetime.now(UTC), done.role, "", done.policy, text)
    except ValueError as error:
        raise LedgerError(str(error)) from error
    return write(store_file, written, pictures=pictures)


def sum_of(picture: NewPicture) -> str:
    """Return the SHA-256 by which the ledger names a picture."""
    return hashlib.sha256(picture.redacted.jpeg).hexdigest()
