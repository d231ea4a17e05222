"""How ``watch`` looks at a camera: in a sealed process of its own, and sparingly: a live camera cannot wait."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import cast

from waywarden.run.counting.count import Watching
from waywarden.run.sealing.sealed import Job, OnProcess, OnSeal, Openers, Task, about_sealed, watched
from waywarden.run.watching.camera import Look
from waywarden.sight.sources.stream import is_live
from waywarden.terms.errors import ConfigError
from waywarden.terms.places import Camera
from waywarden.terms.records import CameraHealth
from waywarden.terms.transient import Detections, FullLook, Unlooked


def sealed_look(folder: Path, detector: str, on_seal: OnSeal, openers: Openers | None = None) -> Look:
    """Return what looks at a camera with ``detector``; ``folder`` is where relative sources start."""

    def look(camera: Camera, on_process: OnProcess) -> Watching:
        facts = about_sealed(camera, folder, openers=openers, on_process=on_process)
        job = Job(Task.WATCH, camera, folder, detector, sparing=True, openers=openers)
        seen = watched(job, on_seal, on_process)
        return Watching(
            (facts.width, facts.height), None, cast("Generator[Detections | Unlooked | FullLook | CameraHealth]", seen)
        )

    return look


def refuse_recordings(cameras: Sequence[Camera]) -> None:
    """Raise ConfigError where a camera is a recording: played again and again it would be counted again and again."""
    for camera in cameras:
        recorded = [source for source in camera.sources if not is_live(source)]
        if recorded:
            raise ConfigError(
                f'camera "{camera.id}" is the recording {recorded[0]}: watch wants live streams (rtsp:// or http://); '
                "use waywarden count for recordings, or --camera to watch others"
            )
