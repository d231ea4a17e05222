"""The counting job: a city's cameras in, traffic intervals out. Read this first.

For each camera: detections come out of the sealed process (``run.sealing.sealed``; ``local`` hands it in), crossings
are found in memory (``traffic.finder``), counts are kept by interval (``traffic.tally``), and an interval is stored
when it is over, so a run that is killed and run again ends with the same records as one that was not.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from waywarden.geo.projection import calibrate
from waywarden.run.city.picture import check_gates
from waywarden.terms.errors import StoreError, WaywardenError
from waywarden.terms.places import Camera, City
from waywarden.terms.records import CameraHealth, IntervalCheck, TrafficInterval
from waywarden.terms.transient import Crossing, Detections, FullLook, Passage, Unlooked
from waywarden.traffic.finder import CrossingFinder
from waywarden.traffic.tally import Clock, IntervalTally


class Keeps(Protocol):
    """What a count asks of a ``store.port.RecordStore``; StoreError where something cannot be written."""

    def append(self, intervals: Iterable[TrafficInterval]) -> None: ...

    def append_health(self, health: Iterable[CameraHealth]) -> None: ...

    def append_checks(self, checks: Iterable[IntervalCheck]) -> None: ...


@dataclass(frozen=True, slots=True)
class CountJob:
    """What is to be counted, and how.

    ``detector`` is ``motion`` or a path of weights; ``folder`` is where relative sources start.
    ``on_seal`` is told in a line what seals the pictures in.
    ``on_progress(camera_id, done)`` is told how much of a recording is counted (0 to 1; -1: a live stream, no end).
    ``sparing``: look only when and as often as traffic asks for it.
    ``stop`` ends the counting: what was counted until then is kept.
    """

    city: City
    folder: Path
    detector: str
    method: str
    bin_min: int
    store: Keeps | None = None
    on_seal: Callable[[str], None] = lambda _: None
    on_progress: Callable[[str, float], None] = lambda _id, _done: None
    stop: threading.Event = field(default_factory=threading.Event)
    sparing: bool = False


@dataclass(slots=True)
class CameraCount:
    """What came of one camera. ``trouble`` says why it was not read to its end, or not all of it is stored."""

    camera_id: str
    records: list[TrafficInterval] = field(default_factory=list)
    health: list[CameraHealth] = field(default_factory=list)
    checks: list[IntervalCheck] = field(default_factory=list)
    trouble: WaywardenError | None = None
    unstored: list[TrafficInterval] = field(default_factory=list)
    unstored_health: list[CameraHealth] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SecondCount:
    """Counts anew where every frame is looked at (``traffic.audit``); without arguments nothing is.

    It is given the frames of such spans, what was ``counted`` meanwhile with the time before which no more is said, and
    answers with what it found when it is closed.
    """

    look: Callable[[Detections], None] = lambda _: None
    counted: Callable[[list[Crossing | Passage], datetime], None] = lambda _items, _until: None
    close: Callable[[], list[IntervalCheck]] = list


@dataclass(frozen=True, slots=True)
class Watching:
    """What is known of a camera's picture, what is seen in it, and what counts anew.

    ``picture_px`` is None where there is no picture but only boxes, ``duration_s`` where there is no end.
    """

    picture_px: tuple[int, int] | None
    duration_s: float | None
    seen: Generator[Detections | Unlooked | FullLook | CameraHealth]
    second: SecondCount = SecondCount()


Watch = Callable[[CountJob, Camera], Watching]
"""Begins to watch one camera."""


def count_camera(job: CountJob, camera: Camera, watch: Watch) -> CameraCount:
    """Count one camera. What was counted before a trouble or a stop is kept, with the time it was watched."""
    counted = CameraCount(camera.id)
    if job.stop.is_set():
        return counted
    try:
        _count(job, camera, watch(job, camera), counted)
    except WaywardenError as trouble:
        counted.trouble = trouble
    not_stored = _store(job, counted)
    counted.trouble = counted.trouble or not_stored
    return counted


def _count(job: CountJob, camera: Camera, watching: Watching, counted: CameraCount) -> None:
    if watching.picture_px is not None:
        check_gates(camera, *watching.picture_px)
    homography = calibrate(camera.calibration) if camera.calibration else None
    finder = CrossingFinder(camera, homography, watching.picture_px)
    clock = Clock(job.bin_min, ZoneInfo(job.city.time_zone))
    tally = IntervalTally(camera, clock, job.city.class_scheme, job.method)
    begun: datetime | None = None
    try:
        with closing(watching.seen) as seen:
            for item in seen:
                if job.stop.is_set():
                    break
                if isinstance(item, CameraHealth):
                    _keep_health(job, counted, item)
                    continue
                if isinstance(item, FullLook):
                    watching.second.look(item.seen)
                    continue
                begun = begun or item.at
                tally.watch(item.at, item.watched_s)
                if isinstance(item, Unlooked):
                    continue
                found = finder.update(item)
                tally.add(found)
                watching.second.counted(found, finder.said_until)
                _keep(job, counted, tally.take_closed(finder.said_until))
                job.on_progress(camera.id, _done(begun, item.at, watching.duration_s))
    finally:
        found = finder.finish()
        tally.add(found)
        watching.second.counted(found, finder.said_until)
        counted.checks = watching.second.close()
        _keep(job, counted, tally.records())


def _keep(job: CountJob, counted: CameraCount, records: list[TrafficInterval]) -> None:
    if records:
        counted.records += records
        counted.unstored += records
        _store(job, counted)


def _keep_health(job: CountJob, counted: CameraCount, health: CameraHealth) -> None:
    counted.health.append(health)
    counted.unstored_health.append(health)
    _store(job, counted)


def _store(job: CountJob, counted: CameraCount) -> StoreError | None:
    """Store what is not stored yet; what cannot be (a full disk) is tried again with the next, and costs no count."""
    if job.store is None:
        return None
    try:
        job.store.append(counted.unstored)
        counted.unstored.clear()
        job.store.append_health(counted.unstored_health)
        counted.unstored_health.clear()
        job.store.append_checks(counted.checks)
    except StoreError as trouble:
        return trouble
    return None


def _done(begun: datetime, at: datetime, duration_s: float | None) -> float:
    return -1.0 if not duration_s else min(1.0, (at - begun).total_seconds() / duration_s)
