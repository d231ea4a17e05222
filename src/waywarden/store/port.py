"""The port through which records are kept and asked for. Every backend passes ``waywarden.testing.check_store``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from waywarden.terms.records import CameraHealth, IntervalCheck, IntervalQuality, Quality, TrafficInterval


@dataclass(frozen=True, slots=True)
class IntervalFilter:
    """Which intervals are wanted; None means any. ``since`` <= start < ``until`` (aware UTC).

    ``qualities`` are those that are wanted, empty for any; a bin that has not been judged is of none of them.
    """

    camera_id: str | None = None
    gate_id: str | None = None
    movement_id: str | None = None
    vehicle_class: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    qualities: frozenset[Quality] = frozenset()


@dataclass(frozen=True, slots=True)
class CheckFilter:
    """Which checks are wanted; None means any. ``since`` <= start of the day < ``until`` (aware UTC)."""

    camera_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class RecordStore(Protocol):
    """Keeps records about streets.

    All records of one camera, one gate-and-direction (or movement) and one start form a *bin*, with one
    ``observed_s``. A bin is written whole: it replaces the stored one if it watched at least as long
    (so the same bin twice changes nothing), and is ignored if it watched less. A bin that is replaced loses its
    quality until it is judged again.
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

    def append_quality(self, judged: Iterable[IntervalQuality]) -> None:
        """Store how far bins can be trusted, in one transaction; it replaces what was said of them before."""
        ...

    def qualities(self, wanted: IntervalFilter) -> Sequence[IntervalQuality]:
        """Return what is known of the bins, ordered as they are; ``vehicle_class`` and ``qualities`` have no say."""
        ...

    def append_checks(self, checks: Iterable[IntervalCheck]) -> None:
        """Store checks of counts, whole days of a camera and checker, in one transaction.

        A day takes the place of the stored one if at least as much of it was checked, and is ignored else.
        """
        ...

    def checks(self, wanted: CheckFilter) -> Sequence[IntervalCheck]:
        """Return checks ordered by start, camera, checker, gate, direction, class."""
        ...

    def newest_starts(self) -> Mapping[str, datetime]:
        """Return the start of each camera's newest interval; a camera without intervals is absent."""
        ...

    def latest_health(self) -> Sequence[CameraHealth]:
        """Return the newest health record of each camera."""
        ...

    def health(self, camera_id: str) -> Sequence[CameraHealth]:
        """Return every health record of one camera, in order of time."""
        ...

    def prune(
        self,
        *,
        intervals_before: datetime,
        health_before: datetime,
        inspections_before: datetime,
        pictures_before: datetime,
    ) -> int:
        """Delete what is past its retention; return how many records went.

        What drives left goes with inspections, but for their pictures; checks of counts go with intervals.
        """
        ...

    def close(self) -> None:
        """Let go of the file or the connection."""
        ...
