"""What SQLite says when it cannot, in words for a person."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from waywarden.terms.errors import StoreError

# Primary result codes, https://www.sqlite.org/rescode.html; extended codes carry the primary one in their low byte.
_SENTENCES = {
    sqlite3.SQLITE_FULL: "the disk is full: free some space and try again (what was stored before is kept)",
    sqlite3.SQLITE_BUSY: "another program holds it locked: try again when that is done",
    sqlite3.SQLITE_LOCKED: "another program holds it locked: try again when that is done",
    sqlite3.SQLITE_NOTADB: "it is not a record store (not an SQLite file): give another path",
    sqlite3.SQLITE_CORRUPT: "it is damaged: put back a copy, or move it away and count again",
    sqlite3.SQLITE_READONLY: "it may not be written to: change its permissions and its folder's, or give another path",
    sqlite3.SQLITE_PERM: "it may not be opened: change its permissions, or give another path",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: check that its folder is there and that both may be written to",
    sqlite3.SQLITE_IOERR: "the disk could not be read or written: look at the disk, then try again",
}


@contextmanager
def spoken(path: Path, doing: str) -> Iterator[None]:
    """Turn what the database throws into a StoreError of one sentence.

    Parameters
    ----------
    path : Path
        The store's file, named in the sentence.
    doing : str
        What was being done to it, for instance ``"write"``.
    """
    try:
        yield
    except DBAPIError as fault:
        raise StoreError(_sentence(path, doing, fault.orig)) from fault
    except sqlite3.Error as fault:
        raise StoreError(_sentence(path, doing, fault)) from fault


def _sentence(path: Path, doing: str, fault: BaseException | None) -> str:
    code = getattr(fault, "sqlite_errorcode", None)
    said = str(fault).replace("\n", " ")
    why = _SENTENCES.get(code & 0xFF) if code is not None else None
    return f"cannot {doing} the record store {path}: {why or said}"
