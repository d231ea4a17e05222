"""Several cameras in one sealed process: what is said of one is said of it alone; who ends the process is found."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from run.command_line import children
from run.test_sealed import OPENERS, is_gone, leaky
from run.test_watching_rtsp import until
from waywarden.run.sealing.child import Handle
from waywarden.run.sealing.seal import Seal
from waywarden.run.sealing.shared import SharedJob, SharedProcess, spread
from waywarden.run.watching.eye import SealedEyes
from waywarden.run.watching.metrics import cpu_s
from waywarden.sight.ports import SourceFacts
from waywarden.terms.errors import SealError, SourceError, WaywardenError, WeightsError
from waywarden.terms.places import Camera
from waywarden.terms.transient import Detections

HERE = Path()
FACTS = SourceFacts(64, 48, 10.0, "made-up", 12.0, leaky.START)


def camera(name: str, source: str = "made-up") -> Camera:
    return Camera(name, name, (source,))


class Ear(threading.Thread):
    """Listens to one camera in a thread, as ``watch`` does, until it is over or ``enough`` was heard."""

    def __init__(self, begin: Callable[[Camera, Callable[[Handle], None]], Iterator], of: Camera, enough: int = 10**9):
        super().__init__(daemon=True)
        self.camera, self.items, self.handle, self.trouble = of, [], None, None
        self._begin, self._enough = begin, enough
        self.start()

    def _known(self, handle: Handle) -> None:
        self.handle = handle

    def run(self) -> None:
        try:
            said = self._begin(self.camera, self._known)
            for item in said:
                self.items.append(item)
                if len(self.items) >= self._enough:
                    said.close()
        except WaywardenError as error:
            self.trouble = error


def shared(*cameras: Camera, detector: str = "quiet", seals: list[Seal] | None = None) -> SharedProcess:
    job = SharedJob(cameras, HERE, detector, openers=OPENERS)
    return SharedProcess(job, (seals if seals is not None else []).append)


@pytest.fixture(autouse=True)
def no_orphan() -> Iterator[None]:
    before = set(children(os.getpid()))
    yield
    until(lambda: set(children(os.getpid())) <= before)


def test_each_hears_of_its_own_camera_alone_from_one_process_and_a_thread_each() -> None:
    seals: list[Seal] = []
    cameras = [camera(name) for name in "abcd"]
    process = shared(*cameras, seals=seals)
    ears = [Ear(process.watched, one) for one in cameras]
    for ear in ears:
        ear.join(60)
        assert ear.trouble is None
        facts, *seen = ear.items
        assert facts == FACTS
        assert all(isinstance(item, Detections) and item.camera_id == ear.camera.id for item in seen)
        assert [item.at for item in seen] == [leaky.grey_frame(n).at for n in range(120)]
    assert len({ear.handle.pid for ear in ears}) == 1
    assert len({ear.handle.thread for ear in ears}) == 4
    assert len(seals) == 1
    assert not process.over
    again = Ear(process.watched, cameras[0])
    again.join(60)
    assert len(again.items) == 121
    process.kill()


def test_nothing_leaks_from_a_shared_process_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAK_INTO", str(tmp_path))
    process = shared(camera("a"), camera("b"), detector="leaky")
    ears = [Ear(process.watched, camera(name)) for name in "ab"]
    for ear in ears:
        ear.join(60)
        assert len(ear.items) == 121
    process.kill()
    assert list(tmp_path.iterdir()) == []


def test_one_that_fails_or_is_left_is_no_trouble_of_the_others() -> None:
    process = shared(camera("well"), camera("gone"), camera("odd"), camera("left"))
    well = Ear(process.watched, camera("well", "slow"))
    gone = Ear(process.watched, camera("gone", "nowhere"))
    odd = Ear(process.watched, camera("odd", "raise"))
    left = Ear(process.watched, camera("left", "slow"), enough=20)
    for ear in (gone, odd, left):
        ear.join(60)
    assert isinstance(gone.trouble, SourceError)
    assert "ZeroDivisionError" in str(odd.trouble)
    assert len(odd.items) == 4
    assert left.trouble is None
    left_thread = Path(f"/proc/{left.handle.pid}/task/{left.handle.thread}")
    until(lambda: not left_thread.exists())
    heard = len(well.items)
    until(lambda: len(well.items) > heard + 100)
    assert cpu_s(well.handle) is not None
    process.kill()
    well.join(60)
    assert "the sealed process of cameras well, gone, odd, left was ended by SIGKILL" in str(well.trouble)


def test_one_that_nobody_reads_holds_the_process_back_and_not_for_longer_than_it_is_wanted() -> None:
    process = shared(camera("a"), camera("b"))
    lazy = process.watched(camera("a", "endless"), lambda _: None)
    assert next(lazy) == FACTS
    other = Ear(process.watched, camera("b", "slow"))
    time.sleep(1.5)
    held = len(other.items)
    time.sleep(0.5)
    assert len(other.items) <= held + 1
    lazy.close()
    until(lambda: len(other.items) > held + 100)
    process.kill()


def test_weights_that_cannot_be_opened_are_told_to_everybody() -> None:
    process = SharedProcess(SharedJob((camera("a"), camera("b")), HERE, "/nowhere/x.xml"))
    ears = [Ear(process.watched, camera(name)) for name in "ab"]
    for ear in ears:
        ear.join(60)
        assert isinstance(ear.trouble, WeightsError)
    assert process.over
    assert not process.crashed


def test_what_may_not_cross_ends_the_process() -> None:
    process = shared(camera("a"), detector="frames")
    ear = Ear(process.watched, camera("a"))
    ear.join(60)
    assert "a Frame does not leave the sealed process" in str(ear.trouble)
    process.kill()


def test_a_parent_that_is_gone_leaves_no_orphan() -> None:
    process = shared(camera("a"))
    ear = Ear(process.watched, camera("a", "slow"))
    until(lambda: len(ear.items) > 3)
    process._child._stdin.close()
    assert is_gone(ear.handle.pid)
    ear.join(60)
    assert isinstance(ear.trouble, SealError)


class Eyes:
    """``SealedEyes`` on cameras that are begun again whenever they end, as ``watch`` does."""

    def __init__(self, *cameras: Camera, processes: int) -> None:
        self.eyes = SealedEyes(cameras, HERE, "quiet", lambda _: None, processes=processes, openers=OPENERS)
        self.stop = threading.Event()
        self.pids: dict[str, list[int]] = {one.id: [] for one in cameras}
        self.handles: dict[str, Handle] = {}
        self.seen: dict[str, int] = {one.id: 0 for one in cameras}
        self._threads = [threading.Thread(target=self._watch, args=(one,), daemon=True) for one in cameras]
        for thread in self._threads:
            thread.start()

    def _watch(self, one: Camera) -> None:
        def known(handle: Handle) -> None:
            self.handles[one.id] = handle
            self.pids[one.id].append(handle.pid)

        while not self.stop.is_set():
            try:
                for _ in self.eyes.look(one, known).seen:
                    self.seen[one.id] += 1
            except WaywardenError:
                time.sleep(0.05)

    def end(self) -> None:
        self.stop.set()
        while any(thread.is_alive() for thread in self._threads):
            for handle in list(self.handles.values()):
                handle.kill()
            time.sleep(0.05)


def test_cameras_are_dealt_out_and_the_one_that_crashes_its_process_is_soon_alone() -> None:
    assert spread([camera(name) for name in "abcdefg"], 2) == [("a", "c", "e", "g"), ("b", "d", "f")]
    well = [camera(name, "slow") for name in "abcde"]
    eyes = Eyes(*well[:2], camera("ill", "segfault"), *well[2:], processes=2)
    until(lambda: len(eyes.pids["ill"]) > 6)
    before = dict(eyes.seen)
    until(lambda: all(eyes.seen[one.id] > before[one.id] + 50 for one in well))
    assert all(len(eyes.pids[one.id]) <= 4 for one in well)  # a few halvings, and then left in peace
    assert eyes.pids["ill"][-1] not in {pid for one in well for pid in eyes.pids[one.id]}
    assert len(eyes.pids["b"]) == 1  # of the other process
    eyes.end()


def test_one_that_hangs_is_ended_and_alone_at_once() -> None:
    eyes = Eyes(camera("a", "slow"), camera("ill", "hang"), camera("b", "slow"), processes=1)
    until(lambda: eyes.seen["ill"] == 3 and eyes.seen["a"] > 50)
    used_s = cpu_s(eyes.handles["ill"])
    time.sleep(0.3)
    assert cpu_s(eyes.handles["ill"]) == used_s  # by its thread, though the process is busy
    eyes.handles["ill"].kill()
    until(lambda: len(eyes.pids["ill"]) == 2 and len(eyes.pids["a"]) == 2 and len(eyes.pids["b"]) == 2)
    assert eyes.pids["a"] == eyes.pids["b"]
    assert eyes.pids["ill"][-1] != eyes.pids["a"][-1]
    eyes.end()


def test_one_killed_by_somebody_else_is_begun_again_with_the_others() -> None:
    eyes = Eyes(camera("a", "slow"), camera("b", "kill"), processes=1)
    until(lambda: len(eyes.pids["b"]) > 3)
    assert len(set(eyes.pids["a"]) & set(eyes.pids["b"])) > 1
    eyes.end()
