"""The tables, as they are after the last migration. Nothing in them is about a road user.

Times are whole microseconds since 1970-01-01T00:00:00Z, so that an instant comes back exactly as it went in.
A movement's row has an empty ``gate_id`` and ``direction``, a gate's row an empty ``movement_id``: primary keys
cannot be null, and an empty direction tells the two apart.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    text,
)  # fmt: skip

SCHEMA_VERSION = "0016"
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
    Column("account", String, nullable=False, server_default=text("''")),
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
    # From, to and lane of each part of which the lane is known, as JSON.
    Column("lanes", String, nullable=False, server_default=text("'[]'")),
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
    Column("score", Double),
    Column("jolt_mps2", Double),
    Column("lane", Integer),
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
    Column("account", String, nullable=False, server_default=text("''")),
)

name_touched = Table(
    "name_touched",
    tables,
    # Which changes of names a defect is in, as what sightings came from or went to. It follows from ``name_change``.
    Column("defect_id", String, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    sqlite_with_rowid=False,
)

chain_head = Table(
    "chain_head",
    tables,
    # A row for the ledger and one for the changes of names: how many there are, and the hash of the last.
    Column("chain", String, primary_key=True),
    Column("entries", BigInteger, nullable=False),
    Column("hash", String, nullable=False),
)

account = Table(
    "account",
    tables,
    Column("name", String, primary_key=True),
    Column("role", String, nullable=False),
    # How it was made and what came of it, as run.accounts.passwords spells it; empty for a machine, "-" where
    # somebody signs in at a provider alone.
    Column("password_hash", String, nullable=False),
    Column("locked", Boolean, nullable=False),
)

account_session = Table(
    "account_session",
    tables,
    Column("session_hash", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("began_us", BigInteger, nullable=False),
    Column("seen_us", BigInteger, nullable=False),
)

account_token = Table(
    "account_token",
    tables,
    Column("token_hash", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("until_us", BigInteger, nullable=False),
)

account_link = Table(
    "account_link",
    tables,
    # A slow, salted hash of whom a provider vouches for, as run.accounts.provider.links makes it.
    Column("subject_hash", String, primary_key=True),
    Column("account", String, nullable=False),
)

link_code = Table(
    "link_code",
    tables,
    Column("code_hash", String, primary_key=True),
    Column("subject_hash", String, nullable=False),
    Column("until_us", BigInteger, nullable=False),
)

link_salt = Table(
    "link_salt",
    tables,
    # One row, numbered 0.
    Column("number", Integer, primary_key=True),
    Column("salt", String, nullable=False),
)

written_once = Table(
    "written_once",
    tables,
    Column("account", String, primary_key=True),
    Column("key_hash", String, primary_key=True),
    # What was to be written, and the first number of what came of it.
    Column("said_hash", String, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("at_us", BigInteger, nullable=False),
)

defect_now = Table(
    "defect_now",
    tables,
    Column("defect_id", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("waiting", Boolean, nullable=False),
    Column("merged_into", String, nullable=False),
    Column("kind", String),
    Column("severity", String),
    Column("street_id", String, nullable=False),
    Column("street", String, nullable=False),
    Column("way", String, nullable=False),
    Column("chainage_m", Double),
    Column("lon_deg", Double),
    Column("lat_deg", Double),
    Column("extent_m2", Double),
    Column("depth_mm", Double),
    Column("width_mm", Double),
    Column("passes", Integer, nullable=False),
    Column("known_us", BigInteger, nullable=False),
    Column("first_seen_us", BigInteger),
    Column("last_seen_us", BigInteger),
    Column("changed_us", BigInteger, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("order_id", String, nullable=False),
    # What a person who looked said of it, and of what it was said; empty where nobody did.
    Column("judged_kind", String, nullable=False),
    Column("judged_source", String, nullable=False),
    Column("judged_real", Boolean),
    Column("verdict", String, nullable=False),
    Column("lane", Integer),
    sqlite_with_rowid=False,
)

# Lists are in the order in which defects came to be known; the map asks by place.
Index("defect_now_by_known", defect_now.c.known_us, defect_now.c.defect_id)
Index("defect_now_by_state", defect_now.c.state, defect_now.c.known_us)
Index("defect_now_by_kind", defect_now.c.kind, defect_now.c.known_us)
Index("defect_now_by_street", defect_now.c.street_id, defect_now.c.known_us)
Index("defect_now_by_order", defect_now.c.order_id, defect_now.c.changed_us)
Index("defect_now_by_place", *(defect_now.c[name] for name in (
    "lat_deg", "lon_deg", "merged_into", "waiting", "kind", "severity", "state", "defect_id")))  # fmt: skip
Index("defect_now_by_waiting", *(defect_now.c[name] for name in (
    "waiting", "merged_into", "state", "kind", "known_us")))  # fmt: skip
Index("defect_now_by_verdict", *(defect_now.c[name] for name in (
    "judged_real", "judged_kind", "judged_source", "verdict")))  # fmt: skip

segment_now = Table(
    "segment_now",
    tables,
    Column("street_id", String, primary_key=True),
    Column("from_m", Double, primary_key=True),
    Column("to_m", Double, nullable=False),
    Column("street", String, nullable=False),
    Column("street_class", String, nullable=False),
    Column("oneway", String, nullable=False),
    # The line as JSON: longitude and latitude of each point.
    Column("line", String, nullable=False),
    Column("west_deg", Double, nullable=False),
    Column("south_deg", Double, nullable=False),
    Column("east_deg", Double, nullable=False),
    Column("north_deg", Double, nullable=False),
    Column("along_us", BigInteger),
    Column("against_us", BigInteger),
    Column("condition", Double),
    Column("band", Integer),
    Column("defects", Integer, nullable=False),
    sqlite_with_rowid=False,
)

Index("segment_now_by_place", *(segment_now.c[name] for name in (
    "south_deg", "north_deg", "west_deg", "east_deg")))  # fmt: skip

now_made = Table(
    "now_made",
    tables,
    # One row, numbered 0: up to where ``defect_now`` and ``segment_now`` have followed what they are made from.
    Column("number", Integer, primary_key=True),
    Column("entries", BigInteger, nullable=False),
    Column("changes", BigInteger, nullable=False),
    Column("network", String, nullable=False),
)

kept_picture = Table(
    "kept_picture",
    tables,
    Column("number", Integer, primary_key=True),
    Column("of", String, nullable=False),
    # A sighting, or a defect that was repaired.
    Column("about_id", String, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("sha256", String, nullable=False),
    Column("jpeg", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

Index("kept_picture_by_subject", kept_picture.c.about_id)
Index("kept_picture_by_time", kept_picture.c.at_us)

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
