"""Opening an SQLite file as a record store: how to talk to it, and which version its tables are."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.pool import QueuePool

from waywarden.store.faults import spoken
from waywarden.store.schema import SCHEMA_VERSION, traffic_interval
from waywarden.terms.errors import StoreError

READING_KB = 32_768
"""Of pages that one reader may hold: a map of all of a city's defects is sorted within it (``bench/road_api.py``)."""


def open_engine(path: Path, *, read_only: bool, busy_s: float) -> Engine:
    """Return an engine for the file ``path``, its tables made or brought up to date; StoreError if that cannot be."""
    if path.is_dir():
        raise StoreError(f"cannot open the record store {path}: it is a folder; give the path of a file")
    if read_only and not path.is_file():
        raise StoreError(f"cannot open the record store {path}: there is no such file; count first, or give its path")
    engine = _engine(path, read_only=read_only, busy_s=busy_s)
    try:
        with spoken(path, "open"):
            _make_current(engine, path, read_only=read_only)
    except BaseException:
        engine.dispose()
        raise
    return engine


def for_writing(engine: Engine) -> Engine:
    """Return ``engine`` so that a transaction takes the writer's lock at its beginning.

    One that reads first and writes later could not be made to wait for another writer: SQLite would refuse it.
    """
    return engine.execution_options(begin="BEGIN IMMEDIATE")


def _make_current(engine: Engine, path: Path, *, read_only: bool) -> None:
    with engine.connect() as connection:
        version = _version(connection, path)
    if version == SCHEMA_VERSION:
        return
    if read_only:
        raise StoreError(
            f"cannot open the record store {path}: its tables are of an older version and it is opened for reading "
            "only; open it once for writing, for instance by counting"
        )
    with for_writing(engine).begin() as connection:
        # Another process may have been quicker: look again, now that no one else can write.
        if _version(connection, path) != SCHEMA_VERSION:
            _migrate(connection)


def _engine(path: Path, *, read_only: bool, busy_s: float) -> Engine:
    address = f"file:{quote(str(path.absolute()))}?mode={'ro' if read_only else 'rwc'}"

    def connect() -> sqlite3.Connection:
        # isolation_level=None: the module must not open or commit transactions of its own accord. Threads are safe
        # because the pool lends a connection to one thread at a time.
        connection = sqlite3.connect(address, uri=True, timeout=busy_s, isolation_level=None, check_same_thread=False)
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if read_only:
            connection.execute(f"PRAGMA cache_size = -{READING_KB}")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, max_overflow=-1)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


def _version(connection: Connection, path: Path) -> str | None:
    """Return the tables' version, None for an empty file; StoreError if it is newer or not ours."""
    names = inspect(connection).get_table_names()
    if not {"alembic_version", traffic_interval.name} <= set(names):
        if names:
            raise StoreError(
                f"cannot open the record store {path}: it is an SQLite file of another program; give another path"
            )
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if version is not None and version > SCHEMA_VERSION:
        raise StoreError(
            f"cannot open the record store {path}: a newer Waywarden wrote it (tables {version}, this one knows "
            f"{SCHEMA_VERSION}); update Waywarden"
        )
    return version


def _migrate(connection: Connection) -> None:
    # Here, because importing alembic takes longer than all the rest of opening a store that needs no migration.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    steps = Config()
    steps.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    steps.attributes["connection"] = connection
    command.upgrade(steps, "head")
