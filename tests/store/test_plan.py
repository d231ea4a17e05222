"""Every question is answered from an index, without sorting the whole answer."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event

from waywarden.store.port import IntervalFilter
from waywarden.store.sqlite import open_store
from waywarden.terms.records import Direction, TrafficInterval

T0 = datetime(2026, 1, 1, tzinfo=UTC)
IN_TIME = "USING PRIMARY KEY (start_us"
OF_CAMERA = "INDEX traffic_interval_by_camera (camera_id=?"
BIN_COLUMNS = {"start_us=?", "camera_id=?", "gate_id=?", "direction=?", "movement_id=?"}


class Asked:
    """The statements a store sends, and SQLite's plan for each."""

    def __init__(self, path: Path) -> None:
        self.store = open_store(path)
        self.plans: list[str] = []
        event.listen(self.store._engine, "before_cursor_execute", self._explain)

    def _explain(self, connection, cursor, statement, parameters, context, executemany) -> None:
        if statement.split()[0] in ("SELECT", "INSERT", "DELETE"):
            one = parameters[0] if executemany else parameters
            plan = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", one).fetchall()
            self.plans.append(" / ".join(row[-1] for row in plan))


@pytest.mark.parametrize(
    ("wanted", "by"),
    [
        (IntervalFilter(since=T0), IN_TIME),
        (IntervalFilter(since=T0, until=T0, vehicle_class="all"), IN_TIME),
        (IntervalFilter(since=T0, until=T0, gate_id="g"), IN_TIME),
        (IntervalFilter(camera_id="a"), OF_CAMERA),
        (IntervalFilter(camera_id="a", since=T0, until=T0), OF_CAMERA + " AND start_us>? AND start_us<?"),
        (IntervalFilter(camera_id="a", since=T0, gate_id="g", vehicle_class="all"), OF_CAMERA + " AND start_us>?"),
        (IntervalFilter(camera_id="a", since=T0, movement_id="m"), OF_CAMERA + " AND start_us>?"),
    ],
)
def test_intervals_are_found_by_index_and_not_sorted(tmp_path: Path, wanted: IntervalFilter, by: str) -> None:
    asked = Asked(tmp_path / "records.sqlite")
    asked.store.intervals(wanted, limit=100, offset=100)
    (plan,) = asked.plans
    assert by in plan
    assert "TEMP B-TREE FOR ORDER BY" not in plan  # at most the rows of one start are put in order
    asked.store.close()


def test_a_bin_is_found_by_its_key(tmp_path: Path) -> None:
    asked = Asked(tmp_path / "records.sqlite")
    asked.store.append([TrafficInterval("a", "g", Direction.FORWARD, None, "all", T0, 60, 60, 1, None, None, "m")])
    forgetting, dropping, adding = asked.plans
    for plan in (forgetting, dropping, adding):
        assert "SEARCH" in plan
        assert set(re.findall(r"\w+=\?", plan)) == BIN_COLUMNS
    asked.store.close()


def test_pruning_finds_old_intervals_by_time(tmp_path: Path) -> None:
    asked = Asked(tmp_path / "records.sqlite")
    asked.store.prune(intervals_before=T0, health_before=T0, inspections_before=T0, pictures_before=T0)
    assert any(IN_TIME in plan for plan in asked.plans)
    asked.store.close()
