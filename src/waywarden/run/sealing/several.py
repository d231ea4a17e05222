"""The sealed child's own program where several cameras are watched in it: ``run.sealing.shared`` starts it.

The order matters as in ``inside``: import everything, seal, and only then start threads. Each camera has one, which
opens, decodes, looks and sends; the network is one for all, and looks at one picture at a time.
"""

from __future__ import annotations

import os
import pickle  # noqa: TID251 - orders come in this way, from our own parent; nothing goes out
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from waywarden.run.sealing.inside import failure_of, ports_of, said_short
from waywarden.run.sealing.seal import seal
from waywarden.run.sealing.sealed import Openers
from waywarden.run.sealing.shared import NOBODYS, TAG, Begin, LookMore, Order, SharedJob
from waywarden.run.sealing.wire import End, Message, Progress, encode
from waywarden.sight.ports import Audited
from waywarden.terms.places import Camera

OpenFor = Callable[[Camera], Any]
"""Opens an object detector for a camera."""


def main() -> None:
    """Do what comes in by stdin, a SharedJob first, until it ends: then the parent is gone, and this process ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with os.fdopen(int(sys.argv[1]), "wb") as wire:
        sender = _Sender(wire)
        try:
            job: SharedJob = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent, which started us
            openers, opener = _openers_of(job)
            ports = {port for camera in job.cameras for port in ports_of(camera)}
            sender.send(NOBODYS, seal(ports=tuple(sorted(ports)), landlock=job.landlock))
            several = _Several(job.folder, openers, opener(job.detector), sender)
            while True:
                several.do(pickle.load(sys.stdin.buffer))  # noqa: S301 - as above
        except EOFError:
            pass
        except Exception as error:  # noqa: BLE001 - the job's edge: the parent is told, and raises it
            sender.send(NOBODYS, failure_of(error))
        os._exit(0)  # without waiting for threads, which may be in the middle of a picture


def _openers_of(job: SharedJob) -> tuple[Openers, Callable[[str], OpenFor]]:
    """Return what sources are opened and watched with, and what opens a detector for each camera."""
    given = job.openers
    if given is not None:
        return given, lambda detector: lambda _: given.open_object_detector(detector)
    # Here and not above, as in ``inside``.
    import waywarden.sight.networks.runtime  # noqa: F401, PLC0415
    from waywarden.sight.detectors import open_object_detector, sparing_opener  # noqa: PLC0415
    from waywarden.sight.networks.redacting import open_redactor  # noqa: PLC0415
    from waywarden.sight.sources.opening import open_source  # noqa: PLC0415
    from waywarden.sight.watch import watch  # noqa: PLC0415

    return Openers(open_source, open_object_detector, watch, open_redactor), sparing_opener


class _Sender:
    """The way out, one message at a time."""

    def __init__(self, wire: BinaryIO) -> None:
        self._wire, self._lock = wire, threading.Lock()

    def send(self, number: int, item: Message) -> None:
        """Send ``item`` behind its camera's number and this thread's; end the process where nobody listens any more."""
        message = TAG.pack(number, threading.get_native_id()) + encode(item)
        try:
            with self._lock:
                self._wire.write(message)
                self._wire.flush()
        except BrokenPipeError:
            os._exit(1)


class _Several:
    """The cameras that are watched now, by number; used by the thread that reads orders."""

    def __init__(self, folder: Path, openers: Openers, open_for: OpenFor, sender: _Sender) -> None:
        self._folder, self._openers, self._open_for, self._sender = folder, openers, open_for, sender
        self._watched: dict[int, _One] = {}

    def do(self, order: Order) -> None:
        """Do what is asked; of a number that is not watched, nothing."""
        self._watched = {number: one for number, one in self._watched.items() if one.thread.is_alive()}
        if isinstance(order, Begin):
            one = self._watched[order.number] = _One(order.number, order.camera, self._begin)
            one.thread.start()
            return
        one_asked = self._watched.get(order.number)
        if one_asked is None:
            return
        if isinstance(order, LookMore):
            one_asked.look_more(more=order.more)
        else:
            one_asked.wanted = False

    def _begin(self, one: _One) -> None:
        """Watch one camera to its end; what goes wrong is told of it alone."""
        number = one.number
        try:
            self._sender.send(number, Progress(0.0))
            source = self._openers.open_source(one.camera, self._folder)
            self._sender.send(number, source.about())
            detector = self._open_for(one.camera)
            one.asked = detector if isinstance(detector, Audited) else None
            for item in self._openers.watch(one.camera.id, source, detector):
                if not one.wanted:
                    return
                self._sender.send(number, said_short(item))
            self._sender.send(number, End())
        except Exception as error:  # noqa: BLE001 - one camera's fault is not the others'
            self._sender.send(number, failure_of(error))


class _One:
    """A camera that is watched, by a thread of its own."""

    def __init__(self, number: int, camera: Camera, begin: Callable[[_One], None]) -> None:
        self.number, self.camera = number, camera
        self.wanted = True
        self.asked: Audited | None = None
        self.thread = threading.Thread(target=begin, args=(self,), name=camera.id, daemon=True)

    def look_more(self, *, more: bool) -> None:
        """Look more often, or less, if there is something by now that can be asked."""
        if self.asked is not None:
            (self.asked.look_more if more else self.asked.look_less)()


if __name__ == "__main__":
    main()
