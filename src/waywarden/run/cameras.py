"""``waywarden cameras check``: what each camera is, and what it costs to count it on this machine."""

from __future__ import annotations

import resource
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from rich.table import Table

from waywarden.run.config import check_gates
from waywarden.run.sealed import about_sealed, watch_sealed
from waywarden.sight.ports import SourceFacts
from waywarden.terms.errors import WaywardenError
from waywarden.terms.places import Camera

SHORT_LOOK, LONG_LOOK = 15, 65
"""Cost is what the frames between a short and a long look take; so starting up does not count."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at one camera gave. ``cpu_ms`` is processor time of one frame, None for a source too short to tell."""

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
    seen = watch_sealed(camera, folder, detector)
    n = sum(1 for _ in islice(seen, frames))
    seen.close()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return n, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def as_table(checked: Sequence[Checked]) -> Table:
    """Return what was found, a row a camera."""
    table = Table("camera", "size", "rate", "codec", "length", "processor a frame", "of one core", title="Cameras")
    for each in checked:
        if each.facts is None:
            table.add_row(each.camera_id, f"[red]{each.trouble}[/]")
            continue
        facts, cost = each.facts, each.cpu_ms
        table.add_row(
            each.camera_id,
            f"{facts.width} x {facts.height}",
            f"{facts.rate_hz:g} Hz",
            facts.codec,
            "live" if facts.duration_s is None else f"{facts.duration_s:.0f} s",
            "too short to tell" if cost is None else f"{cost:.1f} ms",
            "" if cost is None else f"{cost * facts.rate_hz / 10:.0f} %",
        )
    return table


def utc(at: datetime | None) -> datetime | None:
    """Return ``at`` as aware UTC; a time without a zone is taken for UTC."""
    return at if at is None else at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
