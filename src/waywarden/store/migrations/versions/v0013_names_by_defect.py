"""Which changes of names touch a defect; streets by all four sides, and defects by their order."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_AT_ONCE = 1000


def upgrade() -> None:
    """Create the table, fill it from the changes there are, and make the index anew."""
    touched = op.create_table(
        "name_touched",
        sa.Column("defect_id", sa.String, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT number, moves FROM name_change ORDER BY number"))
    while some := rows.fetchmany(_AT_ONCE):
        pairs = [
            {"defect_id": name, "number": number}
            for number, moves in some
            for name in {each for _, *names in json.loads(moves) for each in names if each is not None}
        ]
        if pairs:
            connection.execute(sa.insert(touched), pairs)
    op.create_index("defect_now_by_order", "defect_now", ["order_id", "changed_us"])
    op.drop_index("segment_now_by_place", "segment_now")
    op.create_index("segment_now_by_place", "segment_now", ["south_deg", "north_deg", "west_deg", "east_deg"])
