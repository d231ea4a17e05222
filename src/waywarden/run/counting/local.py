"""The counting job on this machine: many cameras at once, one sealed process each."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import cast

from waywarden.run.counting.auditing import second_count
from waywarden.run.counting.count import CameraCount, CountJob, Watching, count_camera
from waywarden.run.sealing.sealed import about_sealed, watch_sealed
from waywarden.terms.errors import ConfigError
from waywarden.terms.places import Camera, City
from waywarden.terms.records import CameraHealth
from waywarden.terms.transient import Detections, FullLook, Unlooked


def count(job: CountJob, cameras: Sequence[Camera]) -> list[CameraCount]:
    """Count ``cameras``, as many at a time as there are processors; one that fails does not stop the others.

    SIGINT (Ctrl-C) and SIGTERM set ``job.stop``; a second one ends the program at once.
    """
    with stopped_by_signals(job.stop), ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return list(pool.map(lambda camera: count_camera(job, camera, sealed), cameras))


def sealed(job: CountJob, camera: Camera) -> Watching:
    """Watch one camera from a sealed process of its own; SourceError where it cannot be opened."""
    facts = about_sealed(camera, job.folder)
    seen = watch_sealed(
        camera, job.folder, job.detector, sparing=job.sparing, on_seal=lambda seal: job.on_seal(seal.describe())
    )
    watched = cast("Generator[Detections | Unlooked | FullLook | CameraHealth]", seen)
    size_px = facts.width, facts.height
    return Watching(size_px, facts.duration_s, watched, second_count(job, camera, size_px))


@contextmanager
def stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    """Let the first SIGINT or SIGTERM set ``stop`` and no more: KeyboardInterrupt could strike in a write."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def first(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)  # the next one ends us; the children end with us
        stop.set()

    before = {number: signal.signal(number, first) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def chosen_cameras(city: City, camera_id: str | None) -> Sequence[Camera]:
    """Return the camera of that id, or all of them; ConfigError names the ids there are."""
    if camera_id is None:
        return city.cameras
    chosen = [camera for camera in city.cameras if camera.id == camera_id]
    if not chosen:
        known = ", ".join(camera.id for camera in city.cameras)
        raise ConfigError(f'there is no camera "{camera_id}" in the city; it has {known}')
    return chosen
