"""The store as the jobs open it: what is past its retention goes, and intervals of two lengths do not mix."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from waywarden.store.port import IntervalFilter, RecordStore
from waywarden.store.sqlite import open_store
from waywarden.terms.errors import ConfigError, StoreError
from waywarden.terms.places import Camera, City
from waywarden.traffic.tally import BINS_MIN


def open_kept(path: Path, city: City, *, busy_s: float = 20.0, must_exist: bool = False) -> RecordStore:
    """Open the store in ``path`` for writing and delete what is older than ``city`` keeps; StoreError as it says."""
    if must_exist and not path.is_file():
        raise StoreError(f"cannot open the record store {path}: there is no such file; count first, or give its path")
    store = open_store(path, busy_s=busy_s)
    prune(store, city, datetime.now(UTC))
    return store


def prune(store: RecordStore, city: City, now: datetime) -> int:
    """Delete what is older than ``city`` keeps at the time ``now``; return how many records went."""
    return store.prune(
        intervals_before=_before(now, city.keep_intervals_days),
        health_before=_before(now, city.keep_health_days),
        inspections_before=_before(now, city.keep_inspections_days),
        pictures_before=_before(now, city.keep_pictures_days),
    )


def refuse_odd_bins(bin_min: int) -> None:
    """Raise ConfigError where intervals of ``bin_min`` minutes would not divide the hour."""
    if bin_min not in BINS_MIN:
        lengths = ", ".join(map(str, BINS_MIN))
        raise ConfigError(f"--bin wants minutes that divide the hour, got {bin_min}: use one of {lengths}")


def refuse_other_bins(store: RecordStore, cameras: Sequence[Camera], bin_min: int) -> None:
    """Raise ConfigError if ``store`` holds intervals of another length of one of ``cameras``: they would count twice.

    The newest interval of a camera stands for the others, because this is asked before every count.
    """
    newest = store.newest_starts()
    for camera in cameras:
        if camera.id not in newest:
            continue
        (one,) = store.intervals(IntervalFilter(camera_id=camera.id, since=newest[camera.id]), limit=1)
        if one.duration_s != 60 * bin_min:
            held_min = one.duration_s // 60
            raise ConfigError(
                f'the store holds {held_min}-minute intervals of camera "{camera.id}" and {bin_min}-minute ones would '
                f"count its traffic twice: use --bin {held_min}, or another --store"
            )


def _before(now: datetime, days: int) -> datetime:
    first = datetime(1, 1, 1, tzinfo=UTC)
    return now - timedelta(days=min(days, (now - first).days))
