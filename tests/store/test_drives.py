"""What drives leave in the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from waywarden.store.drives import StretchFilter, open_drives
from waywarden.store.sqlite import open_store
from waywarden.terms.distress import DistressKind, DistressSighting, Way
from waywarden.terms.inspections import Inspection, Light

T0 = datetime(2026, 6, 1, 12, tzinfo=UTC)
ONE = Inspection(
    "high", Way.ALONG, 10.0, 90.0, T0, "d-0", "v", 8.0, Light.DAY, wet=None, seen_share=0.8, found=(), method="m"
)
HOLE = DistressSighting("d-0-0", "d-0", "high", Way.ALONG, 41.0, T0, DistressKind.POTHOLE, 0.3)


def test_records_come_back_as_they_went_in(tmp_path: Path) -> None:
    store = open_drives(tmp_path / "records.sqlite")
    told = [
        ONE,
        replace(ONE, way=Way.AGAINST, wet=True, light=Light.NIGHT, found=None),
        replace(ONE, street_id="low", found=((DistressKind.POTHOLE, 2), (DistressKind.RUTTING, 1)), wet=False),
    ]
    jolt = replace(HOLE, sighting_id="d-0-1", kind=None, extent_m2=None, chainage_m=43.0)
    store.append_drive("d", told, [HOLE, jolt])
    assert sorted(store.inspections(StretchFilter()), key=repr) == sorted(told, key=repr)
    assert list(store.sightings("high", Way.ALONG)) == [HOLE, jolt]
    assert not store.sightings("high", Way.AGAINST)


def test_a_drive_replaces_itself_and_nobody_else(tmp_path: Path) -> None:
    store = open_drives(tmp_path / "records.sqlite")
    # Ids between which the order of letters is narrow.
    others = [replace(ONE, pass_id=f"{name}-0") for name in ("c", "d0", "dd", "D", "e")]
    for each in others:
        store.append_drive(each.pass_id.removesuffix("-0"), [each], [])
    store.append_drive("d", [ONE, replace(ONE, from_m=50.0)], [HOLE])
    store.append_drive("d", [replace(ONE, pass_id="d-7")], [])
    left = {each.pass_id for each in store.inspections(StretchFilter())}
    assert left == {"d-7", *(each.pass_id for each in others)}
    assert not store.sightings("high", Way.ALONG)
    with pytest.raises(ValueError, match="begin with d-"):
        store.append_drive("d", [replace(ONE, pass_id="e-0")], [])


def test_old_ones_go_with_their_sightings(tmp_path: Path) -> None:
    store = open_drives(tmp_path / "records.sqlite")
    later = replace(ONE, pass_id="d-1", at=T0 + timedelta(days=1))
    store.append_drive("d", [ONE, later], [HOLE])
    records = open_store(tmp_path / "records.sqlite")
    went = records.prune(intervals_before=T0, health_before=T0, inspections_before=T0, pictures_before=T0)
    assert went == 0
    went = records.prune(intervals_before=T0, health_before=T0, inspections_before=later.at, pictures_before=later.at)
    assert went == 2
    assert list(store.inspections(StretchFilter())) == [later]
    assert not store.sightings("high", Way.ALONG)


def test_a_street_is_found_by_its_key(tmp_path: Path) -> None:
    store = open_drives(tmp_path / "records.sqlite")
    plans: list[str] = []

    def explain(connection, cursor, statement, parameters, context, executemany) -> None:
        if statement.split()[0] in {"SELECT", "DELETE"}:
            rows = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            plans.append(" / ".join(row[-1] for row in rows))

    event.listen(store._engine, "before_cursor_execute", explain)
    store.inspections(StretchFilter("high", Way.ALONG, 1.0, 2.0), limit=1)
    store.sightings("high", Way.ALONG)
    store.append_drive("d", [], [])
    assert "USING PRIMARY KEY (street_id=? AND way=?)" in plans[0]
    assert "USING PRIMARY KEY (street_id=? AND way=?)" in plans[1]
    assert "inspection_by_pass" in plans[2]
    assert "distress_sighting_by_pass" in plans[3]


@pytest.mark.parametrize("changed", [{"to_m": 10.0}, {"seen_share": 1.1}, {"at": datetime(2026, 6, 1)}])  # noqa: DTZ001
def test_what_cannot_be_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"impossible|aware"):
        replace(ONE, **changed)
