"""Redacted pictures of defects and of their repairs; how surely a damage was seen, and how strongly felt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create the table and its indices, and the columns."""
    for name in ("score", "jolt_mps2"):
        op.add_column("distress_sighting", sa.Column(name, sa.Double))
    op.create_table(
        "kept_picture",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("of", sa.String, nullable=False),
        sa.Column("about_id", sa.String, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("jpeg", sa.LargeBinary, nullable=False),
        # A number that was given once is not given to another picture, also when the first is gone.
        sqlite_autoincrement=True,
    )
    op.create_index("kept_picture_by_subject", "kept_picture", ["about_id"])
    op.create_index("kept_picture_by_time", "kept_picture", ["at_us"])
