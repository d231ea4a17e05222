"""Links between accounts and whom a provider vouches for, in the store's SQLite file. All that is kept are hashes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, delete, insert, select

from waywarden.store.faults import spoken
from waywarden.store.opening import for_writing, open_engine
from waywarden.store.schema import account, account_link, account_session, link_code, link_salt, to_us
from waywarden.terms.errors import AccountError


def open_links(path: Path, *, busy_s: float = 20.0) -> StoredLinks:
    """Open the links in the store's file ``path``; StoreError as ``store.sqlite.open_store``."""
    return StoredLinks(path, open_engine(path, read_only=False, busy_s=busy_s))


class StoredLinks:
    """Links in one SQLite file; may be used from many threads at once. Made by ``open_links``."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self._path = path
        self._engine = engine
        self._writing = for_writing(engine)

    def salt(self, fresh: str) -> str:
        """Return the store's salt; where it has none yet, that is ``fresh`` from now on."""
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            kept: str | None = connection.execute(select(link_salt.c.salt)).scalar()
            if kept is None:
                connection.execute(insert(link_salt), {"number": 0, "salt": fresh})
            return kept or fresh

    def account_of(self, subject_hash: str) -> str | None:
        """Return the name of the account that is linked; None if there is none."""
        asking = select(account_link.c.account).where(account_link.c.subject_hash == subject_hash)
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return connection.execute(asking).scalar()

    def add_code(self, code_hash: str, subject_hash: str, at: datetime, until: datetime) -> None:
        """Store a code that is good until ``until``, and forget those that ran out before ``at``."""
        row = {"code_hash": code_hash, "subject_hash": subject_hash, "until_us": to_us(until)}
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            connection.execute(delete(link_code).where(link_code.c.until_us <= to_us(at)))
            connection.execute(insert(link_code), row)

    def link(self, name: str, code_hash: str, at: datetime) -> None:
        """Link the account ``name`` to whom a code was given to, and forget all codes of the same.

        Raises
        ------
        AccountError
            The code is not known or ran out before ``at``; there is no such account, or it is a machine.
        """
        columns = link_code.c
        wanted = select(columns.subject_hash).where(columns.code_hash == code_hash, columns.until_us > to_us(at))
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            password_hash = connection.execute(select(account.c.password_hash).where(account.c.name == name)).scalar()
            if not password_hash:
                raise AccountError(f"there is no account {name} that somebody signs in to: 'waywarden accounts list'")
            subject_hash = connection.execute(wanted).scalar()
            if subject_hash is None:
                raise AccountError(
                    "that code is not known here, was used, or is too old: sign in again for another one"
                )
            connection.execute(delete(account_link).where(account_link.c.subject_hash == subject_hash))
            connection.execute(insert(account_link), {"subject_hash": subject_hash, "account": name})
            connection.execute(delete(link_code).where(columns.subject_hash == subject_hash))

    def unlink(self, name: str) -> int:
        """Forget all links of an account and end its sessions; return how many there were, AccountError if none."""
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            gone = connection.execute(delete(account_link).where(account_link.c.account == name)).rowcount
            if not gone:
                raise AccountError(f"there is no account {name} with a link: 'waywarden accounts list' prints them")
            connection.execute(delete(account_session).where(account_session.c.account == name))
        return gone
