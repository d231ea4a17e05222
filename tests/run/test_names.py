"""``waywarden road name|merge|split|undo``: names last from one command to the next."""

from __future__ import annotations

import csv
import io
import sqlite3
from pathlib import Path

import pytest

from run.command_line import Said, ask
from waywarden.run.road.ledger import read_entries

HEAD = "sighting,pass,street,way,chainage_m,at,kind,extent_m2\n"


def rows(turns: int, places: tuple[float, ...] = (10.0, 60.0)) -> str:
    """Return sightings of two holes by so many passes, a week apart."""
    return HEAD + "".join(
        f"s{turn}-{i},p{turn},mill,along,{place + 0.3 * turn},2026-03-{2 + 7 * turn:02d}T08:00:0{i}+00:00,pothole,0.2\n"
        for turn in range(turns)
        for i, place in enumerate(places)
    )


@pytest.fixture
def named(tmp_path: Path) -> Path:
    (tmp_path / "sightings.csv").write_text(rows(2), "utf-8")
    said = ask("road", "name", "--sightings", tmp_path / "sightings.csv", "--store", tmp_path / "r.sqlite")
    assert (said.code, len(said.out.splitlines())) == (0, 3)
    return tmp_path / "r.sqlite"


def names(store: Path) -> dict[str, str]:
    said = ask("road", "names", "--store", store)
    assert said.code == 0
    return {row["sighting"]: row["defect"] for row in csv.DictReader(io.StringIO(said.out))}


def again(store: Path, turns: int) -> Said:
    (store.parent / "sightings.csv").write_text(rows(turns), "utf-8")
    return ask("road", "name", "--sightings", store.parent / "sightings.csv", "--store", store)


def test_names_last_and_later_passes_join_them(named: Path) -> None:
    assert names(named) == {"s0-0": "s0-0", "s1-0": "s0-0", "s0-1": "s0-1", "s1-1": "s0-1"}
    assert again(named, 2).out.splitlines()[1:] == []
    assert again(named, 3).code == 0
    assert (names(named)["s2-0"], names(named)["s2-1"]) == ("s0-0", "s0-1")


def test_a_persons_word_lasts_and_can_be_undone(named: Path) -> None:
    split = ask("road", "split", "s1-0", "--store", named, "--role", "manager")
    assert split.code == 0
    (row,) = csv.DictReader(io.StringIO(split.out))
    assert (row["change"], row["role"]) == ("split", "manager")
    assert (row["from"], row["to"], row["sightings"]) == ("s0-0", "s1-0", "1")
    assert names(named)["s1-0"] == "s1-0"
    assert again(named, 3).code == 0
    assert names(named)["s1-0"] == "s1-0", "no later estimate takes back what a person said"
    assert ask("road", "merge", "s0-0", "s1-0", "--store", named).code == 0
    assert names(named)["s1-0"] == "s0-0"
    number = list(csv.DictReader(io.StringIO(ask("road", "changes", "--store", named).out)))[-1]["number"]
    assert ask("road", "undo", number, "--store", named).code == 0
    assert names(named)["s1-0"] == "s1-0"
    kept = list(csv.DictReader(io.StringIO(ask("road", "changes", "--store", named).out)))
    assert [row["change"] for row in kept if row["role"] != "estimate"] == ["split", "merged", "undone"]
    assert kept[-1]["undoes"] == number


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("merge", "s0-0", "nobody"), "no defect nobody"),
        (("merge", "s0-0", "s0-0"), "cannot be merged with itself"),
        (("split", "s0-0", "s0-1"), "sightings of one defect"),
        (("split", "s0-0", "s1-0"), "at least one"),
        (("undo", "0"), "first name"),
        (("undo", "9"), "no change 9"),
    ],
)
def test_what_cannot_be_changes_nothing(named: Path, words: tuple[str, ...], said: str) -> None:
    before = ask("road", "changes", "--store", named).out
    answer = ask("road", *words, "--store", named)
    assert (answer.code, len(answer.lines), answer.out) == (9, 1, "")
    assert said in answer.lines[0]
    assert ask("road", "changes", "--store", named).out == before


def test_what_was_merged_away_is_written_under_the_present_name(named: Path) -> None:
    for name in ("s0-0", "s0-1"):
        for fact in ("seen", "ordered"):
            assert ask("ledger", "write", name, fact, "--store", named, "--observed", "2026-03-02").code == 0
    assert ask("ledger", "write", "s0-1", "repaired", "--store", named, "--observed", "2026-03-05").code == 0
    assert ask("road", "merge", "s0-0", "s0-1", "--store", named).code == 0
    assert ask("ledger", "states", "--store", named).out == "defect,state\ns0-0,ordered\n"
    done = ask("ledger", "write", "s0-1", "repaired", "--store", named, "--observed", "2026-04-05")
    assert (done.code, done.lines) == (0, ["s0-1 was merged into s0-0: written under that name"])
    assert read_entries(named)[-1].fact.defect_id == "s0-0"
    assert ask("ledger", "states", "--store", named).out == "defect,state\ns0-0,repaired\n"
    assert ask("ledger", "claimed", "--store", named).out == "s0-0\n"
    twice = ask("ledger", "repaired-twice", "--store", named)
    assert twice.out == "defect,first,second\ns0-0,2026-03-05,2026-04-05\n"
    assert ask("ledger", "write", "s0-0", "reopened", "--store", named).lines == []
    (waiting,) = csv.DictReader(io.StringIO(ask("defects", "--waiting", "--store", named).out))
    assert (waiting["defect"], waiting["state"]) == ("s0-0", "reopened")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE name_change SET role = 'manager' WHERE number = 1",
        'UPDATE name_change SET moves = \'[["s0-0",null,"x"]]\' WHERE number = 0',
        "DELETE FROM name_change WHERE number = 0",
        "DELETE FROM name_change WHERE number = 1",
        "DELETE FROM name_change",
        "UPDATE name_change SET recorded_us = recorded_us - 1 WHERE number = 0",
    ],
)
def test_whoever_changes_the_file_is_found_out(named: Path, statement: str) -> None:
    connection = sqlite3.connect(named)
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        connection.execute(statement)
    connection.rollback()
    connection.executescript(f"DROP TRIGGER name_change_no_update; DROP TRIGGER name_change_no_delete; {statement}")
    connection.close()
    for command in ("changes", "names"):
        answer = ask("road", command, "--store", named)
        assert (answer.code, len(answer.lines), answer.out) == (9, 1, "")
    if "DELETE" in statement:
        answer = ask("road", "merge", "s0-0", "s0-1", "--store", named)
        assert (answer.code, len(answer.lines), answer.out) == (9, 1, "")


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("sighting,pass", "name,pass", "wants the columns"),
        ("along", "up", "line 2"),
        ("T08:00:00+00:00", "T08:00:00", "line 2: at must be an aware"),
        ("pothole", "hole", "line 2"),
        ("s0-1", "s0-0", "a sighting twice"),
    ],
)
def test_sightings_with_a_mistake_say_which(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    (tmp_path / "s.csv").write_text(rows(1).replace(was, becomes, 1), "utf-8")
    answer = ask("road", "name", "--sightings", tmp_path / "s.csv", "--store", tmp_path / "r.sqlite")
    assert (answer.code, len(answer.lines), answer.out) == (2, 1, "")
    assert said in answer.lines[0]
