"""How far each bin can be trusted, beside the bins: made anew from them, so nothing is lost where it is not there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "interval_quality",
        sa.Column("start_us", sa.BigInteger, primary_key=True),
        sa.Column("camera_id", sa.String, primary_key=True),
        sa.Column("gate_id", sa.String, primary_key=True),
        sa.Column("direction", sa.String, primary_key=True),
        sa.Column("movement_id", sa.String, primary_key=True),
        sa.Column("quality", sa.String, nullable=False),
        sa.Column("doubts", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
