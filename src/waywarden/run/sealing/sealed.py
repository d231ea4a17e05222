"""Watch a camera from a sealed child process: pixels stay in there, ``run.sealing.wire`` messages come out.

::

    this process                              the child (run.sealing.inside)
    ------------                              ----------------------
    starts it, hands it a Job by stdin   -->  imports sight, seals itself (run.sealing.seal), says so
    reads messages, yields them          <--  opens the source and the object detector, watches
    keeps stdin open while it lives      -->  ends itself when stdin ends
    may ask for more looks, or fewer     -->  looks more often, or less
    keeps its last words, a few lines    <--  stdout and stderr

The pipe holds the child back when nobody reads. Leaving the iterator, by whatever way, ends the child and waits for it.
"""

from __future__ import annotations

import contextlib
import os
import pickle  # noqa: TID251 - the job goes in this way, from us to our child; nothing comes out
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO, Any, NoReturn, Self, cast

from waywarden.run.sealing.seal import Seal
from waywarden.run.sealing.wire import End, Failure, Message, clipped, receive
from waywarden.sight.ports import FrameSource, ObjectDetector, SourceFacts
from waywarden.terms.errors import SealError
from waywarden.terms.pictures import NotKept, RedactedJpeg
from waywarden.terms.places import Camera
from waywarden.terms.records import CameraHealth
from waywarden.terms.transient import Detections, FullLook, Silhouette, SurfaceLook, Unlooked

MOST_LAST_WORDS = 20
_LONGEST_LINE_BYTES = 1000
_GRACE_S = 5.0

LOOK_MORE, LOOK_LESS = b"+", b"-"
"""What the child can be asked for while it watches; all else that comes by stdin it ignores."""

Watched = Detections | Unlooked | FullLook | CameraHealth
OnSeal = Callable[[Seal], None]
Ask = Callable[[bytes], None]
OnProcess = Callable[[int, Callable[[], None], Ask], None]
"""Is told the process that was started, by its number, how to end it and how to ask it, from any thread."""


class Task(StrEnum):
    """What the child is to do. ``still`` and ``keep`` alone may send a picture: one that the redactor made."""

    WATCH = "watch"
    ABOUT = "about"
    STILL = "still"
    KEEP = "keep"
    REPLAY = "replay"


AWAITED: Mapping[Task, type] = MappingProxyType(
    {Task.STILL: RedactedJpeg, Task.KEEP: RedactedJpeg, Task.REPLAY: Silhouette}
)
"""What but boxes and facts may come of a task."""


@dataclass(frozen=True, slots=True)
class Openers:
    """What the child opens and watches with, instead of sight's own; functions of modules, for they are pickled.

    ``watch`` is given whatever ``open_object_detector`` opened: an object detector, or a network for road surfaces.

    Weights are scored with openers of their own (``sight.scoring``), tests plant theirs.
    """

    open_source: Callable[[Camera, Path], FrameSource]
    open_object_detector: Callable[[str], Any]
    watch: Callable[
        [str, FrameSource, Any], Iterator[Watched | SourceFacts | SurfaceLook | RedactedJpeg | NotKept | Silhouette]
    ]
    open_redactor: Callable[[str], ObjectDetector]


@dataclass(frozen=True, slots=True)
class Job:
    """All that the child is told. ``detector`` is a name such as ``motion``, or a path to weights.

    ``folder`` is where relative sources start. ``seconds`` is how much of the source a still may look at, ``spans`` are
    what a replay is of. ``sparing``:
    look only when and as often as traffic asks for it (``sight.cascade``), if ``openers`` are not given. ``landlock``
    False leaves that layer out, as on a kernel that lacks it; for tests, as are ``openers``.
    """

    task: Task
    camera: Camera
    folder: Path
    detector: str = "motion"
    seconds: float = 0.0
    spans: tuple[tuple[datetime, datetime], ...] = ()
    sparing: bool = False
    landlock: bool = True
    openers: Openers | None = None


def watch_sealed(
    camera: Camera,
    folder: Path,
    detector: str,
    *,
    sparing: bool = False,
    on_seal: OnSeal | None = None,
    openers: Openers | None = None,
) -> Iterator[Watched]:
    """Yield what ``detector`` sees on ``camera``, from a sealed process.

    Parameters
    ----------
    camera : Camera
    folder : Path
        Where the camera's relative sources start.
    detector : str
        ``motion``, or a path to weights.
    sparing : bool
        Look only when and as often as traffic asks for it; what comes in between is Unlooked.
    on_seal : callable, optional
        Is told which layers hold, before the first picture is decoded.
    openers : Openers, optional
        Instead of sight's own; for tests.

    Raises
    ------
    SealError
        If the process cannot be sealed, dies, or sends what may not cross.
    SourceError, WeightsError
        As the source and the object detector raise them, in there.
    """
    yield from watched(Job(Task.WATCH, camera, folder, detector, sparing=sparing, openers=openers), on_seal)


