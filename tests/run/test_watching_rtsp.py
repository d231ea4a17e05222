"""``watch`` against a real RTSP server behind a proxy that plants faults: each camera's trouble is its own."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import av
import numpy as np
import pytest

from run.scripted import a_city, a_job, said
from run.test_watching_parts import all_of, plain
from sight.fault_proxy import FaultProxy, before
from sight.test_stream import _rtsp_packages, _rtsp_server  # noqa: F401 - a fixture
from waywarden.run.counting.count import Watching
from waywarden.run.watching.camera import Pace
from waywarden.run.watching.counts import LiveCounts
from waywarden.run.watching.watch import watch_city
from waywarden.sight.frame import Frame
from waywarden.sight.ports import Seen
from waywarden.sight.sources.stream import LiveStream, Patience
from waywarden.sight.watch import watch
from waywarden.store.port import IntervalFilter
from waywarden.store.sqlite import open_store
from waywarden.terms.errors import SourceError
from waywarden.terms.kinds import Kind, kind_number
from waywarden.terms.places import Camera, Gate
from waywarden.terms.records import CameraHealth, HealthState
from waywarden.terms.transient import Detections
from waywarden.testing.checks_source import write_clip
from waywarden.traffic.tally import Clock

PATIENCE = Patience(attempts=100, first_wait_s=0.1, longest_wait_s=0.2, silence_s=1.5)
PACE = Pace(keep_s=0.2, first_wait_s=0.1, longest_wait_s=0.2, refused_wait_s=60, stop_s=4)
GATE = Gate("g", (30, 48), (30, 0))
NAMES = ("steady", "cut", "stall", "garbage", "reboot", "login")


class Yellow:
    """An object detector of the one bright block in ``write_clip``'s pictures."""

    name = "yellow"

    def detect(self, frame: Frame) -> Seen:
        band = np.s_[frame.height * 18 // 48 : frame.height * 32 // 48]  # below, the street is as bright
        rows, columns = np.nonzero(frame.rgb()[band, :, 1] > 190)
        rows += band.start
        boxes = np.empty((0, 4), np.float32)
        if len(rows) > 20:
            boxes = np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]], np.float32)
        return boxes, np.full(len(boxes), 0.9, np.float32), np.full(len(boxes), kind_number(Kind.CAR), np.int8)


class Eyes:
    """Looks at cameras without a sealed process, and keeps what it saw of each connection."""

    def __init__(self) -> None:
        self.seen: defaultdict[str, list[tuple[tuple[int, int], list[Detections]]]] = defaultdict(list)
        self.health: defaultdict[str, list[HealthState]] = defaultdict(list)

    def frames(self, name: str) -> int:
        return sum(len(seen) for _, seen in self.seen[name])

    def look(self, camera: Camera, _on_process: object) -> Watching:
        stream = LiveStream(camera.sources[0], camera.id, PATIENCE)
        facts = stream.about()
        size_px, mine = (facts.width, facts.height), []
        self.seen[camera.id].append((size_px, mine))

        def items() -> Iterator[Detections | CameraHealth]:
            for item in watch(camera.id, stream, Yellow()):
                if isinstance(item, Detections):
                    mine.append(item)
                else:
                    self.health[camera.id].append(item.state)
                yield item

        return Watching(size_px, None, items())


def until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 90
    while not what():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def passed(seen: list[Detections], middle_px: float) -> int:
    """Return how often the block's middle came over the gate to the right: a truth of its own, without a tracker."""
    found = 0
    for one, other in pairwise(seen):
        if len(one) and len(other) and other.watched_s > 0:
            x0, x1 = (float(each.xyxy_px[0, 0] + each.xyxy_px[0, 2]) / 2 for each in (one, other))
            found += x0 <= middle_px < x1 < x0 + middle_px
    return found


@pytest.fixture(scope="module")
def clips(tmp_path_factory) -> tuple[Path, Path]:
    """Return a minute at 25 Hz, and the same twice as large."""
    folder = tmp_path_factory.mktemp("rtsp")
    small = write_clip(folder / "small.mp4", [n / 25 for n in range(1500)])
    large = folder / "large.mp4"
    with av.open(str(small)) as source, av.open(str(large), "w") as target:
        stream = target.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        stream.options = {"preset": "ultrafast", "tune": "zerolatency"}
        for picture in source.decode(video=0):
            target.mux(stream.encode(picture.reformat(128, 96)))
        target.mux(stream.encode(None))
    return small, large


def trouble(eyes: Eyes, proxies: dict[str, FaultProxy], large_port: int) -> None:
    """Plant every fault, and wait until pictures come again."""

    def more(name: str, frames: int = 40) -> None:
        enough = eyes.frames(name) + frames
        until(lambda: eyes.frames(name) >= enough)

    def lost(name: str) -> None:
        times = eyes.health[name].count(HealthState.NO_SIGNAL)
        until(lambda: eyes.health[name].count(HealthState.NO_SIGNAL) > times)

    for name in ("steady", "cut", "stall", "garbage", "reboot"):
        more(name)
    proxies["stall"].stalled = True
    proxies["reboot"].away = True
    proxies["reboot"].cut()
    proxies["garbage"].garbage_bytes = 2000
    for _ in range(3):
        proxies["cut"].cut()
        lost("cut")
        more("cut")
    until(lambda: HealthState.NO_SIGNAL in eyes.health["stall"])
    proxies["stall"].stalled = False
    proxies["reboot"].upstream, proxies["reboot"].away = large_port, False
    for name in ("stall", "garbage", "reboot"):
        more(name)


