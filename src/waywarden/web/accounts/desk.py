"""What signing in and writing work with; ``run.accounts`` fills it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from waywarden.terms.distress import Change, KeptChange
from waywarden.terms.ledger import Fact, LedgerEntry
from waywarden.terms.office.accounts import Account


@dataclass(frozen=True, slots=True)
class Condition:
    """On which condition something is written.

    Nothing was written about it after the number ``after`` (None: whatever was); and once only under ``key`` (empty:
    each time it is sent), which goes with ``said``, all that is to be written.
    """

    after: int | None = None
    key: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Writing:
    """A fact that ``account`` wants to be written down. ``told`` is a JSON object in its one spelling.

    ``observed_at`` is None for now.
    """

    account: Account
    defect_id: str
    fact: Fact
    told: str
    observed_at: datetime | None
    condition: Condition


@dataclass(frozen=True, slots=True)
class Renaming:
    """A change of names that ``account`` wants: ``merged`` of two defects (the first stays), ``split``, ``undone``.

    ``names`` are the two defects, or the sightings that are split off; ``number`` is of the change that is taken back.
    """

    account: Account
    change: Change
    names: tuple[str, ...]
    number: int
    condition: Condition


@dataclass(frozen=True, slots=True)
class Going:
    """A sign-in at a provider begins: the browser goes to ``address``, and comes back with the secret ``browser``."""

    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class Provider:
    """Where one can sign in besides with a password.

    Parameters
    ----------
    name : str
        Its name for people: its host.
    begin : (session before, address) -> Going
        RefusedError where too many were begun, or the provider is not to be had.
    finish : (what the browser came back with, its secret) -> session
        The secret of a new session; RefusedError, in one sentence, where there is to be none.
    """

    name: str
    begin: Callable[[str, str], Going]
    finish: Callable[[Mapping[str, str], str], str]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one signs in, and what is written down there.

    Parameters
    ----------
    sign_in : (name, password, address) -> session
        The secret of a new session; RefusedError where the two do not fit, or too many were tried.
    sign_out : (session) -> None
        Ends it; nothing happens where there is none.
    signed_in, of_token : (secret) -> Account or None
        Whose session, or whose token, that is; None where it is nobody's, has run out, or the account is locked.
    new_password : (session, old, new, address) -> session
        Changes the password and ends all sessions of the account; the secret of a new one.
    try_write : (account, address) -> None
        Counts a write; RefusedError where there are too many.
    write : (Writing) -> LedgerEntry
        Writes a fact down; LedgerError where it cannot be, UnknownNameError where there is no such defect.
    rename : (Renaming) -> KeptChange
        Writes a change of names down; LedgerError where it cannot be.
    entries, changes : (first, most) -> entries of the ledger, or changes of names
        From number ``first`` on, ``most`` of them at most.
    accounts : () -> accounts
    lock : (name, locked) -> None
        Locks an account or unlocks it; UnknownNameError if there is none.
    origin : str
        The address that the page is opened at, such as ``https://roads.example.org``; empty if it was not told.
    provider : Provider or None
        Where one can sign in besides here; None if no provider was told of.
    """

    sign_in: Callable[[str, str, str], str]
    sign_out: Callable[[str], None]
    signed_in: Callable[[str], Account | None]
    of_token: Callable[[str], Account | None]
    new_password: Callable[[str, str, str, str], str]
    try_write: Callable[[str, str], None]
    write: Callable[[Writing], LedgerEntry]
    rename: Callable[[Renaming], KeptChange]
    entries: Callable[[int, int], Sequence[LedgerEntry]]
    changes: Callable[[int, int], Sequence[KeptChange]]
    accounts: Callable[[], Sequence[Account]]
    lock: Callable[[str, bool], None]
    origin: str = ""
    provider: Provider | None = None

    @property
    def is_https(self) -> bool:
        """Whether the page is opened by https."""
        return self.origin.startswith("https://")
