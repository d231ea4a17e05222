"""A recording that never ends, as a camera of ``bench/memory.py``. A sealed process imports it by name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from waywarden.sight.frame import Frame
from waywarden.sight.ports import FrameSource, ObjectDetector, SourceFacts
from waywarden.terms.places import Camera
from waywarden.terms.records import CameraHealth

# ruff: noqa: PLC0415 - what a sealed process needs, the process that starts it does not hold, in watch or here

BEGUN = datetime(2026, 6, 1, tzinfo=UTC)


class Again:
    """The camera's one recording, played again and again; time goes on, also by ``pause`` between two of them."""

    def __init__(self, camera: Camera, pause: timedelta) -> None:
        self._camera, self._pause = camera, pause

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
            start = end + self._pause

    def _from(self, start: datetime) -> FrameSource:
        from waywarden.sight.sources.video import VideoSource

        return VideoSource(Path(self._camera.sources[0]), self._camera.id, start)


@dataclass(frozen=True)
class AgainAfter:
    """Opens a camera's source; between two of its recordings ``pause`` goes by unseen."""

    pause: timedelta

    def __call__(self, camera: Camera, _: Path) -> Again:
        """Return the source of ``camera``."""
        return Again(camera, self.pause)


@dataclass(frozen=True)
class SparingOn:
    """Opens what looks at cameras that are all drawn like ``camera``; they share the network."""

    camera: Camera

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Come into a sealed process, and import what looks before it is sealed, as watch's own processes do."""
        import waywarden.sight.networks.runtime  # noqa: F401
        from waywarden.sight import detectors  # noqa: F401
        from waywarden.sight.sources import opening  # noqa: F401

        self.__dict__.update(state)

    def __call__(self, detector: str) -> ObjectDetector:
        """Open ``detector``."""
        with _ONE_NETWORK:
            opener = _opener(detector)
        return opener(self.camera)


_ONE_NETWORK = threading.Lock()
"""Threads that ask a ``cache`` at the same time all find it empty, and each would compile a network of its own."""


@cache
def _opener(detector: str) -> Callable[[Camera], ObjectDetector]:
    from waywarden.sight.detectors import sparing_opener

    return sparing_opener(detector)
