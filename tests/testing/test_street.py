"""The clip, its camera and its truth."""

from __future__ import annotations

import math
import subprocess
import sys
import tomllib
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from waywarden.terms.errors import ConfigError
from waywarden.terms.kinds import KINDS, Kind
from waywarden.terms.records import Direction
from waywarden.testing.drawing.meshes import GLASS, Builder
from waywarden.testing.drawing.weather import SNOW_RGB, Condition, flakes, under_snow
from waywarden.testing.junction import OUTWARDS
from waywarden.testing.street import MadeUpStreet, made_up_street

SMALL = (176, 144)


@pytest.fixture(scope="module")
def street() -> MadeUpStreet:
    return made_up_street(3, seconds=60, size=(352, 288), rate_hz=5)


def test_the_same_seed_gives_the_same_frames_and_truth() -> None:
    rain, night, snow = ({"condition": condition} for condition in ("rain", "night", "snow"))
    for options in ({}, rain | {"shake": True}, night | {"occlusion": True}, snow | {"shake": True}):
        one, two = (made_up_street(5, seconds=4, size=SMALL, rate_hz=2, **options) for _ in range(2))
        assert all(np.array_equal(a, b) for a, b in zip(one.frames(), two.frames(), strict=True))
        assert one.truth.crossings == two.truth.crossings
        assert one.truth.movements == two.truth.movements
        assert np.array_equal(one.truth.boxes(3).xyxy_px, two.truth.boxes(3).xyxy_px)
        assert np.array_equal(one.frame(3), list(two.frames())[3])  # in whatever order they are asked for


def test_another_seed_gives_another_street() -> None:
    one, two = (made_up_street(seed, seconds=60, size=SMALL, rate_hz=2) for seed in (5, 6))
    assert not np.array_equal(one.frame(0), two.frame(0))
    assert one.truth.crossings != two.truth.crossings


def test_another_light_does_not_change_the_traffic() -> None:
    day, night = (made_up_street(5, seconds=60, size=SMALL, condition=light) for light in ("day", "night"))
    assert day.truth.crossings == night.truth.crossings
    assert day.camera("x").gates == night.camera("x").gates


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("left", [False, True])
def test_gates_lie_in_the_picture_and_forward_is_into_the_junction(*, seed: int, left: bool) -> None:
    for size in ((352, 288), (640, 360)):
        street = made_up_street(seed, seconds=1, size=size, drives_on_left=left)
        camera = street.camera("clip.mp4")
        assert [gate.id for gate in camera.gates] == ["north", "east", "south", "west"]
        middle = np.array(street.mast.px(0, 0))
        for gate in camera.gates:
            a, b = np.array(gate.from_px), np.array(gate.to_px)
            assert ((a >= 0) & (a <= size) & (b >= 0) & (b <= size)).all()
            along = b - a
            right_hand = np.array((-along[1], along[0]))  # y runs down
            assert right_hand @ (middle - a) > 0
            away = np.array(street.mast.px(*(20 * v for v in OUTWARDS[gate.id])))
            assert right_hand @ (away - a) < 0


def test_who_crosses_stands_on_the_gate_at_that_time(street: MadeUpStreet) -> None:
    gates = {gate.id: gate for gate in street.camera("x").gates}
    seen = 0
    for crossing in street.truth.crossings:
        gate = gates[crossing.gate_id]
        a, b = np.array(gate.from_px), np.array(gate.to_px)
        across = np.array((-(b - a)[1], (b - a)[0])) / np.hypot(*(b - a))
        here = []
        for trip in street.trips:
            if trip.kind is crossing.kind and trip.begins_s() <= crossing.at_s <= trip.ends_s():
                before, at, after = (
                    np.array(street.mast.px(*trip.pose(crossing.at_s + d)[:2])) for d in (-0.2, 0, 0.2)
                )
                along = (at - a) @ (b - a) / ((b - a) @ (b - a))
                forward = (after - before) @ across > 0
                if abs((at - a) @ across) <= 2 and 0 <= along <= 1:
                    here.append(forward is np.True_)
        assert (crossing.direction is Direction.FORWARD) in here
        seen += 1
    assert seen > 20


def test_the_surveyed_points_give_back_the_metres(street: MadeUpStreet) -> None:
    points = street.camera("x").calibration.points
    assert street.camera("x").calibration.crs == "metres"
    assert len(points) >= 8
    found, _ = cv2.findHomography(np.array([p.px for p in points]), np.array([p.ground for p in points]))
    rng = np.random.default_rng(1)
    for x, y in rng.uniform(-12, 12, (50, 2)):
        u, v = street.mast.px(x, y)
        back = found @ (u, v, 1)
        assert np.allclose(back[:2] / back[2], (x, y), atol=1e-3)
        flat = street.mast.homography @ (x, y, 1)
        assert np.allclose(flat[:2] / flat[2], (u, v), atol=1e-6)
        assert np.allclose(street.mast.ground(np.array((u, v))), (x, y), atol=1e-6)


