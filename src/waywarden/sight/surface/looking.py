"""The sealed job: every picture looked at and, where its truth is known, that as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from waywarden.sight.frame import Frame
from waywarden.sight.ports import FrameSource, ObjectDetector
from waywarden.sight.scoring import cpu_ms, grey_picture
from waywarden.sight.sources.stills import decode_still
from waywarden.sight.surface.marks import parts, tiles
from waywarden.sight.surface.network import SurfaceNetwork
from waywarden.terms.errors import SourceError
from waywarden.terms.records import HealthState
from waywarden.terms.transient import DAMAGES, Damage, SurfaceLook

CRACK_BIT, POTHOLE_BIT = 1, 2
LEAST_TRUE_PX = 30.0
"""A drawn pothole of fewer pixels has no box of its own: it is a slip of the pen."""


def open_surface(weights: str) -> SurfaceNetwork:
    """Return the network at the path ``weights``."""
    return SurfaceNetwork(Path(weights))


def look_at(
    _camera_id: str, source: FrameSource, network: SurfaceNetwork, truth: Sequence[Path] = ()
) -> Iterator[SurfaceLook]:
    """Yield what the network sees on each picture and, after it, what its mask in ``truth`` says is there."""
    frames = (item for item in source if isinstance(item, Frame))
    for number, frame in enumerate(frames):
        yield network.look(frame)
        if truth:
            yield drawn(truth[number], frame)


def drawn(mask: Path, frame: Frame) -> SurfaceLook:
    """Return what a mask says is on ``frame``: a grey PNG of the same size, bit 1 crack, bit 2 pothole.

    Raises
    ------
    SourceError
        It cannot be decoded, is not grey, or has another size.
    """
    picture, reason = decode_still(mask)
    if isinstance(picture, HealthState):
        raise SourceError(f"{mask} cannot be read ({reason}): masks are grey PNG pictures")
    if picture.format.name != "gray" or (picture.width, picture.height) != (frame.width, frame.height):
        raise SourceError(
            f"{mask} is {picture.format.name} of {picture.width}x{picture.height}: wanted is a grey picture of"
            f" {frame.width}x{frame.height}, the size of the photo, with bits 1 crack, 2 pothole, 4 lane"
        )
    bits = np.asarray(picture.to_ndarray(), np.uint8)
    crack, pothole = ((bits & bit > 0).astype(np.float32) for bit in (CRACK_BIT, POTHOLE_BIT))
    width, height = frame.width, frame.height
    both = np.stack([tiles(each, width, height) for each in (crack, pothole)], axis=-1)
    boxes, scores, extents = parts(pothole, 1.0, LEAST_TRUE_PX, width, height)
    damages = np.full(len(boxes), DAMAGES.index(Damage.POTHOLE), np.int8)
    return SurfaceLook(frame.at, width, height, both, boxes, scores, damages, extents)


def ms_per_picture(weights: Path, times: int = 15) -> float:
    """Return the CPU time of one look at a grey picture of 800x500, in ms on one core: the median of ``times``."""
    network, grey = SurfaceNetwork(weights), grey_picture(800, 500)
    return cpu_ms(lambda: network.look(grey), times)


def open_nobody(_weights: str) -> ObjectDetector:
    """Refuse: no picture of a road is kept by this job, so nobody is asked who is to be hidden on it."""
    raise SourceError("a look at road surfaces keeps no picture")
