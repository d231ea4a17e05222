"""Minutes of a camera, replayed in memory: silhouettes for somebody to count on, and beside them what we count."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from waywarden.geo.projection import calibrate
from waywarden.run.city.picture import check_gates
from waywarden.run.counting.checked import add_to_stored
from waywarden.run.sealing.sealed import Job, Openers, Task, about_sealed, messages
from waywarden.sight.ports import SourceFacts
from waywarden.store.port import RecordStore
from waywarden.terms.errors import SourceError
from waywarden.terms.places import Camera, City
from waywarden.terms.records import Checker, IntervalCheck
from waywarden.terms.transient import Crossing, Detections, FullLook, Passage, Silhouette, Unlooked
from waywarden.traffic.audit.audit import DayChecks
from waywarden.traffic.audit.matching import Passed, compared
from waywarden.traffic.finder import CrossingFinder
from waywarden.web.local.checking import ByHand, Checking, ShownMinute

MINUTE = timedelta(minutes=1)
SHOWN_BEFORE, SHOWN_AFTER = timedelta(seconds=4), timedelta(seconds=4)
WITHIN = timedelta(seconds=3)
"""Who counts by hand presses a key this long before or after the ground point crosses, at most."""
LIVE_LEAD = timedelta(seconds=40)
"""So long from now the first of the coming minutes begins: the sealed process starts, and learns the background."""

Span = tuple[datetime, datetime]
OnProgress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class CheckJob:
    """Which camera, with which object detector, and how many minutes. ``chance`` chooses them."""

    city: City
    camera: Camera
    folder: Path
    detector: str
    method: str
    minutes: int
    store: RecordStore
    chance: random.Random = field(default_factory=lambda: random.Random(secrets.randbits(64)))  # noqa: S311 - no secret
    openers: Openers | None = None


@dataclass(slots=True)
class Replay:
    """What was seen in the chosen spans. It lives as long as the program that shows it."""

    spans: Sequence[Span]
    size_px: tuple[int, int]
    shapes: list[Silhouette] = field(default_factory=list)
    found: list[Crossing | Passage] = field(default_factory=list)


def chosen_spans(facts: SourceFacts, camera: Camera, minutes: int, chance: random.Random, now: datetime) -> list[Span]:
    """Return so many minutes of a recording, by chance and none twice; of a live stream the coming ones.

    A recording of less than a minute is taken whole. SourceError where a recording does not say how long it is.
    """
    if facts.duration_s is None and facts.start is None and camera.start is None:
        begin = now + LIVE_LEAD
        return [(begin + n * MINUTE, begin + (n + 1) * MINUTE) for n in range(minutes)]
    start = facts.start or camera.start
    if start is None or not facts.duration_s:
        raise SourceError(
            f"camera {camera.id} does not say when it starts or how long it is: give its start in city.toml"
        )
    whole = int(facts.duration_s // 60)
    if whole == 0:
        return [(start, start + timedelta(seconds=facts.duration_s))]
    numbers = sorted(chance.sample(range(whole), min(minutes, whole)))
    return [(start + n * MINUTE, start + (n + 1) * MINUTE) for n in numbers]


def replayed(job: CheckJob, on_progress: OnProgress = lambda _: None) -> Replay:
    """Watch the chosen minutes in the sealed process; errors as ``messages`` has them, ConfigError for odd gates."""
    camera = job.camera
    facts = about_sealed(camera, job.folder, openers=job.openers)
    check_gates(camera, facts.width, facts.height)
    spans = chosen_spans(facts, camera, job.minutes, job.chance, datetime.now(UTC))
    replay = Replay(spans, (facts.width, facts.height))
    finder = CrossingFinder(camera, calibrate(camera.calibration) if camera.calibration else None, replay.size_px)
    live = facts.duration_s is None
    task = Job(Task.REPLAY, camera, job.folder, job.detector, spans=tuple(spans), sparing=live, openers=job.openers)
    for item in messages(task, None):
        if isinstance(item, Silhouette):
            replay.shapes.append(item)
        elif isinstance(item, Detections):
            replay.found += finder.update(item)
        if isinstance(item, Detections | Unlooked | FullLook | Silhouette):
            at = item.seen.at if isinstance(item, FullLook) else item.at
            on_progress(min(1.0, max(0.0, (at - spans[0][0]) / (spans[-1][1] - spans[0][0]))))
    replay.found += finder.finish()
    if not replay.shapes:
        raise SourceError(f"camera {camera.id} showed nothing in the chosen minutes: see to it, and run it again")
    return replay


def checking_of(job: CheckJob, replay: Replay) -> Checking:
    """Return what the check page works with. Saving adds to what is stored of the day, each time anew."""
    rows, columns = replay.shapes[0].cells.shape
    classes = tuple(dict.fromkeys(job.city.class_scheme.values()))

    def save(minutes: Sequence[int], passed: Sequence[ByHand]) -> list[IntervalCheck]:
        checks = compared_by_hand(job, replay, minutes, passed)
        add_to_stored(job.store, checks)
        return checks

    shown = [ShownMinute((end - begin).total_seconds(), _shapes(replay, begin, end)) for begin, end in replay.spans]
    return Checking(secrets.token_urlsafe(24), job.camera, replay.size_px, (columns, rows), classes, shown, save)


def compared_by_hand(
    job: CheckJob, replay: Replay, minutes: Sequence[int], passed: Sequence[ByHand]
) -> list[IntervalCheck]:
    """Compare what was counted by hand in ``minutes`` with what we counted in them."""
    checks = DayChecks(job.camera, ZoneInfo(job.city.time_zone), job.city.class_scheme, Checker.MANUAL, job.method)
    ours = checks.passed(replay.found)
    for minute in minutes:
        begin, end = replay.spans[minute]
        second = [
            Passed(one.gate_id, one.direction, begin + timedelta(seconds=one.at_s), one.vehicle_class)
            for one in passed
            if one.minute == minute
        ]
        near = [one for one in ours if begin - WITHIN <= one.at < end + WITHIN]
        checks.add((begin, end), compared(near, second, (begin, end), WITHIN))
    return checks.records()


def _shapes(replay: Replay, begin: datetime, end: datetime) -> list[tuple[float, bytes]]:
    return [
        ((one.at - begin).total_seconds(), np.packbits(one.cells).tobytes())
        for one in replay.shapes
        if begin - SHOWN_BEFORE <= one.at < end + SHOWN_AFTER
    ]
