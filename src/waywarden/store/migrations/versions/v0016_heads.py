"""Where the ledger and the changes of names end, each in a row of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Create the table, and fill it from what is there."""
    op.create_table(
        "chain_head",
        sa.Column("chain", sa.String, primary_key=True),
        sa.Column("entries", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
    )
    op.execute(
        "INSERT INTO chain_head SELECT 'ledger', number + 1, entry_hash FROM ledger_entry ORDER BY number DESC LIMIT 1"
    )
    op.execute(
        "INSERT INTO chain_head SELECT 'names', number + 1, change_hash FROM name_change ORDER BY number DESC LIMIT 1"
    )