def watched(job: Job, on_seal: OnSeal | None, on_process: OnProcess | None = None) -> Iterator[Watched]:
    """Yield what ``job`` watches; ``on_process`` is told the process before it begins. Errors as ``watch_sealed``."""
    for item in messages(job, on_seal, on_process):
        if not isinstance(item, Watched):
            kind = type(item).__name__
            raise SealError(f"the sealed process of camera {job.camera.id} sent a {kind} where none is due")
        yield item


def about_sealed(
    camera: Camera, folder: Path, *, openers: Openers | None = None, on_process: OnProcess | None = None
) -> SourceFacts:
    """Open ``camera`` in a sealed process and return what it is; errors as ``watch_sealed``."""
    for item in messages(Job(Task.ABOUT, camera, folder, openers=openers), None, on_process):
        if isinstance(item, SourceFacts):
            return item
    raise SealError(f"the sealed process of camera {camera.id} ended without saying what the source is: run it again")


def messages(job: Job, on_seal: OnSeal | None, on_process: OnProcess | None = None) -> Iterator[Message]:
    """Yield what the child sends between its seal and its end; raise what it failed with."""
    with _Child(job) as child:
        if on_process:
            on_process(*child.handle)
        first = child.next_message()
        if isinstance(first, Failure):
            raise first.as_error()
        if not isinstance(first, Seal):
            raise SealError(f"the process of camera {job.camera.id} did not say that it is sealed: it is not used")
        if on_seal:
            on_seal(first)
        while not isinstance(item := child.next_message(), End):
            if isinstance(item, Failure):
                raise item.as_error()
            yield item


class _Child:
    """The child process, its pipes and its last words."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._last_words: deque[str] = deque(maxlen=MOST_LAST_WORDS)

    def __enter__(self) -> Self:
        ours, theirs = os.pipe()
        self._wire = os.fdopen(ours, "rb")
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
                [sys.executable, "-P", "-m", "waywarden.run.sealing.inside", str(theirs)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(theirs,),
                env=_environment(),
                process_group=0,  # a Ctrl-C is for us; we end the child
            )
        except BaseException:
            self._wire.close()
            raise
        finally:
            os.close(theirs)
        self._stdin = cast("IO[bytes]", self._process.stdin)
        self._stdout = cast("IO[bytes]", self._process.stdout)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        with contextlib.suppress(BrokenPipeError):  # it died at once: next_message says how
            pickle.dump(self._job, self._stdin)
            self._stdin.flush()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._wire.close()
        with contextlib.suppress(BrokenPipeError):
            self._stdin.close()
        self._listener.join()

    @property
    def handle(self) -> tuple[int, Callable[[], None], Ask]:
        """The child's number, what ends it, and what asks it; both do nothing once it is gone."""
        return self._process.pid, self._process.kill, self._ask

    def next_message(self) -> Message:
        """Return the child's next message, or raise SealError saying how it died."""
        item = receive(self._wire, AWAITED.get(self._job.task))
        return item if item is not None else self._raise_death()

    def _ask(self, wish: bytes) -> None:
        with contextlib.suppress(OSError, ValueError):  # gone, or our end closed
            self._stdin.write(wish)
            self._stdin.flush()

    def _listen(self) -> None:
        """Keep the last few lines that the child prints, each short: nobody gets a picture out by printing it."""
        with self._stdout as printed:
            while line := printed.readline(_LONGEST_LINE_BYTES):
                self._last_words.append(clipped(line.decode("utf-8", "replace")))

    def _raise_death(self) -> NoReturn:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE_S)
        code = self._process.poll()
        self._process.kill()
        self._listener.join(_GRACE_S)
        words = next((line for line in reversed(self._last_words) if line), "it said nothing")
        raise SealError(f"the sealed process of camera {self._job.camera.id} {_manner(code)}: {words}")


def _manner(code: int | None) -> str:
    if code is None:
        return "fell silent"
    if code >= 0:
        return f"ended early with code {code}"
    name = signal.Signals(-code).name
    return f"was ended by {name}" + (" (was there too little memory?)" if name == "SIGKILL" else "")


def _environment() -> dict[str, str]:
    """Return the child's environment: it imports from where we do, and numpy starts no threads before the seal."""
    path = os.pathsep.join(folder for folder in sys.path if folder)
    return {**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
