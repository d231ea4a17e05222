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
from waywarden.run.accounts.signing_in import SECRET_BYTES, hashed
from waywarden.run.spoken import notes, tables
from waywarden.store.office.accounts import StoredAccounts, open_accounts
from waywarden.terms.errors import AccountError, ConfigError
from waywarden.terms.office.accounts import Account, AccountRole

LONGEST_TOKEN_DAYS = 731
accounts_app = typer.Typer(help="Who may write through the API.")

Name = Annotated[str, typer.Argument(help="A post of the office, such as inspector-2; never anybody's own name.")]
RoleOption = Annotated[AccountRole, typer.Option(help="What it may do; each role what the ones before it may.")]
StoreFile = Annotated[Path, typer.Option("--store", help="The file that holds the records (SQLite).")]
STORE = Path("waywarden.sqlite")


@accounts_app.command("add")
def accounts_add(name: Name, role: RoleOption, store_file: StoreFile = STORE) -> None:
    """Add an account. Its password is asked for, or read from standard input, a line."""
    account = _account(name, role)
    accounts = _opened(store_file)
    if accounts.find(name) is not None:
        raise AccountError(f"there is an account {name} already: choose another name, or remove that one")
    accounts.add(account, hash_of(_password(name)))
    notes.print(f"{name} may sign in as {role}")


@accounts_app.command("list")
def accounts_list(store_file: StoreFile = STORE) -> None:
    """List the accounts."""
    table = Table("account", "role", "signs in with", "locked", title="Accounts")
    for each in _opened(store_file).all():
        until = "no token" if each.until is None else f"tokens, the last until {each.until:%Y-%m-%d}"
        table.add_row(each.name, each.role, until if each.machine else "a password", "locked" if each.locked else "")
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


@accounts_app.command("password")
def accounts_password(name: Name, store_file: StoreFile = STORE) -> None:
    """Give an account another password; its sessions end."""
    accounts = _opened(store_file)
    account = accounts.find(name)
    if account is None or account.machine:
        raise AccountError(f"there is no account {name} with a password: 'waywarden accounts list' prints them")
    accounts.set_password_hash(name, hash_of(_password(name)))
    notes.print(f"{name} has another password")


@accounts_app.command("remove")
def accounts_remove(name: Name, store_file: StoreFile = STORE) -> None:
    """Forget an account, its sessions and its tokens. What it wrote stays in the ledger, under its name."""
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
        raise AccountError(f"{name} signs in with a password: give the machine a name of its own")
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
