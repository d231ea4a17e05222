"""The job that judges how far stored intervals can be trusted, and stores what came of it beside them.

What is usual at a place is learnt from the weeks around, so a bin's quality may change as history grows: counting
judges the last days anew, ``waywarden quality`` judges everything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from waywarden.store.port import CheckFilter, IntervalFilter, RecordStore
from waywarden.terms.kinds import ALL_CLASSES
from waywarden.terms.places import Camera, City
from waywarden.terms.records import Doubt, IntervalQuality, Quality, TrafficInterval
from waywarden.traffic.quality.judge import judge

AT_ONCE = timedelta(weeks=4)
"""So much is judged at once, that a year of it needs no more memory than a month."""
HISTORY = timedelta(weeks=7)
"""So much before and after is looked at beside it: what ``traffic.quality.expected`` makes use of, and a week."""
AGAIN = timedelta(days=7)
"""What was counted so shortly before new intervals is judged again with them."""


@dataclass(slots=True)
class Judged:
    """How many bins of a camera were judged, and how."""

    camera_id: str
    bins: int = 0
    qualities: Counter[Quality] = field(default_factory=Counter)
    doubts: Counter[Doubt] = field(default_factory=Counter)

    def add(self, one: IntervalQuality) -> None:
        """Count one bin."""
        self.bins += 1
        self.qualities[one.quality] += 1
        self.doubts.update(one.doubts)


def judge_counted(store: RecordStore, city: City, counted: Sequence[TrafficInterval]) -> None:
    """Judge what was ``counted``, and the week before it."""
    for camera in city.cameras:
        starts = [row.start for row in counted if row.camera_id == camera.id]
        if starts:
            judge_stored(store, city, camera, since=min(starts) - AGAIN)


def judge_stored(store: RecordStore, city: City, camera: Camera, since: datetime | None = None) -> Judged:
    """Judge the stored bins of ``camera`` that start at ``since`` or later, or all, and store their quality."""
    judged = Judged(camera.id)
    health, second = store.health(camera.id), store.checks(CheckFilter(camera.id))
    for begin, end in _months(store, camera.id, since):
        history = IntervalFilter(camera.id, vehicle_class=ALL_CLASSES, since=begin - HISTORY, until=end + HISTORY)
        inside = store.intervals(IntervalFilter(camera.id, since=begin, until=end))
        rows = [*store.intervals(history), *(row for row in inside if row.vehicle_class != ALL_CLASSES)]
        found = [
            one
            for one in judge(camera, rows, health, ZoneInfo(city.time_zone), city.class_scheme, second)
            if begin <= one.start < end
        ]
        store.append_quality(found)
        for one in found:
            judged.add(one)
    return judged


def _months(store: RecordStore, camera_id: str, since: datetime | None) -> Iterator[tuple[datetime, datetime]]:
    """Yield the spans that are judged at once, from the camera's first bin (or ``since``) to its last."""
    first = store.intervals(IntervalFilter(camera_id, since=since), limit=1)
    last = store.newest_starts().get(camera_id)
    if not first or last is None:
        return
    begin = first[0].start.replace(minute=0, second=0, microsecond=0)
    while begin <= last:
        yield begin, begin + AT_ONCE
        begin += AT_ONCE
