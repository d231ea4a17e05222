"""Folders of stills: times, bad files, and the watched seconds of single pictures."""

from __future__ import annotations

import io
import struct
from datetime import timedelta

import av
import numpy as np
import pytest

from waywarden.sight.frame import Frame
from waywarden.sight.sources.stills import StillsSource
from waywarden.terms.errors import SourceError
from waywarden.terms.records import CameraHealth, HealthState
from waywarden.testing.checks_source import check_frame_source, utc

START = utc("2024-05-06 07:08:09")


def _still(codec: str = "mjpeg", shade: int = 90) -> bytes:
    rgb = np.full((48, 64, 3), shade, np.uint8)
    rgb[10:30, 10:40] = (200, 30, 60)
    sink = io.BytesIO()
    with av.open(sink, "w", format={"mjpeg": "mjpeg", "png": "image2pipe", "libwebp": "webp"}[codec]) as container:
        stream = container.add_stream(codec, rate=1)
        stream.width, stream.height = 64, 48
        stream.pix_fmt = {"mjpeg": "yuvj420p", "png": "rgb24", "libwebp": "yuv420p"}[codec]
        picture = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=stream.pix_fmt)
        container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return sink.getvalue()


def _with_exif(jpeg: bytes, *times: str) -> bytes:
    tiff = b"II*\x00\x08\x00\x00\x00" + b"".join(time.encode() + b"\x00" for time in times)
    block = b"Exif\x00\x00" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]


def _fill(folder, **contents: bytes):
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder


def test_names_give_the_times_and_their_order(tmp_path):
    names = {
        "b_2024-05-06_07-08-10.JPG": _still("mjpeg"),
        "c_20240506_0708.png": _still("png"),
        "a_2024-05-06T07-08-12.webp": _still("libwebp"),
        "notes.txt": b"not a picture, and not asked for",
    }
    frames = check_frame_source(StillsSource(_fill(tmp_path, **names), "cam"))
    assert [frame.at for frame in frames] == [utc(f"2024-05-06 07:08:{second}") for second in ("00", "10", "12")]
    assert [frame.watched_s for frame in frames] == [0.0, 0.0, 2.0]
    assert all((frame.width, frame.height) == (64, 48) for frame in frames)


def test_the_earliest_exif_time_is_the_one_of_the_exposure(tmp_path):
    still = _with_exif(_still(), "2024:05:07 10:00:00", "2024:05:06 07:08:09")
    assert [frame.at for frame in check_frame_source(StillsSource(_fill(tmp_path, **{"x.jpg": still}), "cam"))] == [
        START
    ]


def test_pictures_without_a_time_are_a_second_apart_from_the_given_start(tmp_path):
    _fill(tmp_path, **{f"{n}.jpg": _still() for n in range(5)})
    frames = check_frame_source(StillsSource(tmp_path, "cam", START))
    assert [frame.at for frame in frames] == [START + timedelta(seconds=n) for n in range(5)]
    assert sum(frame.watched_s for frame in frames) == 4
    with pytest.raises(SourceError, match=r"start = .*city\.toml"):
        list(StillsSource(tmp_path, "cam"))


BAD = {
    "empty": (b"", HealthState.EMPTY_FILE, "0 bytes"),
    "text": (b"This is not a JPEG.", HealthState.NOT_A_PICTURE, "neither JPEG"),
    "playlist": (b"#EXTM3U\nhttp://127.0.0.1:9/x.ts\n", HealthState.NOT_A_PICTURE, "neither JPEG"),
    "half jpeg": (_still()[:-200], HealthState.CUT_SHORT, "breaks off"),
    "half png": (_still("png")[:-30], HealthState.CUT_SHORT, "breaks off"),
    "half webp": (_still("libwebp")[:-30], HealthState.CUT_SHORT, "breaks off"),
    "bad jpeg": (b"\xff\xd8\xff\xe0" + b"\x00" * 300 + b"\xff\xda\xff\xd9", HealthState.NOT_A_PICTURE, "damaged"),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_picture_is_recorded_and_the_batch_goes_on(tmp_path, fault):
    content, state, words = BAD[fault]
    names = {
        "2024-05-06_07-08-09.jpg": _still(),
        "2024-05-06_07-08-10.jpg": content,
        "2024-05-06_07-08-11.jpg": _still(),
    }
    items = list(StillsSource(_fill(tmp_path, **names), "cam"))
    assert [type(item) for item in items] == [Frame, CameraHealth, CameraHealth, Frame]
    assert (items[1].state, items[1].at) == (state, utc("2024-05-06 07:08:10"))
    assert items[1].reason.startswith("2024-05-06_07-08-10.jpg")
    assert words in items[1].reason
    assert items[2].state is HealthState.OK


def test_nothing_to_look_at_is_an_error(tmp_path):
    (tmp_path / "none").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "x.jpg").touch()
    for folder, words in (("none", "holds no picture"), ("gone", "not there"), ("bad", "none of the 1 pictures")):
        source = StillsSource(tmp_path / folder, "cam", START)
        with pytest.raises(SourceError, match=words):
            source.about()
        with pytest.raises(SourceError, match=words):
            list(source)
