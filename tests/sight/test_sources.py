"""Which source a camera gets, and recordings played one after the other."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

import pytest

from waywarden.sight.frame import Frame
from waywarden.sight.sources.opening import PlayedInTurn, open_source
from waywarden.sight.sources.stills import StillsSource
from waywarden.sight.sources.stream import LiveStream
from waywarden.sight.sources.video import VideoSource
from waywarden.terms.errors import SourceError
from waywarden.terms.places import Camera
from waywarden.terms.records import CameraHealth, HealthState
from waywarden.testing.checks_source import check_frame_source, utc, write_clip

START = utc("2024-05-06 07:08:09")


def _camera(*sources: str, start=None) -> Camera:
    return Camera(id="cam", name="", sources=sources, start=start)


def _two_seconds(path):
    return write_clip(path, [n / 25 for n in range(50)])


def _collect(source, items):
    for item in source:
        items.append(item)  # what came before the error is wanted


def test_the_source_is_chosen_by_what_it_names(tmp_path):
    (tmp_path / "stills").mkdir()
    for text, wanted in {
        "clip.mp4": VideoSource,
        "gone.mkv": VideoSource,
        "stills": StillsSource,
        "one.JPG": StillsSource,
        "rtsp://127.0.0.1/x": LiveStream,
        "HTTPS://127.0.0.1/x": LiveStream,
    }.items():
        assert isinstance(open_source(_camera(text), tmp_path), wanted)
    assert isinstance(open_source(_camera("a.mp4", "b.mp4"), tmp_path), PlayedInTurn)


@pytest.mark.parametrize(
    ("camera", "words"),
    [
        (_camera(), "no source"),
        (_camera("a.mp4", "rtsp://joe:pw@127.0.0.1/x"), "only one"),
        (_camera("rtsp://joe:pw@127.0.0.1/x", start=START), "no start"),
    ],
)
def test_impossible_cameras_are_refused_without_their_passwords(camera, words, tmp_path):
    with pytest.raises(SourceError, match=words) as caught:
        open_source(camera, tmp_path)
    assert not re.search("pw|joe", str(caught.value))


def test_the_two_dresden_clips_are_one_time_line(shared):
    names = [f"Testvideo_FR20_2020-02-20_13-11-{second}.mp4" for second in ("00", "10")]
    source = open_source(_camera(*names), shared / "data" / "dresden")
    assert source.about().duration_s == pytest.approx(19.95)
    frames = [item for item in source if isinstance(item, Frame)]
    assert len(frames) == 399
    assert frames[0].at == utc("2020-02-20 13:11:00")
    assert {round((b.at - a.at).total_seconds(), 4) for a, b in pairwise(frames)} == {0.05}
    assert {round(frame.watched_s, 4) for frame in frames} == {0.05}


def test_recordings_without_times_follow_one_another(tmp_path):
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        _two_seconds(tmp_path / name)
    frames = check_frame_source(open_source(_camera("a.mp4", "b.mp4", "c.mp4", start=START), tmp_path))
    assert [frame.at for frame in frames] == [START + timedelta(seconds=n / 25) for n in range(150)]
    assert sum(frame.watched_s for frame in frames) == pytest.approx(6)


def test_a_given_start_sets_the_clock_of_all_names_right(tmp_path):
    names = [f"2024-05-06_09-08-{second}.mp4" for second in ("09", "11", "40")]
    for name in names:
        _two_seconds(tmp_path / name)
    frames = check_frame_source(open_source(_camera(*names, start=START), tmp_path))
    assert [frames[n].at for n in (0, 50, 100)] == [START, START + timedelta(seconds=2), START + timedelta(seconds=31)]
    assert frames[50].watched_s == pytest.approx(1 / 25)
    assert frames[100].watched_s == 0.0
    assert sum(frame.watched_s for frame in frames) == pytest.approx(6 - 1 / 25)


def test_names_of_whole_seconds_may_overlap_a_little_but_not_much(tmp_path):
    _two_seconds(tmp_path / "2024-05-06_07-08-09.mp4")
    _two_seconds(tmp_path / "2024-05-06_07-08-10.mp4")
    names = ["2024-05-06_07-08-09.mp4", "2024-05-06_07-08-10.mp4"]
    frames = check_frame_source(open_source(_camera(*names), tmp_path))
    assert frames[50].at == START + timedelta(seconds=2)
    with pytest.raises(SourceError, match="in order of time"):
        list(open_source(_camera(*reversed(names)), tmp_path))
    with pytest.raises(SourceError, match="each once"):
        list(open_source(_camera(names[0], names[0]), tmp_path))


def test_a_broken_recording_among_good_ones_is_said_and_the_rest_is_read(tmp_path):
    names = [f"2024-05-06_07-08-{second}.mp4" for second in ("09", "20", "30")]
    _two_seconds(tmp_path / names[0])
    (tmp_path / names[1]).touch()
    _two_seconds(tmp_path / names[2])
    items = []
    with pytest.raises(SourceError, match=r"1 of 3 sources of camera cam .*07-08-20\.mp4 is empty"):
        _collect(open_source(_camera(*names), tmp_path), items)
    health = [item for item in items if isinstance(item, CameraHealth)]
    assert [(one.state, one.at) for one in health] == [(HealthState.EMPTY_FILE, utc("2024-05-06 07:08:20"))]
    assert len(items) - len(health) == 100


def test_after_a_broken_recording_the_next_must_know_its_own_time(tmp_path):
    (tmp_path / "a.mp4").write_text("no video")
    _two_seconds(tmp_path / "b.mp4")
    with pytest.raises(SourceError, match=r"2 of 2 .*b\.mp4 does not say when it starts"):
        list(open_source(_camera("a.mp4", "b.mp4", start=START), tmp_path))
