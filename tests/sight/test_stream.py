"""Live streams against real servers on loopback: RTSP (GStreamer), http, and cameras that fall silent."""

from __future__ import annotations

import http.server
import os
import re
import select
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waywarden.sight.frame import Frame
from waywarden.sight.sources.stream import LiveStream, Patience, is_live, redacted
from waywarden.terms.errors import SourceError
from waywarden.terms.records import CameraHealth, HealthState
from waywarden.testing.checks_source import utc, write_clip

START = utc("2024-05-06 07:08:09")
QUICK = Patience(attempts=3, first_wait_s=0.5, longest_wait_s=2, silence_s=20)
SYSTEM_PYTHON = "/usr/bin/python3"
PACKAGES = "python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good gstreamer1.0-plugins-bad"
PROBE = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.at = START
        self.naps: list[float] = []

    def now(self) -> datetime:
        return self.at

    def since_boot_s(self) -> float:
        return (self.at - START).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.at += timedelta(seconds=seconds)


@pytest.fixture(scope="module")
def _rtsp_packages() -> None:
    if (
        Path(SYSTEM_PYTHON).exists()
        and not subprocess.run([SYSTEM_PYTHON, "-c", PROBE], capture_output=True, check=False).returncode
    ):
        return
    words = f"the RTSP test server needs Debian's packages: apt-get install {PACKAGES}"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(f"NOT RUN: {words}")


