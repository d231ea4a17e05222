"""Checks of counts in the tables: a camera's day of one checker is written whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from waywarden.store.port import CheckFilter
from waywarden.store.schema import count_check, from_us, to_us
from waywarden.terms.records import Checker, Direction, IntervalCheck

_COLUMNS = count_check.c
_ORDER = ("start_us", "camera_id", "checker", "gate_id", "direction", "vehicle_class")
_DAY = _ORDER[:3]


def put_checks(connection: Connection, checks: Iterable[IntervalCheck]) -> None:
    """Write each day that was checked for at least as long as what is stored of it, in the place of that."""
    rows = sorted((_row(one) for one in checks), key=lambda row: [row[name] for name in _ORDER])
    for day, group in groupby(rows, key=lambda row: [row[name] for name in _DAY]):
        new = list(group)
        same_day = [_COLUMNS[name] == value for name, value in zip(_DAY, day, strict=True)]
        stored_s = connection.scalar(select(func.max(_COLUMNS.checked_s)).where(*same_day))
        if stored_s is None or stored_s <= max(row["checked_s"] for row in new):
            connection.execute(delete(count_check).where(*same_day))
            connection.execute(insert(count_check), new)


def get_checks(connection: Connection, wanted: CheckFilter) -> Sequence[IntervalCheck]:
    """Return the checks that are wanted, in the order of the port."""
    asking = select(count_check).order_by(*(_COLUMNS[name] for name in _ORDER))
    if wanted.camera_id is not None:
        asking = asking.where(_COLUMNS.camera_id == wanted.camera_id)
    if wanted.since is not None:
        asking = asking.where(_COLUMNS.start_us >= to_us(wanted.since))
    if wanted.until is not None:
        asking = asking.where(_COLUMNS.start_us < to_us(wanted.until))
    return [_check(row) for row in connection.execute(asking)]


def _row(one: IntervalCheck) -> dict[str, Any]:
    return {
        "start_us": to_us(one.start),
        "camera_id": one.camera_id,
        "checker": one.checker.value,
        "gate_id": one.gate_id,
        "direction": one.direction.value,
        "vehicle_class": one.vehicle_class,
        "duration_s": one.duration_s,
        "checked_s": one.checked_s,
        "agreed": one.agreed,
        "missed": one.missed,
        "extra": one.extra,
        "method": one.method,
    }


def _check(row: Row[Any]) -> IntervalCheck:
    return IntervalCheck(
        camera_id=row.camera_id,
        gate_id=row.gate_id,
        direction=Direction(row.direction),
        vehicle_class=row.vehicle_class,
        start=from_us(row.start_us),
        duration_s=row.duration_s,
        checker=Checker(row.checker),
        checked_s=row.checked_s,
        agreed=row.agreed,
        missed=row.missed,
        extra=row.extra,
        method=row.method,
    )
