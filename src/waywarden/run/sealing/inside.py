"""The sealed child's own program: ``run.sealing.sealed`` starts it. Everything from here on happens where pixels live.

The order matters: import everything (libraries read and cache), seal, and only then open the source and the object
detector, which start threads; a thread from before the seal would not be bound by it.
"""

from __future__ import annotations

import os
import pickle  # noqa: TID251 - the job goes in this way, from us to our child; nothing comes out
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from waywarden.run.sealing.seal import seal
from waywarden.run.sealing.sealed import Job, Openers, Task
from waywarden.run.sealing.wire import End, Failure, Message, Progress, clipped, encode
from waywarden.sight.frame import Frame
from waywarden.sight.ports import FrameSource
from waywarden.sight.redact import WIDEST_UNSEEN_PX, median_still
from waywarden.terms.errors import WaywardenError
from waywarden.terms.pictures import WIDEST_PX
from waywarden.terms.places import Camera
from waywarden.terms.records import CameraHealth

Send = Callable[[Message], None]


def main() -> None:
    """Do the job that comes in by stdin; what it sends goes to the pipe that the first argument numbers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with os.fdopen(int(sys.argv[1]), "wb") as wire:

        def send(item: Message) -> None:
            wire.write(encode(item))
            wire.flush()

        try:
            job: Job = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent, which started us
            _do(job, send)
            send(End())
        except BrokenPipeError:
            os._exit(1)  # nobody listens any more
        except Exception as error:  # noqa: BLE001 - the job's edge: the parent is told, and raises it
            send(failure_of(error))


def failure_of(error: Exception) -> Failure:
    """Return what the parent is told of ``error``: ours as it is, any other as a SealError that names it."""
    if isinstance(error, WaywardenError):
        return Failure(type(error).__name__, clipped(str(error)))
    return Failure("SealError", clipped(f"the sealed process failed with {type(error).__name__}: {error}"))


def ports_of(camera: Camera) -> tuple[int, ...]:
    """Return the TCP ports that ``camera``'s sources need: none for files.

    Examples
    --------
    >>> ports_of(Camera("a", "A", ("rtsp://10.0.0.7/1", "clip.mp4")))
    (554,)
    """
    usual = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
    addresses = [urlsplit(source) for source in camera.sources if "://" in source]
    return tuple(sorted({a.port or usual[a.scheme] for a in addresses if a.scheme in usual}))


def _do(job: Job, send: Send) -> None:
    openers = job.openers or _own_openers(job)
    send(seal(ports=ports_of(job.camera), landlock=job.landlock))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    source = openers.open_source(job.camera, job.folder)
    if job.task is Task.ABOUT:
        send(source.about())
        return
    if job.task is Task.STILL:
        widest_px = WIDEST_UNSEEN_PX if job.detector == "motion" else WIDEST_PX
        redactor = openers.open_redactor(job.detector)
        send(median_still(_frames(source, job.seconds, send), redactor, widest_px=widest_px))
        return
    object_detector = openers.open_object_detector(job.detector)
    for item in openers.watch(job.camera.id, source, object_detector):
        send(said_short(item))


def said_short(item: Message) -> Message:
    """Return ``item``, with a reason that is not longer than what may cross."""
    return replace(item, reason=clipped(item.reason)) if isinstance(item, CameraHealth) else item


def _own_openers(job: Job) -> Openers:
    # Here and not above, so that a test with its own openers needs no inference runtime; the runtime's telemetry is
    # closed before anybody else can import it.
    import waywarden.sight.networks.runtime  # noqa: F401, PLC0415
    from waywarden.sight.detectors import open_object_detector, open_sparing  # noqa: PLC0415
    from waywarden.sight.networks.redacting import open_redactor  # noqa: PLC0415
    from waywarden.sight.replay import watch_replay  # noqa: PLC0415
    from waywarden.sight.sources.opening import open_source  # noqa: PLC0415
    from waywarden.sight.watch import watch  # noqa: PLC0415

    opener = partial(open_sparing, camera=job.camera) if job.sparing else open_object_detector
    watching = partial(watch_replay, spans=job.spans) if job.task is Task.REPLAY else watch
    return Openers(open_source, opener, watching, open_redactor)


def _frames(source: FrameSource, seconds: float, send: Send) -> Iterator[Frame]:
    """Yield the frames of the first ``seconds``, and send how far they have come."""
    start = None
    for item in source:
        if isinstance(item, Frame):
            start = start or item.at
            done = (item.at - start).total_seconds() / max(seconds, 0.001)
            if done > 1:
                return
            send(Progress(done))
            yield item


def _end_with_parent() -> None:
    """End this process when the parent is gone: its end of our stdin closes, even if it was killed."""
    while os.read(0, 1024):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
