"""Links between accounts and whom a provider vouches for, and codes by which they are made; all of them hashes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "account_link",
        sa.Column("subject_hash", sa.String, primary_key=True),
        sa.Column("account", sa.String, nullable=False),
    )
    op.create_table(
        "link_code",
        sa.Column("code_hash", sa.String, primary_key=True),
        sa.Column("subject_hash", sa.String, nullable=False),
        sa.Column("until_us", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "link_salt",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("salt", sa.String, nullable=False),
    )
