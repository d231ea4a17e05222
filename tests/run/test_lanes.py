"""Lanes from the network and from the drive, by the command line: into the store, the API, and a claim pack."""

from __future__ import annotations

import csv
import json
import sqlite3
import zipfile
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.web.made_up import MemoryStore

from run.command_line import Said, ask
from waywarden.run.road.now.site import with_road
from waywarden.terms.places import City
from waywarden.testing.drives.surveyed import SurveyScene, write_survey
from waywarden.web.accounts.beside import Beside
from waywarden.web.app import create_app


class Road:
    """A made-up survey, over a network that says how many lanes its street has."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.store = folder, folder / "records.sqlite"
        self.drives, self.truth = write_survey(folder, SurveyScene(seed=7, passes=2))

    def with_lanes(self, **told: object) -> None:
        file = self.folder / "network.geojson"
        network = json.loads(file.read_text("utf-8"))
        for each in network["features"]:
            each["properties"] |= told
        file.write_text(json.dumps(network), "utf-8")

    def with_right_m(self, right_m: float) -> None:
        file = self.folder / "sightings.csv"
        rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, [*rows[0], "right_m"])
            writer.writeheader()
            writer.writerows([{**row, "right_m": right_m} for row in rows])

    def survey(self, drive: Path, *more: object) -> Said:
        said = ask("survey", drive, "--network", self.folder / "network.geojson", "--city", self.folder / "city.toml",
                   "--store", self.store, "--sightings", self.folder / "sightings.csv", *more)  # fmt: skip
        assert said.code == 0, said.lines
        return said

    def lanes(self) -> tuple[set[str], set[int | None], set[int | None]]:
        """Return what the store has: lanes driven, of sightings, and of defects."""
        connection = sqlite3.connect(self.store)
        asked = ("SELECT lanes FROM inspection WHERE street_id = 'main'", "SELECT lane FROM distress_sighting",
                 "SELECT lane FROM defect_now")  # fmt: skip
        looks, sightings, defects = ({row[0] for row in connection.execute(each)} for each in asked)
        connection.close()
        return looks, sightings, defects

    def names(self) -> list[tuple[str, str]]:
        said = ask("road", "names", "--store", self.store)
        return [(row["sighting"], row["defect"]) for row in csv.DictReader(said.out.splitlines())]


@pytest.fixture
def road(tmp_path: Path) -> Road:
    return Road(tmp_path)


def driven(looks: set[str]) -> set[int]:
    return {lane for each in looks for _, _, lane in json.loads(each)}


def test_nobody_says_how_many_lanes_there_are_so_none_is_told(road: Road) -> None:
    road.survey(road.drives[0])
    assert road.lanes() == ({"[]"}, {None}, {None})


def test_the_only_lane_there_is_is_the_lane(road: Road) -> None:
    road.with_lanes(lanes=2)
    road.survey(road.drives[0])
    looks, sightings, defects = road.lanes()
    assert driven(looks) == sightings == defects == {1}
    (row,) = csv.DictReader(
        ask(
            "road", "seen", "--street", "main", "--chainage", 400, "--way", "along", "--store", road.store
        ).out.splitlines()
    )
    assert row["lane"] == "1"


def test_of_many_lanes_none_is_guessed_and_identity_is_the_same(road: Road, tmp_path: Path) -> None:
    road.with_lanes(lanes=4)
    road.survey(road.drives[0])
    assert road.lanes() == ({"[]"}, {None}, {None})
    before = road.names()
    # The second drive says its lane; its holes are those of the first all the same.
    road.with_right_m(0.3)
    road.survey(road.drives[1], "--lane", 2)
    _, sightings, defects = road.lanes()
    assert sightings == {None, 2}
    assert 2 in defects
    names = dict(road.names())
    assert all(names[sighting] == defect for sighting, defect in before)
    other = Road(tmp_path / "other")
    for drive in other.drives:
        other.survey(drive)
    assert other.lanes() == ({"[]"}, {None}, {None})
    assert dict(other.names()) == names


def test_a_lane_that_there_is_not_is_not_taken(road: Road) -> None:
    road.with_lanes(lanes=4)
    road.survey(road.drives[0], "--lane", 3)
    assert road.lanes()[0] == {"[]"}


def test_neighbours_follow_from_the_side_of_the_kerb_and_defects_that_disagree_have_none(road: Road) -> None:
    road.with_lanes(lanes=4)
    road.with_right_m(3.5)
    road.survey(road.drives[0], "--lane", 2)
    assert road.lanes()[1:] == ({None}, {None})
    road.survey(road.drives[0], "--lane", 2, "--kerb", "right")
    assert road.lanes()[1:] == ({1}, {1})
    road.survey(road.drives[1], "--lane", 1, "--kerb", "left")
    looks, sightings, defects = road.lanes()
    assert driven(looks) == {1, 2}
    assert sightings == {1, 2}
    assert defects == {None, 1, 2}  # seen by both, by the first alone, and by the second alone


def test_the_api_and_a_claim_pack_tell_the_lane(road: Road, tmp_path: Path) -> None:
    road.with_lanes(**{"lanes": 3, "lanes:forward": 2, "lanes:backward": 1})
    road.with_right_m(0.0)
    road.survey(road.drives[0], "--lane", 2)
    client = TestClient(create_app(City("x", "UTC", (), {}), MemoryStore(), beside=with_road(Beside(), road.store)))
    (defect, *_) = client.get("/api/v1/defects?street=main").json()["defects"]
    assert defect["lane"] == 2
    (look, *_) = client.get("/api/v1/inspections?street=main&way=along").json()["inspections"]
    assert look["lane"] == 2
    assert [(each["lane"], each["from_m"]) for each in look["lanes"]] == [(2, look["from_m"])]
    out = tmp_path / "claim.zip"
    packing = ("ledger", "pack", "--defect", defect["defect"], "--at", "2999-01-01", "--store", road.store)
    assert ask(*packing, "--out", out).code == 0
    with zipfile.ZipFile(out) as pack:
        assert json.loads(pack.read("sightings.json"))[0]["lane"] == 2
        assert json.loads(pack.read("inspections.json"))[0]["lanes"][0][2] == 2
        assert "lane, from the kerb" in pack.read("page.html").decode()
    assert ask("ledger", "check-pack", out).code == 0


def test_a_new_edition_that_is_drawn_the_other_way_keeps_the_lanes(road: Road, tmp_path: Path) -> None:
    road.with_lanes(lanes=4)
    road.survey(road.drives[0], "--lane", 2)
    old = road.folder / "old.geojson"
    new = road.folder / "network.geojson"
    old.write_bytes(new.read_bytes())
    network = json.loads(new.read_text("utf-8"))
    for each in network["features"]:
        each["geometry"]["coordinates"].reverse()
    new.write_text(json.dumps(network), "utf-8")
    before = road.lanes()[0]
    assert ask("road", "network", new, "--old", old, "--store", road.store).code == 0
    after = road.lanes()[0]
    assert driven(before) == driven(after) == {2}
    lengths = [
        sorted(round(high - low) for each in looks for low, high, _ in json.loads(each)) for looks in (before, after)
    ]
    assert lengths[0] == lengths[1]
