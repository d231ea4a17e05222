"""When stretches of streets were looked at and what was found, and every sighting of road damage."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the tables and their indices."""
    op.create_table(
        "inspection",
        sa.Column("street_id", sa.String, primary_key=True),
        sa.Column("way", sa.String, primary_key=True),
        sa.Column("at_us", sa.BigInteger, primary_key=True),
        sa.Column("pass_id", sa.String, primary_key=True),
        sa.Column("from_m", sa.Double, primary_key=True),
        sa.Column("to_m", sa.Double, nullable=False),
        sa.Column("network", sa.String, nullable=False),
        sa.Column("mean_speed_mps", sa.Double, nullable=False),
        sa.Column("light", sa.String, nullable=False),
        sa.Column("wet", sa.Boolean),
        sa.Column("seen_share", sa.Double, nullable=False),
        sa.Column("found", sa.String),
        sa.Column("method", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "distress_sighting",
        sa.Column("street_id", sa.String, primary_key=True),
        sa.Column("way", sa.String, primary_key=True),
        sa.Column("at_us", sa.BigInteger, primary_key=True),
        sa.Column("sighting_id", sa.String, primary_key=True),
        sa.Column("pass_id", sa.String, nullable=False),
        sa.Column("chainage_m", sa.Double, nullable=False),
        sa.Column("kind", sa.String),
        sa.Column("extent_m2", sa.Double),
        sqlite_with_rowid=False,
    )
    for table in ("inspection", "distress_sighting"):
        op.create_index(f"{table}_by_pass", table, ["pass_id"])
        op.create_index(f"{table}_by_time", table, ["at_us"])
