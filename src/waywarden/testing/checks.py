"""What every object detector and every record store must keep to. AssertionError says which promise was broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import av
import numpy as np
import numpy.typing as npt

from waywarden.sight.frame import Frame
from waywarden.sight.ports import ObjectDetector, Seen
from waywarden.store.port import CheckFilter, IntervalFilter, RecordStore
from waywarden.terms.kinds import KINDS
from waywarden.terms.records import (
    CameraHealth,
    Checker,
    Direction,
    Doubt,
    HealthState,
    IntervalCheck,
    IntervalQuality,
    Quality,
    TrafficInterval,
)

_START = datetime(2026, 6, 1, 7, 0, tzinfo=UTC)
_BIN_S = 900
_ANY = IntervalFilter()
_FEW_BOXES = 2


def _hold(promise: object, words: str) -> None:
    if not promise:
        raise AssertionError(words)


def check_object_detector(
    make_detector: Callable[[], ObjectDetector], pictures: Sequence[npt.NDArray[np.uint8]] = ()
) -> list[Seen]:
    """Check the promises of ``ObjectDetector``; return what it saw on ``pictures`` ((h, w, 3) uint8 rgb, one camera).

    Checked: it has a name; boxes are (n, 4) float32 within the picture with left < right and top < bottom; scores
    (n,) float32 in 0..1; kinds (n,) int8 index ``KINDS``; on an empty street it sees next to nothing; it leaves the
    frame as it was; two detectors fresh from ``make_detector`` see the same on the same frames, also on frames of
    odd shapes.
    """
    detector = make_detector()
    _hold(isinstance(detector.name, str) and detector.name.strip(), "an object detector must have a name")
    seen = [_seen_on(detector, picture, number) for number, picture in enumerate(pictures)]
    again = make_detector()
    for number, picture in enumerate(pictures):
        same = _bytes_of(seen[number]) == _bytes_of(_seen_on(again, picture, number))
        _hold(same, f"two fresh detectors must see the same; frame {number} differs")
    for height, width in ((288, 352), (90, 400), (400, 90)):
        empty = make_detector()
        street = np.broadcast_to(np.linspace(90, 140, height)[:, None, None], (height, width, 3)).astype(np.uint8)
        found = [len(_seen_on(empty, street, number)[0]) for number in range(4)]
        _hold(max(found) <= _FEW_BOXES, f"an empty street of {width}x{height} must be nearly empty, got {found} boxes")
    return seen


def _seen_on(detector: ObjectDetector, picture: npt.NDArray[np.uint8], number: int) -> Seen:
    """Detect on one picture, the ``number``-th of its camera, and check what comes."""
    video = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    frame = Frame(video, _START + timedelta(seconds=number / 12.5), 0.08)
    boxes, scores, kinds = detector.detect(frame)
    height, width = picture.shape[:2]
    n = len(boxes)
    _hold(
        boxes.shape == (n, 4) and boxes.dtype == np.float32, f"boxes: {boxes.shape} {boxes.dtype}, not (n, 4) float32"
    )
    _hold(
        scores.shape == (n,) and scores.dtype == np.float32, f"scores: {scores.shape} {scores.dtype}, not (n,) float32"
    )
    _hold(kinds.shape == (n,) and kinds.dtype == np.int8, f"kinds: {kinds.shape} {kinds.dtype}, not (n,) int8")
    _hold(np.isfinite(boxes).all() and (boxes[:, :2] < boxes[:, 2:]).all(), "boxes need left < right and top < bottom")
    _hold((boxes >= 0).all() and (boxes[:, 2:] <= (width, height)).all(), "boxes must lie within the picture")
    _hold(((scores >= 0) & (scores <= 1)).all(), "scores must be in 0..1")
    _hold(((kinds >= 0) & (kinds < len(KINDS))).all(), "kinds must index KINDS")
    _hold(np.array_equal(frame.rgb(), picture), "an object detector must leave the frame as it was")
    return boxes, scores, kinds


def _bytes_of(seen: Seen) -> tuple[bytes, ...]:
    return tuple(part.tobytes() for part in seen)


def check_store(open_store: Callable[[], RecordStore]) -> None:
    """Check the promises of ``RecordStore``. Every call of ``open_store`` opens the same store, empty at first.

    Checked: a bin twice changes nothing; a bin is replaced whole by one that watched as long or longer, never by one
    that watched less, whichever comes first; times and values come back exactly, in the order promised, also from a
    store opened anew; filters and pages; quality; health; checks of counts; pruning; and readers beside a writer.
    """
    for check in (
        _check_bins,
        _check_order,
        _check_filters,
        _check_quality,
        _check_health,
        _check_checks,
        _check_readers,
    ):
        with _emptied(open_store) as store:
            check(store)
    with closing(open_store()) as store:
        store.append(_bin(0))
    with closing(open_store()) as store:
        _hold(list(store.intervals(_ANY)) == _sorted(_bin(0)), "what was stored must be there when opened anew")
        _check_prune(store)


@contextmanager
def _emptied(open_store: Callable[[], RecordStore]) -> Iterator[RecordStore]:
    """Open the store, and empty it before and after."""
    far = datetime(9000, 1, 1, tzinfo=UTC)
    with closing(open_store()) as store:
        _hold(len(store.intervals(_ANY)) == 0, "the store must be empty at first")
        yield store
        store.prune(intervals_before=far, health_before=far, inspections_before=far, pictures_before=far)
        _hold(len(store.intervals(_ANY)) == 0, "prune must delete what is older than asked")


def _bin(
    number: int,
    *,
    camera: str = "cam",
    classes: Sequence[str] = ("all", "car"),
    observed_s: float = 900.0,
    gate: bool = True,
) -> list[TrafficInterval]:
    """Return one bin, the ``number``-th after the start: of a gate, or of a movement."""
    return [
        TrafficInterval(
            camera, "north" if gate else None, Direction.FORWARD if gate else None, None if gate else "a-b", name,
            _START + timedelta(seconds=_BIN_S * number), _BIN_S, observed_s, 3 + number, 8.25, None, "check 1",
            0 if gate else number,
        )
        for name in classes
    ]  # fmt: skip


def _key(row: TrafficInterval) -> tuple[object, ...]:
    return row.start, row.camera_id, row.gate_id or "", row.direction or "", row.movement_id or "", row.vehicle_class


def _sorted(rows: Sequence[TrafficInterval]) -> list[TrafficInterval]:
    return sorted(rows, key=_key)


def _check_bins(store: RecordStore) -> None:
    """One bin, written again and again."""
    whole = _bin(0, classes=("all", "car", "bus"))
    for _ in range(2):
        store.append(whole)
        _hold(list(store.intervals(_ANY)) == _sorted(whole), "the same bin twice must change nothing")
    store.append([replace(row, observed_s=400.0, count=1) for row in whole])
    _hold(list(store.intervals(_ANY)) == _sorted(whole), "a bin that watched less must be ignored")
    other = [replace(row, count=9) for row in whole[:2]]
    store.append(other)
    _hold(list(store.intervals(_ANY)) == _sorted(other), "a bin that watched as long must replace the whole bin")
    partial, fuller = _bin(1, classes=("all", "van"), observed_s=100.5), _bin(1, classes=("all",), observed_s=100.75)
    store.append(partial)
    store.append(fuller)
    _hold(list(store.intervals(_ANY)) == _sorted(other + fuller), "a fuller bin must replace the whole partial one")
    store.append([])
    _hold(len(store.intervals(_ANY)) == 3, "nothing must change nothing")


def _check_order(store: RecordStore) -> None:
    """Order, pages, exact times and values."""
    rows = [row for number in (3, 0, 2) for camera in ("b", "a") for gate in (False, True)
            for row in _bin(number, camera=camera, gate=gate)]  # fmt: skip
    odd = replace(rows[0], camera_id="c", start=_START + timedelta(microseconds=1), mean_speed_mps=0.1 + 0.2)
    store.append([*rows, odd])
    found = list(store.intervals(_ANY))
    _hold(sorted(found, key=repr) == sorted([*rows, odd], key=repr), "values and times must come back exactly")
    _hold(all(row.start.utcoffset() == timedelta() for row in found), "times must come back as aware UTC")
    keys = [(row.start, row.camera_id) for row in found]
    _hold(keys == sorted(keys), "rows must come ordered by start, then camera")
    for camera in ("a", "b"):
        mine = [_key(row)[2:] for row in found if (row.start, row.camera_id) == (_START, camera)]
        gates, movements = [key for key in mine if key[0]], [key for key in mine if not key[0]]
        _hold(gates == sorted(gates) and movements == sorted(movements), "rows must come ordered within a camera too")
    pages = [row for offset in range(0, len(found), 4) for row in store.intervals(_ANY, limit=4, offset=offset)]
    _hold(pages == found, "pages must add up to the whole")


def _check_filters(store: RecordStore) -> None:
    """Each filter alone, and together."""
    rows = [row for number in range(4) for camera in ("a", "b") for gate in (False, True)
            for row in _bin(number, camera=camera, gate=gate)]  # fmt: skip
    store.append(rows)
    one, three = (_START + timedelta(seconds=_BIN_S * number) for number in (1, 3))
    wanted: list[tuple[IntervalFilter, Callable[[TrafficInterval], bool]]] = [
        (IntervalFilter(camera_id="a"), lambda row: row.camera_id == "a"),
        (IntervalFilter(gate_id="north"), lambda row: row.gate_id == "north"),
        (IntervalFilter(movement_id="a-b"), lambda row: row.movement_id == "a-b"),
        (IntervalFilter(vehicle_class="car"), lambda row: row.vehicle_class == "car"),
        (IntervalFilter(since=one, until=three), lambda row: one <= row.start < three),
        (IntervalFilter(camera_id="none"), lambda _: False),
        (IntervalFilter("b", "north", None, "all", one, None), lambda row: row.camera_id == "b" and row.start >= one
            and row.gate_id == "north" and row.vehicle_class == "all"),
    ]  # fmt: skip
    for filtered, test in wanted:
        found = list(store.intervals(filtered))
        _hold(sorted(found, key=repr) == sorted(filter(test, rows), key=repr), f"{filtered} gave other rows than asked")


def _check_quality(store: RecordStore) -> None:
    """Check that what is said last of a bin counts, that it can be asked for, and that it goes with its bin."""
    store.append(row for number in range(3) for gate in (True, False) for row in _bin(number, gate=gate))
    good = [
        IntervalQuality(row.camera_id, row.gate_id, row.direction, row.movement_id, row.start, Quality.GOOD, ())
        for row in (_bin(0)[0], _bin(1)[0], _bin(0, gate=False)[0])
    ]
    stuck = replace(good[1], quality=Quality.DOUBTFUL, doubts=(Doubt.STUCK, Doubt.GAP))
    store.append_quality(good)
    store.append_quality([stuck])
    known = [good[2], good[0], stuck]
    _hold(list(store.qualities(_ANY)) == known, "qualities must come back as said last, ordered as bins are")
    _hold(
        list(store.qualities(IntervalFilter(gate_id="north"))) == known[1:], "qualities must be of the bins asked for"
    )
    asked = IntervalFilter(qualities=frozenset({Quality.DOUBTFUL, Quality.USABLE}))
    _hold(list(store.intervals(asked)) == _sorted(_bin(1)), "a filter by quality must give those bins, all classes")
    store.append(_bin(1))
    _hold(list(store.qualities(_ANY)) == known[:2], "a bin that is replaced must lose its quality")
    store.append(_bin(0, observed_s=1.0))
    _hold(list(store.qualities(_ANY)) == known[:2], "a bin that is not replaced must keep its quality")


def _check_health(store: RecordStore) -> None:
    """Check that the newest of each camera counts, whatever came last."""
    dark = CameraHealth("a", _START + timedelta(seconds=60), HealthState.DARK, "the picture is dark")
    older, other = replace(dark, at=_START, state=HealthState.OK), replace(dark, camera_id="b")
    store.append_health([dark, other])
    store.append_health([dark, older])
    found = sorted(store.latest_health(), key=lambda health: health.camera_id)
    _hold(found == [dark, other], "latest_health must give the newest record of each camera, once")
    _hold(list(store.health("a")) == [older, dark], "health must give every record of one camera, in order of time")


def _check_checks(store: RecordStore) -> None:
    """Check that a day is replaced whole by one of which as much or more was checked, by no other checker's."""
    north = IntervalCheck(
        "a", "north", Direction.FORWARD, "all", _START, 86400, Checker.EVERY_FRAME, 24.0, 5, 1, 0, "check 1"
    )
    bus, manual = replace(north, vehicle_class="bus", agreed=1), replace(north, checker=Checker.MANUAL, checked_s=600.0)
    later = replace(north, start=_START + timedelta(days=1), camera_id="b")
    store.append_checks([later, bus, north, manual])
    anything = CheckFilter()
    _hold(list(store.checks(anything)) == [north, bus, manual, later], "checks must come back exactly, and in order")
    store.append_checks([replace(north, checked_s=12.0)])
    _hold(len(store.checks(anything)) == 4, "a day of which less was checked must be ignored")
    more = replace(north, checked_s=36.0, agreed=9)
    store.append_checks([more])
    _hold(list(store.checks(anything)) == [more, manual, later], "a day that was checked more replaces it whole")
    _hold(list(store.checks(CheckFilter(camera_id="b"))) == [later], "checks must be of the camera asked for")
    _hold(list(store.checks(CheckFilter(since=later.start))) == [later], "checks must not begin before what was asked")
    _hold(
        list(store.checks(CheckFilter(until=later.start))) == [more, manual], "checks must begin before what is asked"
    )
    store.prune(intervals_before=later.start, health_before=_START, inspections_before=_START, pictures_before=_START)
    _hold(list(store.checks(anything)) == [later], "checks must be pruned as intervals are")


def _check_prune(store: RecordStore) -> None:
    """Check that what is past its retention goes, and what begins at the limit stays."""
    store.append(_bin(1))
    left = _START + timedelta(seconds=_BIN_S)
    went = store.prune(intervals_before=left, health_before=left, inspections_before=left, pictures_before=left)
    _hold(went == len(_bin(0)), f"prune must say how many records went: {len(_bin(0))}, got {went}")
    _hold(list(store.intervals(_ANY)) == _sorted(_bin(1)), "prune must keep what begins at the limit or later")


def _check_readers(store: RecordStore) -> None:
    """Readers beside a writer see whole bins, and never an error."""

    def read() -> bool:
        rows = store.intervals(_ANY)
        starts = [row.start for row in rows]
        return all(starts.count(start) == 2 for start in set(starts))

    def write() -> bool:
        for number in range(20):
            store.append(_bin(number))
        return True

    with ThreadPoolExecutor(4) as pool:
        tasks = [pool.submit(write)] + [pool.submit(read) for _ in range(30)]
        _hold(all(task.result() for task in tasks), "a reader must never see half a bin")
    _hold(len(store.intervals(_ANY)) == 40, "what was written beside readers must be there")
