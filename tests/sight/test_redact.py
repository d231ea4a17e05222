"""Stills: whoever moves is gone, whoever stood is painted over without a trace, and nothing large comes out."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waywarden.sight.frame import Frame, Picture
from waywarden.sight.ports import Seen
from waywarden.sight.redact import CROP, GREY, LEAST_FRAMES, WIDEST_UNSEEN_PX, hidden_areas, kept_crop, median_still
from waywarden.sight.seeking import seek
from waywarden.terms.errors import SourceError
from waywarden.terms.pictures import KEPT_PX, WIDEST_PX, Crop, NotKept, RedactedJpeg, WhyNot
from waywarden.terms.redaction_key import RedactionKey

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
RED = (220, 20, 20)


def frame(picture: Picture, at_s: float) -> Frame:
    return Frame(av.VideoFrame.from_ndarray(picture, format="rgb24"), START + timedelta(seconds=at_s), 0.1)


def street(width: int = 160, height: int = 120) -> Picture:
    """A road with a white line: smooth, so that JPEG keeps it well."""
    picture = np.full((height, width, 3), 100, np.uint8)
    picture[:, width // 2 : width // 2 + 8] = 230
    return picture


def drive(seconds: float = 10.0, rate_hz: float = 5.0, parked: tuple[int, ...] = ()) -> Iterator[Frame]:
    """A red car drives through; ``parked`` is the left, top, right, bottom of one that does not."""
    for number in range(round(seconds * rate_hz)):
        picture = street()
        x = number * 6 % 160
        picture[40:60, x : x + 20] = RED
        if parked:
            picture[parked[1] : parked[3], parked[0] : parked[2]] = RED
        yield frame(picture, number / rate_hz)


def seen(boxes: list[list[float]], score: float = 0.9) -> Seen:
    found = np.array(boxes, np.float32).reshape(-1, 4)
    return found, np.full(len(found), score, np.float32), np.full(len(found), 3, np.int8)


class Blind:
    name = "blind"

    def detect(self, _: Frame) -> Seen:
        return seen([])


class RedFinder:
    """Finds the box around all that is red."""

    name = "red"

    def __init__(self) -> None:
        self.looked = 0

    def detect(self, frame: Frame) -> Seen:
        self.looked += 1
        ys, xs = np.nonzero(redness(frame.rgb()))
        return seen([[xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]] if len(xs) else [])


class Always:
    """Finds one box, wherever and however big, whatever is shown."""

    name = "always"

    def __init__(self, boxes: list[list[float]], score: float = 0.9) -> None:
        self._seen = seen(boxes, score)

    def detect(self, _: Frame) -> Seen:
        return self._seen


def redness(picture: Picture) -> np.ndarray:
    return picture[..., 0].astype(int) - picture[..., 1] > 40


def decoded(still: RedactedJpeg) -> Picture:
    with av.open(io.BytesIO(still.jpeg)) as file:
        picture = next(file.decode(video=0)).to_ndarray(format="rgb24")
    assert picture.shape == (still.height, still.width, 3)
    return picture


def test_whoever_moves_is_gone() -> None:
    shown = decoded(median_still(drive(), Blind()))
    assert not redness(shown).any()
    assert np.abs(shown.astype(int) - street()).mean() < 3


def test_whoever_stands_stays_in_a_median_and_is_painted_over() -> None:
    parked = (20, 70, 50, 95)
    assert redness(decoded(median_still(drive(parked=parked), Blind()))).any()
    finder = RedFinder()
    shown = decoded(median_still(drive(parked=parked), finder))
    assert not redness(shown).any()
    assert np.abs(shown.astype(int) - street()).mean() < 3
    assert finder.looked == 2  # the median, and what was painted


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_of_what_is_painted_over_no_trace_is_left(seed: int) -> None:
    """Two cars that differ in every pixel give the same still, byte for byte."""
    stills = []
    for colours in (np.random.default_rng(seed).integers(0, 256, (25, 30, 3), np.uint8), 7):
        picture = street()
        picture[70:95, 20:50] = colours
        frames = [frame(picture, number / 2) for number in range(LEAST_FRAMES)]
        stills.append(median_still(frames, Always([[20, 70, 50, 95]])).jpeg)
    assert stills[0] == stills[1]


def test_a_find_that_is_nothing_but_paint_does_not_refuse_the_still() -> None:
    assert decoded(median_still(drive(), Always([[20, 70, 50, 95]]))).shape == (120, 160, 3)


def test_a_large_and_uncertain_find_is_a_misfire_but_a_certain_one_is_not() -> None:
    whole = [[0.0, 0.0, 159.0, 119.0]]
    assert np.abs(decoded(median_still(drive(), Always(whole, 0.3))).astype(int) - street()).mean() < 3
    with pytest.raises(SourceError, match="take it when there is less traffic"):
        median_still(drive(), Always(whole, 0.9))


def test_a_road_user_that_cannot_be_removed_refuses_the_still() -> None:
    class Fleeing:
        name = "fleeing"
        looked = 0

        def detect(self, _: Frame) -> Seen:
            self.looked += 1
            x = self.looked * 7 % 150
            return seen([[x, 20, x + 5, 25]])

    with pytest.raises(SourceError, match="cannot be removed"):
        median_still(drive(), Fleeing())


def test_too_few_frames_or_too_short_a_time_is_one_sentence() -> None:
    with pytest.raises(SourceError, match=r"wants 12 frames or more .* got 5: let it watch longer"):
        median_still(drive(1.0), Blind())
    with pytest.raises(SourceError, match=r"wants 5 s or more .* got 2\.\d s: let it watch longer"):
        median_still(drive(3.0), Blind())
    with pytest.raises(SourceError, match="got 0"):
        median_still([], Blind())
    changed = [frame(street(160 + 20 * (number > 9)), number) for number in range(20)]
    with pytest.raises(SourceError, match="changed its size"):
        median_still(changed, Blind())


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 960), (641, 481), (1080, 1920), (352, 288)])
def test_no_still_is_large(width: int, height: int) -> None:
    frames = [frame(street(width, height), number) for number in range(LEAST_FRAMES)]
    still = median_still(frames, Blind())
    assert max(still.width, still.height) <= WIDEST_PX
    assert still.width / still.height == pytest.approx(width / height, rel=0.02)
    assert decoded(still).shape == (still.height, still.width, 3)
    smaller = median_still(frames, Blind(), widest_px=WIDEST_UNSEEN_PX)
    assert max(smaller.width, smaller.height) <= WIDEST_UNSEEN_PX


def test_a_long_watch_is_spread_over_all_of_it() -> None:
    """Dark for the first 40 %, bright for the rest: the median is bright only if the frames are spread evenly."""
    bright = np.full((120, 160, 3), 200, np.uint8)
    frames = (frame(bright if number >= 1200 else bright // 4, number) for number in range(3000))
    assert decoded(median_still(frames, Blind())).mean() > 190


def kept(picture: Picture, crop: Crop, object_detector: object | None = None) -> RedactedJpeg | NotKept:
    whole, finder = frame(picture, 0), object_detector or RedFinder()
    return kept_crop(whole, seek(whole, finder), crop, finder)  # type: ignore[arg-type]


def with_car(left: int, top: int, right: int, bottom: int, size: tuple[int, int] = (640, 480)) -> Picture:
    picture = street(*size)
    picture[top:bottom, left:right] = RED
    return picture


DAMAGE = (300.0, 300.0, 360.0, 340.0)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 600), st.integers(0, 440), st.integers(8, 150), st.integers(8, 150))
def test_no_road_user_is_on_what_is_kept_of_a_road(left: int, top: int, wide: int, high: int) -> None:
    right, bottom = min(left + wide, 640), min(top + high, 480)
    got = kept(with_car(left, top, right, bottom), Crop((200.0, 200.0, 500.0, 425.0), DAMAGE))
    over = left < DAMAGE[2] and right > DAMAGE[0] and top < DAMAGE[3] and bottom > DAMAGE[1]
    if over:
        assert got == NotKept(WhyNot.ROAD_USER)
    elif isinstance(got, RedactedJpeg):
        assert not redness(decoded(got)).any()
        assert max(got.width, got.height) <= KEPT_PX
    else:
        assert got.why in {WhyNot.ROAD_USER, WhyNot.MOSTLY_HIDDEN}  # what is hidden is larger than who is there


def test_a_road_alone_is_kept_as_it_is_and_says_nothing_else() -> None:
    got = kept(street(640, 480), Crop((200.0, 200.0, 500.0, 425.0), DAMAGE))
    assert isinstance(got, RedactedJpeg)
    assert (got.width, got.height) == (300, 224)
    assert np.abs(decoded(got)[:100].astype(int) - street(640, 480)[200:300, 200:500]).mean() < 3
    assert b"Exif" not in got.jpeg
    assert b"http" not in got.jpeg


def test_what_is_hidden_is_one_grey_whatever_it_was() -> None:
    one, other = with_car(220, 220, 260, 250), with_car(220, 220, 260, 250)
    other[220:250, 220:260] = np.random.default_rng(1).integers(0, 256, (30, 40, 3), np.uint8)
    places = Always([[220, 220, 260, 250]]).detect(frame(one, 0))[:2]
    crop = Crop((200.0, 200.0, 500.0, 425.0), DAMAGE)
    first, second = (kept_crop(frame(each, 0), places, crop, Blind()) for each in (one, other))
    assert isinstance(first, RedactedJpeg)
    assert isinstance(second, RedactedJpeg)
    assert first.jpeg == second.jpeg
    assert np.abs(decoded(first)[20:50, 20:60].astype(int) - GREY).max() < 12


def test_whoever_is_found_again_refuses_the_picture() -> None:
    blind_first = np.empty((0, 4), np.float32), np.empty(0, np.float32)
    crop = Crop((200.0, 200.0, 500.0, 425.0), DAMAGE)
    got = kept_crop(frame(with_car(220, 220, 260, 250), 0), blind_first, crop, RedFinder())
    assert got == NotKept(WhyNot.STILL_FOUND)


def test_what_is_mostly_hidden_is_not_kept() -> None:
    got = kept(with_car(200, 200, 500, 425), Crop((200.0, 200.0, 500.0, 425.0)))
    assert got == NotKept(WhyNot.MOSTLY_HIDDEN)


def test_a_mirrored_look_finds_who_is_seen_from_one_side_alone() -> None:
    class LeftHalf(RedFinder):
        def detect(self, shown: Frame) -> Seen:
            boxes, scores, kinds = super().detect(shown)
            here = boxes[:, 0] < shown.width / 2
            return boxes[here], scores[here], kinds[here]

    for left in (20, 500):
        boxes, _ = seek(frame(with_car(left, 100, left + 40, 130), 0), LeftHalf())
        assert boxes.tolist() == [[left, 100, left + 40, 130]]


def test_a_sure_box_is_grown_less_than_an_unsure_one() -> None:
    box = np.array([[100, 100, 200, 200]], np.float32)
    grown = [hidden_areas((box, np.array([score], np.float32)), (640, 480), CROP)[0][0] for score in (0.1, 0.9)]
    assert [area.stop - area.start for area in grown] == [134, 120]


def test_the_key_is_one_object() -> None:
    with pytest.raises(TypeError, match="redact alone"):
        RedactedJpeg(b"\xff\xd8\xff\xd9", 2, 2, key=RedactionKey())


def test_real_streets_give_stills_in_which_a_network_finds_nobody(shared: Path) -> None:
    network = pytest.importorskip("waywarden.sight.networks.network", reason="NOT RUN: the networks are not there yet")
    weights = shared / "weights" / "person-vehicle-bike-detection-crossroad-1016.xml"
    object_detector = network.NetworkObjectDetector(weights)
    for clip in sorted((shared / "data" / "tfl").glob("*.mp4")):
        with av.open(str(clip)) as film:
            frames = (
                Frame(picture, START + timedelta(seconds=float(picture.time or 0)), 0.04)
                for picture in film.decode(video=0)
            )
            shown = decoded(median_still(frames, object_detector))
        boxes, scores, _ = object_detector.detect(frame(shown, 0))
        size = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) / (shown.shape[0] * shown.shape[1])
        assert not ((scores > 0.7) & (size < 0.1)).any(), clip.name
