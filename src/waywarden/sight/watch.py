"""The sealed room's way out: frames in, detections and camera health out."""

from __future__ import annotations

from collections.abc import Iterator

from waywarden.sight.health import HealthWatcher
from waywarden.sight.ports import FrameSource, ObjectDetector
from waywarden.terms.records import CameraHealth
from waywarden.terms.transient import Detections


def watch(camera_id: str, source: FrameSource, object_detector: ObjectDetector) -> Iterator[Detections | CameraHealth]:
    """Yield what is on each frame of ``source``, and a health record wherever the camera's state changes.

    A frame in which the street cannot be seen (placeholder, smear, frozen, dark ...) yields no Detections, so its
    time does not count as watched. The first frame always yields a health record.

    Raises
    ------
    SourceError
        As the source raises it.
    """
    watcher = HealthWatcher(camera_id)
    for item in source:
        change = watcher.heard(item) if isinstance(item, CameraHealth) else watcher.look(item)
        if change is not None:
            yield change
        if not isinstance(item, CameraHealth) and watcher.countable:
            xyxy_px, score, kind = object_detector.detect(item)
            yield Detections(camera_id, item.at, item.watched_s, xyxy_px, score, kind)
