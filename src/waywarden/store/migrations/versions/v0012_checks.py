"""How often a second count agreed with ours, by day, gate, way and class."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "count_check",
        sa.Column("start_us", sa.BigInteger, primary_key=True),
        sa.Column("camera_id", sa.String, primary_key=True),
        sa.Column("checker", sa.String, primary_key=True),
        sa.Column("gate_id", sa.String, primary_key=True),
        sa.Column("direction", sa.String, primary_key=True),
        sa.Column("vehicle_class", sa.String, primary_key=True),
        sa.Column("duration_s", sa.Integer, nullable=False),
        sa.Column("checked_s", sa.Double, nullable=False),
        sa.Column("agreed", sa.BigInteger, nullable=False),
        sa.Column("missed", sa.BigInteger, nullable=False),
        sa.Column("extra", sa.BigInteger, nullable=False),
        sa.Column("method", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
