"""A survey, as a stranger uses the command line: a made-up street that is driven four times."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from run.command_line import Said, ask, ended, started
from waywarden.testing.drives.surveyed import SurveyScene, write_survey

LEDGER = "SELECT defect_id, fact, observed_us, told FROM ledger_entry ORDER BY number"


class Street:
    """The files of a made-up survey, and what it comes to."""

    def __init__(self, folder: Path, scene: SurveyScene) -> None:
        self.folder = folder
        self.store = folder / "records.sqlite"
        self.drives, self.truth = write_survey(folder, scene)

    def words(self, *drives: Path, seen: bool = True) -> list[object]:
        told = ["--sightings", self.folder / "sightings.csv"] if seen else []
        network, city = self.folder / "network.geojson", self.folder / "city.toml"
        return ["survey", *drives, "--network", network, "--city", city, "--store", self.store, *told]

    def survey(self, *drives: Path, seen: bool = True) -> Said:
        return ask(*self.words(*drives, seen=seen))

    def rows(self, asked: str) -> list[tuple]:
        connection = sqlite3.connect(self.store)
        try:
            return connection.execute(asked).fetchall()
        finally:
            connection.close()

    def everything(self) -> list[list[tuple]]:
        tables = ("SELECT * FROM inspection", "SELECT * FROM distress_sighting", LEDGER)
        return [self.rows(each) for each in tables]


@pytest.fixture
def street(tmp_path: Path) -> Street:
    return Street(tmp_path, SurveyScene(seed=7))


def test_four_drives_come_to_a_ledger(street: Street) -> None:
    said = street.survey(*street.drives)
    assert said.code == 0
    rows = list(csv.DictReader(said.out.splitlines()))
    assert [int(row["seen"]) for row in rows] == [len(each) for each in street.truth]
    assert {row["unplaced"] for row in rows} == {"0"}
    assert all(float(row["surely_m"]) > 850 and float(row["unsure_m"]) < 30 for row in rows)
    assert ask("ledger", "verify", "--store", street.store).code == 0
    named = {json.loads(told)["sighting_id"]: defect for defect, _, _, told in street.rows(LEDGER)}
    in_time = "SELECT sighting_id FROM distress_sighting WHERE pass_id = '{}-000' ORDER BY at_us"
    truth = {
        name: true
        for row, drive in zip(rows, street.truth, strict=True)
        for (name,), true in zip(street.rows(in_time.format(row["id"])), drive, strict=True)
    }
    assert set(named) == set(truth)
    # Of the defects that two drives or more saw, nearly all have one name, and nobody else's.
    seen = Counter(true for true in truth.values() if true >= 0)
    often = [true for true, times in seen.items() if times >= 2]
    names = [{named[one] for one, of in truth.items() if of == true} for true in often]
    assert sum(len(each) == 1 for each in names) >= 0.85 * len(often)
    assert len(set().union(*names)) >= 0.9 * len(often)


def test_run_again_nothing_changes(street: Street) -> None:
    street.survey(*street.drives)
    once = street.everything()
    said = street.survey(*street.drives)
    assert said.code == 0
    assert "0 facts" in " ".join(said.lines)
    assert street.everything() == once
    street.survey(street.drives[2])
    assert street.everything() == once


def test_one_by_one_each_sighting_is_written_down_once(street: Street) -> None:
    for each in street.drives:
        assert street.survey(each).code == 0
    told = [json.loads(row[3])["sighting_id"] for row in street.rows(LEDGER)]
    assert len(told) == len(set(told)) == sum(map(len, street.truth))
    assert ask("ledger", "verify", "--store", street.store).code == 0


def test_killed_in_the_middle_and_run_again_it_comes_to_the_same(tmp_path: Path) -> None:
    folders = [tmp_path / "whole", tmp_path / "killed"]
    for each in folders:
        each.mkdir()
    whole, killed = (Street(each, SurveyScene(seed=9)) for each in folders)
    whole.survey(*whole.drives)
    running = started(*killed.words(*killed.drives, *killed.drives * 8))
    assert running.stdout is not None
    lines = iter(running.stdout.readline, "")
    assert any(line.startswith("drive-1") for line in lines)
    running.kill()
    ended(running)
    left = killed.rows("SELECT count(*) FROM ledger_entry")
    assert left == [(0,)], "it was killed too late to show anything"
    assert killed.survey(*killed.drives).code == 0
    assert killed.everything() == whole.everything()


def test_a_bad_drive_is_told_and_the_rest_goes_on(street: Street) -> None:
    cut = street.folder / "cut.csv"
    cut.write_text(street.drives[1].read_text()[:-10])
    future = street.folder / "future.csv"
    future.write_text(street.drives[1].read_text().replace("2026-04", "2226-04"))
    far = street.folder / "far.csv"
    far.write_text(street.drives[1].read_text().replace(",60.1", ",10.1"))
    said = street.survey(street.drives[0], cut, future, far, street.drives[1])
    assert said.code == 3
    rows = list(csv.DictReader(said.out.splitlines()))
    assert [row["drive"] for row in rows if not row["trouble"]] == ["drive-0.csv", "drive-1.csv"]
    assert ["cut short" in row["trouble"] for row in rows] == [False, True, False, False, False]
    told = " ".join(said.lines)
    for words in ("cut short", "ends in the future", "no street near 10.1"):
        assert words in told
    assert len(street.rows("SELECT DISTINCT pass_id FROM inspection")) == 2


def test_when_a_place_was_last_seen_is_one_query(street: Street) -> None:
    street.survey(*street.drives[:2])
    street.survey(street.drives[2], seen=False)

    def asked(*words: object) -> list[dict[str, str]]:
        said = ask("road", "seen", "--street", "main", "--chainage", 400, "--store", street.store, *words)
        return list(csv.DictReader(said.out.splitlines()))

    (last,) = asked()
    assert (last["at"], last["way"], last["light"]) == ("2026-04-01T11:00:00Z", "along", "day")
    assert sum(int(each.partition(":")[2]) for each in last["found"].split()) == len(street.truth[1])
    every = asked("--all")
    assert every[0]["found"] == "not looked for"
    assert [row["at"][:7] for row in every] == ["2026-05", "2026-04", "2026-03"]
    assert asked("--way", "against") == []


def test_nothing_found_is_a_finding(street: Street) -> None:
    (street.folder / "sightings.csv").write_text("time,kind\n")
    said = street.survey(street.drives[0])
    assert said.code == 0
    assert street.rows("SELECT found, seen_share FROM inspection") == [("{}", 1.0)]


def test_a_mended_place_that_is_seen_sound_is_verified(street: Street) -> None:
    """Two later drives that look and find nothing verify a repair."""
    (street.folder / "sightings.csv").write_text(
        f"time,kind\n{datetime(2026, 3, 2, 11, 1, tzinfo=UTC).isoformat()},pothole\n"
    )
    street.survey(street.drives[0])
    ((defect,),) = street.rows("SELECT defect_id FROM ledger_entry")
    ask("ledger", "write", defect, "repaired", "--observed", "2026-03-20", "--store", street.store)
    street.survey(*street.drives[1:3])
    facts = [row[:2] for row in street.rows(LEDGER)]
    assert facts == [(defect, "seen"), (defect, "repaired"), (defect, "seen_sound"), (defect, "seen_sound")]
    street.survey(*street.drives[:3])
    assert len(street.rows(LEDGER)) == 4
    hardly = ask(*street.words(street.drives[3]), "--seen-share", 0.3)
    assert (hardly.code, len(street.rows(LEDGER))) == (0, 4)  # who saw little of the street does not know
    policy = street.folder / "policy.toml"
    shown = (Path(__file__).resolve().parents[2] / "docs" / "road.md").read_text()
    policy.write_text(shown.partition("```toml\n")[2].partition("```")[0])
    judged = ask("ledger", "judge", "--policy", policy, "--store", street.store)
    assert judged.out.split()[1:] == [defect, "verified"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind,score\npothole,1\n", "a time, or a street"),
        ("time,kind\n2026-03-02T11:00:00Z,crater\n", "crater"),
        ("street,way,chainage_m,kind\nmain,along,4,pothole\n", "the drive that saw it"),
        ("time,kind\n2026-03-02T11:00:00,pothole\n", "no zone"),
        ("time,score\n2026-03-02T11:00:00Z,1\n", "kind is missing"),
        ("time,kind,who\n2026-03-02T11:00:00Z,pothole,Ann\n", "it has no who"),
        ("time,kind,score\n2026-03-02T11:00:00Z,pothole,nan\n", "line 2: score is a number"),
        ("time,kind,score\n2026-03-02T11:00:00Z,pothole,2\n", "line 2: score is how sure"),
        ("time,kind,extent_m2\n2026-03-02T11:00:00Z,pothole,0\n", "line 2: extent_m2 is more than 0"),
        ("time,kind,ahead_m\n2026-03-02T11:00:00Z,pothole,inf\n", "line 2: ahead_m is a number"),
    ],
)
def test_broken_sightings_are_told_with_their_line(street: Street, text: str, said: str) -> None:
    (street.folder / "sightings.csv").write_text(text)
    told = street.survey(street.drives[0])
    assert told.code == 3
    assert said in " ".join(told.lines)
    assert not street.rows("SELECT * FROM inspection") if street.store.exists() else True


def test_a_drive_whose_clock_is_off_is_refused_with_the_hours(street: Street) -> None:
    """Else nothing would be found where much was, and a repair be taken for sound."""
    early = street.folder / "early.csv"
    early.write_text(street.drives[0].read_text().replace("T11:", "T08:"))
    said = street.survey(early)
    assert said.code == 3
    assert f"{len(street.truth[0])} would fit with -3 h added" in " ".join(said.lines)
    assert not street.store.exists() or not street.rows("SELECT * FROM inspection")
    said = street.survey(street.drives[0])
    assert said.code == 0
    others = sum(map(len, street.truth[1:]))
    assert f"{others} of {others + len(street.truth[0])} sightings are of none of these drives" in said.lines


def test_speeds_that_the_positions_contradict_are_refused(street: Street) -> None:
    head, *rows = csv.reader(street.drives[0].read_text().splitlines())
    column = head.index("speed_mps")
    fast = street.folder / "kmh.csv"
    faster = [[*row[:column], str(float(row[column]) * 3.6), *row[column + 1 :]] for row in rows]
    fast.write_text("\n".join(",".join(row) for row in [head, *faster]))
    said = street.survey(fast)
    assert said.code == 3
    assert "they are in km/h" in said.lines[-1]


def test_a_drive_that_is_not_there_is_said_to_be_missing(street: Street) -> None:
    said = street.survey(street.folder / "nowhere", seen=False)
    assert said.code == 3
    assert "there is no" in said.lines[-1]


def seen_at(*drives_and_scores: tuple[int, float]) -> str:
    """Return rows of one pothole: which drive saw it, how surely."""
    rows = "".join(f"drive-{drive}.csv,main,along,333.25,pothole,{score}\n" for drive, score in drives_and_scores)
    return f"drive,street,way,chainage_m,kind,score\n{rows}"


def test_what_nobody_is_sure_of_is_no_defect_until_a_surer_look(street: Street) -> None:
    (street.folder / "sightings.csv").write_text(seen_at((0, 0.6), (1, 0.6), (2, 0.8)))
    for drive in street.drives[:2]:
        assert street.survey(drive).code == 0
    assert street.rows("SELECT score FROM distress_sighting") == [(0.6,), (0.6,)]
    assert {found for (found,) in street.rows("SELECT found FROM inspection")} == {"{}"}
    assert street.rows(LEDGER) == []
    assert street.survey(street.drives[2]).code == 0
    rows = street.rows(LEDGER)
    assert [fact for _, fact, *_ in rows] == ["seen"] * 3
    assert len({defect for defect, *_ in rows}) == 1
    assert ask("ledger", "verify", "--store", street.store).code == 0


def test_a_repair_is_not_sound_while_the_hole_is_half_seen(street: Street) -> None:
    (street.folder / "sightings.csv").write_text(seen_at((0, 0.9), (1, 0.6)))
    street.survey(street.drives[0])
    ((defect, *_),) = street.rows(LEDGER)
    ask("ledger", "write", defect, "repaired", "--observed", "2026-03-20", "--store", street.store)
    street.survey(*street.drives[1:3])
    facts = [fact for _, fact, *_ in street.rows(LEDGER)]
    assert facts == ["seen", "repaired", "seen", "seen_sound"]


def test_a_sighting_by_its_chainage_and_one_where_nobody_drove(street: Street) -> None:
    (street.folder / "sightings.csv").write_text(
        "drive,street,way,chainage_m,kind,score\ndrive-0.csv,main,along,333.25,pothole,0.9\n"
        "drive-0.csv,main,against,333,pothole,0.9\ndrive-0.csv,main,along,400,pothole,0.2\n"
        "drive-1.csv,main,along,500,pothole,0.9\n"
    )
    said = street.survey(street.drives[0])
    (row,) = csv.DictReader(said.out.splitlines())
    assert (row["seen"], row["unplaced"]) == ("1", "1")
    assert street.rows("SELECT chainage_m, way FROM distress_sighting") == [(333.25, "along")]


def test_a_new_edition_of_the_network_takes_the_store_along(street: Street) -> None:
    """The street is drawn from its other end, and a side street is gone: passes go, and are merged with new ones."""
    street.survey(*street.drives[:3])
    old, new = street.folder / "network.geojson", street.folder / "old.geojson"
    new.write_text(old.read_text())
    old, new = new, old
    drawn = json.loads(old.read_text())
    main = next(each for each in drawn["features"] if each["properties"]["street_id"] == "main")
    main["geometry"]["coordinates"].reverse()
    new.write_text(json.dumps(drawn | {"features": [main]}))
    before = street.rows("SELECT from_m, to_m FROM inspection ORDER BY at_us")
    told = street.survey(street.drives[3])
    assert "3 inspections are on other editions" in " ".join(" ".join(told.lines).split())
    said = ask("road", "network", new, "--old", old, "--store", street.store)
    rows = list(csv.DictReader(said.out.splitlines()))
    assert [(row["street"], row["way"], row["why_not"]) for row in rows] == [("main", "against", "")] * 3
    after = street.rows("SELECT from_m, to_m FROM inspection WHERE way = 'against' ORDER BY at_us")
    for (low, high), (new_low, new_high) in zip(before, after, strict=False):
        assert (new_low, new_high) == pytest.approx((900 - high, 900 - low), abs=1.5)
    assert ask("road", "network", new, "--old", old, "--store", street.store).out.count("\n") == 1
    said = street.survey(*street.drives)
    assert "other editions" not in " ".join(said.lines)
    assert ask("ledger", "verify", "--store", street.store).code == 0
    assert len(street.rows("SELECT DISTINCT network FROM inspection")) == 1


def test_a_street_that_is_gone_keeps_what_was_seen_there(street: Street) -> None:
    street.survey(street.drives[0])
    once = street.everything()
    old = street.folder / "network.geojson"
    drawn = json.loads(old.read_text())
    side = [each for each in drawn["features"] if each["properties"]["street_id"] == "side"]
    new = street.folder / "new.geojson"
    new.write_text(json.dumps(drawn | {"features": side}))
    said = ask("road", "network", new, "--old", old, "--store", street.store)
    (row,) = csv.DictReader(said.out.splitlines())
    assert row["why_not"].startswith("no street within")
    assert street.everything() == once


def test_looked_at_again_a_defect_keeps_its_name(street: Street) -> None:
    """Other weights see the same a little elsewhere, miss some, and see more: none of the old is taken for new."""
    street.survey(street.drives[0])
    once = street.rows("SELECT sighting_id, chainage_m, kind FROM distress_sighting ORDER BY at_us")
    file = street.folder / "sightings.csv"
    rows = list(csv.DictReader(file.read_text().splitlines()))
    mine = [row for row in rows if row["time"].startswith("2026-03-02")]
    later = [{**row, "time": row["time"].replace("+00:00", "5+00:00")} for row in mine[2:]]
    extra = {"time": "2026-03-02T11:00:05+00:00", "kind": "rutting", "score": "0.9", "extent_m2": "2"}
    with file.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows([extra, *later])
    street.survey(street.drives[0])
    again = street.rows("SELECT sighting_id, chainage_m, kind FROM distress_sighting ORDER BY at_us")
    assert [row[0] for row in again if row[2] != "rutting"] == [row[0] for row in once[2:]]
    (new,) = (row[0] for row in again if row[2] == "rutting")
    assert new not in {row[0] for row in once}
    told = [json.loads(row[3])["sighting_id"] for row in street.rows(LEDGER)]
    assert sorted(told) == sorted([*(row[0] for row in once), new])


def names_of(street: Street) -> dict[str, str]:
    rows = csv.DictReader(ask("road", "names", "--store", street.store).out.splitlines())
    return {row["sighting"]: row["defect"] for row in rows}


def test_what_a_person_merges_stays_merged_when_the_next_drive_comes_in(street: Street) -> None:
    street.survey(*street.drives[:2])
    names = names_of(street)
    by_pass = dict(street.rows("SELECT sighting_id, pass_id FROM distress_sighting"))
    passes = {defect: {by_pass[one] for one, of in names.items() if of == defect} for defect in set(names.values())}
    # Two defects that one drive each has seen: nothing says that they are not one.
    keep, gone = next((a, b) for a in sorted(passes) for b in sorted(passes) if a != b and not passes[a] & passes[b])
    together = {one for one, of in names.items() if of in {keep, gone}}
    assert ask("road", "merge", keep, gone, "--store", street.store).code == 0
    assert street.survey(*street.drives).code == 0
    after = names_of(street)
    assert len({after[one] for one in together}) == 1
    assert len(after) > len(names)
    assert ask("ledger", "verify", "--store", street.store).code == 0
