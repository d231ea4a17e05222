"""What maps and lists ask of how road damage stands now. Each is one quick query on its own index.

A store is not analysed, so SQLite cannot know that most defects wait and few are in a box: it would take any index on a
column that has to be equal to something. A plus before a column keeps it from that, and leaves the index that is meant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Engine, Integer, Select, String, cast, func, literal_column, select

from waywarden.store.faults import spoken
from waywarden.store.now.rows import defect_of, segment_of
from waywarden.store.now.wanted import Backlog, Box, DefectCell, DefectFilter, DefectPoint, Verdicts
from waywarden.store.opening import open_engine
from waywarden.store.schema import defect_now, from_us, segment_now, to_us
from waywarden.terms.road.now import DefectNow, SegmentNow

DAY_US = 86_400_000_000
LONGEST_SEGMENT_DEG = 0.5
"""No segment is longer from south to north: so far south of a box one has to look for its beginning."""
_D, _S = defect_now.c, segment_now.c
_WAITING: ColumnElement[bool] = literal_column("+defect_now.waiting", Boolean)


def _plus(name: str) -> ColumnElement[str]:
    return literal_column(f"+defect_now.{name}", String)


_MERGED = _plus("merged_into")
_LISTED = (_D.kind, _D.state, _D.severity)
_MAPPED = tuple(map(_plus, ("kind", "state", "severity")))
"""On a map the index is that of places, which holds these three as well."""


def open_asked(path: Path, *, busy_s: float = 5.0) -> AskedNow:
    """Open the tables of now for reading; StoreError as ``store.sqlite.open_store``."""
    return AskedNow(path, open_engine(path, read_only=True, busy_s=busy_s))


class AskedNow:
    """What can be asked of the tables of now. May be used from many threads at once. Made by ``open_asked``."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self._path = path
        self._engine = engine

    def defects(self, wanted: DefectFilter, *, limit: int, offset: int = 0, newest: bool = False) -> list[DefectNow]:
        """Return defects in the order in which they came to be known, or the newest first."""
        order = (_D.known_us.desc(), _D.defect_id.desc()) if newest else (_D.known_us, _D.defect_id)
        asking = select(defect_now).where(*_conditions(wanted)).order_by(*order).limit(limit).offset(offset or None)
        return [defect_of(row) for row in self._rows(asking)]

    def defect(self, defect_id: str) -> DefectNow | None:
        """Return one defect, None if there is none of that name."""
        rows = self._rows(select(defect_now).where(_D.defect_id == defect_id))
        return defect_of(rows[0]) if rows else None

    def points(self, wanted: DefectFilter, *, limit: int) -> list[DefectPoint]:
        """Return defects that have a place, as points."""
        columns = (_D.defect_id, _D.lon_deg, _D.lat_deg, _D.kind, _D.severity, _D.state, _D.waiting)
        asking = select(*columns).where(_D.lat_deg.is_not(None), *_conditions(wanted, _MAPPED)).limit(limit)
        return [DefectPoint(*row) for row in self._rows(asking)]

    def cells(self, wanted: DefectFilter, step_deg: float) -> list[DefectCell]:
        """Return how many defects are in each cell of a grid of ``step_deg``."""
        x, y = (cast((column + 180.0) / step_deg, Integer) for column in (_D.lon_deg, _D.lat_deg))
        asking = (
            select(func.avg(_D.lon_deg), func.avg(_D.lat_deg), func.count(), func.sum(cast(_D.waiting, Integer)))
            .where(_D.lat_deg.is_not(None), *_conditions(wanted, _MAPPED))
            .group_by(x, y)
        )
        return [DefectCell(*row) for row in self._rows(asking)]

    def segments(self, box: Box | None, *, limit: int) -> list[SegmentNow]:
        """Return street segments that may be within a box, in the order of their streets."""
        asking = select(segment_now).limit(limit)
        if box is not None:
            west, south, east, north = box
            asking = asking.where(
                _S.south_deg >= south - LONGEST_SEGMENT_DEG, _S.south_deg <= north, _S.north_deg >= south,
                _S.west_deg <= east, _S.east_deg >= west,
            )  # fmt: skip
        return [segment_of(row) for row in self._rows(asking)]

    def backlog(self, at: datetime, days: Sequence[int]) -> list[Backlog]:
        """Return what waits at ``at``, by state and kind, and how many of it have been known for how long.

        ``days`` ascend: bucket 0 is under the first of them, and so on.
        """
        at_us = to_us(at)
        # How many are known for so long or longer; each bucket is what lies between two of these.
        as_long = [func.sum(cast(_D.known_us <= at_us - each * DAY_US, Integer)) for each in days]
        asking = (
            select(_D.state, _D.kind, func.min(_D.known_us), func.count(), *as_long)
            .where(_D.waiting, _D.merged_into == "")
            .group_by(_D.state, _D.kind)
        )
        return [
            Backlog(state, kind, tuple(more - less for more, less in pairwise([*counts, 0])), from_us(oldest_us))
            for state, kind, oldest_us, *counts in self._rows(asking)
        ]

    def verdicts(self) -> list[Verdicts]:
        """Return what persons who looked said, by kind, source and verdict."""
        # Grouped as the index has them, so that nothing is to be sorted; what was real is added up here.
        group = (_D.judged_kind, _D.judged_source, _D.verdict)
        asking = (
            select(*group, _D.judged_real, func.count())
            .where(_D.judged_real.is_not(None))
            .group_by(_D.judged_real, *group)
        )
        judged: Counter[tuple[str, str, str]] = Counter()
        real: Counter[tuple[str, str, str]] = Counter()
        for *said, was_real, count in self._rows(asking):
            kind, source, verdict = said
            judged[kind, source, verdict] += count
            real[kind, source, verdict] += count if was_real else 0
        return [Verdicts(*said, judged[said], real[said]) for said in sorted(judged)]

    def orders(self, *, limit: int) -> list[tuple[str, int, datetime]]:
        """Return orders in the ledger, the last first: name, how many defects, and when the last was ordered."""
        asking = (
            select(_D.order_id, func.count(), func.max(_D.changed_us).label("at_us"))
            .where(_D.order_id > "")
            .group_by(_D.order_id)
            .order_by(func.max(_D.changed_us).desc(), _D.order_id)
            .limit(limit)
        )
        return [(row[0], row[1], from_us(row[2])) for row in self._rows(asking)]

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _rows(self, asking: Select[Any]) -> Sequence[Any]:
        with spoken(self._path, "read"), self._engine.connect() as connection:
            return connection.execute(asking).fetchall()


def _conditions(wanted: DefectFilter, columns: Sequence[ColumnElement[Any]] = _LISTED) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_MERGED == ""]
    for column, values in zip(columns, (wanted.kinds, wanted.states, wanted.severities), strict=True):
        if values:
            found.append(column.in_(sorted(values)))
    for column, value in ((_D.street_id, wanted.street_id), (_D.order_id, wanted.order_id)):
        if value is not None:
            found.append(column == value)
    if wanted.waiting is not None:
        found.append(_WAITING if wanted.waiting else ~_WAITING)
    if wanted.box is not None:
        west, south, east, north = wanted.box
        found += [_D.lat_deg >= south, _D.lat_deg <= north, _D.lon_deg >= west, _D.lon_deg <= east]
    return found
