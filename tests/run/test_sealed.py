"""The sealed child: what comes out, how it fails, and that it never outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from run.command_line import children
from waywarden.run.sealing.inside import ports_of
from waywarden.run.sealing.seal import Seal
from waywarden.run.sealing.sealed import Job, Openers, Task, about_sealed, messages, watch_sealed
from waywarden.run.sealing.still import still_sealed
from waywarden.sight.ports import SourceFacts
from waywarden.terms.errors import SealError, SourceError
from waywarden.terms.places import Camera
from waywarden.terms.transient import Detections

HOUSE = str(Path(__file__).resolve().parents[1] / "house")
sys.path.append(HOUSE)  # the child imports the openers by the name that they are pickled with
import leaky  # noqa: E402

OPENERS = Openers(leaky.open_here, leaky.open_detector_here, leaky.watch_here, leaky.open_detector_here)
HERE = Path()


def camera(source: str = "made-up") -> Camera:
    return Camera("elm-street", "Elm Street", (source,))


def is_gone(pid: int) -> bool:
    for _ in range(300):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(autouse=True)
def no_orphan() -> Iterator[None]:
    before = set(children(os.getpid()))
    yield
    assert set(children(os.getpid())) <= before


def test_detections_come_out_and_nothing_leaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAK_INTO", str(tmp_path))
    seals: list[Seal] = []
    items = list(watch_sealed(camera(), HERE, "leaky", on_seal=seals.append, openers=OPENERS))
    assert list(tmp_path.iterdir()) == []
    assert [seal.rlimits and seal.landlock_abi is not None for seal in seals] == [True]
    assert len(items) == 120
    assert all(isinstance(item, Detections) and item.camera_id == "elm-street" for item in items)
    assert [item.at for item in items] == [leaky.grey_frame(n).at for n in range(120)]
    leaky.Leaky().detect(leaky.grey_frame(0))
    assert len(list(tmp_path.iterdir())) == len(leaky.WAYS)  # the same object detector, unsealed


def test_a_kernel_without_landlock_is_named_and_rlimits_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAK_INTO", str(tmp_path))
    seals: list[Seal] = []
    job = Job(Task.WATCH, camera(), HERE, "leaky", landlock=False, openers=OPENERS)
    assert len(list(messages(job, seals.append))) == 120
    assert "NOT by Landlock" in seals[0].describe()
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) == 0


def test_what_a_source_says_of_itself() -> None:
    assert about_sealed(camera(), HERE, openers=OPENERS) == SourceFacts(64, 48, 10.0, "made-up", 12.0, leaky.START)


def test_a_still() -> None:
    done: list[float] = []
    still = still_sealed(camera(), HERE, 8.0, "quiet", on_progress=done.append, openers=OPENERS)
    assert (still.width, still.height) == (64, 48)
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0.0, 1.0)
    with pytest.raises(SourceError, match="let it watch longer"):
        still_sealed(camera(), HERE, 3.0, "quiet", openers=OPENERS)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("segfault", "the sealed process of camera elm-street was ended by SIGSEGV"),
        ("kill", r"was ended by SIGKILL \(was there too little memory\?\)"),
        ("babble", "ended early with code 3: the last line$"),
        ("raise", "the sealed process failed with ZeroDivisionError: xxx"),
        ("frames", "a Frame does not leave the sealed process"),
    ],
)
def test_a_child_that_fails_is_one_sentence(spec: str, said: str) -> None:
    seen = watch_sealed(camera(), HERE, spec, openers=OPENERS)
    with pytest.raises(SealError, match=said) as caught:
        list(seen)
    assert len(str(caught.value)) < 500
    assert str(caught.value).isprintable()


def test_our_own_errors_come_out_as_they_are() -> None:
    with pytest.raises(SourceError, match="there is no video /city/nowhere: mend the camera's source"):
        list(watch_sealed(camera("nowhere"), Path("/city"), "quiet", openers=OPENERS))


def test_an_object_detector_that_prints_pixels_is_heard_only_a_little() -> None:
    with pytest.raises(SealError) as caught:
        list(watch_sealed(camera(), HERE, "babble", openers=OPENERS))
    assert "pixels" not in str(caught.value)


def test_leaving_the_iterator_ends_the_child() -> None:
    seen = watch_sealed(camera("endless"), HERE, "quiet", openers=OPENERS)
    next(seen)
    (child,) = children(os.getpid())
    seen.close()
    assert not Path(f"/proc/{child}").exists()


def test_ctrl_c_ends_the_child() -> None:
    def interrupted() -> None:
        for number, _ in enumerate(watch_sealed(camera("endless"), HERE, "quiet", openers=OPENERS)):
            if number == 3:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert children(os.getpid()) == []


@pytest.mark.parametrize("reads", [True, False], ids=["while it reads", "while it does not"])
def test_a_parent_that_is_killed_leaves_no_orphan(reads: bool) -> None:  # noqa: FBT001
    program = f"""
