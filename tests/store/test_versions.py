"""Old files are brought up to date with their rows; newer and foreign ones are refused."""

from __future__ import annotations

import multiprocessing
import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

import waywarden.store
from waywarden.store.port import IntervalFilter
from waywarden.store.schema import SCHEMA_VERSION, tables
from waywarden.store.sqlite import open_store
from waywarden.terms.errors import StoreError
from waywarden.terms.records import CameraHealth, Direction, HealthState, TrafficInterval

MIGRATIONS = Path(waywarden.store.__file__).parent / "migrations"

# A file as version 0001 left it. Never change this: files like it are in use.
FILE_0001 = """
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES ('0001');
CREATE TABLE traffic_interval (
    start_us BIGINT NOT NULL, camera_id VARCHAR NOT NULL, gate_id VARCHAR NOT NULL, direction VARCHAR NOT NULL,
    movement_id VARCHAR NOT NULL, vehicle_class VARCHAR NOT NULL, duration_s INTEGER NOT NULL,
    observed_s DOUBLE NOT NULL, count BIGINT NOT NULL, mean_speed_mps DOUBLE, v85_mps DOUBLE, method VARCHAR NOT NULL,
    PRIMARY KEY (start_us, camera_id, gate_id, direction, movement_id, vehicle_class)
) WITHOUT ROWID;
CREATE TABLE camera_health (
    camera_id VARCHAR NOT NULL, at_us BIGINT NOT NULL, state VARCHAR NOT NULL, reason VARCHAR NOT NULL,
    PRIMARY KEY (camera_id, at_us)
) WITHOUT ROWID;
INSERT INTO traffic_interval VALUES
    (1561727400000001, 'tfl', 'south', 'forward', '', 'car', 900, 899.5, 6, 8.25, NULL, 'motion 1'),
    (1561727400000001, 'tfl', '', '', 'south-north', 'all', 900, 900.0, 2, NULL, NULL, 'motion 1');
INSERT INTO camera_health VALUES ('tfl', 1561727400000000, 'frozen', 'no change for 60 s');
"""


def file_with(path: Path, script: str) -> Path:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    return path


def test_an_old_file_is_brought_up_to_date_with_its_rows(tmp_path: Path) -> None:
    path = file_with(tmp_path / "old.sqlite", FILE_0001)
    start = datetime(2019, 6, 28, 13, 10, 0, 1, tzinfo=UTC)
    store = open_store(path)
    assert store.intervals(IntervalFilter()) == [
        TrafficInterval("tfl", None, None, "south-north", "all", start, 900, 900.0, 2, None, None, "motion 1"),
        TrafficInterval("tfl", "south", Direction.FORWARD, None, "car", start, 900, 899.5, 6, 8.25, None, "motion 1"),
    ]
    assert store.latest_health() == [
        CameraHealth("tfl", start.replace(microsecond=0), HealthState.FROZEN, "no change for 60 s")
    ]
    store.close()
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(SCHEMA_VERSION,)]
    assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'traffic_interval_by_camera'").fetchall()
    connection.close()


def test_an_old_file_is_not_changed_for_reading(tmp_path: Path) -> None:
    path = file_with(tmp_path / "old.sqlite", FILE_0001)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="older version"):
        open_store(path, read_only=True)
    assert path.read_bytes() == before


def test_a_newer_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = file_with(tmp_path / "new.sqlite", FILE_0001 + "UPDATE alembic_version SET version_num = '0999';")
    for read_only in (False, True):
        with pytest.raises(StoreError, match=r"newer Waywarden wrote it .*0999.*update Waywarden"):
            open_store(path, read_only=read_only)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM traffic_interval").fetchone() == (2,)
    connection.close()


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE invoices (id INTEGER)",
        "CREATE TABLE invoices (id INTEGER); CREATE TABLE alembic_version (version_num VARCHAR(32))",
    ],
)
def test_another_programs_file_is_refused(tmp_path: Path, script: str) -> None:
    with pytest.raises(StoreError, match="another program"):
        open_store(file_with(tmp_path / "other.sqlite", script))


def test_the_newest_step_is_the_version_that_the_code_wants() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [SCHEMA_VERSION]


def test_the_steps_lead_to_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    open_store(tmp_path / "records.sqlite").close()
    engine = create_engine(f"sqlite:///{tmp_path / 'records.sqlite'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, tables) == []
    engine.dispose()


# Lock 4: what is stored says nothing of a road user.
OF_A_PERSON = re.compile(
    r"track|plate|licen|face|person|people|pedestrian_id|owner|driver|embedding|appearance|feature|image|frame|photo|"
    r"crop|box|xyxy|colou?r|gender|age\b|user|object_id|vehicle_id|identity",
)


def test_no_column_is_about_a_road_user(tmp_path: Path) -> None:
    open_store(tmp_path / "records.sqlite").close()
    engine = create_engine(f"sqlite:///{tmp_path / 'records.sqlite'}")
    names = {
        f"{table}.{column['name']}"
        for table in inspect(engine).get_table_names()
        for column in inspect(engine).get_columns(table)
    }
    engine.dispose()
    assert "traffic_interval.vehicle_class" in names
    assert [name for name in names if OF_A_PERSON.search(name)] == []


def _open_and_close(path: Path) -> None:
    open_store(path).close()


def test_many_processes_may_make_the_same_store_at_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("fork")
    openers = [spawn.Process(target=_open_and_close, args=(tmp_path / "records.sqlite",)) for _ in range(8)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join(60)
    assert [opener.exitcode for opener in openers] == [0] * 8
