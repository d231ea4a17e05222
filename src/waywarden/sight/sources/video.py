"""One recording that FFmpeg reads, as frames in the stream's own time.

Time is the presentation time of each picture, relative to the first, plus the start of the recording: never the
wall clock, never the frame number. Variable frame rates and gaps therefore come out as they happened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from waywarden.sight.frame import Frame
from waywarden.sight.ports import SourceFacts
from waywarden.terms.errors import SourceError
from waywarden.terms.records import CameraHealth, HealthState

GAP_MIN_S = 1.0
"""A pause of up to this long is never a gap, however fast the camera."""

GAP_INTERVALS = 4.0
"""A pause of up to this many nominal frame intervals is never a gap, however slow the camera."""

FALLBACK_RATE_HZ = 25.0
"""Taken where a stream does not say its rate; it sets the first frame's watched time and the gap limit, no more."""

UNTIMED_FORMATS = frozenset({"mpjpeg", "mjpeg", "h264", "hevc", "m4v", "mpegvideo"})
"""Formats without presentation times; for some of them FFmpeg makes times up from the frame number at 25 Hz."""

_RATES_BELIEVED_HZ = (0.1, 120.0)
_OLDEST_YEAR_BELIEVED = 2000
_STAMP = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)[-_.]?(?P<month>\d\d)[-_.]?(?P<day>\d\d)[T_ -]?"
    r"(?P<hour>\d\d)[-_:.h]?(?P<minute>\d\d)(?:[-_:.m]?(?P<second>\d\d)(?:\.(?P<fraction>\d{1,6}))?)?(?!\d)"
)


def gap_limit_s(interval_s: float) -> float:
    """Return the longest pause between two frames, nominally ``interval_s`` apart, that still counts as watched."""
    return max(GAP_MIN_S, GAP_INTERVALS * interval_s)


def time_in_name(name: str) -> datetime | None:
    """Return the date and time written in a file name, read as UTC; None if there is none.

    Examples
    --------
    >>> time_in_name("2019-06-28_13-03-07.370509_00001.06514.mp4").isoformat()
    '2019-06-28T13:03:07.370509+00:00'
    >>> time_in_name("2708_202210201155.webp").isoformat()
    '2022-10-20T11:55:00+00:00'
    """
    for found in _STAMP.finditer(name):
        year, month, day, hour, minute = (int(found[part]) for part in ("year", "month", "day", "hour", "minute"))
        microsecond = int((found["fraction"] or "").ljust(6, "0"))
        try:
            return datetime(year, month, day, hour, minute, int(found["second"] or 0), microsecond, tzinfo=UTC)
        except ValueError:
            continue
    return None


class PresentationClock:
    """Places presentation times on the street's time line, and says how long each frame stands for.

    Times go up strictly. A frame that comes a little out of order is left out; where the stream's clock jumps back by
    more than a gap (a recording joined from two, a 33-bit counter that wrapped), the next frame follows the last one
    by a nominal interval and stands for 0 s, because how long the jump took is not known.

    Parameters
    ----------
    start : datetime
        Aware UTC time of the first frame.
    interval_s : float
        Nominal time between frames.
    after : datetime, optional
        Time of the last frame before this stream, where it goes on from another one.
    """

    def __init__(self, start: datetime, interval_s: float, after: datetime | None = None) -> None:
        self._start = start
        self.interval_s = interval_s
        self._origin_s: float | None = None
        self.last = after

    def shift(self, seconds: float) -> None:
        """Move all that follows by ``seconds``; more than a gap forward is one."""
        self._start += timedelta(seconds=seconds)

    def place(self, presented_s: float) -> tuple[datetime, float] | None:
        """Return when a frame presented at ``presented_s`` was taken and its watched seconds; None: leave it out."""
        if self._origin_s is None:
            self._origin_s = presented_s
        at = self._start + timedelta(seconds=presented_s - self._origin_s)
        if self.last is None:
            self.last = at
            return at, self.interval_s
        step_s = (at - self.last).total_seconds()
        limit_s = gap_limit_s(self.interval_s)
        if -limit_s <= step_s <= 0:
            return None
        if step_s < 0:
            at = self.last + timedelta(seconds=self.interval_s)
            self._start, self._origin_s = at, presented_s
        self.last = at
        return at, (step_s if 0 < step_s <= limit_s else 0.0)


def rate_hz(stream: VideoStream) -> float:
    """Return the nominal frame rate: the usual spacing if FFmpeg found a credible one, else the mean."""
    low, high = _RATES_BELIEVED_HZ
    for rate in (stream.guessed_rate, stream.average_rate):
        if rate and low <= rate <= high:
            return float(rate)
    return FALLBACK_RATE_HZ


