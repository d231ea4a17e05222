"""A live camera over rtsp:// or http(s)://: it reconnects, keeps its time right, and gives up with a clear word."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from waywarden.sight.frame import Frame
from waywarden.sight.ports import SourceFacts
from waywarden.sight.sources.stream_time import StreamTime
from waywarden.sight.sources.video import (
    UNTIMED_FORMATS,
    PresentationClock,
    gap_limit_s,
    pictures,
    presented_s,
    rate_hz,
    stated_s,
    video_stream,
)
from waywarden.terms.errors import LoginError, SourceError
from waywarden.terms.records import CameraHealth, HealthState

LIVE_SCHEMES = frozenset({"rtsp", "rtsps", "http", "https"})

UNTIMED_RATE_HZ = 1.0
"""Nominal rate of a stream that carries no times (MJPEG over http): slow enough that a slow camera has no gaps."""

_REFUSALS = (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError)
_PROTOCOLS = "rtsp,rtsps,rtp,srtp,udp,tcp,tls,http,https,httpproxy,crypto"
"""Not ``file``: what a camera sends must not make FFmpeg read this machine's files."""


def is_live(source: str) -> bool:
    """Say whether ``source`` is the address of a stream and not a path."""
    scheme, separator, _ = source.partition("://")
    return bool(separator) and scheme.lower() in LIVE_SCHEMES


def redacted(url: str) -> str:
    """Return scheme and host of ``url``, fit for a message: user, password, path and query can all hold secrets.

    Where a raw ``/``, ``?`` or ``#`` in a password makes it unclear which part is the host, nothing but the scheme.
    A path stays as it is.

    Examples
    --------
    >>> redacted("rtsp://admin:secret@10.0.0.7:554/ch1?token=abc")
    'rtsp://10.0.0.7:554'
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" in rest[len(authority) :]:
        return f"{scheme}://(address hidden)"
    return f"{scheme}://{authority.rpartition('@')[2]}"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a camera.

    After each failed attempt the wait doubles, from ``first_wait_s`` to at most ``longest_wait_s``; after ``attempts``
    failures in a row without one picture the stream gives up. ``silence_s`` is the longest wait for a connection or
    for the next packet.
    """

    attempts: int = 20
    first_wait_s: float = 1.0
    longest_wait_s: float = 30.0
    silence_s: float = 10.0

    def wait_s(self, failures: int) -> float:
        """Return how long to wait after so many failures in a row (1 or more)."""
        return min(self.longest_wait_s, self.first_wait_s * 2.0 ** min(failures - 1, 30))


def wall_clock() -> datetime:
    """Return the time now, aware UTC."""
    return datetime.now(UTC)


