"""``waywarden accounts …``: who may write through the API. Passwords are asked for, never given as an argument."""

from __future__ import annotations

import secrets
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from waywarden.run.accounts.passwords import LONGEST, check_password, hash_of
from waywarden.run.accounts.provider.links import Links
from waywarden.run.accounts.signing_in import SECRET_BYTES, hashed, now_utc
from waywarden.run.spoken import notes, tables
from waywarden.store.office.accounts import NO_PASSWORD, StoredAccounts, open_accounts
from waywarden.store.office.links import open_links
from waywarden.terms.errors import AccountError, ConfigError
from waywarden.terms.office.accounts import Account, AccountRole

LONGEST_TOKEN_DAYS = 731
accounts_app = typer.Typer(help="Who may write through the API.")

Name = Annotated[str, typer.Argument(help="A post of the office, such as inspector-2; never anybody's own name.")]
RoleOption = Annotated[AccountRole, typer.Option(help="What it may do; each role what the ones before it may.")]
StoreFile = Annotated[Path, typer.Option("--store", help="The file that holds the records (SQLite).")]
STORE = Path("waywarden.sqlite")


@accounts_app.command("add")
def accounts_add(
    name: Name,
    role: RoleOption,
    store_file: StoreFile = STORE,
    linked: Annotated[bool, typer.Option("--linked", help="No password: it signs in at a provider alone.")] = False,  # noqa: FBT002
) -> None:
    """Add an account. Its password is asked for, or read from standard input, a line."""
    account = _account(name, role)
    accounts = _opened(store_file)
    if accounts.find(name) is not None:
        raise AccountError(f"there is an account {name} already: choose another name, or remove that one")
    accounts.add(account, NO_PASSWORD if linked else hash_of(_password(name)))
    how = ", once 'waywarden accounts link' has linked it" if linked else ""
    notes.print(f"{name} may sign in as {role}{how}")


@accounts_app.command("list")
def accounts_list(store_file: StoreFile = STORE) -> None:
    """List the accounts."""
    table = Table("account", "role", "signs in with", "locked", title="Accounts")
    for each in _opened(store_file).all():
        table.add_row(each.name, each.role, _signs_in_with(each), "locked" if each.locked else "")
    tables.print(table)


@accounts_app.command("role")
def accounts_role(name: Name, role: RoleOption, store_file: StoreFile = STORE) -> None:
    """Give an account another role. Whoever is signed in to it has to sign in anew."""
    _opened(store_file).set_role(name, role)
    notes.print(f"{name} is {role} now")


@accounts_app.command("lock")
def accounts_lock(name: Name, store_file: StoreFile = STORE) -> None:
    """Lock an account: from now on it may do nothing, and its sessions end."""
    _opened(store_file).set_locked(name, locked=True)
    notes.print(f"{name} is locked")


@accounts_app.command("unlock")
def accounts_unlock(name: Name, store_file: StoreFile = STORE) -> None:
    """Unlock an account."""
    _opened(store_file).set_locked(name, locked=False)
    notes.print(f"{name} is unlocked")


@accounts_app.command("link")
def accounts_link(
    name: Name,
    code: Annotated[str, typer.Argument(help="What the page showed to whoever is to sign in to it.")],
    store_file: StoreFile = STORE,
) -> None:
    """Link an account to whom the provider vouched for when the page showed CODE. Ask who reads it out to you."""
    account = _opened(store_file).find(name)
    if account is None or account.machine:
        raise AccountError(f"there is no account {name} that somebody signs in to: 'waywarden accounts list'")
    Links(open_links(store_file)).link(name, code, now_utc())
    notes.print(f"{name} may sign in at the provider, as {account.role}")


@accounts_app.command("unlink")
def accounts_unlink(name: Name, store_file: StoreFile = STORE) -> None:
    """Forget all links of an account; its sessions end."""
    gone = open_links(store_file).unlink(name)
    notes.print(f"{name} has no link any more; it had {gone}")


@accounts_app.command("password")
def accounts_password(
    name: Name,
    store_file: StoreFile = STORE,
    none: Annotated[bool, typer.Option("--none", help="Take it away: it signs in at a provider alone.")] = False,  # noqa: FBT002
) -> None:
    """Give an account another password; its sessions end."""
    accounts = _opened(store_file)
    account = accounts.find(name)
    if account is None or account.machine:
        raise AccountError(f"there is no account {name} that somebody signs in to: 'waywarden accounts list'")
    accounts.set_password_hash(name, NO_PASSWORD if none else hash_of(_password(name)))
    notes.print(f"{name} has {'no password any more' if none else 'another password'}")


@accounts_app.command("remove")
def accounts_remove(name: Name, store_file: StoreFile = STORE) -> None:
    """Forget an account, its sessions, tokens and links. What it wrote stays in the ledger, under its name."""
    _opened(store_file).remove(name)
    notes.print(f"{name} is removed")


@accounts_app.command("token")
def accounts_token(
    name: Name,
    role: RoleOption,
    days: Annotated[int, typer.Option(help="How long it is good.", min=1, max=LONGEST_TOKEN_DAYS)] = 90,
    store_file: StoreFile = STORE,
) -> None:
    """Make a token for a machine and print it, once: only its hash is kept. Locking or removing NAME ends it."""
    wanted, accounts = _account(name, role, machine=True), _opened(store_file)
    known = accounts.find(name)
    if known is None:
        accounts.add(wanted, "")
    elif not known.machine:
        raise AccountError(f"{name} is an account that somebody signs in to: give the machine a name of its own")
    elif known.role is not role:
        raise AccountError(f"{name} is {known.role}: ask for a token of that role, or change it with 'accounts role'")
    token, until = secrets.token_urlsafe(SECRET_BYTES), datetime.now(UTC) + timedelta(days=days)
    accounts.add_token(hashed(token), name, until)
    notes.print(f"good until {until:%Y-%m-%d}; send it as 'Authorization: Bearer TOKEN'; it is not shown again")
    typer.echo(token)


def _account(name: str, role: AccountRole, *, machine: bool = False) -> Account:
    try:
        return Account(name, role, machine=machine)
    except ValueError as error:
        raise ConfigError(str(error)) from error


def _signs_in_with(one: Account) -> str:
    if one.machine:
        return "no token" if one.until is None else f"tokens, the last until {one.until:%Y-%m-%d}"
    links = {0: "", 1: "a link"}.get(one.links, f"{one.links} links")
    return " and ".join(filter(None, ("a password" if one.has_password else "", links))) or "nothing yet"


def _opened(store_file: Path) -> StoredAccounts:
    return open_accounts(store_file)


def _password(name: str) -> str:
    """Ask for a password twice; from a script, read a line."""
    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        # One more than may be: check_password says that it is too long.
        password = sys.stdin.readline(LONGEST + 2).rstrip("\r\n")
    check_password(password, name)
    return str(password)
