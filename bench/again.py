"""A recording that never ends, as a camera of ``bench/memory.py``. A sealed process imports it by name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from waywarden.sight.detectors import sparing_opener
from waywarden.sight.frame import Frame
from waywarden.sight.ports import ObjectDetector, SourceFacts
from waywarden.sight.sources.video import VideoSource
from waywarden.terms.places import Camera
from waywarden.terms.records import CameraHealth

BEGUN = datetime(2026, 6, 1, tzinfo=UTC)
PAUSE = timedelta(seconds=1)


class Again:
    """The camera's one recording, played again and again; time goes on."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera

    def about(self) -> SourceFacts:
        """Return what the recording is."""
        return self._from(BEGUN).about()

    def __iter__(self) -> Iterator[Frame | CameraHealth]:
        start = BEGUN
        while True:
            end = start
            for item in self._from(start):
                end = item.at
                yield item
            start = end + PAUSE

    def _from(self, start: datetime) -> VideoSource:
        return VideoSource(Path(self._camera.sources[0]), self._camera.id, start)


def open_again(camera: Camera, _: Path) -> Again:
    """Return the source of ``camera``."""
    return Again(camera)


@dataclass(frozen=True)
class SparingOn:
    """Opens what looks at cameras that are all drawn like ``camera``; they share the network."""

    camera: Camera

    def __call__(self, detector: str) -> ObjectDetector:
        """Open ``detector``."""
        with _ONE_NETWORK:
            opener = _opener(detector)
        return opener(self.camera)


_ONE_NETWORK = threading.Lock()
"""Threads that ask a ``cache`` at the same time all find it empty, and each would compile a network of its own."""


@cache
def _opener(detector: str) -> Callable[[Camera], ObjectDetector]:
    return sparing_opener(detector)
