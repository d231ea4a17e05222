"""The second lock: types. A frame goes nowhere, a crossing has no identity, a redacted picture has one maker."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from waywarden.sight.frame import Frame
from waywarden.terms.transient import Crossing, Detections, Passage

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def frame() -> Frame:
    return Frame(av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24"), AT, 0.04)


WAYS_OUT: list[tuple[str, Callable[[Frame], Any]]] = [
    ("pickled", pickle.dumps),
    *[
        (f"pickled, protocol {n}", lambda frame, n=n: pickle.dumps(frame, n))
        for n in range(pickle.HIGHEST_PROTOCOL + 1)
    ],
    ("sent to another process", ForkingPickler.dumps),
    ("copied", copy.copy),
    ("copied deep", copy.deepcopy),
    ("as bytes", bytes),
    ("as an array", np.asarray),
    ("as a buffer", memoryview),
    ("as JSON", json.dumps),
]


@pytest.mark.parametrize("way_out", [way for _, way in WAYS_OUT], ids=[name for name, _ in WAYS_OUT])
def test_a_frame_goes_nowhere(frame: Frame, way_out: Callable[[Frame], Any]) -> None:
    with pytest.raises(TypeError):
        way_out(frame)


def test_the_picture_itself_can_be_looked_at(frame: Frame) -> None:
    assert frame.rgb().shape == (16, 16, 3)


def test_a_frame_takes_nothing_along(frame: Frame) -> None:
    with pytest.raises(AttributeError):
        frame.owner = "x"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [
        (Crossing, {"gate_id", "direction", "at", "kind", "speed_mps"}),
        (Passage, {"movement_id", "at", "kind", "speed_mps", "inferred"}),
        (Detections, {"camera_id", "at", "watched_s", "xyxy_px", "score", "kind"}),
    ],
)
def test_what_leaves_a_frame_has_no_identity(kind: type, allowed: set[str]) -> None:
    assert {field.name for field in dataclasses.fields(kind)} == allowed
    assert not hasattr(kind, "__dict__") or "__dict__" not in dir(kind)


def test_two_crossings_alike_are_the_same() -> None:
    one, other = (Crossing("south", "forward", AT, "car", None) for _ in range(2))  # type: ignore[arg-type]
    assert one == other
    assert hash(one) == hash(other)


def test_a_crossing_with_a_track_is_refused() -> None:
    with pytest.raises(TypeError, match="track_id"):
        Crossing("south", "forward", AT, "car", None, track_id=7)  # type: ignore[call-arg, arg-type]


def test_a_redacted_picture_has_one_maker() -> None:
    pictures = pytest.importorskip("waywarden.terms.pictures")
    jpeg = b"\xff\xd8\xff\xd9"
    for key in ((), (None,), (object(),), ("REDACTION_KEY",)):
        with pytest.raises(TypeError):
            pictures.RedactedJpeg(jpeg, 16, 16, *key)


def test_a_redacted_picture_is_not_pickled() -> None:
    pictures = pytest.importorskip("waywarden.terms.pictures")
    key = pytest.importorskip("waywarden.terms.redaction_key")
    still = pictures.RedactedJpeg(b"\xff\xd8\xff\xd9", 16, 16, key.REDACTION_KEY)
    with pytest.raises(TypeError):
        pickle.dumps(still)


RAW: list[tuple[str, Callable[[], Any]]] = [
    ("the bytes of a JPEG", lambda: b"\xff\xd8\xff\xd9"),
    ("pixels", lambda: np.zeros((16, 16, 3), np.uint8)),
    ("a frame", lambda: Frame(av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24"), AT, 0.0)),
    ("a likeness of a redacted picture", type("RedactedJpeg", (), {"jpeg": b"\xff\xd8\xff\xd9"})),
]


@pytest.mark.parametrize("raw", [make for _, make in RAW], ids=[name for name, _ in RAW])
def test_what_has_not_been_through_the_redactor_neither_leaves_nor_is_stored(
    tmp_path: Path, raw: Callable[[], Any]
) -> None:
    from waywarden.run.sealing.wire import encode
    from waywarden.store.pictures import open_kept_pictures
    from waywarden.terms.pictures import NewPicture, PictureOf

    with pytest.raises(TypeError):
        encode(raw())
    with pytest.raises(TypeError):
        NewPicture(PictureOf.DEFECT, "d", AT, raw())
    store = open_kept_pictures(tmp_path / "records.sqlite")
    with pytest.raises(TypeError):
        store.append([raw()])
    assert store.sums() == {}
    store.close()
