"""The ports of the sealed room: where frames come from, and who says what is on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from waywarden.sight.frame import Frame
from waywarden.terms.kinds import KindNumbers
from waywarden.terms.records import CameraHealth
from waywarden.terms.transient import BoxesPx, Scores

Seen = tuple[BoxesPx, Scores, KindNumbers]
"""(n, 4) float32 xyxy in pixels of the frame, (n,) float32 scores, (n,) int8 kinds."""


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What a source says of itself. ``duration_s`` is None for a live stream; ``rate_hz`` is nominal."""

    width: int
    height: int
    rate_hz: float
    codec: str
    duration_s: float | None
    start: datetime | None = None


class FrameSource(Protocol):
    """Frames of one camera in order of time. A fault is an item of the stream, not the end of it."""

    def about(self) -> SourceFacts:
        """Open the source and say what it is; SourceError if that cannot be done."""
        ...

    def __iter__(self) -> Iterator[Frame | CameraHealth]:
        """Yield frames, and a CameraHealth wherever the camera's state changes; SourceError where it cannot go on."""
        ...


@runtime_checkable
class Learner(Protocol):
    """An object detector that wants to see some of the street before it begins."""

    def learn(self, frames: Iterable[Frame]) -> None:
        """Look at ``frames``, spread over the recording's first minutes."""
        ...


@runtime_checkable
class Sparing(Protocol):
    """An object detector that need not see every frame. It is asked about each, in order, and shown those it wants."""

    def due(self, frame: Frame) -> bool:
        """Return whether ``frame`` is worth a look; always True after a gap (``watched_s`` 0)."""
        ...


@runtime_checkable
class Audited(Sparing, Protocol):
    """A sparing object detector of which spans are audited: there every frame is looked at, beside what is due."""

    def audited(self, frame: Frame) -> bool:
        """Return whether ``frame`` lies in such a span."""
        ...

    def audit(self, frame: Frame) -> Seen:
        """Look at a frame of which ``due`` has just been asked; no look that is due depends on it."""
        ...

    def look_more(self) -> None:
        """Look more often from now on: the looks that were due were too few."""
        ...

    def look_less(self) -> None:
        """Look a little less often, but no less than at first: they were enough."""
        ...


class ObjectDetector(Protocol):
    """Says what road users are on one frame. May keep state between frames of one camera (a background)."""

    @property
    def name(self) -> str:
        """Name and version, as stored in ``TrafficInterval.method``."""
        ...

    def detect(self, frame: Frame) -> Seen:
        """Return what is on ``frame``; empty arrays when nothing is."""
        ...
