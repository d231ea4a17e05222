"""The demo's road half: a small town by the commands that anybody has, shown against its truth, and gone on with."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from run.command_line import ask
from waywarden.run import demo
from waywarden.run.showing import town as showing
from waywarden.terms.errors import WaywardenError


def facts(folder: Path) -> list[tuple[object, ...]]:
    """Return what the demo's one store says happened, without when it was written down."""
    (store,) = folder.glob("street-1-*.sqlite")
    with closing(sqlite3.connect(store)) as connection:
        return connection.execute("SELECT number, defect_id, fact, observed_us, told FROM ledger_entry").fetchall()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the street short and the town small."""
    monkeypatch.setattr(demo, "LONG_S", 1.0)
    monkeypatch.setattr(showing, "STREETS", 2)
    monkeypatch.setattr(showing, "DRIVES", 2)


@pytest.mark.usefixtures("small")
def test_a_town_is_driven_and_shown_against_its_truth_and_the_same_when_run_again(tmp_path: Path) -> None:
    first = ask("demo", "--no-serve", "--folder", tmp_path)
    assert first.code == 0, first.lines
    assert "made-up-street" in first.out
    for words in ("truth", "wheel", "pairwise", "alligator"):
        assert words in first.out
    assert sum(line.startswith("waywarden survey") for line in first.lines) == 2
    (mended,) = (line for line in first.lines if line.startswith("a crew mended"))
    assert mended.startswith("a crew mended 6 places")
    before = facts(tmp_path)
    assert {each[2] for each in before} >= {"seen", "ordered", "repaired"}
    again = ask("demo", "--no-serve", "--folder", tmp_path)
    assert (again.code, again.out, facts(tmp_path)) == (0, first.out, before)
    assert sum(line.endswith("is in already") for line in again.lines) == 2


def test_a_town_that_cannot_be_drawn_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    job = showing.TownJob(tmp_path / "file", 1, tmp_path / "city.toml", tmp_path / "records.sqlite", tmp_path / "shown")
    with pytest.raises(WaywardenError, match="--no-roads"):
        showing.show_town(job)
