"""The checks pass what keeps its promises, and catch what breaks each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np
import pytest

from waywarden.sight.frame import Frame
from waywarden.sight.ports import Seen
from waywarden.store.port import CheckFilter, IntervalFilter
from waywarden.terms.records import CameraHealth, IntervalCheck, IntervalQuality, Quality, TrafficInterval, bin_of
from waywarden.testing.checks import check_object_detector, check_store


class Kept:
    """A record store in memory; a mutant breaks one promise."""

    def __init__(self, kept: dict[str, dict], broken: str = "") -> None:
        self._rows: dict[tuple, list[TrafficInterval]] = kept["rows"]
        self._health: dict[tuple, CameraHealth] = kept["health"]
        self._quality: dict[tuple, IntervalQuality] = kept["quality"]
        self._checks: dict[tuple, list[IntervalCheck]] = kept["checks"]
        self._broken = broken

    def append(self, intervals: Iterable[TrafficInterval]) -> None:
        bins: dict[tuple, list[TrafficInterval]] = {}
        for row in intervals:
            bins.setdefault((row.start, row.camera_id, row.gate_id, row.direction, row.movement_id), []).append(row)
        for key, rows in bins.items():
            old = self._rows.get(key)
            if self._broken == "adds" and old:
                self._rows[key] = old + rows
            elif self._broken == "merges" and old:
                self._rows[key] = list({row.vehicle_class: row for row in old + rows}.values())
            elif self._broken == "last wins" or not old or old[0].observed_s <= rows[0].observed_s:
                self._rows[key] = rows
                if self._broken != "stale quality":
                    self._quality.pop(bin_of(rows[0]), None)
            if self._broken == "first wins" and old:
                self._rows[key] = old

    def append_health(self, health: Iterable[CameraHealth]) -> None:
        for one in health:
            self._health.pop((one.camera_id, one.at), None)
            self._health[one.camera_id, one.at] = one

    def append_quality(self, judged: Iterable[IntervalQuality]) -> None:
        for one in judged:
            if self._broken != "first quality" or bin_of(one) not in self._quality:
                self._quality[bin_of(one)] = one

    def qualities(self, wanted: IntervalFilter) -> Sequence[IntervalQuality]:
        found = [one for one in self._quality.values() if wanted.gate_id in {None, one.gate_id}]
        return sorted(found, key=lambda one: (one.start, one.camera_id, one.gate_id or "", one.movement_id or ""))

    def append_checks(self, checks: Iterable[IntervalCheck]) -> None:
        days: dict[tuple[object, ...], list[IntervalCheck]] = {}
        for one in checks:
            days.setdefault((one.start, one.camera_id, one.checker), []).append(one)
        for day, rows in days.items():
            stored = self._checks.get(day)
            if self._broken == "any check" or not stored or stored[0].checked_s <= rows[0].checked_s:
                self._checks[day] = rows

    def checks(self, wanted: CheckFilter) -> Sequence[IntervalCheck]:
        found = [one for rows in self._checks.values() for one in rows]
        found.sort(
            key=lambda one: (one.start, one.camera_id, one.checker, one.gate_id, one.direction, one.vehicle_class)
        )
        return [
            one
            for one in found
            if wanted.camera_id in {None, one.camera_id}
            and (wanted.since is None or wanted.since <= one.start)
            and (wanted.until is None or one.start < wanted.until)
        ]

    def health(self, camera_id: str) -> Sequence[CameraHealth]:
        found = [one for one in self._health.values() if one.camera_id == camera_id]
        return found if self._broken == "health as it came" else sorted(found, key=lambda one: one.at)

    def intervals(
        self, wanted: IntervalFilter, *, limit: int | None = None, offset: int = 0
    ) -> Sequence[TrafficInterval]:
        rows = [row for one in list(self._rows.values()) for row in one if self._is(row, wanted)]
        if self._broken != "unordered":
            rows.sort(key=lambda r: (r.start, r.camera_id, r.gate_id or "", r.direction or "", r.movement_id or "",
                                     r.vehicle_class))  # fmt: skip
        if self._broken == "pages" and offset:
            offset += 1
        return rows[offset : None if limit is None else offset + limit]

    def _is(self, row: TrafficInterval, wanted: IntervalFilter) -> bool:
        late = row.start > wanted.until if self._broken == "until" and wanted.until else False
        return (
            (wanted.camera_id in (None, row.camera_id))
            and (wanted.gate_id in (None, row.gate_id))
            and (wanted.movement_id in (None, row.movement_id) or self._broken == "movement")
            and (wanted.vehicle_class in (None, row.vehicle_class))
            and (not wanted.qualities or self._broken == "any quality" or self._quality_of(row) in wanted.qualities)
            and (wanted.since is None or wanted.since <= row.start)
            and (wanted.until is None or (row.start < wanted.until or (self._broken == "until" and not late)))
        )

    def _quality_of(self, row: TrafficInterval) -> Quality | None:
        known = self._quality.get(bin_of(row))
        return known.quality if known else None

    def newest_starts(self) -> Mapping[str, datetime]:
        return {row.camera_id: row.start for row in self.intervals(IntervalFilter())}

    def latest_health(self) -> Sequence[CameraHealth]:
        ordered = self._health.values() if self._broken == "last health" else sorted(self._health.values(), key=_at)
        return list({one.camera_id: one for one in ordered}.values())

    def prune(
        self,
        *,
        intervals_before: datetime,
        health_before: datetime,
        inspections_before: datetime,
        pictures_before: datetime,
    ) -> int:
        gone = [key for key in self._rows if key[0] < intervals_before or self._broken == "prunes all"]
        went = sum(len(self._rows.pop(key)) for key in gone)
        for key in [key for key, one in self._health.items() if one.at < health_before]:
            del self._health[key]
        for day in [day for day in self._checks if day[0] < intervals_before and self._broken != "keeps checks"]:
            del self._checks[day]
        return 0 if self._broken == "prune count" else went

    def close(self) -> None:
        if self._broken == "forgets":
            self._rows.clear()


def _at(one: CameraHealth) -> datetime:
    return one.at


def opener(broken: str) -> Callable[[], Kept]:
    kept: dict[str, dict] = {"rows": {}, "health": {}, "quality": {}, "checks": {}}
    return lambda: Kept(kept, broken)


def test_a_good_store_passes() -> None:
    check_store(opener(""))


@pytest.mark.parametrize(
    "broken",
    ["adds", "merges", "last wins", "first wins", "last health", "unordered", "pages", "until", "movement",
     "prunes all", "prune count", "forgets", "stale quality", "first quality", "any quality", "health as it came",
     "any check", "keeps checks"],
)  # fmt: skip
def test_a_store_that_breaks_a_promise_is_caught(broken: str) -> None:
    with pytest.raises(AssertionError, match=r"must|gave"):
        check_store(opener(broken))


class Bright:
    """Sees one box around what is bright; a mutant breaks one promise."""

    name = "bright 1"

    def __init__(self, broken: str = "") -> None:
        self._broken = broken
        self.name = "" if broken == "nameless" else "bright 1"

    def detect(self, frame: Frame) -> Seen:
        bright = np.argwhere(frame.luma() > 200)
        boxes = np.zeros((0, 4), np.float32)
        if len(bright):
            (y0, x0), (y1, x1) = bright.min(axis=0), bright.max(axis=0) + 1
            boxes = np.array([(x0, y0, x1, y1)], np.float32)
        if self._broken == "sees ghosts":
            boxes = np.tile(np.array([(1, 1, 20, 20)], np.float32), (5, 1))
        score, kind = np.full(len(boxes), 0.5, np.float32), np.zeros(len(boxes), np.int8)
        return self._mutated(boxes, score, kind)

    def _mutated(self, boxes: np.ndarray, score: np.ndarray, kind: np.ndarray) -> Seen:
        match self._broken:
            case "doubles":
                boxes = boxes.astype(np.float64)
            case "outside":
                boxes = boxes + np.float32(1000)
            case "upside down":
                boxes = boxes[:, [0, 3, 2, 1]]
            case "score":
                score = score + np.float32(1)
            case "kind":
                kind = kind + np.int8(100)
            case "flat":
                score = score[:, None]
            case "chance":
                score = np.random.default_rng().random(len(score)).astype(np.float32)
        return boxes, score, kind


PICTURE = np.full((90, 120, 3), 60, np.uint8)
PICTURE[30:50, 40:80] = 250


def test_a_good_object_detector_passes_and_what_it_saw_comes_back() -> None:
    (boxes, _, _), _ = check_object_detector(Bright, [PICTURE, PICTURE])
    assert boxes.tolist() == [[40, 30, 80, 50]]


@pytest.mark.parametrize(
    "broken",
    ["nameless", "doubles", "outside", "upside down", "score", "kind", "flat", "chance", "sees ghosts"],
)
def test_an_object_detector_that_breaks_a_promise_is_caught(broken: str) -> None:
    with pytest.raises(AssertionError):
        check_object_detector(lambda: Bright(broken), [PICTURE])
