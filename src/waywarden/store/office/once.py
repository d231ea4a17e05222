"""What is to be written once, however often it is sent: a phone that syncs twice must not write twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from waywarden.store.schema import to_us, written_once
from waywarden.terms.errors import RepeatedKeyError

KEPT = timedelta(days=30)
"""So long a key is known; a phone that was away for longer asks what is there before it writes."""


@dataclass(frozen=True, slots=True)
class Once:
    """A write of ``account`` under a key, at ``at``: the hashes of the key and of all that it says."""

    account: str
    key_hash: str
    said_hash: str
    at: datetime


def already_written(connection: Connection, once: Once | None) -> int | None:
    """Return the number of what was written under this key; None if nothing was.

    RepeatedKeyError where something else was.
    """
    if once is None:
        return None
    columns = written_once.c
    asking = select(columns.number, columns.said_hash)
    row = connection.execute(asking.where(columns.account == once.account, columns.key_hash == once.key_hash)).first()
    if row is not None and row.said_hash != once.said_hash:
        raise RepeatedKeyError("that key was sent before, with something else: make a new key for each thing to write")
    return None if row is None else int(row.number)


def note_written(connection: Connection, once: Once | None, number: int) -> None:
    """Note that ``number`` was written under this key; keys that are too old to come again are forgotten."""
    if once is None:
        return
    connection.execute(delete(written_once).where(written_once.c.at_us < to_us(once.at - KEPT)))
    row = {
        "account": once.account, "key_hash": once.key_hash, "said_hash": once.said_hash, "number": number,
        "at_us": to_us(once.at),
    }  # fmt: skip
    connection.execute(insert(written_once), row)
