"""Signing in: sessions and tokens of the accounts in a store, and the desk that the API works with.

The log says that somebody signed in, could not, or may not; never a password, a session, a token or an address.
"""

from __future__ import annotations

import hashlib
import logging
import math
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from waywarden.run.accounts.passwords import check_password, hash_of, is_right
from waywarden.run.accounts.provider.asking import BackChannel
from waywarden.run.accounts.provider.flow import AtProvider
from waywarden.run.accounts.provider.links import Links
from waywarden.run.accounts.provider.told import Told
from waywarden.run.accounts.throttle import Throttle
from waywarden.run.accounts.writing import rename, write_down
from waywarden.run.road.ledger import read_entries
from waywarden.run.road.names import kept_changes
from waywarden.store.office.accounts import StoredAccounts, open_accounts
from waywarden.store.office.links import open_links
from waywarden.terms.distress import WORK_NAME
from waywarden.terms.errors import ConfigError
from waywarden.terms.office.accounts import Account
from waywarden.web.accounts.desk import Desk, Going, Provider
from waywarden.web.problems import RefusedError, UnknownNameError

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
"""A session ends when nothing was heard of it for so long, and in any case: OWASP ASVS 4.0.3, 3.3.2, level 2."""
TOUCHED_EVERY = timedelta(minutes=1)
"""That a session is in use is written down no more often than this."""
SECRET_BYTES = 32
"""256 bits; OWASP ASVS 4.0.3, 3.2.2 wants 64."""
log = logging.getLogger("waywarden.accounts")


def now_utc() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class SigningIn:
    """Sessions and tokens of the accounts in one store; may be used from many threads at once."""

    def __init__(self, accounts: StoredAccounts, throttle: Throttle, clock: Callable[[], datetime] = now_utc) -> None:
        self._accounts, self._throttle, self._clock = accounts, throttle, clock

    def sign_in(self, name: str, password: str, address: str) -> str:
        """Return the secret of a new session; RefusedError (401, 429) where there is to be none."""
        account = self._proven(name, password, address)
        log.info("%s signed in", account.name)
        return self._begin(account.name)

    def come_in(self, name: str, before: str) -> str:
        """Return the secret of a new session of an account that a provider vouched for, in place of one ``before``."""
        account = self._unlocked(name)
        if account is None:
            log.warning("a sign-in by a link was refused for %s", name)
            raise RefusedError(HTTPStatus.FORBIDDEN, f"{name} is locked: ask whoever looks after the accounts")
        log.info("%s signed in by a link", name)
        self.sign_out(before)
        return self._begin(name)

    def try_begin(self, address: str) -> None:
        """Count a sign-in at a provider that begins; RefusedError (429) where there are too many."""
        _refuse_haste(self._throttle.try_begin(address))

    def sign_out(self, session: str) -> None:
        """End a session."""
        self._accounts.end_session(hashed(session))

    def signed_in(self, session: str) -> Account | None:
        """Return whose session that is; None where it is nobody's, has run out, or the account is locked."""
        found, now = self._accounts.session(hashed(session)), self._clock()
        if found is None:
            return None
        if now - found.seen_at >= IDLE or now - found.began_at >= LONGEST:
            self._accounts.end_session(hashed(session))
            return None
        if now - found.seen_at >= TOUCHED_EVERY:
            self._accounts.touch_session(hashed(session), now)
        return self._unlocked(found.account)

    def of_token(self, token: str) -> Account | None:
        """Return whose token that is; None where it is nobody's, has run out, or the account is locked."""
        name = self._accounts.token(hashed(token), self._clock())
        return None if name is None else self._unlocked(name)

    def new_password(self, session: str, old: str, new: str, address: str) -> str:
        """Change the password of whoever is signed in, end all sessions of the account, and begin one."""
        account = self.signed_in(session)
        if account is None:
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "nobody is signed in")
        self._proven(account.name, old, address)
        check_password(new, account.name)
        self._accounts.set_password_hash(account.name, hash_of(new))
        log.info("%s has a new password", account.name)
        return self._begin(account.name)

    def try_write(self, name: str, address: str) -> None:
        """Count a write; RefusedError (429) where there are too many."""
        _refuse_haste(self._throttle.try_write(name, address))

    def _proven(self, name: str, password: str, address: str) -> Account:
        """Return the account whose password that is; it takes as long where there is no such account."""
        _refuse_haste(self._throttle.try_password(name[:64], address))
        account = self._accounts.find(name) if WORK_NAME.fullmatch(name) else None
        right = is_right(password, "" if account is None else self._accounts.password_hash(name))
        if not right or account is None or account.locked:
            # What was given for a name is not logged: it may be a password that was typed into the wrong field.
            log.warning("a sign-in was refused for %s", "no account" if account is None else account.name)
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "the name or the password is wrong, or the account is locked")
        self._throttle.was_right(name[:64])
        return account

    def _begin(self, name: str) -> str:
        session, now = secrets.token_urlsafe(SECRET_BYTES), self._clock()
        self._accounts.prune(sessions_before=now - IDLE, tokens_before=now - LONGEST, codes_before=now)
        self._accounts.begin_session(hashed(session), name, now)
        return session

    def _unlocked(self, name: str) -> Account | None:
        account = self._accounts.find(name)
        return None if account is None or account.locked else account


