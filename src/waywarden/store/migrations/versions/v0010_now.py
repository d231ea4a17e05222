"""How each defect and each street segment stands now: worked out from the rest, so that maps and lists are quick."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

INDICES = {
    "defect_now_by_known": ("known_us", "defect_id"),
    "defect_now_by_state": ("state", "known_us"),
    "defect_now_by_kind": ("kind", "known_us"),
    "defect_now_by_street": ("street_id", "known_us"),
    "defect_now_by_place": (
        "lat_deg", "lon_deg", "merged_into", "waiting", "kind", "severity", "state", "defect_id",
    ),
    "defect_now_by_waiting": ("waiting", "merged_into", "state", "kind", "known_us"),
    "defect_now_by_verdict": ("judged_real", "judged_kind", "judged_source", "verdict"),
}  # fmt: skip


def upgrade() -> None:
    """Create the tables and their indices. They are filled when they are first asked for."""
    op.create_table(
        "defect_now",
        sa.Column("defect_id", sa.String, primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("waiting", sa.Boolean, nullable=False),
        sa.Column("merged_into", sa.String, nullable=False),
        sa.Column("kind", sa.String),
        sa.Column("severity", sa.String),
        sa.Column("street_id", sa.String, nullable=False),
        sa.Column("street", sa.String, nullable=False),
        sa.Column("way", sa.String, nullable=False),
        sa.Column("chainage_m", sa.Double),
        sa.Column("lon_deg", sa.Double),
        sa.Column("lat_deg", sa.Double),
        sa.Column("extent_m2", sa.Double),
        sa.Column("depth_mm", sa.Double),
        sa.Column("width_mm", sa.Double),
        sa.Column("passes", sa.Integer, nullable=False),
        sa.Column("known_us", sa.BigInteger, nullable=False),
        sa.Column("first_seen_us", sa.BigInteger),
        sa.Column("last_seen_us", sa.BigInteger),
        sa.Column("changed_us", sa.BigInteger, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("order_id", sa.String, nullable=False),
        sa.Column("judged_kind", sa.String, nullable=False),
        sa.Column("judged_source", sa.String, nullable=False),
        sa.Column("judged_real", sa.Boolean),
        sa.Column("verdict", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
    for name, columns in INDICES.items():
        op.create_index(name, "defect_now", list(columns))
    _create_segments()


def _create_segments() -> None:
    op.create_table(
        "segment_now",
        sa.Column("street_id", sa.String, primary_key=True),
        sa.Column("from_m", sa.Double, primary_key=True),
        sa.Column("to_m", sa.Double, nullable=False),
        sa.Column("street", sa.String, nullable=False),
        sa.Column("street_class", sa.String, nullable=False),
        sa.Column("oneway", sa.String, nullable=False),
        sa.Column("line", sa.String, nullable=False),
        sa.Column("west_deg", sa.Double, nullable=False),
        sa.Column("south_deg", sa.Double, nullable=False),
        sa.Column("east_deg", sa.Double, nullable=False),
        sa.Column("north_deg", sa.Double, nullable=False),
        sa.Column("along_us", sa.BigInteger),
        sa.Column("against_us", sa.BigInteger),
        sa.Column("condition", sa.Double),
        sa.Column("band", sa.Integer),
        sa.Column("defects", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "now_made",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("entries", sa.BigInteger, nullable=False),
        sa.Column("changes", sa.BigInteger, nullable=False),
        sa.Column("network", sa.String, nullable=False),
    )
    op.create_index("segment_now_by_place", "segment_now", ["south_deg", "north_deg"])
