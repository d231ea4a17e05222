"""The sealed room's way out: frames in, detections and camera health out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from waywarden.sight.frame import Frame
from waywarden.sight.health import HealthWatcher
from waywarden.sight.ports import Audited, FrameSource, Learner, ObjectDetector, Sparing
from waywarden.terms.records import CameraHealth
from waywarden.terms.transient import Detections, FullLook, Unlooked

LEARN_S = 180.0
"""A motion detector looks at this much of a recording first: two to three cycles of a signal."""
LEARN_FRAMES = 60


def watch(
    camera_id: str, source: FrameSource, object_detector: ObjectDetector
) -> Iterator[Detections | Unlooked | FullLook | CameraHealth]:
    """Yield what is on each frame of ``source``, and a health record wherever the camera's state changes.

    A sparing object detector is shown the frames that it wants; one Unlooked stands for those between two looks. In the
    spans that are audited, a FullLook at each frame comes before what else is said of that frame.

    A frame in which the street cannot be seen (placeholder, smear, frozen, dark ...) yields no Detections, so its
    time does not count as watched. The first frame always yields a health record.

    Raises
    ------
    SourceError
        As the source raises it.
    """
    watcher = HealthWatcher(camera_id, samples=lambda: samples(source))
    between = _Between(camera_id)
    sparing = object_detector if isinstance(object_detector, Sparing) else None
    audits = _Audits(camera_id, object_detector) if isinstance(object_detector, Audited) else None
    if isinstance(object_detector, Learner):
        object_detector.learn(samples(source))
    for item in source:
        change = watcher.heard(item) if isinstance(item, CameraHealth) else watcher.look(item)
        if change is not None:
            yield from between.taken()
            yield change
        if isinstance(item, CameraHealth) or not watcher.countable:
            continue
        due = sparing is None or sparing.due(item)
        if audits is not None:
            yield from audits.of(item)
        if not due:
            between.add(item)
            continue
        yield from between.taken()
        xyxy_px, score, kind = object_detector.detect(item)
        yield Detections(camera_id, item.at, item.watched_s, xyxy_px, score, kind)
    yield from between.taken()


class _Audits:
    """The looks at every frame of the spans that are audited."""

    def __init__(self, camera_id: str, object_detector: Audited) -> None:
        self._camera_id, self._object_detector = camera_id, object_detector
        self._within = False

    def of(self, frame: Frame) -> Iterator[FullLook]:
        """Yield the look at ``frame`` if it lies in a span; a span's first has watched no time, as after a gap."""
        if not self._object_detector.audited(frame):
            self._within = False
            return
        watched_s = frame.watched_s if self._within else 0.0
        self._within = True
        xyxy_px, score, kind = self._object_detector.audit(frame)
        yield FullLook(Detections(self._camera_id, frame.at, watched_s, xyxy_px, score, kind))


class _Between:
    """The frames since the last look."""

    def __init__(self, camera_id: str) -> None:
        self._camera_id = camera_id
        self._at: datetime | None = None
        self._watched_s = 0.0

    def add(self, frame: Frame) -> None:
        """Take in a frame that is not looked at."""
        self._at = self._at or frame.at
        self._watched_s += frame.watched_s

    def taken(self) -> Iterator[Unlooked]:
        """Yield what stands for them, if there were any, and forget them."""
        if self._at is not None:
            yield Unlooked(self._camera_id, self._at, self._watched_s)
        self._at, self._watched_s = None, 0.0


def samples(source: FrameSource) -> Iterator[Frame]:
    """Yield frames spread over the first ``LEARN_S`` of a recording; none of a live stream, which runs once."""
    duration_s = source.about().duration_s
    if duration_s is None:
        return
    step_s = min(duration_s, LEARN_S) / LEARN_FRAMES
    begun: datetime | None = None
    taken = 0
    for item in source:
        if isinstance(item, CameraHealth):
            continue
        begun = begun or item.at
        into_s = (item.at - begun).total_seconds()
        if into_s > LEARN_S:
            return
        if into_s >= taken * step_s:
            taken += 1
            yield item
