# ruff: noqa: T201 - it prints into a pipe that the tests read
"""Object detectors that leak, for the seal to catch. Each writes the picture it is shown into a folder, its own way.

``LEAK_INTO`` in the environment says where; the sealed child inherits it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from waywarden.sight.frame import Frame
from waywarden.sight.ports import Seen, SourceFacts
from waywarden.terms.places import Camera
from waywarden.terms.transient import Detections

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def into() -> Path:
    return Path(os.environ["LEAK_INTO"])


def by_open(frame: Frame) -> None:
    with (into() / "open.raw").open("wb") as file:
        file.write(frame.rgb().tobytes())


def by_save(frame: Frame) -> None:
    np.save(into() / "save.npy", frame.rgb())


def by_pathlib(frame: Frame) -> None:
    (into() / "pathlib.raw").write_bytes(frame.rgb().tobytes())


def by_descriptor(frame: Frame) -> None:
    descriptor = os.open(into() / "descriptor.raw", os.O_CREAT | os.O_WRONLY)
    os.write(descriptor, frame.rgb().tobytes())


def by_append(frame: Frame) -> None:
    with (into() / "there.txt").open("ab") as file:
        file.write(frame.rgb().tobytes())


def by_imwrite(frame: Frame) -> None:
    import cv2

    cv2.imwrite(str(into() / "imwrite.png"), frame.bgr())


def by_encoder(frame: Frame) -> None:
    with av.open(str(into() / "encoder.mkv"), "w") as film:
        stream = film.add_stream("mpeg4", rate=Fraction(25))
        stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "yuv420p"
        picture = av.VideoFrame.from_ndarray(frame.rgb(), format="rgb24")
        film.mux([*stream.encode(picture), *stream.encode(None)])


def by_child(frame: Frame) -> None:
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            (into() / "child.raw").write_bytes(frame.rgb().tobytes())
        os._exit(0)
    os.waitpid(child, 0)


WAYS = (by_open, by_save, by_pathlib, by_descriptor, by_append, by_imwrite, by_encoder, by_child)


class Leaky:
    """Tries every way, shrugs, and sees one car."""

    name = "leaky"

    def detect(self, frame: Frame) -> Seen:
        for way in WAYS:
            with contextlib.suppress(Exception):
                way(frame)
        return np.array([[1, 2, 30, 40]], np.float32), np.array([0.9], np.float32), np.array([3], np.int8)


class MadeUp:
    """Grey pictures with one white block that walks; one named for a fault commits it after three of them."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera

    def about(self) -> SourceFacts:
        return SourceFacts(64, 48, 10.0, "made-up", 12.0, START)

    def __iter__(self) -> Iterator[Frame]:
        frames = 10**9 if self._camera.sources[0] in {"endless", "slow"} else 120
        for number in range(frames):
            if self._camera.sources[0] == "slow":
                time.sleep(0.005)
            if number == 3 and self._camera.sources[0] in FAULTS:
                FAULTS[self._camera.sources[0]]()
            yield grey_frame(number)


class Streamed:
    """Whatever FFmpeg finds at ``camera.sources[0]``."""

    def __init__(self, camera: Camera) -> None:
        self._address = camera.sources[0]

    def __iter__(self) -> Iterator[Frame]:
        with av.open(self._address, timeout=10) as film:
            for picture in film.decode(video=0):
                yield Frame(picture, START, 0.1)


def grey_frame(number: int) -> Frame:
    picture = np.full((48, 64, 3), 90, np.uint8)
    x = number % 56
    picture[20:28, x : x + 8] = 255
    return Frame(av.VideoFrame.from_ndarray(picture, format="rgb24"), START + timedelta(seconds=number / 10), 0.1)


class Quiet:
    name = "quiet"

    def detect(self, _: Frame) -> Seen:
        return np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty(0, np.int8)


def segfault() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def babble() -> None:
    print("\x1b[31m" + "pixels" * 100_000)
    for number in range(10_000):
        print("line", number)
    print("the last line", flush=True)
    os._exit(3)


def raise_odd() -> None:
    raise ZeroDivisionError("x" * 10_000)


def hang() -> None:
    time.sleep(10**6)


FAULTS = {"segfault": segfault, "kill": kill, "babble": babble, "raise": raise_odd, "hang": hang}


class Misbehaving:
    """Does what its name says at the third frame."""

    def __init__(self, name: str) -> None:
        self.name, self._left = name, 2

    def detect(self, _: Frame) -> Seen:
        self._left -= 1
        if self._left < 0:
            FAULTS[self.name]()
        return Quiet().detect(_)


class SendsFrames(Quiet):
    """Makes ``watch_here`` try to send the frame itself."""

    name = "frames"


def open_here(camera: Camera, folder: Path) -> MadeUp:
    from waywarden.terms.errors import SourceError

    if camera.sources[0] == "nowhere":
        raise SourceError(f"there is no video {folder / 'nowhere'}: mend the camera's source")
    return Streamed(camera) if "://" in camera.sources[0] else MadeUp(camera)


def open_detector_here(spec: str) -> object:
    if spec in FAULTS:
        return Misbehaving(spec)
    return {"leaky": Leaky, "quiet": Quiet, "frames": SendsFrames}[spec]()


def watch_here(camera_id: str, source: MadeUp, object_detector: object) -> Iterator[Detections]:
    for frame in source:
        seen = object_detector.detect(frame)
        yield frame if object_detector.name == "frames" else Detections(camera_id, frame.at, frame.watched_s, *seen)


def main() -> None:
    """Leak one frame; seal before with the layers that the arguments name, or with none."""
    from waywarden.run.sealing.seal import seal

    with contextlib.suppress(ImportError):
        import cv2  # noqa: F401 - warm it: what it caches, it caches now
    if len(sys.argv) > 1:
        layers = {name: name in sys.argv[1:] for name in ("landlock", "rlimits", "call_filter")}
        print(seal(**layers).describe(), flush=True)
    began = time.monotonic()
    Leaky().detect(grey_frame(0))
    print("leaked in", time.monotonic() - began)


if __name__ == "__main__":
    main()
