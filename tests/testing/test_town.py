"""The made-up town: its truth by its own rules, and what a survey with perfect eyes leaves of it."""

from __future__ import annotations

import csv
import itertools
import json
from collections import Counter
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from run.command_line import ask
from waywarden.run.showing import town as showing
from waywarden.testing.road.__main__ import as_jpeg
from waywarden.testing.road.damage import CRACK, POTHOLE
from waywarden.testing.road.drive import Shot
from waywarden.testing.road.ground import ground_under
from waywarden.testing.town import driving
from waywarden.testing.town.__main__ import draw
from waywarden.testing.town.driving import SPEED_MPS, SeasonDrive
from waywarden.testing.town.plan import END_M, MENDED_AFTER, METRES, Town, TownDamage
from waywarden.testing.town.scoring import BEFORE_M, BEHIND_M, score

SEEN_AHEAD_M = 6.0
CITY = '[city]\nname = "Town"\ntime_zone = "UTC"\n\n[[camera]]\nid = "none"\nsource = "none.mp4"\n'


@pytest.mark.parametrize("seed", range(6))
def test_damage_comes_grows_and_goes_as_the_plan_says(seed: int) -> None:
    town = Town(seed)
    every = town.damage()
    assert sum(each.mended_after is not None for each in every) == 9
    assert sum(not each.holds for each in every) == 1
    for each in every:
        sizes = [0.0 if there is None else there.extent_m2 for there in map(each.at, range(town.drives))]
        assert all(size == 0 for size in sizes[: each.born])
        assert sizes[each.born] > 0
        if each.mended_after is None:
            assert sizes == sorted(sizes)
        elif each.holds:
            assert sizes[MENDED_AFTER + 1 :] == [0.0, 0.0]
        patches = [each.patch_at(drive) is not None for drive in range(town.drives)]
        assert patches == [each.mended_after is not None and drive > MENDED_AFTER for drive in range(town.drives)]


@pytest.mark.parametrize("seed", range(6))
def test_damage_lies_apart_and_within_its_street(seed: int) -> None:
    for street in range(3):
        boxes = sorted(
            (each.full.box.from_m, each.full.box.to_m) for each in Town(seed).damage() if each.street == street
        )
        assert boxes[0][0] > END_M - 2
        assert boxes[-1][1] < METRES - END_M + 4
        assert all(later[0] - sooner[1] > BEFORE_M + BEHIND_M for sooner, later in itertools.pairwise(boxes))


def marked(town: Town, each: TownDamage, drive: int) -> int:
    """Return how many pixels the truth marks as damaged where ``each`` is, on a picture taken 6 m before it."""
    one, box = SeasonDrive(town, each.street, drive), each.full.box
    at_m = box.from_m - 6.0
    ground = ground_under(one.mast, at_m, one.right_m(at_m), one.road.bend_from(at_m))
    here = (ground.s_m > box.from_m) & (ground.s_m < box.to_m) & (ground.u_m > box.left_m) & (ground.u_m < box.right_m)
    return int(((one.shot(at_m).damage[ground.first_row :] & (CRACK | POTHOLE)) > 0)[here].sum())


def test_a_repair_hides_the_damage_from_the_mask_and_one_that_does_not_hold_shows_it_again() -> None:
    town = Town(1)
    for each in town.damage():
        if each.street == 0 and each.mended_after is not None:
            assert marked(town, each, MENDED_AFTER) > 0
            assert (marked(town, each, MENDED_AFTER + 1) > 0) == (not each.holds)


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a town whose pictures are all grey: GPS, rides and truth are as ever."""
    grey = as_jpeg(np.full((32, 32, 3), 99, np.uint8))
    nothing = np.zeros((1, 1), np.uint8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(driving, "as_jpeg", lambda _: grey)
        patch.setattr(SeasonDrive, "shot", lambda self, at: Shot(at, 0.0, nothing, nothing, nothing))
        return draw(Town(3), tmp_path_factory.mktemp("blank"))


def seen_by_perfect_eyes(town: Path, truth: dict[str, object]) -> Path:
    """Write a file of sightings: every damage of every drive, seen from the picture next to 6 m before it."""
    file = town / "seen.csv"
    with file.open("w", newline="") as opened:
        rows = csv.writer(opened)
        rows.writerow(["time", "kind", "ahead_m", "extent_m2"])
        for number, drive in enumerate(truth["drives"]):
            for each in truth["damage"]:
                if not each["there"][number]:
                    continue
                times = [p["at"] for p in drive["pictures"] if p["street"] == each["street"]]
                began = datetime.fromisoformat(min(times))
                where_m = (each["from_m"] - SEEN_AHEAD_M) // 5 * 5
                at = began.timestamp() + where_m / SPEED_MPS
                rows.writerow([datetime.fromtimestamp(at, began.tzinfo).isoformat(), each["kind"],
                               each["from_m"] - where_m, 0.5])  # fmt: skip
    return file


def test_perfect_eyes_find_everything_and_judge_every_repair_right(blank: Path, tmp_path: Path) -> None:
    truth = json.loads((blank / "truth.json").read_text("utf-8"))
    (tmp_path / "city.toml").write_text(CITY)
    job = showing.TownJob(tmp_path, 3, tmp_path / "city.toml", tmp_path / "records.sqlite", tmp_path / "shown")
    seen = seen_by_perfect_eyes(blank, truth)
    for number, drive in enumerate(truth["drives"]):
        said = ask("survey", blank / drive["folder"], "--network", blank / "streets.geojson", "--city", job.city_file,
                   "--store", job.store_file, "--sightings", seen)  # fmt: skip
        assert said.code == 0, said.lines
        assert showing._is_in(job.store_file, blank / drive["folder"])
        if number == MENDED_AFTER:
            began = datetime.fromisoformat(drive["began"])
            showing._mend(job, blank, number, began)
            showing._mend(job, blank, number, began)  # a demo that was ended there, and is run again
        showing._judge(job, blank)
    found = score(blank / "truth.json", job.store_file)
    assert all(each["found"] == each["true"] and each["false"] == 0 for each in found["kinds"].values())
    assert found["sightings"] == found["true_sightings"] == sum(sum(each["there"]) for each in truth["damage"])
    assert found["pairwise_f1"] > 0.95
    assert found["position_error_median_m"] < 4
    assert found["repairs"] == {
        "mended": 9, "not_in_ledger": 0, "open": 0, "verified_right": 8, "verified_wrong": 0, "reopened_right": 1,
        "reopened_wrong": 0,
    }  # fmt: skip


def test_the_phone_feels_holes_that_a_wheel_went_through_and_little_else(blank: Path) -> None:
    drives = json.loads((blank / "truth.json").read_text("utf-8"))["drives"]
    felt = sum((showing._felt(blank / each["folder"], each["hit_s"]) for each in drives), Counter())
    assert felt["felt"] >= 0.5 * felt["true"] > 0
    assert felt["false"] <= felt["felt"] / 2


def test_a_town_that_is_there_is_not_drawn_again(blank: Path) -> None:
    drawn = {path: path.stat().st_mtime_ns for path in blank.glob("drive-*/*.jpg")}
    assert draw(Town(3), blank.parent) == blank
    assert {path: path.stat().st_mtime_ns for path in blank.glob("drive-*/*.jpg")} == drawn
