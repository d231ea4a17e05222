"""One picture out of a file that nobody here has seen before and nobody trusts.

What it claims to be is looked at first, so that a few bytes that unpack into gigabytes are never unpacked; the decoder
is told the same limit, should the claim be false.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import av

from waywarden.sight.frame import Frame, as_frame, upright
from waywarden.sight.ports import FrameSource, SourceFacts
from waywarden.sight.scoring import EPOCH
from waywarden.sight.sources.head import format_of, orientation_of, sizes_of
from waywarden.sight.sources.stills import is_cut_short
from waywarden.terms.errors import SourceError
from waywarden.terms.places import Camera

MOST_PIXELS, MOST_OF_FILE = 16_000_000, 100_000_000
"""Unless told otherwise, and of a file that whoever works on this machine has named."""
LONGEST_PX, LEAST_PX = 16_000, 32
PADDED = 5, 4
"""The decoder counts what it pads a picture with: so much is its limit over ours."""
_DECODERS = {"jpeg": "mjpeg", "png": "png", "webp": "webp"}


class GivenPicture:
    """A ``FrameSource`` of one picture, number 0, upright whatever its EXIF says.

    Parameters
    ----------
    content : bytes
        A whole JPEG, PNG or WebP, with sides of ``LEAST_PX`` to ``LONGEST_PX`` px.
    most_pixels : int
        It has so many at most.
    """

    def __init__(self, content: bytes, most_pixels: int = MOST_PIXELS) -> None:
        self._content, self._most_pixels = content, most_pixels

    def about(self) -> SourceFacts:
        """Return its size; SourceError as ``__iter__``."""
        (frame,) = self
        return SourceFacts(frame.width, frame.height, 1.0, "picture", None)

    def __iter__(self) -> Iterator[Frame]:
        """Yield the picture; SourceError where it is none, is broken, or is too large."""
        content = self._content
        codec = format_of(content)
        if codec is None:
            raise SourceError(f"these {len(content)} bytes are no picture: send a JPEG, a PNG or a WebP")
        if is_cut_short(content, codec):
            raise SourceError(f"the {codec} picture breaks off after {len(content)} bytes: send it again")
        sizes = sizes_of(content, codec)
        for width, height in sizes:
            _check_size(width, height, self._most_pixels)
        decoded = _decoded(content, codec, self._most_pixels) if sizes else None
        if decoded is None:
            raise SourceError(f"the {codec} picture is damaged and cannot be decoded: take it again")
        _check_size(decoded.width, decoded.height, self._most_pixels)
        yield as_frame(upright(Frame(decoded, EPOCH, 0.0).rgb(), orientation_of(content, codec)), EPOCH)


def open_named(camera: Camera, folder: Path) -> FrameSource:
    """Return the picture in the one file that ``camera`` names; SourceError where it cannot be read."""
    path = folder / camera.sources[0]
    try:
        return GivenPicture(path.read_bytes(), MOST_OF_FILE)
    except OSError as error:
        raise SourceError(f"it cannot be read ({error.strerror}): give another") from error


def _check_size(width: int, height: int, most_pixels: int) -> None:
    sides = LEAST_PX <= min(width, height) and max(width, height) <= LONGEST_PX
    if not sides or width * height > most_pixels:
        raise SourceError(
            f"the picture is {width} by {height} pixels: send one with sides of {LEAST_PX} to {LONGEST_PX},"
            f" and of {most_pixels // 10**6} million pixels at most"
        )


def _decoded(content: bytes, codec: str, most_pixels: int) -> av.VideoFrame | None:
    decoder = cast("av.VideoCodecContext", av.CodecContext.create(_DECODERS[codec], "r"))
    # A container would be probed with limits of its own, so the decoder gets the bytes as they are.
    decoder.options = {"max_pixels": str(most_pixels * PADDED[0] // PADDED[1])}
    try:
        return next(iter([*decoder.decode(av.Packet(content)), *decoder.decode(None)]), None)
    except (av.FFmpegError, IndexError, ValueError):
        return None
