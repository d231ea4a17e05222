"""A recording that never ends, as a camera of ``bench/memory.py``. A sealed process imports it by name."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from waywarden.sight.frame import Frame
from waywarden.sight.ports import FrameSource, ObjectDetector, Seen, SourceFacts
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
    """Opens what looks at cameras that are all drawn like ``camera``; they share the network.

    Of a picture that was looked at before, the network looks at one in ``anew`` again.
    """

    camera: Camera
    anew: int = 1

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Come into a sealed process, and import what looks before it is sealed, as watch's own processes do."""
        import waywarden.sight.networks.runtime  # noqa: F401
        from waywarden.sight import detectors  # noqa: F401
        from waywarden.sight.sources import opening  # noqa: F401

        self.__dict__.update(state)

    def __call__(self, detector: str) -> ObjectDetector:
        """Open ``detector``."""
        with _ONE_NETWORK:
            opener = _opener(detector, self.anew)
        return opener(self.camera)


class Remembering:
    """A network that remembers what it saw: of pictures that come again it looks at one in ``anew``, for its memory.

    What it says then is thrown away, so that the counts are those of the pictures either way.
    """

    def __init__(self, network: ObjectDetector, anew: int) -> None:
        self._network, self._anew = network, anew
        self._seen: dict[int, Seen] = {}
        self._again = 0

    @property
    def name(self) -> str:
        """The network's own."""
        return self._network.name

    def detect(self, frame: Frame) -> Seen:
        """Return what is on ``frame``, from memory where it was there before."""
        picture = zlib.crc32(frame.brightness().tobytes())
        if picture not in self._seen:
            self._seen[picture] = self._network.detect(frame)
            return self._seen[picture]
        self._again += 1
        if self._again % self._anew == 0:
            self._network.detect(frame)
        return self._seen[picture]


_ONE_NETWORK = threading.Lock()
"""Threads that ask a ``cache`` at the same time all find it empty, and each would compile a network of its own."""


@cache
def _opener(detector: str, anew: int) -> Callable[[Camera], ObjectDetector]:
    from waywarden.sight.cascade.cascade import Cascade
    from waywarden.sight.cascade.plan import plan_of
    from waywarden.sight.detectors import sparing_opener
    from waywarden.sight.networks.network import NetworkObjectDetector

    if anew == 1:
        return sparing_opener(detector)
    network = Remembering(NetworkObjectDetector(Path(detector), sparing=True), anew)
    return lambda camera: Cascade(network, camera, plan_of(camera))
