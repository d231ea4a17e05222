"""Where the ledger and the changes of names end, in a row of its own for each: a cut end does not take that with it."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as upsert

from waywarden.store.schema import chain_head
from waywarden.terms.errors import LedgerError
from waywarden.terms.ledger import Head

LEDGER, NAMES = "ledger", "names"


def kept_head(connection: Connection, chain: str) -> Head | None:
    """Return where ``chain`` ended when it was last added to; None where it never was."""
    columns = chain_head.c
    row = connection.execute(select(columns.entries, columns.hash).where(columns.chain == chain)).first()
    return None if row is None else Head(row.entries, row.hash)


def keep_head(connection: Connection, chain: str, head: Head) -> None:
    """Note where ``chain`` ends, in the transaction in which it is added to."""
    row = {"chain": chain, "entries": head.entries, "hash": head.entry_hash}
    connection.execute(upsert(chain_head).values(row).on_conflict_do_update(index_elements=["chain"], set_=row))


def refuse_cut(connection: Connection, chain: str, found: Head | None) -> None:
    """Raise LedgerError where ``chain`` does not end as was noted: what is added now would hide that."""
    if kept_head(connection, chain) != found:
        what, command = ("ledger", "ledger verify") if chain == LEDGER else ("changes of names", "road changes")
        raise LedgerError(
            f"the end of the {what} was cut off or changed ('waywarden {command}' says more): nothing is added to it; "
            "put back a copy that verifies"
        )
