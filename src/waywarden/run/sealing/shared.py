"""Watch several cameras from one sealed child process: a thread in there for each, and one network for all.

::

    this process                              the child (run.sealing.several)
    ------------                              ------------------------------
    starts it, hands it a SharedJob      -->  imports sight, seals itself, says so, opens the network
    Begin, with a number                 -->  a thread opens the camera and watches
    a queue for each number              <--  messages, each behind its number and its thread's
    Leave                                -->  the thread ends at its next message

What a process is before it has a camera is much of what it takes, and the same in all. What one camera brings about is
told to it alone; but if the process dies, all of them have to begin again.
"""

from __future__ import annotations

import contextlib
import itertools
import queue
import struct
import threading
from collections.abc import Generator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from waywarden.run.sealing.child import Child, Handle, OnProcess, OnSeal
from waywarden.run.sealing.seal import Seal
from waywarden.run.sealing.sealed import Openers
from waywarden.run.sealing.wire import End, Failure, Message, receive
from waywarden.terms.errors import SealError, WaywardenError
from waywarden.terms.places import Camera

TAG = struct.Struct("<II")
"""Before each message: whose it is (its ``Begin``'s number, ``NOBODYS`` of the process), and which thread sent it."""
NOBODYS = 0
MOST_WAITING = 200
"""Messages of one camera; more of them hold the process back until somebody reads. A fast camera's of eight seconds:
nobody who reads is longer away, and what waits is memory."""


@dataclass(frozen=True, slots=True)
class SharedJob:
    """What the child is told first. ``cameras`` are all that it may ever have to reach; as ``sealed.Job`` else."""

    cameras: tuple[Camera, ...]
    folder: Path
    detector: str
    landlock: bool = True
    openers: Openers | None = None


@dataclass(frozen=True, slots=True)
class Begin:
    """Watch ``camera``; what is said of it comes behind ``number``."""

    number: int
    camera: Camera


@dataclass(frozen=True, slots=True)
class LookMore:
    """Look at a camera more often, or less."""

    number: int
    more: bool


@dataclass(frozen=True, slots=True)
class Leave:
    """Watch it no longer."""

    number: int


Order = Begin | LookMore | Leave


class SharedProcess:
    """A sealed process that several cameras are watched in; usable from any thread.

    ``SealError`` if it cannot be sealed, ``WeightsError`` as the network is opened: from the first ``watched``.
    """

    def __init__(self, job: SharedJob, on_seal: OnSeal | None = None) -> None:
        self._numbers = itertools.count(1)
        self._boxes: dict[int, _Box] = {}
        self._over: WaywardenError | None = None
        self._misspoke = False
        self._lock = threading.Lock()
        self._alive = ExitStack()
        whose = ", ".join(camera.id for camera in job.cameras)
        self._child = self._alive.enter_context(Child("waywarden.run.sealing.several", f"cameras {whose}", job))
        threading.Thread(target=self._listen, args=(on_seal,), daemon=True).start()

    @property
    def over(self) -> bool:
        """Whether it is dead, or as good as dead."""
        return self._over is not None

    @property
    def crashed(self) -> bool:
        """Whether it died by its own fault, or sent what may not cross."""
        return self._misspoke or self._child.crashed

    def kill(self) -> None:
        """End it."""
        self._child.kill()

    def watched(self, camera: Camera, on_process: OnProcess) -> Generator[Message]:
        """Yield what is said of ``camera``, its source's facts first, until its stream ends.

        Leaving the generator ends the watching. ``on_process`` is told the thread once it has begun.

        Raises
        ------
        SealError
            The process died, or sent what may not cross.
        WaywardenError
            As the source and the object detector raise it, in there.
        """
        number, box = self._enter()
        try:
            self._child.tell(Begin(number, camera))
            thread, _ = box.take()  # a word that it has begun, no more
            on_process(Handle(self._child.pid, thread, self.kill, partial(self._look_more, number)))
            while not isinstance(item := box.take()[1], End):
                yield item
        finally:
            self._leave(number)

    def _enter(self) -> tuple[int, _Box]:
        with self._lock:
            if self._over is not None:
                raise self._over
            number = next(self._numbers)
            self._boxes[number] = _Box()
            return number, self._boxes[number]

    def _leave(self, number: int) -> None:
        with self._lock:
            self._boxes.pop(number).close()
        self._child.tell(Leave(number))

    def _look_more(self, number: int, more: bool) -> None:  # noqa: FBT001 - the sign of a callable
        self._child.tell(LookMore(number, more))

    def _listen(self, on_seal: OnSeal | None) -> None:
        """Hand on what the child sends until it ends; then end it, and tell everybody why."""
        try:
            self._hand_on(on_seal)
            over: WaywardenError = self._child.death()
        except WaywardenError as fault:
            over = fault
            self._misspoke = isinstance(fault, SealError)
        with self._lock:
            self._over = over
            left = list(self._boxes.values())
        self._child.kill()
        for box in left:
            box.put(0, over)
        self._alive.close()

    def _hand_on(self, on_seal: OnSeal | None) -> None:
        sealed = False
        while (tagged := _tagged(self._child.wire)) is not None:
            number, thread, item = tagged
            if number == NOBODYS and isinstance(item, Failure):
                raise item.as_error()
            if number == NOBODYS and isinstance(item, Seal) and not sealed:
                sealed = True
                if on_seal:
                    on_seal(item)
            elif not sealed:
                raise SealError("a shared process did not say that it is sealed: it is not used")
            elif (box := self._boxes.get(number)) is not None:
                box.put(thread, item)


class _Box:
    """Messages of one camera on their way, each with the number of the thread that sent it."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[tuple[int, Message | WaywardenError]] = queue.Queue(MOST_WAITING)
        self._closed = threading.Event()

    def put(self, thread: int, item: Message | WaywardenError) -> None:
        """Put one in, as soon as there is room; drop it where nobody wants it any more."""
        while not self._closed.is_set():
            with contextlib.suppress(queue.Full):
                self._waiting.put((thread, item), timeout=1)
                return

    def take(self) -> tuple[int, Message]:
        """Wait for one and return it, or raise what it says went wrong."""
        thread, item = self._waiting.get()
        if isinstance(item, WaywardenError):
            raise item
        if isinstance(item, Failure):
            raise item.as_error()
        return thread, item

    def close(self) -> None:
        """Say that nobody wants more."""
        self._closed.set()


def _tagged(wire: BinaryIO) -> tuple[int, int, Message] | None:
    """Return the next message, and before it whose it is and its thread; None at the end of the stream."""
    tag = wire.read(TAG.size)
    if not tag:
        return None
    item = receive(wire) if len(tag) == TAG.size else None
    if item is None:
        raise SealError("a message from the sealed process stops in the middle")
    return (*TAG.unpack(tag), item)


def spread(cameras: Sequence[Camera], processes: int) -> list[tuple[str, ...]]:
    """Return the ids of ``cameras`` dealt out to at most so many processes, as evenly as can be.

    Examples
    --------
    >>> spread([Camera(name, name, ("rtsp://x/1",)) for name in "abc"], 2)
    [('a', 'c'), ('b',)]
    """
    dealt = [tuple(camera.id for camera in cameras[n::processes]) for n in range(processes)]
    return [ids for ids in dealt if ids]
