"""The ledger of road damage: entries are added, and never changed or taken out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"


def upgrade() -> None:
    """Create the table, and the triggers that refuse what a ledger does not do."""
    op.create_table(
        "ledger_entry",
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("defect_id", sa.String, nullable=False),
        sa.Column("fact", sa.String, nullable=False),
        sa.Column("observed_us", sa.BigInteger, nullable=False),
        sa.Column("recorded_us", sa.BigInteger, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("weights", sa.String, nullable=False),
        sa.Column("policy", sa.String, nullable=False),
        sa.Column("told", sa.String, nullable=False),
        sa.Column("previous_hash", sa.String, nullable=False),
        sa.Column("entry_hash", sa.String, nullable=False),
    )
    op.create_index("ledger_entry_by_defect", "ledger_entry", ["defect_id", "number"])
    for what in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER ledger_entry_no_{what.lower()} BEFORE {what} ON ledger_entry "
            "BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END"
        )
