"""The sealed jobs: crops of pictures that may be kept, or why not; and what is found on pictures to be hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path

import numpy as np

from waywarden.sight.frame import Frame
from waywarden.sight.networks.network import NetworkObjectDetector
from waywarden.sight.ports import FrameSource, ObjectDetector, SourceFacts
from waywarden.sight.redact import CROP, kept_crop
from waywarden.sight.scoring import EPOCH
from waywarden.sight.seeking import seek
from waywarden.terms.pictures import Crop, NotKept, RedactedJpeg
from waywarden.terms.transient import Detections


def open_keeper(weights: str) -> ObjectDetector:
    """Return the network at the path ``weights``, saying all that is to be hidden on a picture that is kept."""
    return NetworkObjectDetector(Path(weights), CROP.least_score)


def keep(
    _camera_id: str, source: FrameSource, object_detector: ObjectDetector, wanted: Mapping[int, Sequence[Crop]]
) -> Iterator[RedactedJpeg | NotKept]:
    """Yield the crops that are wanted of each numbered picture (``sight.scoring``), in order; NotKept in its place."""
    for frame in source:
        number = round((frame.at - EPOCH) / timedelta(seconds=1)) if isinstance(frame, Frame) else -1
        crops = wanted.get(number, ())
        if isinstance(frame, Frame) and crops:
            found = seek(frame, object_detector)
            for crop in crops:
                yield kept_crop(frame, found, crop, object_detector)


def seek_all(
    camera_id: str, source: FrameSource, object_detector: ObjectDetector, every: int = 1
) -> Iterator[SourceFacts | Detections]:
    """Yield for every so manieth picture its size, then wherever road users may be on it."""
    frames = (item for item in source if isinstance(item, Frame))
    for frame in islice(frames, 0, None, every):
        boxes, scores = seek(frame, object_detector)
        yield SourceFacts(frame.width, frame.height, 1.0, "picture", None)
        yield Detections(camera_id, frame.at, 0.0, boxes, scores, np.zeros(len(boxes), np.int8))
