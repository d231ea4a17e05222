"""Which seconds are audited: a span of eighteen seconds in every twenty minutes, at a time that chance chose.

Chance is drawn from the camera as it is configured and from the time alone, so that the same recording is audited at
the same seconds again, and a program that begins anew goes on with the same spans. One in each slot, so that every hour
of a day has its three.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from waywarden.terms.places import Camera

SLOT = timedelta(minutes=20)
SPAN = timedelta(seconds=18)
"""1.5 % of the time: 12 s that are compared, and 3 s before and after them (``traffic.audit``)."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AuditPlan:
    """The spans of one camera. ``slot`` and ``span`` are their defaults but for tests and benches."""

    seed: str
    slot: timedelta = SLOT
    span: timedelta = SPAN

    def begins(self, at: datetime) -> datetime:
        """Return when the span of the slot that holds ``at`` begins."""
        number = (at - _EPOCH) // self.slot
        drawn = hashlib.sha256(f"{self.seed} {number}".encode()).digest()
        share = int.from_bytes(drawn[:8]) / 2**64
        return _EPOCH + number * self.slot + share * (self.slot - self.span)

    def holds(self, at: datetime) -> bool:
        """Return whether ``at`` lies in a span."""
        begins = self.begins(at)
        return begins <= at < begins + self.span


def plan_of(camera: Camera) -> AuditPlan:
    """Return the plan of ``camera``: its id, its gates and when its recording starts decide it."""
    return AuditPlan(repr((camera.id, camera.start, camera.gates)))
