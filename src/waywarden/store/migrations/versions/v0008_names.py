"""Changes of the names of defects, beside the ledger: added, and never changed or taken out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the table, and the triggers that refuse what is not done to it."""
    op.create_table(
        "name_change",
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("change", sa.String, nullable=False),
        sa.Column("moves", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("undoes", sa.BigInteger),
        sa.Column("recorded_us", sa.BigInteger, nullable=False),
        sa.Column("previous_hash", sa.String, nullable=False),
        sa.Column("change_hash", sa.String, nullable=False),
    )
    for what in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER name_change_no_{what.lower()} BEFORE {what} ON name_change "
            "BEGIN SELECT RAISE(ABORT, 'changes of names are only added to'); END"
        )
