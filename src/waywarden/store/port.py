"""The port through which records are kept and asked for. Every backend passes ``waywarden.testing.check_store``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from waywarden.terms.records import CameraHealth, TrafficInterval


@dataclass(frozen=True, slots=True)
class IntervalFilter:
    """Which intervals are wanted; None means any. ``since`` <= start < ``until`` (aware UTC)."""

    camera_id: str | None = None
    gate_id: str | None = None
    movement_id: str | None = None
    vehicle_class: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class RecordStore(Protocol):
    """Keeps records about streets.

    All records of one camera, one gate-and-direction (or movement) and one start form a *bin*, with one
    ``observed_s``. A bin is written whole: it replaces the stored one if it watched at least as long
    (so the same bin twice changes nothing), and is ignored if it watched less.
    """

    def append(self, intervals: Iterable[TrafficInterval]) -> None:
        """Store ``intervals``, whole bins at a time, in one transaction. StoreError if it cannot be written."""
        ...

    def append_health(self, health: Iterable[CameraHealth]) -> None:
        """Store changes of health; the same change twice changes nothing."""
        ...

    def intervals(
        self, wanted: IntervalFilter, *, limit: int | None = None, offset: int = 0
    ) -> Sequence[TrafficInterval]:
        """Return intervals ordered by start, camera, gate, direction, movement, class."""
        ...

    def newest_starts(self) -> Mapping[str, datetime]:
        """Return the start of each camera's newest interval; a camera without intervals is absent."""
        ...

    def latest_health(self) -> Sequence[CameraHealth]:
        """Return the newest health record of each camera."""
        ...

    def prune(self, *, intervals_before: datetime, health_before: datetime) -> int:
        """Delete what is past its retention; return how many records went."""
        ...

    def close(self) -> None:
        """Let go of the file or the connection."""
        ...
