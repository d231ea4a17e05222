"""The wire: what may cross comes out as it went in, and nothing else crosses."""

from __future__ import annotations

import io
import pickle
import struct
import zlib
from datetime import UTC, datetime, timedelta, timezone

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from waywarden.run.sealing import wire
from waywarden.run.sealing.seal import Seal
from waywarden.sight.frame import Frame
from waywarden.sight.ports import SourceFacts
from waywarden.terms.errors import ConfigError, SealError, SourceError
from waywarden.terms.kinds import KINDS
from waywarden.terms.pictures import MOST_JPEG_BYTES, NotKept, RedactedJpeg, WhyNot
from waywarden.terms.records import CameraHealth, HealthState
from waywarden.terms.redaction_key import REDACTION_KEY, RedactionKey
from waywarden.terms.transient import (
    DAMAGES,
    TILE_PX,
    Detections,
    FullLook,
    Silhouette,
    SurfaceLook,
    Unlooked,
    tile_px,
)

JPEG = b"\xff\xd8" + bytes(100) + b"\xff\xd9"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)

texts = st.text(max_size=wire.LONGEST_TEXT)
numbers = st.floats(allow_nan=False, allow_infinity=False)
zones = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
instants = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=zones)  # noqa: DTZ001
finite32 = st.floats(width=32, allow_nan=False, allow_infinity=False)


@st.composite
def detections(draw: st.DrawFn) -> Detections:
    n = draw(st.integers(0, 30))
    return Detections(
        draw(texts),
        draw(instants),
        draw(numbers),
        draw(hnp.arrays(np.float32, (n, 4), elements=finite32)),
        draw(hnp.arrays(np.float32, n, elements=finite32)),
        draw(hnp.arrays(np.int8, n, elements=st.integers(0, len(KINDS) - 1))),
    )