@contextmanager
def _rtsp_server(clip: Path, port: int = 0, *login: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    script = Path(__file__).with_name("rtsp_server.py")
    server = subprocess.Popen(
        [SYSTEM_PYTHON, str(script), str(port), str(clip), *login], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        ready, _, _ = select.select([server.stdout], [], [], 30)
        line = server.stdout.readline().strip() if ready else ""
        assert line.isdigit(), "the RTSP test server did not start"
        yield int(line), server
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


@contextmanager
def _http_server(answer) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                answer(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _until_error(source: LiveStream) -> tuple[list[Frame | CameraHealth], str]:
    items: list[Frame | CameraHealth] = []
    try:
        for item in source:
            items.append(item)  # noqa: PERF402  # what came before the error is wanted
    except SourceError as problem:
        return items, str(problem)
    pytest.fail("no SourceError came")


@pytest.fixture
def street(shared) -> Path:
    return shared / "data" / "tfl" / "2019-06-28_13-03-07.370509_00001.06514.mp4"


@pytest.mark.usefixtures("_rtsp_packages")
def test_rtsp_over_tcp_gives_the_streams_own_time(street):
    clock = Clock()
    with _rtsp_server(street) as (port, _):
        source = LiveStream(f"rtsp://127.0.0.1:{port}/street", "cam", QUICK, clock.now, clock.sleep, clock.since_boot_s)
        facts = source.about()
        assert (facts.width, facts.height, facts.codec, facts.duration_s) == (352, 288, "h264", None)
        items = list(islice(source, 60))
    frames = [item for item in items if isinstance(item, Frame)]
    assert len(frames) == 60
    assert frames[0].at == START
    steps = [(b.at - a.at).total_seconds() for a, b in pairwise(frames)]
    assert steps == pytest.approx([1 / 25] * 59, abs=1e-3)
    assert [frame.watched_s for frame in frames] == pytest.approx([1 / 25] * 60, abs=1e-3)


@pytest.mark.usefixtures("_rtsp_packages")
def test_rtsp_comes_back_after_the_server_died(street):
    clock = Clock()
    with _rtsp_server(street) as (port, first):
        items = iter(
            LiveStream(f"rtsp://127.0.0.1:{port}/street", "cam", QUICK, clock.now, clock.sleep, clock.since_boot_s)
        )
        before = [next(items) for _ in range(20)]
        first.kill()
        first.wait()
        lost = next(item for item in items if isinstance(item, CameraHealth))
        assert lost.state is HealthState.NO_SIGNAL
    clock.at = START + timedelta(minutes=10)
    with _rtsp_server(street, port):
        back = next(items)
        after = [next(items) for _ in range(20)]
    assert isinstance(back, CameraHealth)
    assert back.state is HealthState.OK
    assert all(isinstance(item, Frame) for item in before + after)
    assert back.at == after[0].at == START + timedelta(minutes=10, seconds=0.5)
    assert after[0].watched_s == 0.0
    assert after[1].watched_s == pytest.approx(1 / 25, abs=1e-3)
    assert clock.naps == [0.5]


@pytest.mark.usefixtures("_rtsp_packages")
def test_rtsp_with_a_password_works_and_no_message_shows_it(street, capfd):
    clock = Clock()
    with _rtsp_server(street, 0, "warden", "s3cret") as (port, _):
        address = f"127.0.0.1:{port}/street"
        good = LiveStream(f"rtsp://warden:s3cret@{address}", "cam", QUICK, clock.now, clock.sleep, clock.since_boot_s)
        assert good.about().codec == "h264"
        bad = LiveStream(f"rtsp://warden:wr0ng@{address}", "cam", QUICK, clock.now, clock.sleep, clock.since_boot_s)
        said = []
        with pytest.raises(SourceError) as caught:
            bad.about()
        said.append(str(caught.value) + repr(caught.value.__cause__))
        with pytest.raises(SourceError) as caught:
            said.extend(item.reason for item in bad if isinstance(item, CameraHealth))
        said.append(str(caught.value))
    printed = capfd.readouterr()
    for text in (*said, printed.out, printed.err):
        assert not re.search("warden:|s3cret|wr0ng", text)


def test_a_camera_that_is_not_there_is_given_up_with_doubling_waits():
    clock = Clock()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        patience = Patience(attempts=6, first_wait_s=1, longest_wait_s=5, silence_s=5)
        url = f"rtsp://joe:pw@127.0.0.1:{taken.getsockname()[1]}/x"
        items, problem = _until_error(LiveStream(url, "cam", patience, clock.now, clock.sleep, clock.since_boot_s))
    assert "6 attempts" in problem
    assert [item.state for item in items] == [HealthState.NO_SIGNAL]
    assert clock.naps == [1, 2, 4, 5, 5]
    assert "joe" not in problem + items[0].reason


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_a_camera_that_accepts_and_then_says_nothing_does_not_hang(scheme):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/x"
        clock = Clock()
        source = LiveStream(url, "cam", Patience(attempts=2, silence_s=0.3), clock.now, clock.sleep, clock.since_boot_s)
        began = time.monotonic()
        with pytest.raises(SourceError, match="2 attempts"):
            list(source)
        assert time.monotonic() - began < 60


def _sends(content: bytes, stated: int):
    def answer(request) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(stated))
        request.end_headers()
        request.wfile.write(content)

    return answer


def test_a_recording_over_http_ends_by_itself_and_half_of_one_is_said(tmp_path):
    clip = write_clip(tmp_path / "clip.mkv", [n / 25 for n in range(100)])
    content = clip.read_bytes()
    clock = Clock()
    with _http_server(_sends(content, len(content))) as address:
        source = LiveStream(f"{address}/clip.mkv", "cam", QUICK, clock.now, clock.sleep, clock.since_boot_s)
        assert source.about().duration_s == pytest.approx(4)
        frames = list(source)
    assert [item.at for item in frames] == [START + timedelta(seconds=n / 25) for n in range(100)]
    with _http_server(_sends(content[: len(content) // 2], len(content))) as address:
        items, problem = _until_error(
            LiveStream(f"{address}/clip.mkv", "cam", QUICK, clock.now, clock.sleep, clock.since_boot_s)
        )
    assert "not read to its end" in problem
    assert items[-1].state is HealthState.CUT_SHORT
    assert 20 < len(items) < 80


def _sends_stills(stills):
    """Send JPEGs one after another, as cameras send MJPEG over http."""

    def answer(request) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "multipart/x-mixed-replace; boundary=next")
        request.end_headers()
        for still in stills:
            head = f"--next\r\nContent-Type: image/jpeg\r\nContent-Length: {len(still)}\r\n\r\n"
            request.wfile.write(head.encode() + still + b"\r\n")

    return answer


def test_mjpeg_over_http_is_timed_by_its_arrival_not_by_counting(tmp_path):
    clip = write_clip(tmp_path / "clip.mjpeg", [n / 25 for n in range(9)], codec="mjpeg").read_bytes()
    stills = [b"\xff\xd8" + part for part in clip.split(b"\xff\xd8")[1:]]
    clock = Clock()

    def now() -> datetime:
        clock.at += timedelta(seconds=0.7)
        return clock.at

    with _http_server(_sends_stills(stills)) as address:
        items = list(islice(LiveStream(f"{address}/mjpg", "cam", QUICK, now, clock.sleep, clock.since_boot_s), 6))
    frames = [item for item in items if isinstance(item, Frame)]
    assert len(frames) == 6
    assert {round((b.at - a.at).total_seconds(), 3) for a, b in pairwise(frames)} == {0.7}
    assert [round(frame.watched_s, 3) for frame in frames[1:]] == [0.7] * 5


def test_what_passes_until_mjpeg_is_back_is_not_watched_however_short(tmp_path):
    """A server that hangs up after five pictures; a second passes until it is asked again."""
    clip = write_clip(tmp_path / "clip.mjpeg", [n / 25 for n in range(5)], codec="mjpeg").read_bytes()
    stills = [b"\xff\xd8" + part for part in clip.split(b"\xff\xd8")[1:]]
    clock = Clock()

    def now() -> datetime:
        clock.at += timedelta(seconds=0.2)
        return clock.at

    patience = Patience(first_wait_s=1.0)
    with _http_server(_sends_stills(stills)) as address:
        source = LiveStream(f"{address}/mjpg", "cam", patience, now, clock.sleep, clock.since_boot_s)
        items = list(islice(source, 24))
    back = [b for a, b in pairwise(items) if isinstance(a, CameraHealth) and a.state is HealthState.OK]
    frames = [item for item in items if isinstance(item, Frame)]
    assert len(back) >= 2
    assert [frame.watched_s for frame in back] == [0.0] * len(back)
    assert all(0 < frame.watched_s <= 1 for frame in frames if frame not in back)
    for before, frame in pairwise(frames):
        missed_s = (frame.at - before.at).total_seconds() - frame.watched_s
        assert missed_s > 1 if frame in back else missed_s == pytest.approx(0)


def test_a_picture_that_changes_its_size_ends_the_stream_in_words(tmp_path):
    """Gates are in pixels of the size that it had."""
    clip = write_clip(tmp_path / "clip.mjpeg", [n / 25 for n in range(3)], codec="mjpeg").read_bytes()
    small = [b"\xff\xd8" + part for part in clip.split(b"\xff\xd8")[1:]]
    large = bytes(encoded(np.full((96, 128, 3), 90, np.uint8)))

    with _http_server(_sends_stills([*small, large, large])) as address:
        items, problem = _until_error(LiveStream(f"{address}/mjpg", "cam", QUICK))
    assert "the picture changed from 64x48 to 128x96" in problem
    assert 0 < len(items) <= 3


def encoded(rgb: np.ndarray) -> bytes:
    """Return ``rgb`` as a JPEG."""
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.height, encoder.width = rgb.shape[:2]
    encoder.pix_fmt, encoder.time_base = "yuvj420p", Fraction(1, 25)
    picture = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuvj420p")
    return b"".join(bytes(packet) for packet in [*encoder.encode(picture), *encoder.encode(None)])


def test_a_single_picture_is_no_stream(tmp_path):
    clip = write_clip(tmp_path / "clip.mjpeg", [0], codec="mjpeg").read_bytes()
    with (
        _http_server(_sends(clip, len(clip))) as address,
        pytest.raises(SourceError, match="single picture"),
    ):
        LiveStream(f"{address}/still.jpg", "cam", QUICK).about()


@given(st.text(st.sampled_from("ab1:.-_~!$&'()*+,;=%"), max_size=9), st.text("pw@/?#:x9%", max_size=12))
def test_no_part_of_a_login_survives_redaction(user, password):
    shown = redacted(f"rtsp://U{user}:PASS{password}WORD@camera.example:554/ch1?token=TOKEN")
    assert not any(part in shown for part in ("PASS", "WORD", "TOKEN", "U"))


def test_only_addresses_are_live():
    assert all(is_live(text) for text in ("RTSP://x/y", "https://x"))
    assert redacted("http://h:8/p?q=1") == "http://h:8"
    assert not any(is_live(text) for text in ("clip.mp4", "folder/rtsp", "file:///x", "C:/x.mp4", "http:/x"))


@given(st.integers(1, 10_000))
def test_waits_grow_and_stay_within_the_cap(failures):
    patience = Patience()
    assert (
        patience.first_wait_s <= patience.wait_s(failures) <= patience.wait_s(failures + 1) <= patience.longest_wait_s
    )