@pytest.mark.usefixtures("_rtsp_packages")
def test_every_fault_costs_its_own_camera_the_time_it_lasted_and_no_other(tmp_path, clips, record_property) -> None:
    small, large = clips
    eyes = Eyes()
    with ExitStack() as open_:
        ports = [open_.enter_context(_rtsp_server(clip, 0, *login))[0] for clip, *login in
                 ((small,), (large,), (small, "warden", "s3cret"))]  # fmt: skip
        proxies = {name: open_.enter_context(before(ports[2 * (name == "login")])) for name in NAMES}
        cameras = [
            Camera(name, name, (f"rtsp://warden:wr0ng@127.0.0.1:{proxies[name].port}/street",), gates=(GATE,))
            for name in NAMES
        ]
        job, out = a_job(eyes.look, a_city(*cameras), PACE)
        path = tmp_path / "records.sqlite"
        ended: list[object] = []
        watching = threading.Thread(target=lambda: ended.append(watch_city(job, cameras, open_store(path))))
        watching.start()
        try:
            trouble(eyes, proxies, ports[1])
        finally:
            job.stop.set()
            watching.join(30)
    assert ended == [None]
    store = open_store(path)
    measured = []
    for camera in cameras:
        rows = store.intervals(IntervalFilter(camera.id))
        wanted = [undisturbed(camera, eyes, last) for last in (None, -1)]  # the last frame may have come too late
        assert plain(rows) in wanted
        truth = sum(passed(seen, 30 * size_px[0] / 64) for size_px, seen in eyes.seen[camera.id])
        counted = sum(row.count for row in rows if row.vehicle_class == "all")
        connections = 1 + out.getvalue().count(f'"camera": "{camera.id}"')
        steady = camera.id == "steady" and connections == 1
        assert abs(counted - truth) <= (0 if steady else connections)
        measured.append(f"{camera.id} {counted} of {truth}")
    record_property("measured", f"watched behind RTSP faults, counted of what passed: {', '.join(measured)}")
    assert sum(one.count for one in store.intervals(IntervalFilter("steady"))) > 20
    health = {one.camera_id: one for one in store.latest_health()}
    assert {name for name, one in health.items() if one.state is HealthState.OK} == {*NAMES} - {"login"}
    assert "refuses the user or the password" in health["login"].reason
    assert proxies["login"].calls <= 2  # FFmpeg asks once without and once with the password, and we no more
    # a machine that has too much to do may lose a picture for a moment; then it says so, and is well again
    assert eyes.health["steady"][-1] is HealthState.OK
    assert [size_px for size_px, _ in eyes.seen["reboot"]] == [(64, 48), (128, 96)]
    assert not any(secret in out.getvalue() for secret in ("wr0ng", "warden:"))
    assert not [words for happened, words in said(out) if happened in {"store_fails", "time_lost"}]


def undisturbed(camera: Camera, eyes: Eyes, last: int | None) -> set[tuple[object, ...]]:
    """Return the intervals of all connections of a camera, counted one after the other by nobody who is disturbed."""
    counts = LiveCounts(camera, Clock(1, ZoneInfo("UTC")), a_city().class_scheme, "scripted")
    for size_px, seen in eyes.seen[camera.id]:
        counts.begin(size_px)
        for item in seen[:last]:
            counts.update(item)
    counts.end()
    return plain(all_of(counts))


@pytest.mark.usefixtures("_rtsp_packages")
def test_two_hours_of_a_frozen_picture_are_a_minute_at_most(tmp_path) -> None:
    """The proxy makes the pictures' times run 900 times as fast: a thousand pictures a second are 0.9 s apart."""
    clip = write_frozen(tmp_path / "frozen.mp4", frozen=8000, moving=200)
    seen: list[Detections] = []
    health: list[CameraHealth] = []
    with _rtsp_server(clip) as (port, _), before(port, faster=900) as proxy:
        stream = LiveStream(f"rtsp://127.0.0.1:{proxy.port}/street", "a", Patience(attempts=1, silence_s=30))
        with pytest.raises(SourceError, match="gave no picture"):
            sort_out(watch("a", stream, Yellow()), seen, health)
    assert [one.state for one in health] == [HealthState.OK, HealthState.FROZEN, HealthState.OK, HealthState.NO_SIGNAL]
    frozen, well = health[1].at, health[2].at
    assert timedelta(hours=1.9) < well - frozen < timedelta(hours=2.1)
    assert 55 < sum(item.watched_s for item in seen if item.at < well) < 90  # 60 s, and until the encoder has settled
    assert sum(item.watched_s for item in seen if item.at >= well) > 150


def sort_out(items, seen: list[Detections], health: list[CameraHealth]) -> None:
    for item in items:
        (seen if isinstance(item, Detections) else health).append(item)


def write_frozen(path: Path, frozen: int, moving: int) -> Path:
    """Write a street, a thousand pictures a second, that does not change for ``frozen`` pictures and then moves."""
    rng = np.random.default_rng(3)
    street = np.kron(rng.integers(40, 220, (12, 16, 3)), np.ones((4, 4, 1))).astype(np.uint8)
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=1000)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 64, 48, "yuv420p", 10_000
        stream.options = {"preset": "ultrafast", "tune": "zerolatency"}
        for number in range(frozen + moving):
            street[20:30, 20:30] = 100 + 50 * (number % 3) if number >= frozen else 30
            target.mux(stream.encode(av.VideoFrame.from_ndarray(street, format="rgb24")))
        target.mux(stream.encode(None))
    return path
