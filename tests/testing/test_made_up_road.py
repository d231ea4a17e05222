"""The made-up road shows what its truth says, and the truth is where geometry puts it."""

import io
import json

import av
import numpy as np
import pytest

from waywarden.run.road.ride import read_recorded
from waywarden.testing.road.__main__ import main
from waywarden.testing.road.damage import CRACK, LANE, POTHOLE, Pothole
from waywarden.testing.road.decoys import Decoy, bit_of
from waywarden.testing.road.drive import Asked, Drive
from waywarden.testing.road.ground import View, ground_under


def _read(path, pixels):
    name = "png" if path.suffix == ".png" else "jpeg"
    with av.open(io.BytesIO(path.read_bytes()), format=f"{name}_pipe") as container:
        return next(container.decode(video=0)).to_ndarray(format=pixels)


@pytest.fixture(scope="module")
def drive():
    return Drive(Asked(seed=7, metres=60))


def test_the_same_drive_gives_the_same_pictures_in_any_order(drive):
    late = drive.shot(20.0)
    drive.shot(5.0)
    again = Drive(Asked(seed=7, metres=60)).shot(20.0)
    assert np.array_equal(late.rgb, again.rgb)
    assert np.array_equal(late.damage, again.damage)
    assert np.array_equal(late.decoys, again.decoys)


@pytest.mark.parametrize("view", View)
def test_ground_under_a_pixel_projects_back_to_it(view):
    mast = Drive(Asked(seed=3, metres=10, view=view)).mast
    flat = (np.array((0.0, 200.0), np.float32), np.zeros(2, np.float32))
    ground = ground_under(mast, 40.0, 1.5, flat)
    rows, columns = np.array((0, 50, 200)), np.array((3, 200, 400))
    on_road = np.stack((ground.u_m[rows, columns] - 1.5, ground.s_m[rows, 0] - 40, np.zeros(3)), axis=-1)
    at, _ = mast.project(on_road)
    assert at == pytest.approx(np.stack((columns + 0.5, rows + ground.first_row + 0.5), axis=-1), abs=0.05)


def _seen_of(drive, hole, before_m):
    """Return the ground under the picture taken so far before a hole, and which of its pixels the hole has."""
    chainage, box = hole.middle_m[1] - before_m, hole.box
    ground = ground_under(drive.mast, chainage, drive.right_m(chainage), drive.road.bend_from(chainage))
    mask = (drive.shot(chainage).damage[ground.first_row :] & POTHOLE) > 0
    mask &= (ground.s_m > box.from_m) & (ground.s_m < box.to_m) & (ground.u_m > box.left_m) & (ground.u_m < box.right_m)
    return ground, mask


def _apart(one, other):
    return abs(one.middle_m[1] - other.middle_m[1]) > 1.5 or one is other


def test_a_masked_pothole_is_as_large_as_its_outline_and_at_its_place_from_wherever_it_is_seen():
    drive = Drive(Asked(seed=41, metres=60))
    holes = [each for each in drive.damage if isinstance(each, Pothole)]
    alone = [one for one in holes if 12 < one.middle_m[1] < 60 and all(_apart(one, other) for other in holes)]
    for hole in alone[:3]:
        for before_m in (6.0, 9.0):
            ground, mask = _seen_of(drive, hole, before_m)
            square_m = mask * ground.across_m * ground.along_m
            assert float(square_m.sum()) == pytest.approx(hole.extent_m2, rel=0.12)
            middle = [float((square_m * where).sum() / square_m.sum()) for where in (ground.u_m, ground.s_m)]
            assert middle == pytest.approx(hole.centroid_m, abs=0.03)
    assert len(alone) >= 2


def test_a_sound_road_has_its_lane_and_its_decoys_and_no_damage():
    shots = [Drive(Asked(seed=9, metres=60, sound=True)).shot(at) for at in (0.0, 25.0, 50.0)]
    assert all(set(np.unique(shot.damage)) == {0, LANE} for shot in shots)
    assert any(shot.decoys.any() for shot in shots)


@pytest.mark.parametrize("decoy", Decoy)
def test_one_decoy_can_be_had_alone(decoy):
    drive = Drive(Asked(seed=12, metres=100, only=decoy))
    shots = [drive.shot(at) for at in (0.0, 40.0, 80.0)]
    assert {int(value) for shot in shots for value in np.unique(shot.decoys)} == {0, bit_of(decoy)}
    assert not any((shot.damage & (CRACK | POTHOLE)).any() for shot in shots)


def test_what_is_seen_changes_the_picture(drive):
    """The same drive without damage looks different where the masks say so, and only there."""
    sound = Drive(Asked(seed=7, metres=60, sound=True))
    for at in (10.0, 30.0):
        with_damage, without = drive.shot(at), sound.shot(at)
        apart = np.abs(with_damage.rgb.astype(int) - without.rgb).max(axis=-1)
        damaged = (with_damage.damage & (CRACK | POTHOLE)) > 0
        assert np.mean(apart[damaged] > 4) > 0.7
        assert np.mean(apart[~damaged] > 20) < 0.01


def test_pictures_and_masks_are_laid_out_as_a_survey_has_them(tmp_path):
    main(["--seed", "7", "--metres", "10", "--out", str(tmp_path)])
    assert not (tmp_path / "ride").exists()
    shots = list(Drive(Asked(seed=7, metres=10)))
    truth = json.loads((tmp_path / "truth.json").read_text())
    assert [each["chainage_m"] for each in truth["pictures"]] == [0, 5]
    for picture, shot in zip(truth["pictures"], shots, strict=True):
        image = _read(tmp_path / "images" / f"{picture['name']}.jpg", "rgb24")
        assert image.shape == (500, 800, 3)
        assert np.abs(image.astype(int) - shot.rgb).mean() < 8
        assert np.array_equal(_read(tmp_path / "masks" / f"{picture['name']}.png", "gray"), shot.damage)
        assert np.array_equal(_read(tmp_path / "decoys" / f"{picture['name']}.png", "gray"), shot.decoys)


def test_a_phone_can_be_in_the_car_that_takes_the_pictures(tmp_path):
    main(["--seed", "41", "--metres", "200", "--step", "200", "--ride", "--out", str(tmp_path)])
    hits = json.loads((tmp_path / "ride" / "truth.json").read_text())["potholes"]
    ride = read_recorded(tmp_path / "ride").ride
    assert len(hits) >= 2
    along_m = np.cumsum(ride.speed_mps) / 100
    for hit in hits:
        assert np.interp(hit["hit_s"], ride.at_s, along_m) == pytest.approx(hit["at_m"], abs=6)