def pictures(container: InputContainer, stream: VideoStream) -> Iterator[av.VideoFrame | None]:
    """Yield decoded pictures, and None for each packet or picture that is damaged; FFmpegError if reading fails."""
    for packet in container.demux(stream):
        try:
            decoded = packet.decode()
        except av.error.EOFError:
            return
        except av.FFmpegError:
            yield None
            continue
        for picture in decoded:
            yield None if picture.is_corrupt else picture


def presented_s(picture: av.VideoFrame) -> float | None:
    """Return the presentation time in seconds of the stream; AVI knows only the decoding time, which is the same."""
    ticks = picture.pts if picture.pts is not None else picture.dts
    return None if ticks is None or picture.time_base is None else _seconds(ticks, picture.time_base)


def _seconds(ticks: int, base: Fraction) -> float:
    """Return ``float(ticks * base)``, without making a fraction of it."""
    return ticks * base.numerator / base.denominator


def video_stream(container: InputContainer, wanted: str) -> VideoStream:
    """Return the first video stream, decoded by one thread (one per stream was measured to cost least)."""
    if not container.streams.video:
        raise SourceError(f"{wanted} should hold a video but has no video track: name another file in city.toml")
    stream = container.streams.video[0]
    stream.thread_type = "NONE"
    stream.codec_context.thread_count = 1
    return stream


