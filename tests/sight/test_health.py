"""Camera health: every known fault is named, and good pictures raise no alarm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waywarden.sight.frame import Frame
from waywarden.sight.health import COUNTABLE, Diagnosis, HealthWatcher, diagnose, drawn
from waywarden.sight.sources.stills import StillsSource, decode_still
from waywarden.sight.sources.video import VideoSource
from waywarden.terms.records import CameraHealth, HealthState
from waywarden.testing.checks_source import utc, write_clip

START = utc("2024-05-06 07:08:09")
WELL = None


def _frame(rgb: np.ndarray, after_s: float = 0.0, watched_s: float = 0.04) -> Frame:
    picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb, dtype=np.uint8), format="rgb24")
    return Frame(picture, START + timedelta(seconds=after_s), watched_s)


def _state(rgb: np.ndarray) -> HealthState | None:
    found = diagnose(_frame(rgb))
    return found.state if found else WELL


def _street(seed: int = 1, height: int = 288, width: int = 352) -> np.ndarray:
    """Return a stand-in for a street: sky, road, blocks of colour, some noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    rgb = np.stack([90 + 80 * y / height, 60 + 120 * x / width, 160 - 60 * y / height], axis=-1)
    for _ in range(25):
        top, left = rng.integers(0, height), rng.integers(0, width)
        tall, wide = rng.integers(height // 12, height // 4), rng.integers(width // 12, width // 4)
        rgb[top : top + tall, left : left + wide] = rng.integers(20, 250, 3)
    return np.clip(rgb + rng.normal(0, 3, rgb.shape), 0, 255).astype(np.uint8)


# the whole folder, each file looked at by a person: two cards, one smear, one forced grey, two that are no pictures
FAULTS = {
    "Forced_Greyscale_TfL-images_20200620_2030_00001.01251.jpg": HealthState.GREY,
    "NETravelData-images_20200508_1100_NT_A191E1.jpg": WELL,
    "NETravelData-images_20200508_1800_NT_A193H1.jpg": HealthState.PLACEHOLDER,
    "TfL-images-20200501-1330-00001.04542.jpg": WELL,
    "TfL-images_20200501_0520_00001.06592.jpg": HealthState.PLACEHOLDER,
    "TfL-images_20200504_0240_00001.08859.jpg": HealthState.SMEARED,
    "TfL_20200315_1300_00001.01251.jpg": WELL,
    "this_isnt_an_image.jpeg": HealthState.NOT_A_PICTURE,
    "zero_length_image.jpeg": HealthState.EMPTY_FILE,
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_known_fault_gets_its_name(shared, name):
    picture, reason = decode_still(shared / "data" / "camera_faults" / name)
    found = diagnose(Frame(picture, START, 0)) if isinstance(picture, av.VideoFrame) else Diagnosis(picture, reason)
    assert (found and found.state) == FAULTS[name]
    assert found is None or (found.reason and "\n" not in found.reason)


def test_the_table_of_faults_is_whole(shared):
    folder = shared / "data" / "camera_faults"
    assert set(FAULTS) == {path.name for path in folder.iterdir() if path.suffix in {".jpg", ".jpeg"}}


def test_no_alarm_on_629_good_stills_and_the_clips(shared):
    alarms = [(name, found) for name, frame in _good_pictures(shared) if (found := diagnose(frame))]
    assert alarms == []


def _good_pictures(shared: Path) -> Iterator[tuple[str, Frame]]:
    stills = sorted((shared / "data" / "street_stills").rglob("*.webp"))
    assert len(stills) == 629
    for path in stills:
        for item in StillsSource(path, "cam", START):
            assert isinstance(item, Frame), f"{path.name}: {item}"
            yield path.name, item
    for folder in ("tfl", "dresden", "intel"):
        for path in sorted((shared / "data" / folder).glob("*.mp4")):
            for number, item in enumerate(VideoSource(path, "cam", START)):
                if number % 25 == 0:
                    assert isinstance(item, Frame)
                    yield f"{path.name} {number}", item


def test_no_clip_is_taken_for_frozen(shared):
    for path in sorted((shared / "data" / "intel").glob("*.mp4")):  # two thirds of it are an empty street
        watcher = HealthWatcher("cam", frozen_after_s=3)
        changes = [watcher.look(item) for item in VideoSource(path, "cam", START) if isinstance(item, Frame)]
        assert [change.state for change in changes if change] == [HealthState.OK]


@pytest.mark.parametrize("size", [(64, 48), (352, 288), (1920, 1080)])
def test_made_up_faults_at_any_size(size):
    width, height = size
    street = _street(3, height, width)
    rng = np.random.default_rng(5)
    card = np.full_like(street, (20, 60, 160))
    card[height // 3 : height // 2, width // 4 : width // 2] = 255
    smear = street.copy()
    smear[height // 3 :] = smear[height // 3]
    lost = street.copy()
    lost[height // 2 :] = 128
    night = np.clip(street.astype(int) // 12 + rng.integers(0, 3, street.shape), 0, 255)
    grey = np.repeat(street.mean(axis=2, keepdims=True), 3, axis=2)
    fog = np.clip(
        170 + 20 * np.mgrid[0:height, 0:width][0][..., None] / height + rng.normal(0, 3, street.shape), 0, 255
    )
    fog[..., 2] += 12
    for rgb, state in (
        (street, WELL),
        (np.zeros_like(street), HealthState.NO_SIGNAL),
        (np.full_like(street, (0, 0, 200)), HealthState.NO_SIGNAL),
        (card, HealthState.PLACEHOLDER),
        (smear, HealthState.SMEARED),
        (lost, HealthState.SMEARED),
        (night, HealthState.DARK),
        (grey, HealthState.GREY),
    ):
        assert _state(rgb) == state
    assert _state(fog) != HealthState.PLACEHOLDER


@pytest.mark.parametrize("share", [0.4, 0.5, 0.75])
def test_planted_in_real_pictures_half_lost_ones_are_found(shared, share):
    """A third of the height is missed by design; grey fill may pass for a card, which does not count either."""
    smeared = lost = 0
    paths = sorted((shared / "data" / "street_stills").rglob("*.webp"))[::16]
    for path in paths:
        picture, _ = decode_still(path)
        assert isinstance(picture, av.VideoFrame)
        rgb = picture.to_ndarray(format="rgb24")
        top = round(len(rgb) * (1 - share))
        repeated, filled = rgb.copy(), rgb.copy()
        repeated[top:], filled[top:] = rgb[top - 1], 128
        smeared += _state(repeated) is HealthState.SMEARED
        lost += _state(filled) in {HealthState.SMEARED, HealthState.PLACEHOLDER}
    assert smeared == len(paths)
    assert lost >= 0.95 * len(paths)


def test_snow_is_no_signal():
    snow = np.random.default_rng(2).integers(0, 256, (288, 320, 1)).repeat(3, axis=2)
    assert _state(snow) is HealthState.NO_SIGNAL


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_made_up_streets_are_well(seed):
    assert _state(_street(seed)) is WELL


def test_only_changes_are_said_and_bad_pictures_do_not_count():
    card = np.full((48, 64, 3), (20, 60, 160))
    card[10:20, 10:40] = 255
    watcher = HealthWatcher("cam")
    said, counts = [], []
    for second in range(30):
        change = watcher.look(_frame(card if 10 <= second < 20 else _street(second, 48, 64), second))
        said += [(second, change.state)] if change else []
        counts.append(watcher.countable)
    assert said == [(0, HealthState.OK), (10, HealthState.PLACEHOLDER), (20, HealthState.OK)]
    assert counts == [not 10 <= second < 20 for second in range(30)]


ROADS = {
    "one tone": lambda y, x: np.full((*y.shape, 3), 110),
    "black": lambda y, x: np.zeros((*y.shape, 3)),
    "a road straight up": lambda y, x: np.where((abs(x - 176) < 90)[..., None], 90, (60, 120, 60)),
    "a road across": lambda y, x: np.where((abs(y - 144) < 70)[..., None], 90, (60, 120, 60)),
}


def _drawn_street(road: str) -> list[Frame]:
    """Return ten seconds of a road as flat as a card, over which a block goes down from the third second on."""
    y, x = np.mgrid[0:288, 0:352]
    frames = []
    for n in range(40):
        rgb = ROADS[road](y, x).astype(np.uint8)
        rgb[max(0, 12 * (n - 12) - 30) : max(0, 12 * (n - 12)), 150:190] = 230
        frames.append(_frame(rgb, n / 4))
    return frames


@pytest.mark.parametrize("road", ROADS)
def test_a_drawn_street_in_which_somebody_goes_about_is_seen(road):
    frames = _drawn_street(road)
    assert diagnose(frames[0])
    watcher = HealthWatcher("cam", samples=lambda: frames)
    said = [change.state for frame in frames if (change := watcher.look(frame))]
    assert set(said) <= COUNTABLE
    assert said


def test_a_live_picture_as_flat_as_a_card_is_one():
    """Nobody can look ahead in it."""
    change = HealthWatcher("cam").look(_drawn_street("one tone")[0])
    assert change is not None
    assert change.state not in COUNTABLE


def test_a_card_on_which_a_clock_runs_or_something_turns_is_no_drawn_street():
    clock, wheel, text = [], [], []
    rng = np.random.default_rng(1)
    for n in range(60):
        card = np.full((288, 352, 3), (20, 60, 160), np.uint8)
        card[40:80, 60:300] = 255
        ticks, turns, runs = card.copy(), card.copy(), card.copy()
        ticks[200:214, 200:280] = np.where(rng.random((14, 80, 1)) < 0.5, 255, ticks[200:214, 200:280])
        angle = 2 * np.pi * n / 12
        row, column = int(150 + 14 * np.sin(angle)), int(176 + 14 * np.cos(angle))
        turns[row - 4 : row + 4, column - 4 : column + 4] = 255
        runs[230:245] = np.roll(np.where(rng.random((1, 352, 1)) < 0.5, 255, 0), 7 * n, axis=1)
        clock, wheel, text = [*clock, _frame(ticks, n)], [*wheel, _frame(turns, n)], [*text, _frame(runs, n)]
    assert not any(drawn(frames) for frames in (clock, wheel, text))


def test_a_card_before_a_street_stays_a_card():
    card = np.full((288, 352, 3), (20, 60, 160), np.uint8)
    card[40:80, 60:300] = 255
    frames = [_frame(card if n < 10 else _street(n), n) for n in range(40)]
    watcher = HealthWatcher("cam", samples=lambda: frames)
    said = [(n, change.state) for n, frame in enumerate(frames) if (change := watcher.look(frame))]
    assert said == [(0, HealthState.PLACEHOLDER), (10, HealthState.OK)]


def test_stripes_from_top_to_bottom_are_a_card():
    bars = np.repeat(np.array([[180, 180, 16], [16, 180, 180], [16, 180, 16], [180, 16, 180]]), 88, axis=0)
    assert _state(np.broadcast_to(bars, (288, 352, 3))) is HealthState.PLACEHOLDER


def test_a_frozen_picture_is_said_once_and_over_when_it_moves():
    watcher = HealthWatcher("cam", frozen_after_s=5)
    frames = [_frame(_street(0 if 3 <= n < 15 else n + 1), n) for n in range(20)]
    said = [(n, change.state) for n, frame in enumerate(frames) if (change := watcher.look(frame))]
    assert said == [(0, HealthState.OK), (8, HealthState.FROZEN), (15, HealthState.OK)]


def test_a_running_video_is_judged_once_a_second_and_after_every_gap():
    card = np.full((48, 64, 3), 90)
    card[10:20, 10:40] = 255
    watcher = HealthWatcher("cam")
    street = _street(1, 48, 64)
    assert watcher.look(_frame(street, 0)) is not None
    assert watcher.look(_frame(card, 0.5)) is None
    assert watcher.look(_frame(card, 0.6, watched_s=0)) is not None
    assert watcher.look(_frame(street, 1.7)) is not None


def test_what_the_source_says_is_passed_on_and_ends_with_the_next_good_picture():
    watcher = HealthWatcher("cam")
    lost = CameraHealth("cam", START, HealthState.NO_SIGNAL, "gone")
    back = CameraHealth("cam", START, HealthState.OK, "back")
    assert watcher.heard(lost) is lost
    assert not watcher.countable
    assert watcher.heard(back) is None
    change = watcher.look(_frame(_street(), 0.1))
    assert change is not None
    assert change.state is HealthState.OK
    assert watcher.countable


def test_what_can_be_seen_counts_and_nothing_else_that_is_unwell(tmp_path):
    assert {HealthState.OK, HealthState.GREY, HealthState.BLURRED, HealthState.SHAKING} == COUNTABLE
    clip = write_clip(tmp_path / "clip.mp4", [n / 25 for n in range(30)])
    watcher = HealthWatcher("cam")
    for item in VideoSource(clip, "cam", START):
        assert isinstance(item, Frame)
        watcher.look(item)
    assert watcher.countable