class LiveStream:
    """A live stream of one camera.

    A live stream has no epoch of its own that can be trusted. Its time is anchored once per connection: the first
    picture is at ``now()``, every later one by the stream's presentation time, which is drawn after the system's clock
    (``stream_time``). What passes until it is connected again is not watched, however short, and time never runs back.
    MJPEG over http carries no times: each picture is timed by its arrival.

    Parameters
    ----------
    url : str
        ``rtsp://`` (carried over TCP) or ``http(s)://``. It may hold a user and password; no message shows them.
    camera_id : str
    patience : Patience
    now : callable
        The time now, aware UTC.
    sleep : callable
        Waits so many seconds.
    since_boot_s : callable
        Seconds since some moment, by a clock that nobody sets.

    Raises
    ------
    LoginError
        The camera refuses the user or the password.
    SourceError
        No picture after ``patience.attempts`` attempts in a row; or the picture's size changed, or the system's clock
        was set back, so that the stream has to be opened anew. A recording served over http ends by itself.
    """

    def __init__(
        self,
        url: str,
        camera_id: str,
        patience: Patience = Patience(),
        now: Callable[[], datetime] = wall_clock,
        sleep: Callable[[float], None] = time.sleep,
        since_boot_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._camera_id = camera_id
        self._patience = patience
        self._now = now
        self._sleep = sleep
        self._since_boot_s = since_boot_s

    def about(self) -> SourceFacts:
        """Connect once, decode one picture and say what the stream is."""
        try:
            with self._connected() as (container, stream):
                first = next((picture for picture in pictures(container, stream) if picture is not None), None)
                if first is None:
                    raise SourceError(f"{redacted(self._url)} sends no picture: look at the camera's own page")
                return SourceFacts(
                    width=first.width,
                    height=first.height,
                    rate_hz=_rate_hz(container, stream),
                    codec=stream.codec_context.name,
                    duration_s=self._ends_after_s(container, stream),
                )
        except _REFUSALS as fault:
            raise self._refused(fault) from None
        except av.FFmpegError as fault:
            raise SourceError(
                f"{redacted(self._url)} gives no picture ({_why(fault)}): check address, password and network"
            ) from None

    def __iter__(self) -> Iterator[Frame | CameraHealth]:
        """Yield frames; NO_SIGNAL once when the stream is lost, OK once when it is back."""
        session = _Session()
        while True:
            lost = yield from self._one_connection(session)
            if lost is None:
                return
            if session.recorded_s is not None:
                yield self._health(session, HealthState.CUT_SHORT, f"the recording breaks off: {lost}")
                raise SourceError(f"{redacted(self._url)} was not read to its end ({lost}): copy it and count the file")
            if session.failures == 0:
                yield self._health(session, HealthState.NO_SIGNAL, f"no picture from {redacted(self._url)}: {lost}")
            session.failures += 1
            if session.failures >= self._patience.attempts:
                raise SourceError(
                    f"{redacted(self._url)} gave no picture in {session.failures} attempts, the last time: {lost}; "
                    "check the camera, its address and password"
                )
            self._sleep(self._patience.wait_s(session.failures))

    def _one_connection(self, session: _Session) -> Generator[Frame | CameraHealth, None, str | None]:
        """Play one connection; return why it was lost, or None where a recording came to its end."""
        session.time = None
        try:
            with self._connected() as (container, stream):
                session.recorded_s = self._ends_after_s(container, stream)
                yield from self._frames(container, stream, session)
                if session.recorded_s is None:
                    return "the stream ended"
                missing_s = session.recorded_s - session.played_s
                limit_s = gap_limit_s(session.interval_s)
                return f"it ends {missing_s:.1f} s early" if missing_s > limit_s else None
        except _REFUSALS as fault:
            refused = self._refused(fault)
            yield self._health(session, HealthState.NO_SIGNAL, str(refused))
            raise refused from None
        except av.FFmpegError as fault:
            return _why(fault)

    def _frames(
        self, container: InputContainer, stream: VideoStream, session: _Session
    ) -> Iterator[Frame | CameraHealth]:
        timed = _is_timed(container)
        session.interval_s = 1 / _rate_hz(container, stream)
        for picture in pictures(container, stream):
            arrived, arrived_s = self._now(), self._since_boot_s()
            seconds = None if picture is None else presented_s(picture) if timed else arrived_s
            if picture is None or seconds is None:
                # before its first keyframe a live stream cannot be decoded: that is no fault
                if session.time is not None and not session.smeared:
                    session.smeared = True
                    yield self._health(session, HealthState.SMEARED, "a part of the stream cannot be decoded")
                continue
            session.check_size(picture.width, picture.height)
            placed = self._placed(session, seconds, arrived, arrived_s)
            if placed is None:
                continue
            at, watched_s = placed
            session.last = at
            if session.smeared or session.failures:
                yield self._health(session, HealthState.OK, f"a picture again from {redacted(self._url)}")
            session.smeared, session.failures = False, 0
            yield Frame(picture, at, watched_s)

    def _placed(
        self, session: _Session, seconds: float, arrived: datetime, arrived_s: float
    ) -> tuple[datetime, float] | None:
        back = session.time is None and session.last is not None
        if session.clock is None or session.time is None:
            session.clock = session.anchored(arrived)
            session.time = StreamTime(session.clock, arrived, arrived_s)
        if session.recorded_s is not None:  # it comes as fast as the network is
            return session.clock.place(seconds)
        placed = session.time.place(seconds, arrived, arrived_s)
        return (placed[0], 0.0) if back and placed is not None else placed

    def _refused(self, fault: av.FFmpegError) -> LoginError:
        return LoginError(
            f"{redacted(self._url)} refuses the user or the password ({_why(fault)}): set them right in city.toml"
        )

    @contextmanager
    def _connected(self) -> Iterator[tuple[InputContainer, VideoStream]]:
        silence_s = self._patience.silence_s
        options = {
            "rtsp_transport": "tcp",
            "timeout": str(int(silence_s * 1_000_000)),
            "protocol_whitelist": _PROTOCOLS,
        }
        with av.open(self._url, options=options, timeout=(silence_s, silence_s)) as container:
            if container.format.name.endswith("_pipe") or container.format.name == "image2":
                raise SourceError(
                    f"{redacted(self._url)} gives a single picture, not a stream: name the camera's video address, "
                    "or collect its pictures in a folder and name that"
                )
            yield container, video_stream(container, redacted(self._url))

    def _ends_after_s(self, container: InputContainer, stream: VideoStream) -> float | None:
        """Return the length of a recording served over http; a camera has none, whatever its session states."""
        if not self._url.lower().startswith("http") or not _is_timed(container):
            return None
        return stated_s(container, stream)

    def _health(self, session: _Session, state: HealthState, reason: str) -> CameraHealth:
        at = session.last if state is HealthState.OK else max(filter(None, (self._now(), session.last)))
        return CameraHealth(self._camera_id, at or self._now(), state, reason)


class _Session:
    """What a live stream has to remember across connections."""

    def __init__(self) -> None:
        self.clock: PresentationClock | None = None
        self.time: StreamTime | None = None
        self.last: datetime | None = None
        self.failures = 0
        self.smeared = False
        self.recorded_s: float | None = None
        self.interval_s = 0.0
        self._began: datetime | None = None
        self._size_px: tuple[int, int] | None = None

    def check_size(self, width: int, height: int) -> None:
        """Raise SourceError where the picture's size is no longer what it was: gates are in its pixels."""
        was = self._size_px = self._size_px or (width, height)
        if was != (width, height):
            raise SourceError(f"the picture changed from {was[0]}x{was[1]} to {width}x{height}: it is opened anew")

    def anchored(self, now: datetime) -> PresentationClock:
        """Return the clock of a new connection: it starts at ``now``, but after the last frame."""
        self._began = now if self.last is None else max(now, self.last + timedelta(milliseconds=1))
        return PresentationClock(self._began, self.interval_s, self.last)

    @property
    def played_s(self) -> float:
        """Seconds of this connection that were played."""
        if self.last is None or self._began is None:
            return 0.0
        return (self.last - self._began).total_seconds() + self.interval_s


def _is_timed(container: InputContainer) -> bool:
    return container.format.name not in UNTIMED_FORMATS


def _rate_hz(container: InputContainer, stream: VideoStream) -> float:
    return rate_hz(stream) if _is_timed(container) else UNTIMED_RATE_HZ


def _why(fault: av.FFmpegError) -> str:
    """Return FFmpeg's word for the fault: never its whole text, which repeats the address with its password."""
    return fault.strerror or type(fault).__name__
