"""Records in one SQLite file: nothing to set up, many readers beside one writer, safe against a killed process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, Table, bindparam, delete, exists, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from waywarden.store.checks import get_checks, put_checks
from waywarden.store.faults import spoken
from waywarden.store.opening import for_writing, open_engine
from waywarden.store.pictures import cut_journal, erase
from waywarden.store.port import CheckFilter, IntervalFilter, RecordStore
from waywarden.store.schema import (
    DRIVES,
    camera_health,
    count_check,
    from_us,
    interval_quality,
    kept_picture,
    to_us,
    traffic_interval,
)
from waywarden.terms.records import (
    CameraHealth,
    Direction,
    Doubt,
    HealthState,
    IntervalCheck,
    IntervalQuality,
    Quality,
    TrafficInterval,
)

_BIN = ("start_us", "camera_id", "gate_id", "direction", "movement_id")
_COLUMNS = traffic_interval.c


def open_store(path: Path, *, read_only: bool = False, busy_s: float = 20.0) -> RecordStore:
    """Open the store in the file ``path``, making it or bringing its tables up to date where needed.

    Parameters
    ----------
    path : Path
        The SQLite file. Its folder must exist.
    read_only : bool
        Never write: the file must exist and be of this version.
    busy_s : float
        How long to wait for another writer before giving up.

    Raises
    ------
    StoreError
        If the file is not a store, is from a newer Waywarden, is locked, damaged, or may not be read or written.
    """
    return SqliteStore(path, open_engine(path, read_only=read_only, busy_s=busy_s))


class SqliteStore:
    """A ``RecordStore`` in one SQLite file; may be used from many threads at once. Made by ``open_store``."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self._path = path
        self._engine = engine
        self._writing = for_writing(engine)

    def append(self, intervals: Iterable[TrafficInterval]) -> None:
        """Store whole bins in one transaction, as ``RecordStore`` says.

        Where one call holds a bin more than once, the one that watched longest counts, and of the same class in
        it the last record.
        """
        bins = _bins(intervals)
        if not bins:
            return
        keys = [{f"new_{name}": row[name] for name in (*_BIN, "observed_s")} for rows in bins for row in rows[:1]]
        rows = [{f"new_{name}": value for name, value in row.items()} for rows in bins for row in rows]
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            connection.execute(_DROP_QUALITY_WATCHED_NO_LONGER, keys)
            connection.execute(_DROP_BINS_WATCHED_NO_LONGER, keys)
            connection.execute(_ADD_UNLESS_WATCHED_LONGER, rows)

    def append_health(self, health: Iterable[CameraHealth]) -> None:
        """Store changes of health; of two for the same camera and instant the later one stays."""
        rows = [
            {"camera_id": one.camera_id, "at_us": to_us(one.at), "state": one.state.value, "reason": one.reason}
            for one in health
        ]
        if not rows:
            return
        adding = upsert(camera_health)
        adding = adding.on_conflict_do_update(
            index_elements=["camera_id", "at_us"],
            set_={"state": adding.excluded.state, "reason": adding.excluded.reason},
        )
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            connection.execute(adding, rows)

    def append_quality(self, judged: Iterable[IntervalQuality]) -> None:
        """Store how far bins can be trusted, in one transaction; it replaces what was said of them before."""
        rows = [
            {**_place(one), "quality": one.quality.value, "doubts": ",".join(doubt.value for doubt in one.doubts)}
            for one in judged
        ]
        if not rows:
            return
        adding = upsert(interval_quality)
        adding = adding.on_conflict_do_update(
            index_elements=list(_BIN), set_={"quality": adding.excluded.quality, "doubts": adding.excluded.doubts}
        )
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            connection.execute(adding, rows)

    def qualities(self, wanted: IntervalFilter) -> Sequence[IntervalQuality]:
        """Return what is known of the bins, ordered as they are; ``vehicle_class`` and ``qualities`` have no say."""
        columns = interval_quality.c
        asking = (
            select(interval_quality)
            .where(*_conditions(replace(wanted, vehicle_class=None, qualities=frozenset()), interval_quality))
            .order_by(*(columns[name] for name in _BIN))
        )
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return [_quality(row) for row in connection.execute(asking)]

    def health(self, camera_id: str) -> Sequence[CameraHealth]:
        """Return every health record of one camera, in order of time."""
        columns = camera_health.c
        asking = select(camera_health).where(columns.camera_id == camera_id).order_by(columns.at_us)
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return [_health(row) for row in connection.execute(asking)]

    def intervals(
        self, wanted: IntervalFilter, *, limit: int | None = None, offset: int = 0
    ) -> Sequence[TrafficInterval]:
        """Return intervals ordered by start, camera, gate, direction, movement, class."""
        asking = (
            select(traffic_interval)
            .where(*_conditions(wanted))
            .order_by(*(_COLUMNS[name] for name in (*_BIN, "vehicle_class")))
            .limit(limit)
            .offset(offset or None)
        )
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return [_interval(row) for row in connection.execute(asking)]

    def append_checks(self, checks: Iterable[IntervalCheck]) -> None:
        """Store checks of counts, as ``RecordStore`` says."""
        with spoken(self._path, "write to"), self._writing.begin() as connection:
            put_checks(connection, checks)

    def checks(self, wanted: CheckFilter) -> Sequence[IntervalCheck]:
        """Return checks ordered by start, camera, checker, gate, direction, class."""
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return get_checks(connection, wanted)

    def newest_starts(self) -> Mapping[str, datetime]:
        """Return the start of each camera's newest interval; a camera without intervals is absent."""
        asking = select(_COLUMNS.camera_id, func.max(_COLUMNS.start_us).label("start_us")).group_by(_COLUMNS.camera_id)
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return {row.camera_id: from_us(row.start_us) for row in connection.execute(asking)}

    def latest_health(self) -> Sequence[CameraHealth]:
        """Return the newest health record of each camera, ordered by camera."""
        newest = (
            select(camera_health.c.camera_id, func.max(camera_health.c.at_us).label("at_us"))
            .group_by(camera_health.c.camera_id)
            .subquery()
        )
        asking = (
            select(camera_health)
            .join(
                newest,
                (camera_health.c.camera_id == newest.c.camera_id) & (camera_health.c.at_us == newest.c.at_us),
            )
            .order_by(camera_health.c.camera_id)
        )
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return [_health(row) for row in connection.execute(asking)]

    def prune(
        self,
        *,
        intervals_before: datetime,
        health_before: datetime,
        inspections_before: datetime,
        pictures_before: datetime,
    ) -> int:
        """Delete intervals, checks, changes of health, inspections and pictures from before the given times.

        Pictures are overwritten in the file and its journal. Returns how many records went.
        """
        old_intervals = delete(traffic_interval).where(_COLUMNS.start_us < to_us(intervals_before))
        old_quality = delete(interval_quality).where(interval_quality.c.start_us < to_us(intervals_before))
        old_checks = delete(count_check).where(count_check.c.start_us < to_us(intervals_before))
        old_health = delete(camera_health).where(camera_health.c.at_us < to_us(health_before))
        with spoken(self._path, "prune"):
            with self._writing.begin() as connection:
                pictures = erase(connection, kept_picture.c.at_us < to_us(pictures_before))
                connection.execute(old_quality)
                old_drives = [delete(each).where(each.c.at_us < to_us(inspections_before)) for each in DRIVES]
                others = [*old_drives, old_checks, old_intervals, old_health]
                went = pictures + sum(connection.execute(each).rowcount for each in others)
            if pictures:
                cut_journal(self._engine)
            return went

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


