"""``waywarden cameras check``: what each camera is, and what it costs to count it on this machine."""

from __future__ import annotations

import resource
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import cast

from waywarden.run.city.picture import check_gates
from waywarden.run.sealing.sealed import about_sealed, watch_sealed
from waywarden.sight.ports import SourceFacts
from waywarden.terms.errors import WaywardenError
from waywarden.terms.places import Camera

SHORT_LOOK, LONG_LOOK = 15, 65
"""Cost is what the frames between a short and a long look take; so starting up does not count."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at one camera gave. ``cpu_ms``: processor time of a frame, None where it is too short to tell."""

    camera_id: str
    facts: SourceFacts | None = None
    cpu_ms: float | None = None
    trouble: WaywardenError | None = None


def check(cameras: Sequence[Camera], folder: Path, detector: str) -> list[Checked]:
    """Open each camera, one after the other; one that fails is recorded and the rest goes on."""
    return [_check(camera, folder, detector) for camera in cameras]


def _check(camera: Camera, folder: Path, detector: str) -> Checked:
    try:
        facts = about_sealed(camera, folder)
        check_gates(camera, facts.width, facts.height)
        short_frames, short_s = _look(camera, folder, detector, SHORT_LOOK)
        long_frames, long_s = _look(camera, folder, detector, LONG_LOOK)
    except WaywardenError as trouble:
        return Checked(camera.id, trouble=trouble)
    more = long_frames - short_frames
    return Checked(camera.id, facts, 1000 * (long_s - short_s) / more if more > 0 else None)


def _look(camera: Camera, folder: Path, detector: str, frames: int) -> tuple[int, float]:
    """Return how many items came and what processor seconds the sealed process took for them."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with closing(cast("Generator[object]", watch_sealed(camera, folder, detector))) as seen:
        n = sum(1 for _ in islice(seen, frames))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return n, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def utc(at: datetime | None) -> datetime | None:
    """Return ``at`` as aware UTC; a time without a zone is taken for UTC."""
    return at if at is None else at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
