"""One camera, watched for as long as the program runs: what dies is begun again, after a while."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from waywarden.run.counting.count import Watching
from waywarden.run.sealing.child import Handle, OnProcess
from waywarden.run.watching.counts import LiveCounts
from waywarden.run.watching.log import Happened, Log, why
from waywarden.run.watching.parts import Part
from waywarden.terms.errors import ConfigError, LoginError, SourceError, WaywardenError
from waywarden.terms.places import Camera, City
from waywarden.terms.records import CameraHealth, HealthState, IntervalCheck
from waywarden.terms.transient import Detections, FullLook, Unlooked
from waywarden.traffic.audit.audit import wants_more_looks
from waywarden.traffic.audit.matching import Agreement
from waywarden.traffic.tally import Clock

Look = Callable[[Camera, OnProcess], Watching]
"""Begins to look at a camera; tells who looks, once that is known."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how long.

    Results are kept every ``keep_s``. What died is begun again after ``first_wait_s``, doubled with each time that
    gave no picture, up to ``longest_wait_s``; after ``refused_wait_s`` where it takes a person (a wrong password, a
    gate outside the picture), because cameras lock out whoever asks again and again. A process that neither says nor
    does anything for ``hung_s`` is ended. All ends within ``stop_s``.
    """

    keep_s: float = 10.0
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    refused_wait_s: float = 600.0
    hung_s: float = 900.0
    stop_s: float = 4.0

    def wait_s(self, failures: int, trouble: WaywardenError | None) -> float:
        """Return how long to wait after so many failures in a row (1 or more), the last of them ``trouble``."""
        if isinstance(trouble, LoginError | ConfigError):
            return self.refused_wait_s
        return min(self.longest_wait_s, self.first_wait_s * 2.0 ** min(failures - 1, 30))


@dataclass(frozen=True, slots=True)
class WatchJob:
    """What is watched, and how. ``stop`` ends it: what was counted until then is kept."""

    city: City
    look: Look
    method: str
    bin_min: int
    log: Log
    pace: Pace = Pace()
    stop: threading.Event = field(default_factory=threading.Event)


@dataclass(slots=True)
class Figures:
    """What can be said of one camera while it runs (``metrics``); no more than numbers and a state."""

    frames: int = 0
    watched_s: float = 0.0
    starts: int = 0
    lag_s: float | None = None
    last_at: datetime | None = None
    state: HealthState | None = None


class CameraWatch:
    """Watches one camera in a thread of its own. ``take`` may be called from another at any time."""

    def __init__(self, job: WatchJob, camera: Camera) -> None:
        self.camera = camera
        self.figures = Figures()
        self._job = job
        self._counts = LiveCounts(
            camera, Clock(job.bin_min, ZoneInfo(job.city.time_zone)), job.city.class_scheme, job.method, self._on_span
        )
        self._health: list[CameraHealth] = []
        self._lock = threading.Lock()
        self._process: Handle | None = None
        self._heard = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=camera.id, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """End the process that looks at the camera, so that the thread ends; ``job.stop`` must be set."""
        self.kill()

    def join(self, timeout_s: float) -> None:
        """Wait until the thread has ended, and then close what it counted."""
        self._thread.join(timeout_s)
        with self._lock:
            self._counts.end()

    def kill(self) -> None:
        """End the process that looks at the camera; where the job goes on, another one is started."""
        process = self._process
        if process is not None:
            with contextlib.suppress(OSError):
                process.kill()

    @property
    def process(self) -> Handle | None:
        """Who looks at the camera now."""
        return self._process

    @property
    def silent_s(self) -> float:
        """Seconds since the process last said anything."""
        return time.monotonic() - self._heard

    def take(self) -> tuple[Part, Part, Sequence[CameraHealth]]:
        """Return intervals that are over, those that are not, and the changes of health since the last time."""
        with self._lock:
            over, current = self._counts.take()
            health, self._health = self._health, []
        return over, current, health

    def take_checks(self) -> list[IntervalCheck]:
        """Return what the audit has found of each day that changed since the last time."""
        with self._lock:
            return self._counts.take_checks()

    def _on_span(self, found: Agreement) -> None:
        """Let the sparing looks become more frequent, or less, by what the audit of a span found."""
        process, more = self._process, wants_more_looks(found)
        if process is not None and more is not None:
            process.look_more(more)

    def _run(self) -> None:
        failures = 0
        while not self._job.stop.is_set():
            before = self.figures.frames
            trouble = self._connection()
            if self._job.stop.is_set():
                return
            failures = 1 if self.figures.frames > before else failures + 1
            self._say_lost(trouble)
            self._job.stop.wait(self._job.pace.wait_s(failures, trouble))

    def _connection(self) -> WaywardenError | None:
        """Watch until it ends; return why it did."""
        self._heard = time.monotonic()
        self.figures.starts += 1
        trouble: WaywardenError | None = None
        try:
            watching = self._job.look(self.camera, self._on_process)
            with closing(watching.seen) as seen:
                with self._lock:
                    self._counts.begin(watching.picture_px)
                for item in seen:
                    self._take_in(item)
                    if self._job.stop.is_set():
                        break
        except WaywardenError as fault:
            trouble = fault
        except Exception as fault:  # noqa: BLE001 - the job's edge: one camera's fault is not the others'
            trouble = SourceError(f"watching camera {self.camera.id} failed with {type(fault).__name__}")
        finally:
            self._process = None
            with self._lock:
                self._counts.end()
        return trouble

    def _on_process(self, process: Handle) -> None:
        self._process = process
        if self._job.stop.is_set():  # it was set while the process was started
            process.kill()

    def _take_in(self, item: Detections | Unlooked | FullLook | CameraHealth) -> None:
        self._heard = time.monotonic()
        with self._lock:
            if isinstance(item, CameraHealth):
                self._note(item)
                return
            self._counts.update(item)
        if isinstance(item, FullLook):
            return
        figures = self.figures
        figures.frames += isinstance(item, Detections)
        figures.watched_s += item.watched_s
        figures.last_at = item.at
        figures.lag_s = (datetime.now(UTC) - item.at).total_seconds()

    def _say_lost(self, trouble: WaywardenError | None) -> None:
        words = why(trouble) if trouble else "the stream ended"
        self._job.log.say(Happened.CAMERA_LOST, words, self.camera.id)
        state = HealthState.MOVED if isinstance(trouble, ConfigError) else HealthState.NO_SIGNAL
        if self.figures.state is not state:
            with self._lock:
                self._note(CameraHealth(self.camera.id, datetime.now(UTC), state, words), say=False)

    def _note(self, health: CameraHealth, *, say: bool = True) -> None:
        """Keep a change of health, and say it; the same state twice is no change."""
        if health.state is self.figures.state:
            return
        self.figures.state = health.state
        self._health.append(health)
        if say:
            happened = Happened.CAMERA_WELL if health.state is HealthState.OK else Happened.HEALTH
            self._job.log.say(happened, f"{health.state}: {health.reason}", self.camera.id)