def _bins(intervals: Iterable[TrafficInterval]) -> list[list[Mapping[str, Any]]]:
    """Group into bins, each a list of table rows, one per class, all with the same ``observed_s``."""
    bins: dict[tuple[object, ...], dict[str, Mapping[str, Any]]] = {}
    for one in intervals:
        row = _row(one)
        key = tuple(row[name] for name in _BIN)
        rows = bins.setdefault(key, {})
        watched_s = max((other["observed_s"] for other in rows.values()), default=-1.0)
        if one.observed_s > watched_s:
            rows.clear()
        if one.observed_s >= watched_s:
            rows[one.vehicle_class] = row
    return [list(rows.values()) for rows in bins.values()]


def _row(one: TrafficInterval) -> Mapping[str, Any]:
    return {
        **_place(one),
        "vehicle_class": one.vehicle_class,
        "duration_s": one.duration_s,
        "observed_s": one.observed_s,
        "count": one.count,
        "mean_speed_mps": one.mean_speed_mps,
        "v85_mps": one.v85_mps,
        "method": one.method,
        "inferred": one.inferred,
    }


def _place(one: TrafficInterval | IntervalQuality) -> Mapping[str, Any]:
    return {
        "start_us": to_us(one.start),
        "camera_id": one.camera_id,
        "gate_id": one.gate_id or "",
        "direction": one.direction.value if one.direction else "",
        "movement_id": one.movement_id or "",
    }


