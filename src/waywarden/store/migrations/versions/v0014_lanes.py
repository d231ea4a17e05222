"""In which lane a street was driven, and in which lane damage is; of what was stored before, nobody knows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the columns: empty, for a stretch of many lanes looks no other than one of a single one."""
    op.add_column("inspection", sa.Column("lanes", sa.String, nullable=False, server_default=sa.text("'[]'")))
    for table in ("distress_sighting", "defect_now"):
        op.add_column(table, sa.Column("lane", sa.Integer))
