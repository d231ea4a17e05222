"""Health of cameras, and letting go of what is past its time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waywarden.store.port import IntervalFilter, RecordStore
from waywarden.store.sqlite import open_store
from waywarden.terms.records import CameraHealth, Direction, HealthState, TrafficInterval

T0 = datetime(2026, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 1, 1, tzinfo=UTC)

hours = st.integers(0, 9).map(lambda hour: T0 + timedelta(hours=hour, microseconds=hour))
changes = st.builds(
    CameraHealth,
    camera_id=st.sampled_from(["a", "b", "c"]),
    at=hours,
    state=st.sampled_from(HealthState),
    reason=st.text(max_size=9),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordStore]:
    made = open_store(tmp_path_factory.mktemp("health") / "records.sqlite")
    yield made
    made.close()


@given(batches=st.lists(st.lists(changes, max_size=5), max_size=4))
@settings(max_examples=100, deadline=None)
def test_the_newest_of_each_camera(store: RecordStore, batches: list[list[CameraHealth]]) -> None:
    store.prune(intervals_before=LAST, health_before=LAST, inspections_before=LAST, pictures_before=LAST)
    newest: dict[str, CameraHealth] = {}
    for batch in batches:
        store.append_health(batch)
        for one in batch:
            if one.camera_id not in newest or one.at >= newest[one.camera_id].at:
                newest[one.camera_id] = one
    expected = [newest[camera_id] for camera_id in sorted(newest)]
    assert store.latest_health() == expected
    for batch in batches[-1:]:
        store.append_health(batch)
    assert store.latest_health() == expected


@given(starts=st.sets(hours, max_size=6), ats=st.sets(hours, max_size=6), before=st.tuples(hours, hours))
@settings(max_examples=100, deadline=None)
def test_prune_takes_what_is_older_and_says_how_many(
    store: RecordStore, starts: set[datetime], ats: set[datetime], before: tuple[datetime, datetime]
) -> None:
    store.prune(intervals_before=LAST, health_before=LAST, inspections_before=LAST, pictures_before=LAST)
    store.append(
        TrafficInterval("a", "g", Direction.BACKWARD, None, "all", start, 900, 1.0, 0, None, None, "m")
        for start in starts
    )
    store.append_health(CameraHealth("a", at, HealthState.OK, "") for at in ats)
    went = store.prune(
        intervals_before=before[0], health_before=before[1], inspections_before=before[1], pictures_before=before[1]
    )
    assert went == sum(start < before[0] for start in starts) + sum(at < before[1] for at in ats)
    assert [one.start for one in store.intervals(IntervalFilter())] == sorted(at for at in starts if at >= before[0])
    assert [one.at for one in store.latest_health()] == sorted(at for at in ats if at >= before[1])[-1:]


def test_nothing_appended_is_nothing_done(store: RecordStore) -> None:
    store.prune(intervals_before=LAST, health_before=LAST, inspections_before=LAST, pictures_before=LAST)
    store.append([])
    store.append_health([])
    assert store.intervals(IntervalFilter()) == []
    assert store.latest_health() == []
