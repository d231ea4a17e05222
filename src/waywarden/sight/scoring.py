"""What a network says of pictures whose truth is known: for comparing weights, never for counting.

Pictures are numbered from 0 and their number stands for a second, so that what comes out of the sealed process can be
told apart without a name of a file. Before each picture's detections goes its size.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np

from waywarden.sight.frame import Frame
from waywarden.sight.networks.network import NetworkObjectDetector
from waywarden.sight.ports import FrameSource, ObjectDetector, SourceFacts
from waywarden.sight.sources.stills import STILL_SUFFIXES, decode_still, stills_in
from waywarden.terms.errors import SourceError
from waywarden.terms.places import Camera
from waywarden.terms.records import HealthState
from waywarden.terms.transient import Detections

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
LEAST_SCORE = 0.01
"""What is less certain than this, on the common scale, is not even listed."""


class NumberedPictures:
    """A ``FrameSource`` of one folder of pictures in order of name, of one picture, or of every frame of one clip.

    Where ``only`` is given, pictures of a folder with other numbers are not even opened.
    """

    def __init__(self, path: Path, only: frozenset[int] | None = None) -> None:
        self._path = path
        self._only = only

    def about(self) -> SourceFacts:
        """Return the first picture's size; SourceError where there is none."""
        for frame in self:
            return SourceFacts(frame.width, frame.height, 1.0, self._path.suffix or "stills", None)
        raise SourceError(f"{self._path} holds no picture: pass a folder of pictures, or a clip")

    def __iter__(self) -> Iterator[Frame]:
        """Yield each picture; SourceError at one that cannot be decoded."""
        still = self._path.is_dir() or self._path.suffix.lower() in STILL_SUFFIXES
        pictures = _stills(self._path, self._only) if still else enumerate(_clip(self._path))
        for number, picture in pictures:
            yield Frame(picture, EPOCH + timedelta(seconds=number), 1.0)


def open_pictures(camera: Camera, folder: Path, only: frozenset[int] | None = None) -> FrameSource:
    """Return the numbered pictures that ``camera`` names."""
    return NumberedPictures(folder / camera.sources[0], only)


def open_network(detector: str) -> NetworkObjectDetector:
    """Return the network alone, without the motion detector, saying all it can say."""
    return NetworkObjectDetector(Path(detector), least_score=LEAST_SCORE)


def look(camera_id: str, source: FrameSource, object_detector: ObjectDetector) -> Iterator[SourceFacts | Detections]:
    """Yield for each picture its size, then what the network says is on it."""
    for frame in source:
        if isinstance(frame, Frame):
            boxes, scores, kinds = object_detector.detect(frame)
            yield SourceFacts(frame.width, frame.height, 1.0, "picture", None)
            yield Detections(camera_id, frame.at, 0.0, boxes, scores, kinds)


def ms_per_inference(network: NetworkObjectDetector, times: int = 30) -> float:
    """Return the CPU time of one look of a network, in ms on one core: the median of ``times``.

    The picture is grey, and of the network's own size: what scaling takes hangs on the camera.
    """
    grey = grey_picture(*network.input_size)
    return cpu_ms(lambda: network.detect(grey), times)


def grey_picture(width: int, height: int) -> Frame:
    """Return a picture of one grey."""
    return Frame(av.VideoFrame.from_ndarray(np.full((height, width, 3), 128, np.uint8), format="bgr24"), EPOCH, 0.0)


def cpu_ms(act: Callable[[], object], times: int) -> float:
    """Return the CPU time of ``act`` in ms: the median of ``times``, after three that are not counted."""
    spent = []
    for _ in range(times + 3):
        began = time.process_time()
        act()
        spent.append(time.process_time() - began)
    return float(np.median(spent[3:])) * 1000


def _stills(where: Path, only: frozenset[int] | None) -> Iterator[tuple[int, av.VideoFrame]]:
    for number, path in enumerate(stills_in(where) if where.is_dir() else [where]):
        if only is None or number in only:
            picture, reason = decode_still(path)
            if isinstance(picture, HealthState):
                raise SourceError(f"{path} cannot be looked at ({reason}): take it out of the folder")
            yield number, picture


def _clip(path: Path) -> Iterator[av.VideoFrame]:
    try:
        with av.open(str(path)) as container:
            yield from container.decode(video=0)
    except (av.FFmpegError, OSError) as error:
        raise SourceError(f"{path} is not a clip that can be read ({error}): pass another") from error