import sys, time
sys.path.append({HOUSE!r})
import leaky
from pathlib import Path
from waywarden.run.sealing.sealed import Openers, watch_sealed
from waywarden.terms.places import Camera
openers = Openers(leaky.open_here, leaky.open_detector_here, leaky.watch_here, leaky.open_detector_here)
for item in watch_sealed(Camera("a", "A", ("endless",)), Path(), "quiet", openers=openers):
    print("seen", flush=True)
    time.sleep(0 if {reads} else 1000)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"seen\n"
        (child,) = children(parent.pid)
        parent.kill()
    assert is_gone(child)


def test_ports_are_those_of_the_cameras_own_addresses() -> None:
    sources = ("rtsp://user:word@10.0.0.7/live", "http://10.0.0.8:8080/mjpg", "https://b.example/x.m3u8", "clip.mp4")
    assert ports_of(Camera("a", "A", sources)) == (443, 554, 8080)
    assert ports_of(Camera("a", "A", ("clip.mp4", "/stills"))) == ()


class Elsewhere(SimpleHTTPRequestHandler):
    """Serves a folder, and sends whoever asks for ``away/PORT`` to that port."""

    def do_GET(self) -> None:
        if not self.path.startswith("/away/"):
            super().do_GET()
            return
        self.send_response(302)
        self.send_header("Location", f"http://127.0.0.1:{self.path.rpartition('/')[2]}/encoder.mkv")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Yield the ports of two servers that both hold a film."""
    monkeypatch.setenv("LEAK_INTO", str(tmp_path))
    leaky.by_encoder(leaky.grey_frame(0))
    running = [ThreadingHTTPServer(("127.0.0.1", 0), partial(Elsewhere, directory=tmp_path)) for _ in range(2)]
    for server in running:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield [server.server_address[1] for server in running]
    for server in running:
        server.shutdown()
        server.server_close()


def test_a_network_camera_is_reached_at_its_own_port_alone(servers: list[int]) -> None:
    own, other = servers
    seals: list[Seal] = []
    address = camera(f"http://127.0.0.1:{own}/encoder.mkv")
    assert len(list(watch_sealed(address, HERE, "quiet", on_seal=seals.append, openers=OPENERS))) == 1
    assert seals[0].ports == (own,)
    with pytest.raises(SealError, match="Permission denied"):
        list(watch_sealed(camera(f"http://127.0.0.1:{own}/away/{other}"), HERE, "quiet", openers=OPENERS))


def test_the_child_ignores_the_interrupt_that_the_terminal_sends_to_all() -> None:
    seen = watch_sealed(camera("endless"), HERE, "quiet", openers=OPENERS)
    next(seen)
    (child,) = children(os.getpid())
    os.kill(child, signal.SIGINT)
    assert isinstance(next(seen), Detections)
    assert Path(f"/proc/{child}").exists()
    seen.close()