@st.composite
def looks(draw: st.DrawFn) -> SurfaceLook:
    n, width, height = draw(st.integers(0, 9)), draw(st.integers(1, 1000)), draw(st.integers(1, 1000))
    tiles = hnp.arrays(np.uint8, (-(-height // TILE_PX), -(-width // TILE_PX), 2))
    return SurfaceLook(
        draw(instants),
        width,
        height,
        (draw(tiles) / 255).astype(np.float32),
        draw(hnp.arrays(np.float32, (n, 4), elements=finite32)),
        draw(hnp.arrays(np.float32, n, elements=finite32)),
        draw(hnp.arrays(np.int8, n, elements=st.integers(0, len(DAMAGES) - 1))),
        draw(hnp.arrays(np.float32, n, elements=finite32)),
        draw(st.floats(0, 1)),
    )


sizes = st.integers(1, 10_000)
messages = st.one_of(
    st.builds(CameraHealth, texts, instants, st.sampled_from(HealthState), texts),
    st.builds(SourceFacts, sizes, sizes, numbers, texts, st.none() | numbers, st.none() | instants),
    st.builds(
        Seal,
        st.none() | st.integers(1, 20),
        st.booleans(),
        st.booleans(),
        st.lists(st.integers(1, 65535), max_size=64).map(tuple),
    ),
    st.builds(Unlooked, texts, instants, numbers),
    st.builds(wire.Failure, texts, texts),
    st.builds(wire.Progress, numbers),
    st.builds(wire.End),
    st.builds(NotKept, st.sampled_from(WhyNot)),
)


@settings(deadline=None)
@given(messages)
def test_what_may_cross_comes_out_as_it_went_in(item: wire.Message) -> None:
    assert wire.decode(wire.encode(item)) == item


@settings(deadline=None)
@given(detections())
def test_so_do_detections(item: Detections) -> None:
    out = wire.decode(wire.encode(item))
    assert isinstance(out, Detections)
    assert (out.camera_id, out.at, out.watched_s) == (item.camera_id, item.at, item.watched_s)
    for name in ("xyxy_px", "score", "kind"):
        assert getattr(out, name).dtype == getattr(item, name).dtype
        np.testing.assert_array_equal(getattr(out, name), getattr(item, name))
        getattr(out, name)[...] = 0  # its own memory, not a view of the message


@settings(deadline=None)
@given(detections())
def test_so_does_a_look_of_the_audit(item: Detections) -> None:
    out = wire.decode(wire.encode(FullLook(item)))
    assert isinstance(out, FullLook)
    assert wire.encode(out.seen) == wire.encode(item)


@settings(deadline=None)
@given(instants, hnp.arrays(np.bool_, st.tuples(st.integers(1, 90), st.integers(1, 80))))
def test_silhouettes_cross_where_they_are_awaited_and_nowhere_else(at: datetime, cells: np.ndarray) -> None:
    message = wire.encode(Silhouette(at, cells))
    out = wire.decode(message, Silhouette)
    assert isinstance(out, Silhouette)
    assert out.at == at
    np.testing.assert_array_equal(out.cells, cells)
    for awaited in (None, RedactedJpeg):
        with pytest.raises(SealError, match="may not cross"):
            wire.decode(message, awaited)


def test_a_silhouette_is_no_picture() -> None:
    for cells in (np.zeros((10, 81), np.bool_), np.zeros((200, 80), np.bool_), np.zeros((4, 4), np.uint8)):
        with pytest.raises(ValueError, match="cells"):
            Silhouette(NOON, cells)


@settings(deadline=None)
@given(looks())
def test_so_do_looks_at_a_road(item: SurfaceLook) -> None:
    out = wire.decode(wire.encode(item))
    assert isinstance(out, SurfaceLook)
    assert (out.at, out.width, out.height) == (item.at, item.width, item.height)
    assert out.road == pytest.approx(item.road, abs=0.005)
    for name in ("tiles", "xyxy_px", "score", "damage", "extent_px"):
        np.testing.assert_array_equal(getattr(out, name), getattr(item, name))
        assert getattr(out, name).dtype == getattr(item, name).dtype


@settings(deadline=None)
@given(st.lists(messages | detections() | looks(), max_size=5))
def test_a_stream_is_read_message_by_message(items: list[wire.Message]) -> None:
    stream = io.BytesIO(b"".join(map(wire.encode, items)))
    read = []
    while (item := wire.receive(stream)) is not None:
        read.append(item)
    assert [type(item) for item in read] == [type(item) for item in items]


def test_a_redacted_still_crosses_where_it_is_awaited_and_nowhere_else() -> None:
    still = RedactedJpeg(JPEG, 640, 360, key=REDACTION_KEY)
    message = wire.encode(still)
    assert wire.decode(message, awaited=RedactedJpeg) == still
    with pytest.raises(SealError, match="may not cross"):
        wire.decode(message)
    with pytest.raises(SealError, match="may not cross"):
        wire.receive(io.BytesIO(message))


class Disguised(Detections):
    """A subclass could carry more than its base."""


FRAME = Frame(av.VideoFrame(64, 48, "rgb24"), NOON, 0.1)
EMPTY = (np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty(0, np.int8))


@pytest.mark.parametrize(
    "item", [FRAME, FRAME.rgb(), b"pixels", "pixels", None, {"a": 1}, [FRAME], Disguised("a", NOON, 0.1, *EMPTY)]
)
def test_nothing_else_crosses(item: object) -> None:
    with pytest.raises(TypeError, match="does not leave the sealed process"):
        wire.encode(item)  # type: ignore[arg-type]


def many(n: int) -> Detections:
    return Detections("a", NOON, 0.1, np.zeros((n, 4), np.float32), np.zeros(n, np.float32), np.zeros(n, np.int8))


def a_look(width: int, height: int, n: int) -> SurfaceLook:
    side = tile_px(width, height)
    tiles = np.zeros((-(-height // side), -(-width // side), 2), np.float32)
    one = np.zeros(n, np.float32)
    return SurfaceLook(NOON, width, height, tiles, np.zeros((n, 4), np.float32), one, np.zeros(n, np.int8), one)


def test_no_message_can_carry_a_picture() -> None:
    longest = max(len(wire.encode(many(wire.MOST_BOXES))), len(wire.encode(wire.Failure("x" * 300, "\0" * 300))))
    assert longest < 22_000  # a quarter of a 352 x 288 picture in grey
    with pytest.raises(ValueError, match="at most 1000 boxes"):
        wire.encode(many(wire.MOST_BOXES + 1))
    with pytest.raises(ValueError, match="at most 300"):
        wire.encode(CameraHealth("a", NOON, HealthState.OK, "x" * 301))
    with pytest.raises(ValueError, match="at most 200 damages"):
        wire.encode(a_look(64, 64, wire.MOST_DAMAGES + 1))
    assert len(wire.encode(a_look(2048, 2048, wire.MOST_DAMAGES))) < 8_000  # a thumbnail of 32 x 32 at most
    for width, height in ((3840, 2160), (4000, 3000), (8192, 6144), (100_000, 20)):  # nor a larger one of larger ones
        assert len(wire.encode(a_look(width, height, wire.MOST_DAMAGES))) < 8_000
    with pytest.raises(ValueError, match="finite"):
        wire.encode(Detections("a", NOON, 0.1, np.full((1, 4), np.nan, np.float32), *(np.zeros(1, t) for t in "fb")))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(SealError):
        wire.decode(noise)


@settings(deadline=None)
@given(messages | detections() | looks(), st.data())
def test_damage_is_noticed(item: wire.Message, data: st.DataObject) -> None:
    message = bytearray(wire.encode(item))
    place = data.draw(st.integers(0, len(message) - 1))
    message[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealError):
        wire.decode(bytes(message))
    with pytest.raises(SealError):
        wire.receive(io.BytesIO(wire.encode(item)[:-1]))


def forged(kind: int, text: bytes, body: bytes = b"") -> bytes:
    head = struct.pack("<2sBHI", b"Ww", kind, len(text), len(body))
    return head + struct.pack("<I", zlib.crc32(head + text + body)) + text + body


def test_a_forgery_that_is_right_is_taken() -> None:
    """Or else the next test could not fail."""
    assert wire.decode(forged(8, b"{}")) == wire.End()
    assert wire.decode(forged(6, b'{"error":"SealError","text":"x"}')) == wire.Failure("SealError", "x")


@pytest.mark.parametrize(
    "message",
    [
        forged(6, b'{"error":"SealError","text":"x","pixels":"' + b"x" * 90 + b'"}'),
        forged(6, b'{"error":"SealError","text":"' + b"x" * 301 + b'"}'),
        forged(6, b'{"error":"SealError","text":["pixels"]}'),
        forged(6, b'{"error":"SealError","text":"x"}', b"pixels"),
        forged(8, b"[]"),
        forged(8, b"[" * 8000),
        forged(8, b"{}" + b" " * 9000),
        forged(2, b'{"camera_id":"a","at":"2026-06-01T12:00:00","state":"ok","reason":""}'),
        forged(1, b'{"camera_id":"a","at":"2026-06-01T12:00:00+00:00","watched_s":0.1}', b"x" * 20),
        forged(1, b'{"camera_id":"a","at":"2026-06-01T12:00:00+00:00","watched_s":0.1}', b"\x7f" * 21),
        forged(1, b'{"camera_id":"a","at":"2026-06-01T12:00:00+00:00","watched_s":0.1}', bytes(21 * 1001)),
        forged(9, b"{}"),
        pickle.dumps(many(1)),
    ],
)
def test_a_forged_message_is_refused(message: bytes) -> None:
    with pytest.raises(SealError):
        wire.decode(message)


def test_a_failure_becomes_the_error_that_it_names_if_it_is_one_of_ours() -> None:
    assert isinstance(wire.Failure("SourceError", "no video").as_error(), SourceError)
    assert isinstance(wire.Failure("ConfigError", "no key").as_error(), ConfigError)
    for odd in ("SystemExit", "annotations", "__name__", ""):
        assert type(wire.Failure(odd, "no").as_error()) is SealError


def test_texts_are_clipped_to_one_printable_line() -> None:
    assert wire.clipped("a\n\x1b[31mb\0") == "a [31mb"
    assert len(wire.clipped("x" * 1000)) == wire.LONGEST_TEXT


def test_a_redacted_still_is_made_with_the_key_alone() -> None:
    still = RedactedJpeg(JPEG, 640, 360, key=REDACTION_KEY)
    for key in (None, RedactionKey(), object(), "REDACTION_KEY"):
        with pytest.raises(TypeError, match=r"made by waywarden[.]sight[.]redact alone"):
            RedactedJpeg(JPEG, 640, 360, key=key)  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        still.jpeg = b""  # type: ignore[misc]
    with pytest.raises(TypeError):
        pickle.dumps(still)
    with pytest.raises(ValueError, match="at most 640"):
        RedactedJpeg(JPEG, 1920, 1080, key=REDACTION_KEY)
    with pytest.raises(ValueError, match="whole JPEG"):
        RedactedJpeg(JPEG[2:], 640, 360, key=REDACTION_KEY)
    with pytest.raises(ValueError, match="bytes, got"):
        RedactedJpeg(JPEG[:2] + bytes(MOST_JPEG_BYTES) + JPEG[-2:], 640, 360, key=REDACTION_KEY)
