"""What every frame source must keep to, and clips with exact presentation times to try it on."""

from __future__ import annotations

import pickle  # noqa: TID251 - to see that a frame refuses it
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.video.stream import VideoStream

from waywarden.sight.frame import Frame
from waywarden.sight.ports import FrameSource

TICKS_PER_S = 12_800
"""Clock of the clips that ``write_clip`` makes; both 1/25 s and 1 ms come out to the microsecond or nearly."""


def check_frame_source(source: FrameSource) -> list[Frame]:
    """Play a recorded ``source`` twice and check the port's promises; return the frames of the first time.

    Checked: ``about`` states a size, a rate and a codec, and the frames have that size; times are aware UTC and go up
    strictly; a frame stands for no more than the time since the one before it; playing again gives the same; a frame
    cannot be pickled. AssertionError says which promise was broken.
    """
    facts = source.about()
    _hold(min(facts.width, facts.height, facts.rate_hz) > 0 and facts.codec != "", f"about() is empty: {facts}")
    frames = [item for item in source if isinstance(item, Frame)]
    _hold(len(frames) > 0, "no frame came")
    _hold(all(frame.at.utcoffset() == timedelta() for frame in frames), "times must be aware UTC")
    _hold((frames[0].width, frames[0].height) == (facts.width, facts.height), "about() states another size")
    for one, other in pairwise(frames):
        step_s = (other.at - one.at).total_seconds()
        _hold(step_s > 0, f"times must go up: {one.at} is followed by {other.at}")
        _hold(0 <= other.watched_s <= step_s + 1e-6, f"{other.watched_s} s watched in a step of {step_s} s")
    again = [(item.at, item.watched_s) for item in source if isinstance(item, Frame)]
    _hold(again == [(frame.at, frame.watched_s) for frame in frames], "playing again must give the same")
    try:
        pickle.dumps(frames[0])
    except TypeError:
        return frames
    raise AssertionError("a frame must refuse to be pickled")


def _hold(promise: bool, words: str) -> None:  # noqa: FBT001  # an assert that also holds under python -O
    if not promise:
        raise AssertionError(words)


def write_clip(path: Path, times_s: Sequence[float], *, rate_hz: int = 25, codec: str = "libx264") -> Path:
    """Write a 64 x 48 clip of a moving pattern, one frame at each of ``times_s`` (up strictly); return ``path``."""
    with av.open(str(path), "w") as container:
        stream = cast("VideoStream", container.add_stream(codec, rate=rate_hz))
        stream.width, stream.height = 64, 48
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.gop_size = 10
        if codec == "libx264":
            stream.options = {"preset": "ultrafast", "tune": "zerolatency"}
            stream.codec_context.time_base = Fraction(1, TICKS_PER_S)
        base = stream.codec_context.time_base or Fraction(1, rate_hz)
        for number, seconds in enumerate(times_s):
            picture = av.VideoFrame.from_ndarray(_pattern(number), format="rgb24")
            picture.pts, picture.time_base = round(seconds / base), base
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def _pattern(number: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return a textured street stand-in: a colour ramp with a bright block that moves 3 px a frame."""
    y, x = np.mgrid[0:48, 0:64]
    rgb = np.stack([40 + 3 * x, 40 + 4 * y, 200 - 2 * x - y], axis=-1).astype(np.uint8)
    left = 3 * number % 54
    rgb[20:30, left : left + 10] = (240, 220, 40)
    return rgb


def utc(text: str) -> datetime:
    """Return an ISO time as aware UTC.

    Examples
    --------
    >>> utc("2020-02-20 13:11:00").isoformat()
    '2020-02-20T13:11:00+00:00'
    """
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
