"""``waywarden cameras check``: what each camera is, and what it costs to count it on this machine."""

from __future__ import annotations

import os
import resource
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from waywarden.run.city.picture import check_gates
from waywarden.run.sealing.sealed import Watched, about_sealed, watch_sealed
from waywarden.sight.ports import SourceFacts
from waywarden.terms.errors import WaywardenError
from waywarden.terms.places import Camera
from waywarden.terms.records import CameraHealth
from waywarden.terms.transient import FullLook

SHORT_LOOK_S, LONG_LOOK_S = 1.0, 7.0
"""Cost is what the street's time between a short and a long look takes; so starting up does not count."""
WIDE_PX = 1280
"""Networks see pictures half as wide as this, so wider ones cost their decoding and bring nothing."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at one camera gave. ``cpu_ms``: processor time of a frame, None where it is too short to tell."""

    camera_id: str
    facts: SourceFacts | None = None
    cpu_ms: float | None = None
    trouble: WaywardenError | None = None

    @property
    def fits(self) -> int | None:
        """How many cameras like this one the processors of this machine can count at a time; None: not known."""
        if self.facts is None or not self.cpu_ms:
            return None
        return int((os.cpu_count() or 1) * 1000 / (self.cpu_ms * self.facts.rate_hz))


def check(cameras: Sequence[Camera], folder: Path, detector: str, *, sparing: bool = False) -> list[Checked]:
    """Open each camera, one after the other; one that fails is recorded and the rest goes on."""
    return [_check(camera, folder, detector, sparing=sparing) for camera in cameras]


def advice(checked: Sequence[Checked]) -> list[str]:
    """Return a line for each camera whose picture is wider than counting has use for."""
    return [
        f"{each.camera_id}: its {each.facts.width} pixels of width are most of its cost; if it has a sub-stream, "
        "give that as source, and draw the gates on it"
        for each in checked
        if each.facts is not None and each.facts.width > WIDE_PX
    ]


def _check(camera: Camera, folder: Path, detector: str, *, sparing: bool) -> Checked:
    try:
        facts = about_sealed(camera, folder)
        check_gates(camera, facts.width, facts.height)
        short_s, short_cpu_s = _look(watch_sealed(camera, folder, detector, sparing=sparing), SHORT_LOOK_S)
        long_s, long_cpu_s = _look(watch_sealed(camera, folder, detector, sparing=sparing), LONG_LOOK_S)
    except WaywardenError as trouble:
        return Checked(camera.id, trouble=trouble)
    more = (long_s - short_s) * facts.rate_hz
    return Checked(camera.id, facts, 1000 * (long_cpu_s - short_cpu_s) / more if more > 1 else None)


def _look(watched: Iterator[Watched], seconds: float) -> tuple[float, float]:
    """Return the seconds of street that were watched, ``seconds`` or a little more, and the processor's for them."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    so_far_s = 0.0
    with closing(cast("Generator[Watched]", watched)) as seen:
        for item in seen:
            so_far_s += 0.0 if isinstance(item, CameraHealth | FullLook) else item.watched_s
            if so_far_s >= seconds:
                break
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return so_far_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
