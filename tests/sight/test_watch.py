"""The sealed room's way out."""

from __future__ import annotations

from datetime import timedelta

import av
import numpy as np
import pytest

from waywarden.sight.frame import Frame
from waywarden.sight.ports import SourceFacts
from waywarden.sight.sources.opening import open_source
from waywarden.sight.watch import watch
from waywarden.terms.errors import SourceError
from waywarden.terms.places import Camera
from waywarden.terms.records import CameraHealth, HealthState
from waywarden.terms.transient import Detections
from waywarden.testing.checks_source import utc, write_clip

START = utc("2024-05-06 07:08:09")


class OneCar:
    """An object detector that sees one car in the same place, and remembers how often it was asked."""

    name = "one car"

    def __init__(self) -> None:
        self.asked = 0

    def detect(self, frame: Frame):
        self.asked += 1
        return np.array([[1, 2, 30, 20]], np.float32), np.array([0.9], np.float32), np.array([3], np.int8)


def _camera(*sources: str, start=START) -> Camera:
    return Camera(id="cam", name="", sources=sources, start=start)


def _of(kind, items):
    return [item for item in items if isinstance(item, kind)]


def _collect(source, items):
    for item in source:
        items.append(item)  # what came before the error is wanted


def test_every_good_frame_becomes_detections(tmp_path):
    write_clip(tmp_path / "clip.mp4", [n / 25 for n in range(50)])
    items = list(watch("cam", open_source(_camera("clip.mp4"), tmp_path), OneCar()))
    seen = _of(Detections, items)
    assert [item.at for item in seen] == [START + timedelta(seconds=n / 25) for n in range(50)]
    assert sum(item.watched_s for item in seen) == pytest.approx(2)
    assert all(item.camera_id == "cam" and len(item) == 1 for item in seen)
    assert [item.state for item in _of(CameraHealth, items)] == [HealthState.OK]
    assert items[0] is _of(CameraHealth, items)[0]


def test_frames_without_a_street_are_neither_shown_to_the_detector_nor_watched():
    card = np.full((48, 64, 3), 90, np.uint8)
    card[10:20, 10:40] = 255
    ramp = np.mgrid[0:48, 0:64].sum(axis=0)
    street = np.stack([ramp * 2, 200 - ramp, ramp + 40], axis=-1).astype(np.uint8)

    class Source:
        def about(self):
            return SourceFacts(64, 48, 1.0, "made up", 11.0)

        def __iter__(self):
            for second in range(12):
                rgb = card if 4 <= second < 8 else np.roll(street, second, axis=1)
                yield Frame(av.VideoFrame.from_ndarray(rgb, format="rgb24"), START + timedelta(seconds=second), 1.0)

    car = OneCar()
    items = list(watch("cam", Source(), car))
    assert [(item.at - START).total_seconds() for item in _of(Detections, items)] == [0, 1, 2, 3, 8, 9, 10, 11]
    assert car.asked == 8
    states = [item.state for item in _of(CameraHealth, items)]
    assert states == [HealthState.OK, HealthState.PLACEHOLDER, HealthState.OK]


def test_the_folder_of_faults_is_watched_to_its_end(shared):
    source = open_source(_camera("camera_faults", start=None), shared / "data")
    items = list(watch("cam", source, OneCar()))
    states = [item.state.value for item in _of(CameraHealth, items)]
    assert sorted(set(states)) == ["empty_file", "grey", "not_a_picture", "ok", "placeholder", "smeared"]
    assert states.count("placeholder") == 2
    assert len(_of(Detections, items)) == 4
    assert [item.watched_s for item in _of(Detections, items)] == [0.0] * 4


def test_a_source_that_cannot_go_on_says_so_after_what_it_gave(tmp_path):
    write_clip(tmp_path / "2024-05-06_07-08-09.mp4", [n / 25 for n in range(25)])
    (tmp_path / "2024-05-06_07-09-00.mp4").touch()
    camera = _camera("2024-05-06_07-08-09.mp4", "2024-05-06_07-09-00.mp4", start=None)
    items = []
    with pytest.raises(SourceError, match="1 of 2"):
        _collect(watch("cam", open_source(camera, tmp_path), OneCar()), items)
    assert len(_of(Detections, items)) == 25
    assert [item.state for item in _of(CameraHealth, items)] == [HealthState.OK, HealthState.EMPTY_FILE]
