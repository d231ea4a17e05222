"""How ``watch`` looks at its cameras: in a few sealed processes, and sparingly: a live camera cannot wait.

There are as many processes as cores, each with its share of the cameras. Where one dies by its own fault, its cameras
are watched in two processes from then on, so that after a few times the one at fault is alone; so is, at once, a camera
whose thread hangs. That lasts until the program is started again.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from waywarden.run.counting.count import Watching
from waywarden.run.sealing.child import Handle, OnProcess, OnSeal
from waywarden.run.sealing.sealed import Openers, Watched, of_watching
from waywarden.run.sealing.shared import SharedJob, SharedProcess, spread
from waywarden.run.sealing.wire import Message
from waywarden.sight.ports import SourceFacts
from waywarden.sight.sources.stream import is_live, redacted
from waywarden.terms.errors import ConfigError, SealError
from waywarden.terms.places import Camera


@dataclass(slots=True)
class _Group:
    """The ids of cameras that are watched in one process, and that process while there is one."""

    ids: tuple[str, ...]
    process: SharedProcess | None = None


class SealedEyes:
    """Looks at ``cameras``, each from a thread of its own that calls ``look``.

    Parameters
    ----------
    cameras : sequence of Camera
    folder : Path
        Where relative sources start.
    detector : str
        ``motion``, or a path to weights.
    on_seal : callable
        Is told of each process which layers hold.
    processes : int, optional
        As many as there are cores to run on, if left out.
    openers : Openers, optional
        Instead of sight's own; for tests.
    """

    def __init__(
        self,
        cameras: Sequence[Camera],
        folder: Path,
        detector: str,
        on_seal: OnSeal,
        *,
        processes: int | None = None,
        openers: Openers | None = None,
    ) -> None:
        self._cameras = {camera.id: camera for camera in cameras}
        self._job = SharedJob((), folder, detector, openers=openers)
        self._on_seal = on_seal
        many = processes if processes is not None else len(os.sched_getaffinity(0))
        self._groups = {name: group for ids in spread(cameras, many) for group in [_Group(ids)] for name in ids}
        self._lock = threading.Lock()

    def look(self, camera: Camera, on_process: OnProcess) -> Watching:
        """Begin to look at ``camera``; ``on_process`` is told who does. A ``watching.camera.Look``."""
        process = self._process_of(camera.id)

        def known(handle: Handle) -> None:
            on_process(replace(handle, kill=partial(self._end, camera.id, process)))

        said = process.watched(camera, known)
        facts = next(said)
        if not isinstance(facts, SourceFacts):
            raise SealError(f"the sealed process of camera {camera.id} did not say what its source is")
        return Watching((facts.width, facts.height), None, _news(said, camera))

    def _process_of(self, camera_id: str) -> SharedProcess:
        """Return the process for a camera, begun anew where it is dead; halved where it died by its own fault."""
        with self._lock:
            group = self._groups[camera_id]
            if group.process is not None and group.process.over:
                if group.process.crashed:
                    middle = len(group.ids) // 2
                    self._part(group, group.ids[:middle])
                    group = self._groups[camera_id]
                group.process = None
            if group.process is None:
                cameras = tuple(self._cameras[name] for name in group.ids)
                group.process = SharedProcess(replace(self._job, cameras=cameras), self._on_seal)
            return group.process

    def _end(self, camera_id: str, process: SharedProcess) -> None:
        """End a process for the sake of one camera, which is alone from then on."""
        with self._lock:
            group = self._groups[camera_id]
            if group.process is process:
                self._part(group, (camera_id,))
        process.kill()

    def _part(self, group: _Group, ids: Sequence[str]) -> None:
        """Make two groups of one: ``ids``, and the others."""
        for part in (tuple(ids), tuple(name for name in group.ids if name not in ids)):
            made = _Group(part)
            self._groups.update(dict.fromkeys(part, made))


def _news(said: Generator[Message], camera: Camera) -> Generator[Watched]:
    try:
        for item in said:
            yield of_watching(item, camera)
    finally:
        said.close()


def refuse_recordings(cameras: Sequence[Camera]) -> None:
    """Raise ConfigError where a camera is a recording: played again and again it would be counted again and again."""
    for camera in cameras:
        recorded = [source for source in camera.sources if not is_live(source)]
        if recorded:
            raise ConfigError(
                f'camera "{camera.id}" is the recording {redacted(recorded[0])}: '
                "watch wants live streams (rtsp:// or http://); "
                "use waywarden count for recordings, or --camera to watch others"
            )
