"""A made-up city with made-up counts, and a store in memory: what the tests of the web room look at."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np

from waywarden.store.port import CheckFilter, IntervalFilter
from waywarden.terms.kinds import ALL_CLASSES, Kind
from waywarden.terms.places import Calibration, CalibrationPoint, Camera, City, Gate, Movement
from waywarden.terms.records import (
    BinKey,
    CameraHealth,
    Direction,
    Doubt,
    HealthState,
    IntervalCheck,
    IntervalQuality,
    Quality,
    TrafficInterval,
    bin_of,
)

SECRET = "hunter2"
DAY = datetime(2026, 5, 5, 5, 0, tzinfo=UTC)
BIN_S = 900
METHOD = "made-up/1"
SHARES = {"car": 0.7, "van": 0.12, "truck": 0.05, "bus": 0.04, "motorcycle": 0.02, "bicycle": 0.07}


@dataclass
class MemoryStore:
    """A ``RecordStore`` that forgets everything when it goes."""

    rows: dict[tuple[object, ...], TrafficInterval] = field(default_factory=dict)
    judged: dict[BinKey, IntervalQuality] = field(default_factory=dict)
    healths: dict[str, CameraHealth] = field(default_factory=dict)
    asked: int = 0
    checked: list[IntervalCheck] = field(default_factory=list)

    def append(self, intervals: Iterable[TrafficInterval]) -> None:
        for row in intervals:
            key = (row.start, row.camera_id, row.gate_id or "", row.direction or "", row.movement_id or "")
            self.rows[*key, row.vehicle_class] = row

    def append_health(self, health: Iterable[CameraHealth]) -> None:
        for one in health:
            known = self.healths.get(one.camera_id)
            if known is None or known.at <= one.at:
                self.healths[one.camera_id] = one

    def intervals(
        self, wanted: IntervalFilter, *, limit: int | None = None, offset: int = 0
    ) -> Sequence[TrafficInterval]:
        self.asked += 1
        found = [self.rows[key] for key in sorted(self.rows) if fits(self.rows[key], wanted)]
        if wanted.qualities:
            found = [row for row in found if bin_of(row) in self.judged]
            found = [row for row in found if self.judged[bin_of(row)].quality in wanted.qualities]
        return found[offset : None if limit is None else offset + limit]

    def append_quality(self, judged: Iterable[IntervalQuality]) -> None:
        self.judged.update({bin_of(one): one for one in judged})

    def qualities(self, wanted: IntervalFilter) -> Sequence[IntervalQuality]:
        places = replace(wanted, vehicle_class=None, qualities=frozenset())
        return [one for one in self.judged.values() if fits(one, places)]

    def append_checks(self, checks: Iterable[IntervalCheck]) -> None:
        self.checked += checks

    def checks(self, wanted: CheckFilter) -> Sequence[IntervalCheck]:
        return [
            one
            for one in self.checked
            if wanted.camera_id in {None, one.camera_id}
            and (wanted.since is None or wanted.since <= one.start)
            and (wanted.until is None or one.start < wanted.until)
        ]

    def health(self, camera_id: str) -> Sequence[CameraHealth]:
        return [one for one in self.healths.values() if one.camera_id == camera_id]

    def newest_starts(self) -> Mapping[str, datetime]:
        newest: dict[str, datetime] = {}
        for row in self.rows.values():
            newest[row.camera_id] = max(row.start, newest.get(row.camera_id, row.start))
        return newest

    def latest_health(self) -> Sequence[CameraHealth]:
        return list(self.healths.values())

    def prune(
        self,
        *,
        intervals_before: datetime,
        health_before: datetime,
        inspections_before: datetime,
        pictures_before: datetime,
    ) -> int:
        return 0

    def close(self) -> None:
        return None


def fits(row: TrafficInterval | IntervalQuality, wanted: IntervalFilter) -> bool:
    return (
        wanted.camera_id in {None, row.camera_id}
        and wanted.gate_id in {None, row.gate_id}
        and wanted.movement_id in {None, row.movement_id}
        and (wanted.vehicle_class is None or wanted.vehicle_class == getattr(row, "vehicle_class", None))
        and (wanted.since is None or row.start >= wanted.since)
        and (wanted.until is None or row.start < wanted.until)
    )


def made_up_city() -> City:
    """Return five cameras: a junction, two roads, one that is unwell, and one that has counted nothing."""
    return City(
        name="London sample",
        time_zone="Europe/London",
        cameras=(
            _junction(),
            Camera("03604", "Park Lane / Brook Gate", ("a.mp4",), position=(-0.1576, 51.5098), gates=_road(180)),
            Camera("03601", "Piccadilly / Half Moon St", ("b.mp4",), position=(-0.1457, 51.5058), gates=_road(140)),
            Camera(
                "04270",
                "Vauxhall Bridge Rd",
                (f"rtsp://city:{SECRET}@10.0.0.7/one",),
                position=(-0.1402, 51.4952),
                gates=_road(200),
            ),
            Camera("08858", "Knightsbridge / Sloane St", ("c.mp4",), position=(-0.1605, 51.5016)),
        ),
        class_scheme={kind.value: kind.value for kind in Kind},
        keep_intervals_days=3650,
        keep_health_days=90,
    )


def _road(y: float) -> tuple[Gate, ...]:
    return (Gate("road", (352, y), (0, y), "Road"),)


def _junction() -> Camera:
    arms = {
        "north": ("Grosvenor Place", (620.0, 200.0), (860.0, 170.0)),
        "east": ("Constitution Hill", (1010.0, 300.0), (1100.0, 470.0)),
        "south": ("Lower Grosvenor Pl", (900.0, 650.0), (480.0, 665.0)),
        "west": ("Knightsbridge", (210.0, 560.0), (265.0, 340.0)),
    }
    names = list(arms)
    return Camera(
        "06514",
        "Grosvenor Pl / Hyde Park Corner",
        ("clip.mp4",),
        start=DAY,
        position=(-0.15163, 51.5018),
        gates=tuple(Gate(key, a, b, name) for key, (name, a, b) in arms.items()),
        movements=tuple(Movement(f"{a[0]}-{b[0]}".upper(), a, b) for a in names for b in names if a != b),
        calibration=Calibration(
            "EPSG:4326", tuple(CalibrationPoint((float(k), 2.0 * k), (k / 1e3, 51.0)) for k in range(4))
        ),
    )


def made_up_store(city: City, hours: int = 15, seed: int = 7) -> MemoryStore:
    """Return a store with a weekday of counts, an outage, half-watched bins and healths."""
    rng = random.Random(seed)
    store = MemoryStore()
    for camera in city.cameras[:4]:
        bins = 4 * hours if camera.id != "04270" else 20
        for index in range(bins):
            start = DAY + timedelta(seconds=BIN_S * index)
            watched = _watched_s(camera.id, index)
            if watched > 0:
                store.append(_bin(camera, start, watched, rng))
    store.append_quality(_made_up_quality(row) for row in store.rows.values())
    at = DAY + timedelta(hours=2)
    store.append_health(
        [
            CameraHealth("06514", at, HealthState.OK, "the picture is well again"),
            CameraHealth("03604", at, HealthState.OK, "the picture is well"),
            CameraHealth(
                "04270", DAY + timedelta(hours=5), HealthState.SMEARED, "the picture is smeared: packets lost"
            ),
        ]
    )
    return store


def _made_up_quality(row: TrafficInterval) -> IntervalQuality:
    """Judge by how much was watched; the Vauxhall Bridge camera also sees one hour that is out of range."""
    doubts: tuple[Doubt, ...] = ()
    if row.observed_s < 450:
        doubts = (Doubt.BARELY_WATCHED,)
    if row.camera_id == "04270" and 7 <= row.start.hour < 8:
        doubts = (Doubt.OUT_OF_RANGE, Doubt.BAD_PICTURE)
    if row.camera_id == "03604" and row.start.hour == 9:
        doubts = (Doubt.UNUSUAL,)
    doubtful = {Doubt.BARELY_WATCHED, Doubt.OUT_OF_RANGE} & set(doubts)
    quality = Quality.DOUBTFUL if doubtful else Quality.USABLE if doubts else Quality.GOOD
    return IntervalQuality(row.camera_id, row.gate_id, row.direction, row.movement_id, row.start, quality, doubts)


def _watched_s(camera_id: str, index: int) -> float:
    if camera_id == "06514" and 26 <= index < 30:
        return 0.0
    if camera_id == "06514" and index in {25, 30}:
        return 400.0
    return 900.0


def _bin(camera: Camera, start: datetime, watched_s: float, rng: random.Random) -> Iterator[TrafficInterval]:
    hour = start.hour + start.minute / 60 + 1
    busy = 0.25 + math.exp(-(((hour - 8.4) / 1.3) ** 2)) + 0.9 * math.exp(-(((hour - 17.5) / 1.8) ** 2))
    busy *= watched_s / BIN_S
    speed = 13.0 - 4.0 * busy if camera.calibration else None
    if hour < 6.3 and camera.id == "03601":
        busy = 0.0
    lines: list[tuple[tuple[str | None, Direction | None, str | None], float]] = [
        ((None, None, move.id), 34.0 if number % 3 == 1 else 14.0) for number, move in enumerate(camera.movements)
    ]
    lines += [((gate.id, direction, None), 62.0) for gate in camera.gates for direction in Direction]
    for line, weight in lines:
        for name, count in _counts(weight * busy, rng).items():
            mean = None if speed is None or not count else speed * rng.uniform(0.94, 1.06)
            v85 = None if mean is None else mean * 1.18
            yield TrafficInterval(camera.id, *line, name, start, BIN_S, watched_s, count, mean, v85, METHOD)


def _counts(wanted: float, rng: random.Random) -> dict[str, int]:
    counts = {name: round(wanted * share * rng.uniform(0.7, 1.3)) for name, share in SHARES.items()}
    counts = {name: count for name, count in counts.items() if count}
    return {**counts, ALL_CLASSES: sum(counts.values())}


def made_up_still(width: int = 1280, height: int = 720) -> bytes:
    """Return a JPEG of an empty made-up street, as the redactor would give it."""
    rows = np.linspace(150, 70, height)[:, None, None]
    picture = np.broadcast_to(rows, (height, width, 3)).astype(np.uint8).copy()
    corners = np.array([[width * 0.42, 0], [width * 0.58, 0], [width, height], [0, height]], np.int32)
    cv2.fillPoly(picture, [corners], (78, 76, 74))
    cv2.line(picture, (width // 2, 0), (width // 2, height), (190, 190, 190), 3)
    done, encoded = cv2.imencode(".jpg", picture)
    assert done
    return bytes(encoded)
