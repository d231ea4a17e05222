"""The first tables: traffic intervals and camera health."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "traffic_interval",
        sa.Column("start_us", sa.BigInteger, primary_key=True),
        sa.Column("camera_id", sa.String, primary_key=True),
        sa.Column("gate_id", sa.String, primary_key=True),
        sa.Column("direction", sa.String, primary_key=True),
        sa.Column("movement_id", sa.String, primary_key=True),
        sa.Column("vehicle_class", sa.String, primary_key=True),
        sa.Column("duration_s", sa.Integer, nullable=False),
        sa.Column("observed_s", sa.Double, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("mean_speed_mps", sa.Double),
        sa.Column("v85_mps", sa.Double),
        sa.Column("method", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "camera_health",
        sa.Column("camera_id", sa.String, primary_key=True),
        sa.Column("at_us", sa.BigInteger, primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
