"""One decoded picture, in memory only."""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import Interpolation

Picture = npt.NDArray[np.uint8]

_BRIGHTNESS_FIRST = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12", "gray"})
"""Pixel formats whose first plane is brightness, a byte a pixel: what cameras send."""


class Frame:
    """A decoded picture and when it was taken. It cannot be pickled, copied or turned into bytes.

    Parameters
    ----------
    picture : av.VideoFrame
        As the decoder gave it; it is converted only when and as small as it is asked for.
    at : datetime
        Aware UTC: presentation time plus the start of the source.
    watched_s : float
        Seconds of street time that this frame stands for; 0 after a gap.
    """

    __slots__ = ("_picture", "at", "watched_s")

    def __init__(self, picture: av.VideoFrame, at: datetime, watched_s: float) -> None:
        self._picture = picture
        self.at = at
        self.watched_s = watched_s

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self._picture.width

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self._picture.height

    def after_gap(self) -> Frame:
        """Return the same picture as the first one after a gap: it stands for no time that went before."""
        return Frame(self._picture, self.at, 0.0)

    def rgb(self, width: int = 0, height: int = 0) -> Picture:
        """Return (height, width, 3) uint8, scaled by the decoder's own scaler; 0 keeps the size."""
        return self._as("rgb24", width, height)

    def bgr(self, width: int = 0, height: int = 0) -> Picture:
        """Return (height, width, 3) uint8, blue first, as the Open Model Zoo networks want it."""
        return self._as("bgr24", width, height)

    def luma(self, width: int = 0, height: int = 0) -> Picture:
        """Return (height, width) uint8, the brightness alone."""
        return self._as("gray", width, height)

    def brightness(self) -> Picture:
        """Return (height, width) uint8 as the decoder has it, in full or studio range: to read, while the frame lives.

        Nothing is converted or copied, but for formats that no camera sends.
        """
        if self._picture.format.name not in _BRIGHTNESS_FIRST:
            return self.luma()
        plane = self._picture.planes[0]
        return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: self.height, : self.width]

    def _as(self, pixel_format: str, width: int, height: int) -> Picture:
        # one thread: what several save in waiting they cost twice in work, and other cameras want the core
        shaped = self._picture.reformat(
            width or self.width, height or self.height, format=pixel_format, interpolation=Interpolation.AREA, threads=1
        )
        return np.asarray(shaped.to_ndarray(), dtype=np.uint8)

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("a frame does not leave the sealed process: it cannot be pickled, copied or turned into bytes")

    __reduce__ = __reduce_ex__ = __getstate__ = __copy__ = __deepcopy__ = __bytes__ = __array__ = __buffer__ = _refuse


def as_frame(picture: Picture, at: datetime) -> Frame:
    """Return a picture (height, width, 3), red first, that was made here as a frame of the time ``at``."""
    return Frame(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24"), at, 0.0)


def upright(picture: Picture, orientation: int) -> Picture:
    """Return a picture (height, width, 3) as EXIF's ``orientation`` wants it shown.

    Road users who lie on their side are not known for what they are.
    """
    flipped = picture[:, ::-1] if orientation in {2, 4, 5, 7} else picture
    turns = {3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}.get(orientation, 0)
    return np.ascontiguousarray(np.rot90(flipped, turns))
