"""Accounts, their sessions and tokens in the store's SQLite file. Of passwords, sessions and tokens only hashes are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from waywarden.store.faults import spoken
from waywarden.store.opening import for_writing, open_engine
from waywarden.store.schema import (
    account,
    account_link,
    account_session,
    account_token,
    from_us,
    link_code,
    to_us,
    written_once,
)
from waywarden.terms.errors import AccountError, StoreError
from waywarden.terms.office.accounts import Account, AccountRole

NO_PASSWORD = "-"  # noqa: S105 - says that there is none
"""What is kept for a password's hash where somebody signs in at a provider alone. A machine's is empty."""
_LAST_TOKEN = (
    select(func.max(account_token.c.until_us))
    .where(account_token.c.account == account.c.name)
    .scalar_subquery()
    .label("until_us")
)
_LINKS = (
    select(func.count())
    .select_from(account_link)
    .where(account_link.c.account == account.c.name)
    .scalar_subquery()
    .label("links")
)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody is signed in as ``account``, since ``began_at``, and was last heard of at ``seen_at``."""

    account: str
    began_at: datetime
    seen_at: datetime


def open_accounts(path: Path, *, busy_s: float = 20.0) -> StoredAccounts:
    """Open the accounts in the store's file ``path``; StoreError as ``store.sqlite.open_store``."""
    return StoredAccounts(path, open_engine(path, read_only=False, busy_s=busy_s))


class StoredAccounts:
    """Accounts in one SQLite file; may be used from many threads at once. Made by ``open_accounts``."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self._path = path
        self._engine = engine
        self._writing = for_writing(engine)

    def add(self, one: Account, password_hash: str) -> None:
        """Store a new account, with an empty ``password_hash`` for a machine; AccountError if its name is taken.

        Where somebody signs in at a provider alone, it is ``NO_PASSWORD``.
        """
        row = {"name": one.name, "role": one.role.value, "password_hash": password_hash, "locked": one.locked}
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            if self._find(connection, one.name) is not None:
                raise AccountError(f"there is an account {one.name} already: choose another name, or remove that one")
            connection.execute(insert(account), row)

    def all(self) -> list[Account]:
        """Return every account, ordered by name."""
        asking = select(account, _LAST_TOKEN, _LINKS).order_by(account.c.name)
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return [self._account(row) for row in connection.execute(asking)]

    def find(self, name: str) -> Account | None:
        """Return the account of that name, None if there is none."""
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return self._find(connection, name)

    def password_hash(self, name: str) -> str:
        """Return the hash of an account's password; empty where there is no such account, or it has none."""
        asking = select(account.c.password_hash).where(account.c.name == name)
        with spoken(self._path, "read"), self._engine.connect() as connection:
            kept: str | None = connection.execute(asking).scalar()
        return "" if kept is None or kept == NO_PASSWORD else kept

    def set_role(self, name: str, role: AccountRole) -> None:
        """Give an account another role; AccountError if there is none of that name, here and below."""
        self._change(name, {"role": role.value})

    def set_locked(self, name: str, *, locked: bool) -> None:
        """Lock an account, which ends its sessions, or unlock it."""
        self._change(name, {"locked": locked})

    def set_password_hash(self, name: str, password_hash: str) -> None:
        """Give an account another password; its sessions end."""
        self._change(name, {"password_hash": password_hash})

    def remove(self, name: str) -> None:
        """Forget an account, with its sessions, tokens and links. What it wrote into the ledger stays there."""
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            gone = connection.execute(delete(account).where(account.c.name == name)).rowcount
            self._refuse_none(name, gone)
            for table in (account_session, account_token, account_link, written_once):
                connection.execute(delete(table).where(table.c.account == name))

    def begin_session(self, session_hash: str, name: str, at: datetime) -> None:
        """Write down that a session of the account ``name`` begins."""
        row = {"session_hash": session_hash, "account": name, "began_us": to_us(at), "seen_us": to_us(at)}
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            connection.execute(insert(account_session), row)

    def session(self, session_hash: str) -> Session | None:
        """Return a session, however old it is; None if there is none."""
        asking = select(account_session).where(account_session.c.session_hash == session_hash)
        with spoken(self._path, "read"), self._engine.connect() as connection:
            row = connection.execute(asking).first()
        return None if row is None else Session(row.account, from_us(row.began_us), from_us(row.seen_us))

    def touch_session(self, session_hash: str, at: datetime) -> None:
        """Write down that a session was heard of at ``at``."""
        changing = update(account_session).where(account_session.c.session_hash == session_hash)
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            connection.execute(changing.values(seen_us=to_us(at)))

    def end_session(self, session_hash: str) -> None:
        """Forget a session."""
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            connection.execute(delete(account_session).where(account_session.c.session_hash == session_hash))

    def add_token(self, token_hash: str, name: str, until: datetime) -> None:
        """Store a machine's token, which is good until ``until``."""
        row = {"token_hash": token_hash, "account": name, "until_us": to_us(until)}
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            connection.execute(insert(account_token), row)

    def token(self, token_hash: str, at: datetime) -> str | None:
        """Return the account of a token that is good at ``at``; None if there is none."""
        columns = account_token.c
        asking = select(columns.account).where(columns.token_hash == token_hash, columns.until_us > to_us(at))
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return connection.execute(asking).scalar()

    def prune(self, *, sessions_before: datetime, tokens_before: datetime, codes_before: datetime) -> None:
        """Forget sessions that were last heard of before a time, and tokens and codes that ran out before one."""
        old_sessions = delete(account_session).where(account_session.c.seen_us < to_us(sessions_before))
        old_tokens = delete(account_token).where(account_token.c.until_us < to_us(tokens_before))
        with spoken(self._path, "prune"), self._writing.begin() as connection:
            connection.execute(old_sessions)
            connection.execute(old_tokens)
            connection.execute(delete(link_code).where(link_code.c.until_us < to_us(codes_before)))

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _change(self, name: str, values: dict[str, Any]) -> None:
        """Change an account, and end its sessions: whoever is in signs in anew, with what holds from now on."""
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            changed = connection.execute(update(account).where(account.c.name == name).values(values)).rowcount
            self._refuse_none(name, changed)
            connection.execute(delete(account_session).where(account_session.c.account == name))

    def _find(self, connection: Connection, name: str) -> Account | None:
        row = connection.execute(select(account, _LAST_TOKEN, _LINKS).where(account.c.name == name)).first()
        return None if row is None else self._account(row)

    def _account(self, row: Row[Any]) -> Account:
        try:
            until = None if row.until_us is None else from_us(row.until_us)
            machine, has_password = not row.password_hash, row.password_hash not in {"", NO_PASSWORD}
            return Account(row.name, AccountRole(row.role), row.locked, machine, until, row.links, has_password)
        except ValueError as error:
            raise StoreError(f"an account in {self._path} was changed: {error}; put back a copy") from error

    def _refuse_none(self, name: str, rows: int) -> None:
        if not rows:
            raise AccountError(f"there is no account {name} in {self._path}: 'waywarden accounts list' prints them")
