"""Changes of the names of defects in the store's SQLite file, beside the ledger: added, and read in order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select

from waywarden.store.faults import spoken
from waywarden.store.heads import NAMES, keep_head, kept_head, refuse_cut
from waywarden.store.office.once import Once, already_written, note_written
from waywarden.store.opening import for_writing, open_engine
from waywarden.store.schema import from_us, name_change, name_touched, to_us
from waywarden.terms.distress import Change, KeptChange, Move, NameChange, Role
from waywarden.terms.errors import StoreError
from waywarden.terms.ledger import Head

_ASKED_AT_ONCE = 500


def open_names(path: Path, *, read_only: bool = False, busy_s: float = 20.0) -> StoredNames:
    """Open the changes of names in the store's file ``path``; StoreError as ``store.sqlite.open_store``."""
    return StoredNames(path, open_engine(path, read_only=read_only, busy_s=busy_s))


class StoredNames:
    """Changes of names in one SQLite file. Made by ``open_names``."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self._path = path
        self._engine = engine
        self._writing = for_writing(engine)

    def append(
        self, changes_after: Callable[[list[KeptChange]], Sequence[KeptChange]], once: Once | None = None
    ) -> Sequence[KeptChange]:
        """Add changes, all or none, and return them.

        Parameters
        ----------
        changes_after : callable
            Is handed all changes there are, while nobody else can write, and returns those that follow.
        once : Once, optional
            Where the same was written before, nothing is added, and the change that came of it is returned.
        """
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            number, there = already_written(connection, once), self._all(connection)
            if number is not None:
                return [each for each in there if each.change.number == number]
            refuse_cut(connection, NAMES, _end(there[-1]) if there else None)
            changes = changes_after(there)
            if changes:
                keep_head(connection, NAMES, _end(changes[-1]))
                connection.execute(insert(name_change), [_row(each) for each in changes])
                connection.execute(insert(name_touched), [row for each in changes for row in _touched_rows(each)])
                note_written(connection, once, changes[0].change.number)
        return changes

    def kept_head(self) -> Head | None:
        """Return the head that was noted when the last change was added; None where none ever was."""
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return kept_head(connection, NAMES)

    def changes(self) -> list[KeptChange]:
        """Return all changes in order; StoreError where a row cannot be a change at all."""
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return self._all(connection)

    def changes_from(self, first: int) -> list[KeptChange]:
        """Return the changes in order, from the number ``first`` on."""
        asking = select(name_change).where(name_change.c.number >= first).order_by(name_change.c.number)
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return [self._kept(row) for row in connection.execute(asking)]

    def changes_about(self, defect_ids: Iterable[str]) -> list[KeptChange]:
        """Return, in order, all changes of these defects and of whatever they exchanged sightings with.

        What they say of the names of these defects' sightings is what all changes together say.
        """
        known, asked, found = set(defect_ids), set[str](), dict[int, KeptChange]()
        with spoken(self._path, "read"), self._engine.connect() as connection:
            while known - asked:
                some = sorted(known - asked)[:_ASKED_AT_ONCE]
                asked |= set(some)
                numbers = select(name_touched.c.number).where(name_touched.c.defect_id.in_(some))
                asking = select(name_change).where(name_change.c.number.in_(numbers))
                new = [self._kept(row) for row in connection.execute(asking)]
                found |= {each.change.number: each for each in new}
                known |= {name for each in new for name in _touched(each)}
        return [found[number] for number in sorted(found)]

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _all(self, connection: Connection) -> list[KeptChange]:
        return [self._kept(row) for row in connection.execute(select(name_change).order_by(name_change.c.number))]

    def _kept(self, row: Row[Any]) -> KeptChange:
        try:
            moves = tuple(Move(*each) for each in json.loads(row.moves))
            change = NameChange(row.number, Change(row.change), moves, Role(row.role), row.undoes, row.account)
            return KeptChange(change, from_us(row.recorded_us), row.previous_hash, row.change_hash)
        except (ValueError, TypeError, OverflowError) as error:
            raise StoreError(
                f"change of names {row.number} in {self._path} was changed: {error}; put back a copy"
            ) from error


def _end(last: KeptChange) -> Head:
    return Head(last.change.number + 1, last.change_hash)


def _row(kept: KeptChange) -> dict[str, Any]:
    change = kept.change
    moves = [[move.sighting_id, move.from_id, move.to_id] for move in change.moves]
    return {
        "number": change.number,
        "change": change.change.value,
        "moves": json.dumps(moves, separators=(",", ":")),
        "role": change.role.value,
        "undoes": change.undoes,
        "recorded_us": to_us(kept.recorded_at),
        "previous_hash": kept.previous_hash,
        "change_hash": kept.change_hash,
        "account": change.account,
    }


def _touched(kept: KeptChange) -> set[str]:
    return {name for move in kept.change.moves for name in (move.from_id, move.to_id) if name is not None}


def _touched_rows(kept: KeptChange) -> list[dict[str, Any]]:
    return [{"defect_id": name, "number": kept.change.number} for name in sorted(_touched(kept))]