@pytest.mark.parametrize("options", [{}, {"shake": True}])
def test_boxes_lie_where_the_picture_differs_from_the_empty_street(options: dict[str, bool]) -> None:
    street = made_up_street(2, seconds=40, size=(352, 288), rate_hz=0.5, **options)
    number = 9
    boxes = street.truth.boxes(number)
    assert len(boxes.xyxy_px) > 5
    background = np.median([street.frame(n) for n in range(0, 20, 2)], axis=0) if not options else None
    width, height = 352, 288
    assert (boxes.xyxy_px >= 0).all()
    assert (boxes.xyxy_px <= (width, height, width, height)).all()
    assert ((boxes.visible_share > 0) & (boxes.visible_share <= 1)).all()
    if background is None:
        return
    moved = np.abs(street.frame(number).astype(float) - background).max(axis=2) > 40
    inside = np.zeros_like(moved)
    for x0, y0, x1, y1 in boxes.xyxy_px:
        inside[max(int(y0) - 2, 0) : int(y1) + 8, max(int(x0) - 8, 0) : int(x1) + 9] = True
    assert (moved & inside).sum() > 0.75 * moved.sum()


def test_a_tree_in_the_view_hides_what_is_behind_it() -> None:
    shares = []
    for occlusion in (False, True):
        street = made_up_street(4, seconds=60, size=(352, 288), rate_hz=0.2, occlusion=occlusion)
        found = [street.truth.boxes(number) for number in range(12)]
        wide = [b.visible_share[(b.xyxy_px[:, 2] - b.xyxy_px[:, 0]) > 25] for b in found]
        shares.append(np.concatenate(wide).mean())
    assert shares[1] < shares[0] - 0.01


@pytest.mark.parametrize(("size", "rate_hz"), [((352, 288), 12.5), ((640, 360), 16.0)])
def test_the_clip_decodes_to_its_frames_and_times(tmp_path: Path, size: tuple[int, int], rate_hz: float) -> None:
    street = made_up_street(1, seconds=4.4, size=size, rate_hz=rate_hz)
    told = []
    path = street.write(tmp_path / "clip.mp4", lambda done, every: told.append((done, every)))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(video=0))
        assert stream.codec_context.name == "h264"
        assert (stream.width, stream.height) == size
    assert len(frames) == street.frame_count == math.ceil(round(4.4 * rate_hz, 6))
    assert told[-1] == (len(frames), len(frames))
    assert len(told) == len(frames)
    assert [frame.time for frame in frames] == pytest.approx([n / rate_hz for n in range(len(frames))], abs=1e-6)
    keys = [n for n, frame in enumerate(frames) if frame.key_frame]
    assert keys[:2] == [0, 50]
    error = np.abs(frames[20].to_ndarray(format="rgb24").astype(int) - street.frame(20)).mean()
    assert error < 8
    assert path.stat().st_size * 8 / 4.4 < 3 * street.scene.kbps * 1000


def test_a_poor_line_makes_a_smaller_and_worse_clip(tmp_path: Path) -> None:
    sizes, errors = [], []
    for kbps in (40, 800):
        street = made_up_street(1, seconds=4, size=(352, 288), kbps=kbps)
        path = street.write(tmp_path / f"{kbps}.mp4")
        with av.open(str(path)) as container:
            last = list(container.decode(video=0))[-1].to_ndarray(format="rgb24").astype(int)
        sizes.append(path.stat().st_size)
        errors.append(np.abs(last - street.frame(street.frame_count - 1)).mean())
    assert sizes[0] < sizes[1] / 2
    assert errors[0] > errors[1]


def test_conditions_look_as_they_are_called() -> None:
    light = {c.value: made_up_street(8, seconds=1, size=SMALL, condition=c).frame(0) for c in Condition}
    mean = {name: picture.mean() for name, picture in light.items()}
    assert mean["day"] > mean["dusk"] > mean["night"]
    assert light["night"].max() > 200  # lamps shine
    assert light["rain"].std() < light["day"].std()
    colourful = {name: np.ptp(picture.astype(int), axis=2).mean() for name, picture in light.items()}
    assert colourful["snow"] < colourful["rain"]  # grass and roofs are under it


