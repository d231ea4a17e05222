"""A store without records, for a page that shows none (``waywarden gates``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from waywarden.store.port import CheckFilter, IntervalFilter
from waywarden.terms.errors import StoreError
from waywarden.terms.records import CameraHealth, IntervalCheck, IntervalQuality, TrafficInterval


class NoRecords:
    """A ``RecordStore`` that holds nothing and takes nothing."""

    def append(self, intervals: Iterable[TrafficInterval]) -> None:  # noqa: ARG002
        """Refuse (StoreError)."""
        raise StoreError("this store takes no records: count into a file with --store")

    def append_health(self, health: Iterable[CameraHealth]) -> None:  # noqa: ARG002
        """Refuse (StoreError)."""
        raise StoreError("this store takes no records: count into a file with --store")

    def append_quality(self, judged: Iterable[IntervalQuality]) -> None:  # noqa: ARG002
        """Refuse (StoreError)."""
        raise StoreError("this store takes no records: count into a file with --store")

    def append_checks(self, checks: Iterable[IntervalCheck]) -> None:  # noqa: ARG002
        """Refuse (StoreError)."""
        raise StoreError("this store takes no records: count into a file with --store")

    def checks(self, wanted: CheckFilter) -> Sequence[IntervalCheck]:  # noqa: ARG002
        """Return none."""
        return ()

    def qualities(self, wanted: IntervalFilter) -> Sequence[IntervalQuality]:  # noqa: ARG002
        """Return none."""
        return ()

    def health(self, camera_id: str) -> Sequence[CameraHealth]:  # noqa: ARG002
        """Return none."""
        return ()

    def intervals(
        self,
        wanted: IntervalFilter,  # noqa: ARG002 - the port's own name
        *,
        limit: int | None = None,  # noqa: ARG002
        offset: int = 0,  # noqa: ARG002
    ) -> Sequence[TrafficInterval]:
        """Return none."""
        return ()

    def latest_health(self) -> Sequence[CameraHealth]:
        """Return none."""
        return ()

    def newest_starts(self) -> Mapping[str, datetime]:
        """Return none."""
        return {}

    def prune(
        self,
        *,
        intervals_before: datetime,  # noqa: ARG002
        health_before: datetime,  # noqa: ARG002
        inspections_before: datetime,  # noqa: ARG002
        pictures_before: datetime,  # noqa: ARG002
    ) -> int:
        """Delete none."""
        return 0

    def close(self) -> None:
        """Do nothing."""