class VideoSource:
    """A recording of one camera.

    Parameters
    ----------
    path : Path
    camera_id : str
    start : datetime, optional
        Aware UTC time of the first frame. Without it: the recording's own ``creation_time``, else the date and time
        in the file name (read as UTC), else SourceError.
    after : datetime, optional
        Time of the frame before this recording, if it continues another one: then the first frame stands for the time
        since, not for one nominal interval.
    since, until : datetime, optional
        Give only the frames of [since, until). Slices of a recording add up to the whole, also in watched seconds.

    Raises
    ------
    SourceError
        From ``about`` and from iterating: not there, empty, not a video, no video track, no frame, no start known;
        and at the end, if the recording stops before the end that it states (a CUT_SHORT health comes before it).
    """

    def __init__(
        self,
        path: Path,
        camera_id: str,
        start: datetime | None = None,
        *,
        after: datetime | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> None:
        self._path = path
        self._camera_id = camera_id
        self._start = start
        self._after = after
        self._since = since
        self._until = until

    def own_start(self) -> datetime | None:
        """Return what the recording says of its start: ``creation_time``, else the file name's; None if neither."""
        with self._opened() as (container, stream):
            return self._own_start(container, stream)

    def about(self) -> SourceFacts:
        """Open the recording, decode its first picture and say what it is."""
        with self._opened() as (container, stream):
            first = next((picture for picture in pictures(container, stream) if picture is not None), None)
            if first is None:
                raise self._no_frame()
            return SourceFacts(
                width=first.width,
                height=first.height,
                rate_hz=rate_hz(stream),
                codec=stream.codec_context.name,
                duration_s=stated_s(container, stream),
                start=self._start or self._own_start(container, stream),
            )

    def __iter__(self) -> Iterator[Frame | CameraHealth]:
        """Yield frames; SMEARED where packets cannot be decoded, OK after them, CUT_SHORT before a missing end."""
        with self._opened() as (container, stream):
            start = self._start or self._own_start(container, stream)
            if start is None:
                raise SourceError(
                    f"{self._path.name} says neither in its metadata nor in its name when it was taken: "
                    "write start = 2026-01-31T07:00:00Z (its first frame, UTC) for this camera in city.toml"
                )
            clock = PresentationClock(start, 1 / rate_hz(stream), self._after)
            if self._since is not None:
                self._wind(container, stream, clock)
            played = _Played(start)
            yield from self._frames(pictures(container, stream), clock, played)
            if played.end_s is None and self._since is None:
                raise self._no_frame()
            yield from self._missing_end(container, stream, played)

    def _frames(
        self, decoded: Iterator[av.VideoFrame | None], clock: PresentationClock, played: _Played
    ) -> Iterator[Frame | CameraHealth]:
        try:
            for picture in decoded:
                if picture is None:
                    if not played.smeared:
                        yield self._health(played.end, HealthState.SMEARED, "a part of the recording cannot be decoded")
                    played.smeared = True
                    continue
                placed = self._placed(picture, clock)
                if placed is None:
                    continue
                at, watched_s = placed
                if self._until is not None and at >= self._until:
                    played.stopped = True
                    return
                played.note(picture, at, clock.interval_s)
                if self._since is not None and at < self._since:
                    continue
                if played.smeared:
                    yield self._health(at, HealthState.OK, "the recording can be decoded again")
                played.smeared = False
                yield Frame(picture, at, watched_s)
        except av.FFmpegError as fault:
            played.fault = fault.strerror or type(fault).__name__

    def _missing_end(
        self, container: InputContainer, stream: VideoStream, played: _Played
    ) -> Iterator[Frame | CameraHealth]:
        stated = stated_s(container, stream)
        end_s = played.end_s or 0.0
        missing_s = 0.0 if stated is None or played.stopped else stated - end_s
        if played.fault is None and missing_s <= gap_limit_s(1 / rate_hz(stream)):
            return
        why = f": {played.fault}" if played.fault else ""
        of = f" of {stated:.1f} s" if stated is not None else ""
        reason = f"{self._path.name} breaks off after {end_s:.1f} s{of}{why}"
        yield self._health(played.end, HealthState.CUT_SHORT, reason)
        raise SourceError(f"{reason}; what was read is counted: copy the file again, or take the camera out")

    def _wind(self, container: InputContainer, stream: VideoStream, clock: PresentationClock) -> None:
        """Learn the stream's first time, then seek far enough before ``since`` to know the frame before it."""
        first = next((picture for picture in pictures(container, stream) if picture is not None), None)
        if first is None or stream.time_base is None or self._since is None:
            raise self._no_frame()
        placed = self._placed(first, clock)
        if placed is None:
            return
        origin_s = presented_s(first) or 0.0
        lead_s = (self._since - placed[0]).total_seconds() - 2 * gap_limit_s(clock.interval_s)
        container.seek(int((origin_s + max(0.0, lead_s)) / stream.time_base), stream=stream)
        clock.last = self._after

    def _placed(self, picture: av.VideoFrame, clock: PresentationClock) -> tuple[datetime, float] | None:
        seconds = presented_s(picture)
        if seconds is None:
            raise self._no_times()
        return clock.place(seconds)

    @contextmanager
    def _opened(self) -> Iterator[tuple[InputContainer, VideoStream]]:
        self._refuse_what_is_not_a_file()
        try:
            # a text file can make FFmpeg follow addresses (a playlist): a recording is a file and nothing else
            container = av.open(str(self._path), options={"protocol_whitelist": "file"})
        except av.FFmpegError as fault:
            raise SourceError(
                f"{self._path.name} is not a video that FFmpeg can read ({fault.strerror}): "
                "copy it again (it may be cut short), or name another file in city.toml"
            ) from fault
        with container:
            if container.format.name in UNTIMED_FORMATS:
                raise self._no_times()
            yield container, video_stream(container, self._path.name)

    def _refuse_what_is_not_a_file(self) -> None:
        if not self._path.is_file():
            raise SourceError(f"a recording was wanted but {self._path} is not a file: mend source in city.toml")
        if self._path.stat().st_size == 0:
            raise SourceError(f"a recording was wanted but {self._path.name} is empty (0 bytes): copy it again")

    def _own_start(self, container: InputContainer, stream: VideoStream) -> datetime | None:
        for metadata in (container.metadata, stream.metadata):
            try:
                made = datetime.fromisoformat(metadata.get("creation_time", ""))
            except ValueError:
                continue
            if made.year >= _OLDEST_YEAR_BELIEVED:
                return made.replace(tzinfo=UTC) if made.tzinfo is None else made.astimezone(UTC)
        return time_in_name(self._path.name)

    def _no_times(self) -> SourceError:
        return SourceError(
            f"{self._path.name} holds pictures but not their times: put it into a container that has them, "
            f"for instance ffmpeg -r RATE -i {self._path.name} -c copy recording.mp4"
        )

    def _no_frame(self) -> SourceError:
        return SourceError(f"{self._path.name} holds no picture that can be decoded: copy it again, or name another")

    def _health(self, at: datetime, state: HealthState, reason: str) -> CameraHealth:
        return CameraHealth(self._camera_id, at, state, reason)


class _Played:
    """How far a recording was played, and what was the matter."""

    def __init__(self, start: datetime) -> None:
        self.end = start
        self.end_s: float | None = None
        self.smeared = False
        self.stopped = False
        self.fault: str | None = None

    def note(self, picture: av.VideoFrame, at: datetime, interval_s: float) -> None:
        """Take note of a picture: where it ends, by its own duration if it states one."""
        lasts_s = max(interval_s, _seconds(picture.duration or 0, picture.time_base or Fraction(0)))
        self.end = at + timedelta(seconds=interval_s)
        self.end_s = (presented_s(picture) or 0.0) + lasts_s


def stated_s(container: InputContainer, stream: VideoStream) -> float | None:
    """Return the duration that the recording states, in seconds; None if it does not."""
    if stream.duration is not None and stream.time_base is not None:
        return _seconds(stream.duration, stream.time_base)
    if container.duration is not None and len(container.streams) == 1:
        return container.duration / av.time_base
    return None
