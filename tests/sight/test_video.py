"""Recordings: the stream's own time, gaps, and what happens to broken files."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waywarden.sight.frame import Frame
from waywarden.sight.sources.video import (
    GAP_INTERVALS,
    GAP_MIN_S,
    PresentationClock,
    VideoSource,
    gap_limit_s,
    time_in_name,
)
from waywarden.terms.errors import SourceError
from waywarden.terms.records import CameraHealth, HealthState
from waywarden.testing.checks_source import check_frame_source, utc, write_clip

START = utc("2024-05-06 07:08:09")


def _seconds(frames: list[Frame], start: datetime = START) -> list[float]:
    return [(frame.at - start).total_seconds() for frame in frames]


def _play(source: VideoSource) -> tuple[list[Frame], list[CameraHealth], str | None]:
    frames: list[Frame] = []
    health: list[CameraHealth] = []
    try:
        for item in source:
            (frames if isinstance(item, Frame) else health).append(item)
    except SourceError as problem:
        return frames, health, str(problem)
    return frames, health, None


def test_a_constant_rate_clip_is_watched_whole(tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", [n / 25 for n in range(60)])
    frames = check_frame_source(VideoSource(clip, "cam", START))
    assert _seconds(frames) == pytest.approx([n / 25 for n in range(60)], abs=1e-6)
    assert sum(frame.watched_s for frame in frames) == pytest.approx(60 / 25, abs=1e-6)


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts", "mov"])
def test_variable_rates_and_gaps_are_as_they_happened(tmp_path, suffix):
    steps = [0.04, 0.2, 0.04, 0.12, 0.9, 0.04, 30.0, 0.04, 0.08, 1.5, 0.04]
    times = np.cumsum([0.0, *steps]).tolist()
    frames = check_frame_source(VideoSource(write_clip(tmp_path / f"clip.{suffix}", times), "cam", START))
    assert _seconds(frames) == pytest.approx(times, abs=2e-3)
    watched = [step if step <= GAP_MIN_S else 0.0 for step in steps]
    assert [frame.watched_s for frame in frames[1:]] == pytest.approx(watched, abs=2e-3)


def test_presentation_times_that_begin_late_are_relative_to_the_first_frame(tmp_path):
    clip = write_clip(tmp_path / "clip.ts", [500 + n / 25 for n in range(10)])
    frames, _, _ = _play(VideoSource(clip, "cam", START))
    assert _seconds(frames) == pytest.approx([n / 25 for n in range(10)], abs=1e-4)


def test_avi_has_times_too(tmp_path):
    clip = write_clip(tmp_path / "clip.avi", [n / 25 for n in range(12)], codec="mpeg4")
    frames = check_frame_source(VideoSource(clip, "cam", START))
    assert _seconds(frames) == pytest.approx([n / 25 for n in range(12)], abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(steps=st.lists(st.sampled_from([0.02, 0.04, 0.3, 0.99, 1.01, 7.0]), min_size=12, max_size=30), cut=st.data())
def test_slices_of_a_recording_add_up_to_the_whole(tmp_path_factory, steps, cut):
    times = np.cumsum([0.0, *steps])
    clip = write_clip(tmp_path_factory.mktemp("slices") / "clip.mp4", times.tolist())
    at = START + timedelta(seconds=float(cut.draw(st.floats(0, float(times[-1]) + 1))))
    whole, _, _ = _play(VideoSource(clip, "cam", START))
    early, _, _ = _play(VideoSource(clip, "cam", START, until=at))
    late, _, _ = _play(VideoSource(clip, "cam", START, since=at))
    assert [(f.at, f.watched_s) for f in early + late] == [(f.at, f.watched_s) for f in whole]


@given(interval_s=st.floats(0.01, 10), pause=st.floats(0.01, 100))
def test_a_pause_is_watched_up_to_the_gap_limit_and_not_beyond(interval_s, pause):
    assert gap_limit_s(interval_s) == max(GAP_MIN_S, GAP_INTERVALS * interval_s)
    clock = PresentationClock(START, interval_s)
    first, second = clock.place(3.0), clock.place(3.0 + pause)
    assert first == (START, interval_s)
    assert second is not None
    step_s = (second[0] - START).total_seconds()
    assert second[1] == (step_s if step_s <= gap_limit_s(interval_s) else 0.0)


@given(st.lists(st.floats(0, 1e5), min_size=1, max_size=50))
def test_time_goes_up_whatever_the_stream_says(presented):
    clock = PresentationClock(START, 0.04)
    placed = [one for one in map(clock.place, presented) if one is not None]
    assert all(b[0] > a[0] for a, b in pairwise(placed))
    assert all(b[1] <= (b[0] - a[0]).total_seconds() for a, b in pairwise(placed))


def test_a_clock_that_jumps_back_goes_on_unwatched():
    clock = PresentationClock(START, 0.04)
    placed = [clock.place(seconds) for seconds in (10.0, 10.04, 10.02, 0.0, 0.04)]
    step = timedelta(seconds=0.04)
    assert placed[2] is None
    assert [p[0] for p in placed if p] == [START, START + step, START + 2 * step, START + 3 * step]
    assert [p[1] for p in placed if p] == pytest.approx([0.04, 0.04, 0.0, 0.04])


@pytest.mark.parametrize(
    ("name", "when"),
    [
        ("2019-06-28_13-03-07.370509_00001.06514.mp4", datetime(2019, 6, 28, 13, 3, 7, 370509, UTC)),
        ("cam1-2020-02-20T13-11-00.mkv", datetime(2020, 2, 20, 13, 11, tzinfo=UTC)),
        ("Testvideo_FR20_2020-02-20_13-11-10.mp4", datetime(2020, 2, 20, 13, 11, 10, tzinfo=UTC)),
        ("20230401T060504Z.ts", datetime(2023, 4, 1, 6, 5, 4, tzinfo=UTC)),
        ("TfL-images-20200501-1330-00001.04542.jpg", datetime(2020, 5, 1, 13, 30, tzinfo=UTC)),
        ("TfL-images_20200501_0520_00001.06592.jpg", datetime(2020, 5, 1, 5, 20, tzinfo=UTC)),
        ("2708_202210201155.webp", datetime(2022, 10, 20, 11, 55, tzinfo=UTC)),
        ("2023-13-41_25-61-00.mp4", None),
        ("lta_7794_1704_202401291.webp", None),
        ("clip.mp4", None),
        ("test6_20200313-20.webp", None),
    ],
)
def test_times_in_names(name, when):
    assert time_in_name(name) == when


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC)))  # noqa: DTZ001
def test_every_time_written_into_a_name_is_read_back(at):
    assert time_in_name(f"north_{at:%Y-%m-%d_%H-%M-%S}.mp4") == at
    assert time_in_name(f"{at:%Y%m%dT%H%M%S}Z-7.mp4") == at


def test_start_comes_from_metadata_then_from_the_name_then_not_at_all(tmp_path):
    plain = write_clip(tmp_path / "clip.mp4", [0, 0.04])
    with pytest.raises(SourceError, match=r"start = .*city\.toml"):
        list(VideoSource(plain, "cam"))
    named = shutil.copy(plain, tmp_path / "x_2021-02-03_04-05-06.mp4")
    assert next(iter(VideoSource(Path(named), "cam"))).at == utc("2021-02-03 04:05:06")
    made = tmp_path / "y_2021-02-03_04-05-06.mp4"
    with av.open(str(plain)) as source, av.open(str(made), "w") as sink:
        sink.metadata["creation_time"] = "2022-03-04T05:06:07Z"
        stream = sink.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                sink.mux(packet)
    assert VideoSource(made, "cam").about().start == utc("2022-03-04 05:06:07")
    assert VideoSource(made, "cam", START).about().start == START


def _only_sound(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), format="fltp", layout="mono")
        sound.sample_rate, sound.time_base, sound.pts = 8000, Fraction(1, 8000), 0
        container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    return path


def _no_frames(path: Path) -> Path:
    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()
    return path


def _only_rubbish(path: Path) -> Path:
    content = bytearray(write_clip(path, [n / 25 for n in range(9)]).read_bytes())
    begin, end = content.find(b"mdat") + 4, content.find(b"moov") - 4
    content[begin:end] = b"\xff" * (end - begin)
    path.write_bytes(content)
    return path


def _half(path: Path) -> Path:
    content = write_clip(path, [n / 25 for n in range(50)]).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def _written(content: bytes):
    def write(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return write


BROKEN = {
    "missing": (lambda path: path, "not a file"),
    "empty": (_written(b""), "empty"),
    "text": (_written(b"this is no video\n" * 40), "not a video"),
    "playlist": (_written(b"ffconcat version 1.0\nfile '/etc/hostname'\n"), "not a video"),
    "index lost": (_half, "not a video"),
    "only sound": (_only_sound, "no video track"),
    "no frames": (_no_frames, "not a video"),
    "only rubbish": (_only_rubbish, "no picture"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_what_is_no_recording_is_one_clear_sentence(tmp_path, fault):
    make, words = BROKEN[fault]
    source = VideoSource(make(tmp_path / "clip.mp4"), "cam", START)
    for use in (source.about, lambda: list(source)):
        with pytest.raises(SourceError, match=words) as caught:
            use()
        assert "clip.mp4" in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("suffix", "codec"), [("h264", "libx264"), ("mjpeg", "mjpeg")])
def test_a_raw_stream_without_times_is_refused(tmp_path, suffix, codec):
    clip = write_clip(tmp_path / f"clip.{suffix}", [n / 25 for n in range(12)], codec=codec)
    with pytest.raises(SourceError, match="not their times"):
        list(VideoSource(clip, "cam", START))


def _with_index_first(source: Path, target: Path) -> bytearray:
    with av.open(str(source)) as given_, av.open(str(target), "w", options={"movflags": "faststart"}) as sink:
        stream = sink.add_stream_from_template(given_.streams.video[0])
        for packet in given_.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                sink.mux(packet)
    return bytearray(target.read_bytes())


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_recording_that_breaks_off_is_counted_as_far_as_it_goes_and_said(shared, tmp_path, suffix):
    whole = shared / "data" / "tfl" / "2019-06-28_13-03-07.370509_00001.06514.mp4"
    clip = tmp_path / f"clip.{suffix}"
    content = _with_index_first(whole, clip)
    clip.write_bytes(content[: len(content) * 6 // 10])
    frames, health, problem = _play(VideoSource(clip, "cam", START))
    assert 100 < len(frames) < 200
    assert health[-1].state is HealthState.CUT_SHORT
    assert health[-1].at == frames[-1].at + timedelta(seconds=1 / 25)
    assert "breaks off after 5." in str(problem)


def test_damage_in_the_middle_is_recorded_and_the_rest_is_read(shared, tmp_path):
    whole = shared / "data" / "tfl" / "2019-06-28_13-03-07.370509_00001.06514.mp4"
    clip = tmp_path / "clip.mp4"
    content = _with_index_first(whole, clip)
    middle = len(content) // 2
    content[middle : middle + 3000] = np.random.default_rng(1).bytes(3000)
    clip.write_bytes(content)
    frames, health, problem = _play(VideoSource(clip, "cam", START))
    assert problem is None
    assert 220 < len(frames) < 238
    assert [change.state for change in health] == [HealthState.SMEARED, HealthState.OK]
    assert _seconds(frames)[-1] == pytest.approx(237 / 25, abs=1e-4)


def test_the_real_clips_are_watched_whole(shared):
    lengths = {"tfl": {242 / 25, 238 / 25, 247 / 25}, "dresden": {200 / 20, 199 / 20}, "intel": {377 / 12.5}}
    for folder, wanted in lengths.items():
        watched = set()
        for clip in sorted((shared / "data" / folder).glob("*.mp4")):
            frames, health, problem = _play(VideoSource(clip, "cam"))
            assert (health, problem) == ([], None)
            watched.add(round(sum(frame.watched_s for frame in frames), 3))
        assert watched == {round(length, 3) for length in wanted}
