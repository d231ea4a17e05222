"""Movements that were inferred over a gap are counted apart from those that were seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; nothing was inferred before."""
    op.add_column("traffic_interval", sa.Column("inferred", sa.BigInteger, nullable=False, server_default="0"))
