"""One picture that somebody sent: which bytes are looked at, which never are, and which way up."""

from __future__ import annotations

import contextlib
import struct
import tracemalloc
import zlib
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waywarden.sight.frame import Picture, upright
from waywarden.sight.sources import given as given_picture
from waywarden.sight.sources.given import LEAST_PX, LONGEST_PX, MOST_PIXELS, GivenPicture
from waywarden.sight.sources.head import format_of, orientation_of, sizes_of
from waywarden.sight.sources.stills import decode_still
from waywarden.terms.errors import SourceError

CODECS = {"jpeg": ".jpg", "png": ".png", "webp": ".webp"}
ORIENTATIONS = range(1, 9)


def street(width: int = 96, height: int = 64) -> Picture:
    """Return a picture whose four corners differ: which way up it lies is to be seen."""
    picture = np.full((height, width, 3), 110, np.uint8)
    picture[: height // 2, : width // 2] = (250, 20, 20)
    picture[height // 2 :, width // 2 :] = (20, 20, 250)
    return picture


def file_of(picture: Picture, codec: str) -> bytes:
    return cv2.imencode(CODECS[codec], picture[..., ::-1])[1].tobytes()


def tiff(orientation: int, order: str = ">") -> bytes:
    mark = {">": b"MM\x00*", "<": b"II*\x00"}[order]
    model = struct.pack(f"{order}HHII", 0x0110, 2, 7, 52)
    turned = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    return mark + struct.pack(f"{order}IH", 8, 2) + model + turned + bytes(4 + 14) + b"Maker-9\x00"


def with_exif(content: bytes, codec: str, block: bytes) -> bytes:
    if codec == "jpeg":
        part = b"Exif\x00\x00" + block
        return content[:2] + b"\xff\xe1" + struct.pack(">H", len(part) + 2) + part + content[2:]
    if codec == "png":
        body = b"eXIf" + block
        chunk = struct.pack(">I", len(block)) + body + struct.pack(">I", zlib.crc32(body))
        return content[:33] + chunk + content[33:]
    chunk = b"EXIF" + struct.pack("<I", len(block)) + block + bytes(len(block) % 2)
    return b"RIFF" + struct.pack("<I", len(content) + len(chunk) - 8) + content[8:] + chunk


def png_of(width: int, height: int, rows: bytes = b"") -> bytes:
    """Return a PNG that claims a size, and holds whatever ``rows`` unpack to."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def shown(content: bytes) -> Picture:
    (frame,) = GivenPicture(content)
    return frame.rgb()


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("size", [(96, 64), (33, 200)])
def test_what_is_a_picture_by_its_bytes_is_looked_at(codec: str, size: tuple[int, int]) -> None:
    content = file_of(street(*size), codec)
    assert format_of(content) == codec
    assert sizes_of(content, codec) == [size]
    assert np.abs(shown(content).astype(int) - street(*size)).mean() < 12
    about = GivenPicture(content).about()
    assert (about.width, about.height) == size


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_it_stands_upright_whatever_its_exif_says(codec: str, orientation: int, tmp_path: Path) -> None:
    """The eight pictures of which each, shown as its tag wants it, is the same street."""
    want = street()
    back = {2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}.get(orientation, 1)
    content = with_exif(file_of(upright(want, back), codec), codec, tiff(orientation, "><"[orientation % 2]))
    assert orientation_of(content, codec) == orientation
    got = shown(content)
    assert got.shape == want.shape
    assert np.abs(got.astype(int) - want).mean() < 12
    file = tmp_path / f"still.{codec}"
    file.write_bytes(content)
    still, _ = decode_still(file)
    assert isinstance(still, av.VideoFrame)
    of_folder = still.to_ndarray(format="rgb24")
    assert of_folder.shape == want.shape
    assert np.abs(of_folder.astype(int) - want).mean() < 12


def test_turning_is_as_the_standard_has_it() -> None:
    """CIPA DC-008: 6 has the picture's left edge at the top of what was seen: it is turned to the right."""
    lying = np.arange(6, dtype=np.uint8).reshape(2, 3, 1).repeat(3, axis=2)
    assert upright(lying, 6)[..., 0].tolist() == [[3, 0], [4, 1], [5, 2]]
    assert upright(lying, 8)[..., 0].tolist() == [[2, 5], [1, 4], [0, 3]]
    assert upright(lying, 4)[..., 0].tolist() == [[3, 4, 5], [0, 1, 2]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no picture"),
        (b"GIF89a" + bytes(100), "no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture"),
        (b"#EXTM3U\nhttp://192.0.2.1/a.jpg\n", "no picture"),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", "no picture"),
        (file_of(street(), "jpeg")[:-30], "breaks off"),
        (file_of(street(), "png")[:-90], "breaks off"),
        (file_of(street(), "webp")[:-20], "breaks off"),
        (b"\xff\xd8\xff\xd9", "damaged"),
        (png_of(96, 64, b"no deflate"), "damaged"),
        (file_of(street(LEAST_PX - 1, 64), "png"), "send one with sides of"),
    ],
)
def test_what_is_none_is_refused_in_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        shown(content)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(("width", "height"), [(30_000, 30_000), (LONGEST_PX + 1, 64), (5000, 4000), (2**31 - 1, 64)])
def test_a_bomb_is_never_unpacked(width: int, height: int) -> None:
    content = png_of(width, height, zlib.compress(bytes(50_000_000), 9))
    assert len(content) < 60_000
    tracemalloc.start()
    with pytest.raises(SourceError, match=f"the picture is {width} by {height} pixels"):
        shown(content)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_of_two_sizes_that_a_file_claims_both_are_looked_at() -> None:
    """The first head is small; a decoder goes by the last."""
    jpeg = file_of(street(), "jpeg")
    at = jpeg.index(b"\xff\xc0")
    large = jpeg[at : at + 5] + struct.pack(">HH", 60_000, 60_000) + jpeg[at + 9 : at + 19]
    with pytest.raises(SourceError, match="60000 by 60000"):
        shown(jpeg[: at + 19] + large + jpeg[at + 19 :])


@pytest.mark.parametrize("codec", CODECS)
def test_the_decoder_is_told_the_limit_too(codec: str) -> None:
    """Should a head claim less than there is: whoever unpacks it stops by itself."""
    assert given_picture._decoded(file_of(np.zeros((5000, 5000, 3), np.uint8), codec), codec, MOST_PIXELS) is None
    assert given_picture._decoded(file_of(street(), codec), codec, MOST_PIXELS) is not None


def test_as_large_as_may_be_is_taken() -> None:
    assert shown(file_of(np.zeros((4000, 4000, 3), np.uint8), "jpeg")).shape == (4000, 4000, 3)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(CODECS)), st.binary(max_size=40), st.integers(0, 400), st.integers(0, 8))
def test_bytes_that_were_tampered_with_are_a_picture_or_one_sentence(
    codec: str, noise: bytes, at: int, orientation: int
) -> None:
    content = with_exif(file_of(street(), codec), codec, tiff(orientation))
    broken = content[:at] + noise + content[at + len(noise) :]
    with contextlib.suppress(SourceError):
        got = shown(broken)
        assert got.ndim == 3
        assert got.shape[0] * got.shape[1] <= MOST_PIXELS


@given(st.binary(max_size=200), st.sampled_from(sorted(CODECS)))
def test_heads_that_were_made_up_never_raise(content: bytes, codec: str) -> None:
    start = {"jpeg": b"\xff\xd8\xff\xe1", "png": b"\x89PNG\r\n\x1a\n", "webp": b"RIFF\x00\x00\x00\x00WEBP"}[codec]
    sizes_of(start + content, codec)
    assert 1 <= orientation_of(start + b"\x00\x40Exif\x00\x00MM\x00*" + content, codec) <= 8
