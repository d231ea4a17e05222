"""The ledger in the store's SQLite file. Entries are added in one transaction each time, and read in their order.

Triggers in the file refuse to change or delete an entry. They stop mistakes, not someone with the file in hand: that
is what the chain of hashes is for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select

from waywarden.store.faults import spoken
from waywarden.store.heads import LEDGER, keep_head, kept_head, refuse_cut
from waywarden.store.office.once import Once, already_written, note_written
from waywarden.store.opening import for_writing, open_engine
from waywarden.store.pictures import add
from waywarden.store.schema import from_us, ledger_entry, to_us
from waywarden.terms.distress import Role
from waywarden.terms.errors import StoreError
from waywarden.terms.ledger import Fact, Head, LedgerEntry, LedgerFact
from waywarden.terms.pictures import NewPicture

_ROWS_AT_ONCE = 2000
_COLUMNS = ledger_entry.c


def open_ledger(path: Path, *, read_only: bool = False, busy_s: float = 20.0) -> StoredLedger:
    """Open the ledger in the store's file ``path``; StoreError as ``store.sqlite.open_store``."""
    return StoredLedger(path, open_engine(path, read_only=read_only, busy_s=busy_s))


class StoredLedger:
    """A ledger in one SQLite file. Made by ``open_ledger``."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self._path = path
        self._engine = engine
        self._writing = for_writing(engine)

    def append(
        self,
        entries_after: Callable[[Head | None], Sequence[LedgerEntry]],
        once: Once | None = None,
        pictures: Sequence[NewPicture] = (),
    ) -> Sequence[LedgerEntry]:
        """Add entries and the pictures that they name, all or none, and return the entries.

        Parameters
        ----------
        entries_after : callable
            Is handed the head, None where there is no entry yet, while nobody else can write, and returns the entries
            that follow it. LedgerError where it is not the head that was noted when the last one was added.
        once : Once, optional
            Where the same was written before, nothing is added, and the entry that came of it is returned.
        pictures : sequence of NewPicture
            Go into the same transaction: there is no entry that names a picture which was never there.
        """
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            number = already_written(connection, once)
            if number is not None:
                there = connection.execute(select(ledger_entry).where(_COLUMNS.number == number))
                return [self._entry(row) for row in there]
            head = _head(connection)
            refuse_cut(connection, LEDGER, head)
            entries = entries_after(head)
            if entries:
                connection.execute(insert(ledger_entry), [_row(each) for each in entries])
                keep_head(connection, LEDGER, Head(entries[-1].number + 1, entries[-1].entry_hash))
                note_written(connection, once, entries[0].number)
                add(connection, pictures)
        return entries

    def head(self) -> Head | None:
        """Return the head as it is kept, unchecked; None where there is no entry."""
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return _head(connection)

    def kept_head(self) -> Head | None:
        """Return the head that was noted when the last entry was added; None where none ever was."""
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return kept_head(connection, LEDGER)

    def policy_at(self, until: datetime) -> str:
        """Return the version of the policy that the last entry recorded before ``until`` names, empty if none does."""
        named = (_COLUMNS.policy != "") & (_COLUMNS.recorded_us < to_us(until))
        asking = select(_COLUMNS.policy).where(named).order_by(_COLUMNS.number.desc()).limit(1)
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return connection.execute(asking).scalar() or ""

    def entries(self, defect_id: str | None = None, first: int = 0) -> Iterator[LedgerEntry]:
        """Yield the entries in order of their numbers, from ``first`` on; of one defect alone where it is given.

        StoreError where a row cannot be an entry at all.
        """
        asking = select(ledger_entry).where(_COLUMNS.number >= first).order_by(_COLUMNS.number)
        if defect_id is not None:
            asking = asking.where(_COLUMNS.defect_id == defect_id)
        with spoken(self._path, "read"), self._engine.connect() as connection:
            for row in connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(asking):
                yield self._entry(row)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _entry(self, row: Row[Any]) -> LedgerEntry:
        try:
            fact = LedgerFact(
                row.defect_id, Fact(row.fact), from_us(row.observed_us), from_us(row.recorded_us), Role(row.role),
                row.weights, row.policy, row.told, row.account,
            )  # fmt: skip
        except (ValueError, TypeError, OverflowError) as error:
            raise StoreError(
                f"entry {row.number} of the ledger {self._path} was changed: {error}; put back a copy"
            ) from error
        return LedgerEntry(row.number, fact, row.previous_hash, row.entry_hash)


def _head(connection: Connection) -> Head | None:
    newest = select(_COLUMNS.number, _COLUMNS.entry_hash).order_by(_COLUMNS.number.desc()).limit(1)
    row = connection.execute(newest).first()
    return None if row is None else Head(row.number + 1, row.entry_hash)


def _row(entry: LedgerEntry) -> dict[str, Any]:
    fact = entry.fact
    return {
        "number": entry.number,
        "defect_id": fact.defect_id,
        "fact": fact.fact.value,
        "observed_us": to_us(fact.observed_at),
        "recorded_us": to_us(fact.recorded_at),
        "role": fact.role.value,
        "weights": fact.weights,
        "policy": fact.policy,
        "told": fact.told,
        "previous_hash": entry.previous_hash,
        "entry_hash": entry.entry_hash,
        "account": fact.account,
    }