def _quality(row: Row[Any]) -> IntervalQuality:
    return IntervalQuality(
        camera_id=row.camera_id,
        gate_id=row.gate_id if row.direction else None,
        direction=Direction(row.direction) if row.direction else None,
        movement_id=None if row.direction else row.movement_id,
        start=from_us(row.start_us),
        quality=Quality(row.quality),
        doubts=tuple(Doubt(doubt) for doubt in row.doubts.split(",") if doubt),
    )


def _health(row: Row[Any]) -> CameraHealth:
    return CameraHealth(row.camera_id, from_us(row.at_us), HealthState(row.state), row.reason)


def _interval(row: Row[Any]) -> TrafficInterval:
    return TrafficInterval(
        camera_id=row.camera_id,
        gate_id=row.gate_id if row.direction else None,
        direction=Direction(row.direction) if row.direction else None,
        movement_id=None if row.direction else row.movement_id,
        vehicle_class=row.vehicle_class,
        start=from_us(row.start_us),
        duration_s=row.duration_s,
        observed_s=row.observed_s,
        count=row._mapping["count"],  # noqa: SLF001 - a row is a tuple, whose own ``count`` hides the column
        mean_speed_mps=row.mean_speed_mps,
        v85_mps=row.v85_mps,
        method=row.method,
        inferred=row.inferred,
    )


def _conditions(wanted: IntervalFilter, table: Table = traffic_interval) -> list[ColumnElement[bool]]:
    columns = table.c
    found: list[ColumnElement[bool]] = []
    if wanted.camera_id is not None:
        found.append(columns.camera_id == wanted.camera_id)
    if wanted.gate_id is not None:
        found += [columns.gate_id == wanted.gate_id, columns.direction != ""]
    if wanted.movement_id is not None:
        found += [columns.movement_id == wanted.movement_id, columns.direction == ""]
    if wanted.vehicle_class is not None:
        found.append(columns.vehicle_class == wanted.vehicle_class)
    if wanted.since is not None:
        found.append(columns.start_us >= to_us(wanted.since))
    if wanted.until is not None:
        found.append(columns.start_us < to_us(wanted.until))
    if wanted.qualities:
        found.append(_is_of(wanted.qualities))
    return found


def _is_of(qualities: Iterable[Quality]) -> ColumnElement[bool]:
    same_bin = (interval_quality.c[name] == _COLUMNS[name] for name in _BIN)
    return exists().where(*same_bin, interval_quality.c.quality.in_([quality.value for quality in qualities]))


_SAME_BIN = [_COLUMNS[name] == bindparam(f"new_{name}") for name in _BIN]

_DROP_BINS_WATCHED_NO_LONGER = delete(traffic_interval).where(
    *_SAME_BIN, _COLUMNS.observed_s <= bindparam("new_observed_s")
)

_DROP_QUALITY_WATCHED_NO_LONGER = delete(interval_quality).where(
    *(interval_quality.c[name] == bindparam(f"new_{name}") for name in _BIN),
    exists().where(*_SAME_BIN, _COLUMNS.observed_s <= bindparam("new_observed_s")),
)

_STORED = traffic_interval.alias("stored")

_ADD_UNLESS_WATCHED_LONGER = insert(traffic_interval).from_select(
    [column.name for column in _COLUMNS],
    select(*(bindparam(f"new_{column.name}", type_=column.type) for column in _COLUMNS)).where(
        ~exists().where(
            *(_STORED.c[name] == bindparam(f"new_{name}") for name in _BIN),
            _STORED.c.observed_s > bindparam("new_observed_s"),
        )
    ),
)
