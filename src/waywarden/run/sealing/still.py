"""A still of a camera without its road users, out of the sealed process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from waywarden.run.sealing.sealed import Job, Openers, Task, messages
from waywarden.run.sealing.wire import Progress
from waywarden.terms.errors import SealError
from waywarden.terms.pictures import RedactedJpeg
from waywarden.terms.places import Camera


def still_sealed(
    camera: Camera,
    folder: Path,
    seconds: float,
    detector: str = "motion",
    *,
    on_progress: Callable[[float], None] | None = None,
    openers: Openers | None = None,
) -> RedactedJpeg:
    """Return a still of ``camera`` without its road users, from its first ``seconds``; errors as ``watch_sealed``.

    ``on_progress`` is told how far it has come, 0 to 1. SourceError where road users cannot be told from the street.
    """
    for item in messages(Job(Task.STILL, camera, folder, detector, seconds, openers=openers), None):
        if isinstance(item, RedactedJpeg):
            return item
        if isinstance(item, Progress) and on_progress:
            on_progress(item.done)
    raise SealError(f"the sealed process of camera {camera.id} ended without a still: run it again")
