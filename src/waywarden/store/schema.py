"""The tables, as they are after the last migration. Nothing in them is about a road user.

Times are whole microseconds since 1970-01-01T00:00:00Z, so that an instant comes back exactly as it went in.
A movement's row has an empty ``gate_id`` and ``direction``, a gate's row an empty ``movement_id``: primary keys
cannot be null, and an empty direction tells the two apart.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, MetaData, String, Table

SCHEMA_VERSION = "0012"
"""The newest migration in ``store/migrations/versions``; a test holds the two together."""

tables = MetaData()

traffic_interval = Table(
    "traffic_interval",
    tables,
    Column("start_us", BigInteger, primary_key=True),
    Column("camera_id", String, primary_key=True),
    Column("gate_id", String, primary_key=True),
    Column("direction", String, primary_key=True),
    Column("movement_id", String, primary_key=True),
    Column("vehicle_class", String, primary_key=True),
    Column("duration_s", Integer, nullable=False),
    Column("observed_s", Double, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("mean_speed_mps", Double),
    Column("v85_mps", Double),
    Column("method", String, nullable=False),
    Column("inferred", BigInteger, nullable=False, server_default="0"),
    # The primary key is the order in which intervals are asked for, so the table itself is kept in that order.
    sqlite_with_rowid=False,
)

Index("traffic_interval_by_camera", traffic_interval.c.camera_id, traffic_interval.c.start_us)

interval_quality = Table(
    "interval_quality",
    tables,
    Column("start_us", BigInteger, primary_key=True),
    Column("camera_id", String, primary_key=True),
    Column("gate_id", String, primary_key=True),
    Column("direction", String, primary_key=True),
    Column("movement_id", String, primary_key=True),
    Column("quality", String, nullable=False),
    # Doubts in their order, a comma between them; empty where there is none.
    Column("doubts", String, nullable=False),
    sqlite_with_rowid=False,
)

camera_health = Table(
    "camera_health",
    tables,
    Column("camera_id", String, primary_key=True),
    Column("at_us", BigInteger, primary_key=True),
    Column("state", String, nullable=False),
    Column("reason", String, nullable=False),
    sqlite_with_rowid=False,
)

count_check = Table(
    "count_check",
    tables,
    Column("start_us", BigInteger, primary_key=True),
    Column("camera_id", String, primary_key=True),
    Column("checker", String, primary_key=True),
    Column("gate_id", String, primary_key=True),
    Column("direction", String, primary_key=True),
    Column("vehicle_class", String, primary_key=True),
    Column("duration_s", Integer, nullable=False),
    Column("checked_s", Double, nullable=False),
    Column("agreed", BigInteger, nullable=False),
    Column("missed", BigInteger, nullable=False),
    Column("extra", BigInteger, nullable=False),
    Column("method", String, nullable=False),
    sqlite_with_rowid=False,
)

ledger_entry = Table(
    "ledger_entry",
    tables,
    Column("number", BigInteger, primary_key=True),
    Column("defect_id", String, nullable=False),
    Column("fact", String, nullable=False),
    Column("observed_us", BigInteger, nullable=False),
    Column("recorded_us", BigInteger, nullable=False),
    Column("role", String, nullable=False),
    Column("weights", String, nullable=False),
    Column("policy", String, nullable=False),
    Column("told", String, nullable=False),
    Column("previous_hash", String, nullable=False),
    Column("entry_hash", String, nullable=False),
)

Index("ledger_entry_by_defect", ledger_entry.c.defect_id, ledger_entry.c.number)

inspection = Table(
    "inspection",
    tables,
    Column("street_id", String, primary_key=True),
    Column("way", String, primary_key=True),
    Column("at_us", BigInteger, primary_key=True),
    Column("pass_id", String, primary_key=True),
    Column("from_m", Double, primary_key=True),
    Column("to_m", Double, nullable=False),
    Column("network", String, nullable=False),
    Column("mean_speed_mps", Double, nullable=False),
    Column("light", String, nullable=False),
    Column("wet", Boolean),
    Column("seen_share", Double, nullable=False),
    # A JSON object of kinds and counts; NULL where nobody looked for damage.
    Column("found", String),
    Column("method", String, nullable=False),
    # A street is asked for, the newest first: the table itself is kept in that order.
    sqlite_with_rowid=False,
)

Index("inspection_by_pass", inspection.c.pass_id)
Index("inspection_by_time", inspection.c.at_us)

distress_sighting = Table(
    "distress_sighting",
    tables,
    Column("street_id", String, primary_key=True),
    Column("way", String, primary_key=True),
    Column("at_us", BigInteger, primary_key=True),
    Column("sighting_id", String, primary_key=True),
    Column("pass_id", String, nullable=False),
    Column("chainage_m", Double, nullable=False),
    Column("kind", String),
    Column("extent_m2", Double),
    sqlite_with_rowid=False,
)

Index("distress_sighting_by_pass", distress_sighting.c.pass_id)
Index("distress_sighting_by_time", distress_sighting.c.at_us)

DRIVES = (inspection, distress_sighting)
"""What drives leave; pruned together."""

name_change = Table(
    "name_change",
    tables,
    Column("number", BigInteger, primary_key=True),
    Column("change", String, nullable=False),
    # Sighting, from and to, as JSON.
    Column("moves", String, nullable=False),
    Column("role", String, nullable=False),
    Column("undoes", BigInteger),
    Column("recorded_us", BigInteger, nullable=False),
    Column("previous_hash", String, nullable=False),
    Column("change_hash", String, nullable=False),
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_us(at: datetime) -> int:
    """Return the whole microseconds from 1970-01-01T00:00:00Z to ``at``; ValueError if ``at`` has no zone.

    Examples
    --------
    >>> to_us(datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC))
    1000005
    """
    if at.tzinfo is None:
        raise ValueError(f"an aware datetime (UTC) was wanted, got {at.isoformat()} without a zone")
    return (at - _EPOCH) // timedelta(microseconds=1)


def from_us(us: int) -> datetime:
    """Return the instant (aware UTC) that is ``us`` microseconds after 1970-01-01T00:00:00Z."""
    return _EPOCH + timedelta(microseconds=us)
