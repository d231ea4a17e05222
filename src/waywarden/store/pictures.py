"""Redacted pictures, in the store's SQLite file: of sightings, and of repairs before and after.

What goes in is a ``RedactedJpeg``, which only the redactor makes. What is past its retention is pruned with all other
records, and its bytes are overwritten in the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, insert, select

from waywarden.store.faults import spoken
from waywarden.store.opening import for_writing, open_engine
from waywarden.store.schema import from_us, kept_picture, to_us
from waywarden.terms.pictures import KeptPicture, NewPicture, PictureOf

_COLUMNS = kept_picture.c
_ASKED_AT_ONCE = 500


def open_kept_pictures(path: Path, *, read_only: bool = False, busy_s: float = 20.0) -> StoredPictures:
    """Open the pictures in the store's file ``path``; StoreError as ``store.sqlite.open_store``."""
    return StoredPictures(path, open_engine(path, read_only=read_only, busy_s=busy_s))


class StoredPictures:
    """Redacted pictures in one SQLite file. Made by ``open_kept_pictures``."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self._path = path
        self._engine = engine
        self._writing = for_writing(engine)

    def append(self, pictures: Sequence[NewPicture]) -> None:
        """Store pictures, all or none; TypeError for what is no ``NewPicture``."""
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            add(connection, pictures)

    def append_drive(self, drive_id: str, pictures: Sequence[NewPicture]) -> None:
        """Store all pictures of the sightings of one drive; they replace what that drive left before."""
        # As of sightings: a hyphen is followed by a full stop in the order of letters.
        mine = (_COLUMNS.about_id > f"{drive_id}-") & (_COLUMNS.about_id < f"{drive_id}.")
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            erase(connection, mine & (_COLUMNS.of == PictureOf.DEFECT.value))
            add(connection, pictures)

    def about(self, ids: Iterable[str]) -> list[KeptPicture]:
        """Return the pictures of these sightings and defects, in order of time."""
        wanted, found = sorted(set(ids)), []
        with spoken(self._path, "read"), self._engine.connect() as connection:
            for first in range(0, len(wanted), _ASKED_AT_ONCE):
                some = _COLUMNS.about_id.in_(wanted[first : first + _ASKED_AT_ONCE])
                found += [_kept(row) for row in connection.execute(select(kept_picture).where(some))]
        return sorted(found, key=lambda each: (each.at, each.number))

    def sums(self) -> dict[str, str]:
        """Return the SHA-256 of the picture of each sighting that has one."""
        asking = select(_COLUMNS.about_id, _COLUMNS.sha256).where(_COLUMNS.of == PictureOf.DEFECT.value)
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return {row.about_id: row.sha256 for row in connection.execute(asking.order_by(_COLUMNS.number))}

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


def erase(connection: Connection, which: ColumnElement[bool]) -> int:
    """Delete pictures and overwrite their bytes in the file; return how many went."""
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    went = connection.execute(delete(kept_picture).where(which)).rowcount
    connection.exec_driver_sql("PRAGMA secure_delete = OFF")
    return went


def cut_journal(engine: Engine) -> None:
    """Bring the journal (WAL) into the file and cut it to nothing: it holds what was written before it was erased.

    SQLite does so by itself when the last program lets go of the file, which a server never does. While somebody reads
    what stood there before, it stays until the next time.
    """
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.close()


def add(connection: Connection, pictures: Sequence[NewPicture]) -> None:
    """Store pictures within a transaction; TypeError for what is no ``NewPicture``."""
    rows = [_row(each) for each in pictures]
    if rows:
        connection.execute(insert(kept_picture), rows)


def _row(one: NewPicture) -> dict[str, Any]:
    if type(one) is not NewPicture:
        raise TypeError(f"only pictures that the redactor made are kept, got a {type(one).__name__}")
    jpeg = one.redacted.jpeg
    sha256 = hashlib.sha256(jpeg).hexdigest()
    return {"of": one.of.value, "about_id": one.about_id, "at_us": to_us(one.at), "sha256": sha256, "jpeg": jpeg}


def _kept(row: Row[Any]) -> KeptPicture:
    return KeptPicture(row.number, PictureOf(row.of), row.about_id, from_us(row.at_us), row.sha256, row.jpeg)