def test_snow_lies_on_roofs_and_not_on_panes_or_sides() -> None:
    build = Builder()
    square = ((0, 0), (1, 0), (1, 1), (0, 1))
    build.quad([(x, y, 1) for x, y in square], (0, 0, 1), ((120, 20, 20), 0.3, 0))
    build.quad([(x, y, 1) for x, y in square], (0, 0, 1), (GLASS, 0.3, 0))
    build.quad([(x, 1, z) for x, z in square], (0, 1, 0), ((120, 20, 20), 0.3, 0))
    bare = build.body()
    roof, pane, side = under_snow(bare, 1.0).rgb
    assert (roof == SNOW_RGB).all()
    assert (pane == GLASS).all()
    assert (side == (120, 20, 20)).all()
    assert (under_snow(bare, 0.0).rgb == bare.rgb).all()


def test_flakes_are_bright_and_few_and_only_ever_add_light() -> None:
    layer = flakes(np.random.default_rng(3), 288, 352)
    assert layer.shape == (288, 352)
    assert layer.min() == 0
    assert layer.max() > 40
    assert 0.001 < (layer > 20).mean() < 0.03


def test_a_mast_in_the_wind_shakes_the_picture() -> None:
    still, shaken = (made_up_street(8, seconds=4, size=SMALL, rate_hz=5, shake=shake) for shake in (False, True))
    corner = slice(100, 140), slice(60, 120)

    def restless(street: MadeUpStreet) -> float:
        return float(np.std([f[corner].astype(float) for f in street.frames()], axis=0).mean())

    assert restless(shaken) > 1.5 * restless(still)


def test_the_camera_and_the_file_say_the_same(street: MadeUpStreet) -> None:
    camera = street.camera("clip.mp4")
    written = tomllib.loads(street.city_toml("clip.mp4"))["camera"][0]
    assert written["id"] == camera.id
    assert written["source"] == "clip.mp4"
    assert written["start"] == camera.start
    assert [gate["id"] for gate in written["gate"]] == [gate.id for gate in camera.gates]
    for gate, kept in zip(written["gate"], camera.gates, strict=True):
        assert gate["from_px"] == pytest.approx(kept.from_px, abs=0.01)
    assert [(m["id"], m["from"], m["to"]) for m in written["movement"]] == [
        (m.id, m.from_gate, m.to_gate) for m in camera.movements
    ]
    assert len(camera.movements) == 12
    assert len(written["calibration"]["point"]) == len(camera.calibration.points)


def test_near_vehicles_are_large_and_far_ones_not_too_small() -> None:
    street = made_up_street(0, seconds=60, size=(640, 360), rate_hz=0.25)
    tall = []
    for number in range(street.frame_count):
        boxes = street.truth.boxes(number)
        cars = (boxes.kind == KINDS.index(Kind.CAR)) & (boxes.visible_share > 0.95)
        tall += list((boxes.xyxy_px[:, 3] - boxes.xyxy_px[:, 1])[cars])
    assert max(tall) > 35
    for arm in OUTWARDS.values():
        foot, roof = (street.mast.px(arm[0] * 12, arm[1] * 12, z)[1] for z in (0, 1.48))
        assert foot - roof > 11  # its height alone, without the length one sees from above


@pytest.mark.parametrize(
    "options",
    [{"size": (353, 288)}, {"size": (64, 48)}, {"seconds": 0}, {"condition": "hail"}],
)
def test_impossible_options_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        made_up_street(1, **options)


@pytest.mark.parametrize("view", ["roadside", "above"])
def test_from_elsewhere_the_traffic_is_the_same_and_boxes_lie_in_the_picture(view: str) -> None:
    corner, other = (made_up_street(8, seconds=60, size=SMALL, rate_hz=0.5, view=v) for v in ("corner", view))
    assert corner.truth.crossings == other.truth.crossings
    boxes = np.concatenate([other.truth.boxes(n).xyxy_px for n in range(other.frame_count)])
    assert len(boxes) > 3
    assert (boxes >= 0).all()
    assert (boxes <= np.array(SMALL * 2)).all()
    assert not np.array_equal(corner.frame(5), other.frame(5))


def test_a_camera_above_looks_down() -> None:
    tilts = {made_up_street(seed, seconds=1, size=SMALL, view="above").mast.tilt_deg for seed in range(8)}
    assert min(tilts) > 60


def test_a_view_that_is_not_known_is_refused() -> None:
    with pytest.raises(ConfigError, match="corner, roadside, above"):
        made_up_street(1, view="below")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere", "1", "2"], "wanted a folder that is there, got nowhere"),
        ([".", "x", "2"], "invalid int value: 'x'"),
        ([".", "1", "0"], "a made-up street needs at least one frame"),
    ],
)
def test_a_street_that_is_asked_for_wrongly_is_refused_in_a_sentence(tmp_path, words, said):
    line = [sys.executable, "-m", "waywarden.testing", *words]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert said in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