def desk_of(store_file: Path, origin: str, told: Told | None = None) -> Desk:
    """Return the desk at which the accounts of ``store_file`` sign in and write; also by the provider ``told`` of."""
    accounts = open_accounts(store_file)
    signing_in = SigningIn(accounts, Throttle())

    def lock(name: str, locked: bool) -> None:  # noqa: FBT001 - as the desk has it
        if accounts.find(name) is None:
            raise UnknownNameError(f"there is no account '{name[:40]}'")
        accounts.set_locked(name, locked=locked)
        log.info("%s is %s", name, "locked" if locked else "unlocked")

    return Desk(
        sign_in=signing_in.sign_in,
        sign_out=signing_in.sign_out,
        signed_in=signing_in.signed_in,
        of_token=signing_in.of_token,
        new_password=signing_in.new_password,
        try_write=signing_in.try_write,
        write=lambda writing: write_down(store_file, writing, now_utc()),
        rename=lambda renaming: rename(store_file, renaming, now_utc()),
        entries=lambda first, most: read_entries(store_file, first=first, most=most),
        changes=lambda first, most: kept_changes(store_file)[first : first + most],
        accounts=accounts.all,
        lock=lock,
        origin=origin,
        provider=None if told is None else _provider(told, store_file, signing_in),
    )


def _provider(told: Told, store_file: Path, signing_in: SigningIn) -> Provider:
    links = Links(open_links(store_file))
    at_provider = AtProvider(told, BackChannel(told.host), links, signing_in.come_in, now_utc)

    def begin(session: str, address: str) -> Going:
        signing_in.try_begin(address)
        return at_provider.begin(session)

    return Provider(told.host, begin, at_provider.finish)


def say_who_signs_in() -> None:
    """Let the log of accounts go to standard error, a line each."""
    lines = logging.StreamHandler()
    lines.setFormatter(logging.Formatter("%(asctime)s accounts: %(message)s"))
    log.addHandler(lines)
    log.setLevel(logging.INFO)


def read_origin(text: str) -> str:
    """Return the origin that ``text`` spells, empty if it is empty; ConfigError if it is none."""
    parts = urlsplit(text)
    if text and (parts.scheme not in {"http", "https"} or not parts.netloc or text.rstrip("/").count("/") != 2):
        raise ConfigError(f"--origin wants an address such as https://roads.example.org, got {text!r}")
    return text.rstrip("/").lower()


def hashed(secret: str) -> str:
    """Return what is kept of a session or a token. They are random and long, so one SHA-256 will do."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _refuse_haste(wait_s: float) -> None:
    if wait_s > 0:
        whole_s = math.ceil(wait_s)
        said = f"that was too often: try again in {whole_s} s"
        raise RefusedError(HTTPStatus.TOO_MANY_REQUESTS, said, {"Retry-After": str(whole_s)})
