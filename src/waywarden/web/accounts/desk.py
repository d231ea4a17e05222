"""What signing in and writing work with; ``run.accounts`` fills it in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from waywarden.terms.ledger import Fact, LedgerEntry
from waywarden.terms.office.accounts import Account


@dataclass(frozen=True, slots=True)
class Writing:
    """A fact that ``account`` wants to be written down. ``told`` is a JSON object in its one spelling."""

    account: Account
    defect_id: str
    fact: Fact
    told: str = "{}"


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
    origin : str
        The address that the page is opened at, such as ``https://roads.example.org``; empty if it was not told.
    """

    sign_in: Callable[[str, str, str], str]
    sign_out: Callable[[str], None]
    signed_in: Callable[[str], Account | None]
    of_token: Callable[[str], Account | None]
    new_password: Callable[[str, str, str, str], str]
    try_write: Callable[[str, str], None]
    write: Callable[[Writing], LedgerEntry]
    origin: str = ""

    @property
    def is_https(self) -> bool:
        """Whether the page is opened by https."""
        return self.origin.startswith("https://")
