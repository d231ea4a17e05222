"""Watch a camera from a sealed child process: pixels stay in there, ``run.sealing.wire`` messages come out.

::

    this process                              the child (run.sealing.inside)
    ------------                              ----------------------
    starts it, hands it a Job by stdin   -->  imports sight, seals itself (run.sealing.seal), says so
    reads messages, yields them          <--  opens the source and the object detector, watches
    keeps stdin open while it lives      -->  ends itself when stdin ends
    keeps its last words, a few lines    <--  stdout and stderr

The pipe holds the child back when nobody reads. Leaving the iterator, by whatever way, ends the child and waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from waywarden.run.sealing.child import Child, OnSeal
from waywarden.run.sealing.seal import Seal
from waywarden.run.sealing.wire import End, Failure, Message, receive
from waywarden.sight.ports import FrameSource, ObjectDetector, SourceFacts
from waywarden.terms.errors import SealError
from waywarden.terms.pictures import NotKept, RedactedJpeg
from waywarden.terms.places import Camera
from waywarden.terms.records import CameraHealth
from waywarden.terms.transient import Detections, FullLook, Silhouette, SurfaceLook, Unlooked

Watched = Detections | Unlooked | FullLook | CameraHealth


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
    job = Job(Task.WATCH, camera, folder, detector, sparing=sparing, openers=openers)
    for item in messages(job, on_seal):
        yield of_watching(item, camera)


def of_watching(item: Message, camera: Camera) -> Watched:
    """Return ``item``, or raise SealError where it is no news of a camera that is watched."""
    if not isinstance(item, Watched):
        raise SealError(f"the sealed process of camera {camera.id} sent a {type(item).__name__} where none is due")
    return item


def about_sealed(camera: Camera, folder: Path, *, openers: Openers | None = None) -> SourceFacts:
    """Open ``camera`` in a sealed process and return what it is; errors as ``watch_sealed``."""
    for item in messages(Job(Task.ABOUT, camera, folder, openers=openers), None):
        if isinstance(item, SourceFacts):
            return item
    raise SealError(f"the sealed process of camera {camera.id} ended without saying what the source is: run it again")


def messages(job: Job, on_seal: OnSeal | None) -> Iterator[Message]:
    """Yield what the child sends between its seal and its end; raise what it failed with."""
    with Child("waywarden.run.sealing.inside", f"camera {job.camera.id}", job) as child:

        def next_message() -> Message:
            item = receive(child.wire, AWAITED.get(job.task))
            if item is None:
                raise child.death()
            if isinstance(item, Failure):
                raise item.as_error()
            return item

        first = next_message()
        if not isinstance(first, Seal):
            raise SealError(f"the process of camera {job.camera.id} did not say that it is sealed: it is not used")
        if on_seal:
            on_seal(first)
        while not isinstance(item := next_message(), End):
            yield item
