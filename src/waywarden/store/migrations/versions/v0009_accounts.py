"""Accounts that may write through the API, their sessions and tokens; and under which account something was written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the tables; the ledger and the changes of names get a column that is empty for all that is there."""
    op.create_table(
        "account",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("password_hash", sa.String, nullable=False),
        sa.Column("locked", sa.Boolean, nullable=False),
    )
    op.create_table(
        "account_session",
        sa.Column("session_hash", sa.String, primary_key=True),
        sa.Column("account", sa.String, nullable=False),
        sa.Column("began_us", sa.BigInteger, nullable=False),
        sa.Column("seen_us", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "account_token",
        sa.Column("token_hash", sa.String, primary_key=True),
        sa.Column("account", sa.String, nullable=False),
        sa.Column("until_us", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "written_once",
        sa.Column("account", sa.String, primary_key=True),
        sa.Column("key_hash", sa.String, primary_key=True),
        sa.Column("said_hash", sa.String, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
    )
    for table in ("ledger_entry", "name_change"):
        op.add_column(table, sa.Column("account", sa.String, nullable=False, server_default=sa.text("''")))
