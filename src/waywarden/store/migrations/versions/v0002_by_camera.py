"""One camera's hours are asked for most often: an index for them."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the index."""
    op.create_index("traffic_interval_by_camera", "traffic_interval", ["camera_id", "start_us"])
