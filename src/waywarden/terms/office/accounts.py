"""Accounts: work names that may do something here, and the one table of which role may what.

An account is a post in an office, not somebody: nothing is kept of whoever holds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from waywarden.terms.distress import WORK_NAME, Role
from waywarden.terms.ledger import Fact


class AccountRole(StrEnum):
    """What an account may do: each role what the ones before it may, and more."""

    VIEWER = "viewer"
    INSPECTOR = "inspector"
    FOREMAN = "foreman"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


NAMES, LEDGER, ACCOUNTS = "names", "ledger", "accounts"
"""What can be done besides writing facts: change defects' names, read who wrote what, look after accounts."""

LEAST_ROLE: Mapping[str, AccountRole] = MappingProxyType(
    {
        Fact.MEASURED: AccountRole.INSPECTOR,
        Fact.CONFIRMED: AccountRole.INSPECTOR,
        Fact.REJECTED: AccountRole.INSPECTOR,
        Fact.REOPENED: AccountRole.INSPECTOR,
        NAMES: AccountRole.INSPECTOR,
        Fact.ORDERED: AccountRole.FOREMAN,
        Fact.MADE_SAFE: AccountRole.FOREMAN,
        Fact.REPAIRED_TEMPORARILY: AccountRole.FOREMAN,
        Fact.REPAIRED: AccountRole.FOREMAN,
        Fact.CLOSED: AccountRole.MANAGER,
        LEDGER: AccountRole.MANAGER,
        ACCOUNTS: AccountRole.ADMINISTRATOR,
    }
)
"""The least role that may do each thing. What is not here (``seen``, ``verified``) only the program writes down."""

_WORD = {
    AccountRole.INSPECTOR: Role.INSPECTOR,
    AccountRole.FOREMAN: Role.FOREMAN,
    AccountRole.MANAGER: Role.MANAGER,
    AccountRole.ADMINISTRATOR: Role.MANAGER,
}


@dataclass(frozen=True, slots=True)
class Account:
    """A work name that the office chose, such as ``inspector-2``, with its role; ``locked`` it may do nothing.

    A ``machine`` has no password, only tokens; ``until`` is when the last of them runs out, None where there is none.
    Others sign in with a password where they have one (``has_password``), or at a provider by one of their ``links``.
    """

    name: str
    role: AccountRole
    locked: bool = False
    machine: bool = False
    until: datetime | None = None
    links: int = 0
    has_password: bool = True

    def __post_init__(self) -> None:
        """Refuse names that could be somebody's (ValueError)."""
        check_name(self.name)


def check_name(name: str) -> None:
    """Raise ValueError where ``name`` is no work name, and say what is one."""
    if "@" in name:
        raise ValueError(f"an account has the name of a post, such as inspector-2, not an e-mail address, got {name!r}")
    if not WORK_NAME.fullmatch(name):
        raise ValueError(
            f"an account's name is 2 to 40 small letters, figures and hyphens, such as inspector-2, got {name!r}"
        )


def may(role: AccountRole, what: str) -> bool:
    """Return whether ``role`` may do ``what``, a fact or one of the names above.

    Examples
    --------
    >>> may(AccountRole.FOREMAN, Fact.CONFIRMED), may(AccountRole.INSPECTOR, Fact.ORDERED)
    (True, False)
    """
    least = LEAST_ROLE.get(what)
    order = list(AccountRole)
    return least is not None and order.index(role) >= order.index(least)


def word_of(role: AccountRole) -> Role:
    """Return on whose word the ledger has what an account of ``role`` writes; ValueError for a viewer's."""
    if role not in _WORD:
        raise ValueError(f"a {role} writes nothing down")
    return _WORD[role]
