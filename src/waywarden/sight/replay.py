"""Some minutes of a camera for somebody who counts by hand: silhouettes, and beside them what is counted on them.

A silhouette comes from movement alone, never from the network: whoever the network overlooks is to be seen in it, or
the check would find nothing. It is coarse (``terms.transient.Silhouette``): what somebody needs to see that a bus, a
car or a bicycle goes through a gate, and no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from waywarden.sight.frame import Frame
from waywarden.sight.moving.blobs import Mask, thicker, thinner
from waywarden.sight.moving.motion import MotionObjectDetector, neighbours
from waywarden.sight.ports import FrameSource, Learner, ObjectDetector, SourceFacts
from waywarden.sight.watch import samples, watch
from waywarden.terms.records import CameraHealth
from waywarden.terms.transient import CELLS_ACROSS, Detections, FullLook, Silhouette, Unlooked

Spans = Sequence[tuple[datetime, datetime]]
LEAD, TAIL = timedelta(seconds=10), timedelta(seconds=8)
"""Before and after each span is watched as well, so that trackers know who comes, and say who went."""
SHOWN_HZ = 8.0
LIT_SHARE = 0.3
"""Share of a cell that has to move for it to be lit."""


def watch_replay(
    camera_id: str, source: FrameSource, object_detector: ObjectDetector, spans: Spans
) -> Iterator[Detections | Unlooked | FullLook | CameraHealth | Silhouette]:
    """Yield silhouettes of ``spans`` [begin, end) in order of time, and what ``watch`` yields of the same frames.

    After the last span it ends, wherever the source does. Errors as ``watch``.
    """
    if isinstance(object_detector, Learner):
        object_detector.learn(samples(source))
    within = _Within(source, spans)
    for item in watch(camera_id, within, object_detector):
        yield from within.taken()
        yield item
    yield from within.taken()


class _Within:
    """The frames of a source within some spans, and their silhouettes. It has nothing to learn from: that is done."""

    def __init__(self, source: FrameSource, spans: Spans) -> None:
        self._source = source
        self._spans = [(begin - LEAD, end + TAIL) for begin, end in spans]
        self._motion = MotionObjectDetector()
        self._motion.learn(samples(source))
        self._shapes: list[Silhouette] = []
        self._shown: datetime | None = None

    def about(self) -> SourceFacts:
        """Say what the source is, as if it had no end."""
        return replace(self._source.about(), duration_s=None)

    def __iter__(self) -> Iterator[Frame | CameraHealth]:
        """Yield the frames within; the first of each stretch comes after a gap."""
        last = max(end for _, end in self._spans)
        inside = False
        for item in self._source:
            if isinstance(item, CameraHealth):
                yield item
                continue
            if item.at >= last:
                return
            was, inside = inside, any(begin <= item.at < end for begin, end in self._spans)
            if inside:
                self._see(item)
                yield item if was else item.after_gap()

    def taken(self) -> list[Silhouette]:
        """Return the silhouettes since the last time."""
        shapes, self._shapes = self._shapes, []
        return shapes

    def _see(self, frame: Frame) -> None:
        since = None if self._shown is None else frame.at - self._shown
        if since is None or not timedelta() <= since < timedelta(seconds=1 / SHOWN_HZ - 0.001):
            self._shapes.append(Silhouette(frame.at, filled(cells_of(self._motion.moving_parts(frame)))))
            self._shown = frame.at


def filled(cells: Mask) -> Mask:
    """Return cells with gaps of one or two closed (windows, a plain roof), and without those that are lit alone."""
    kept = cells & (neighbours(cells) >= 2)
    return np.asarray(kept | thinner(thicker(kept, 1), 1))


def cells_of(mask: Mask) -> Mask:
    """Return the coarse cells of (h, w) bool: square ones, as small as ``CELLS_ACROSS`` of them allow."""
    height, width = mask.shape
    side = -(-width // CELLS_ACROSS)
    padded = np.pad(mask, ((0, -height % side), (0, -width % side)))
    blocks = padded.reshape(padded.shape[0] // side, side, padded.shape[1] // side, side)
    return np.asarray(blocks.mean(axis=(1, 3)) >= LIT_SHARE)
