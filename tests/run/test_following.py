"""The tables of now after a name changed: what is worked out anew is what working out everything comes to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from tests.web.made_up_road import made_up_road

from waywarden.run.road.names import Word, merge, split, undo
from waywarden.run.road.now.following import bring_up_to_date
from waywarden.store.names import open_names
from waywarden.terms.distress import Role

WORD = Word(Role.INSPECTOR)


def tables(store: Path) -> list[list[tuple]]:
    with closing(sqlite3.connect(store)) as file:
        asked = ("SELECT * FROM defect_now ORDER BY defect_id", "SELECT * FROM segment_now ORDER BY street_id, from_m")
        return [file.execute(each).fetchall() for each in asked]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    made_up_road(tmp_path / "records.sqlite")
    return tmp_path / "records.sqlite"


def names_of(store: Path, *, at_least: int) -> tuple[str, str]:
    """Return two defects of one street, each with so many sightings."""
    with closing(sqlite3.connect(store)) as file:
        rows = file.execute("SELECT street_id, defect_id FROM defect_now WHERE passes >= ? AND merged_into = '' "
                            "ORDER BY street_id, chainage_m", [at_least]).fetchall()  # fmt: skip
    return next((one[1], two[1]) for one, two in pairwise(rows) if one[0] == two[0])


def test_a_merge_a_split_and_their_undoing_are_followed_on_their_street_alone(store: Path) -> None:
    before = tables(store)
    keep, gone = names_of(store, at_least=2)
    (merged,) = merge(store, keep, gone, WORD)
    assert 1 <= bring_up_to_date(store) < len(before[0])
    after = tables(store)
    assert after != before
    assert [row[3] for row in after[0] if row[0] == gone] == [keep]
    bring_up_to_date(store, None)
    assert tables(store) == after
    undo(store, merged.change.number, WORD)
    bring_up_to_date(store)
    assert tables(store) == before
    with closing(open_names(store)) as names:
        mine = [move.sighting_id for each in names.changes_about([keep]) for move in each.change.moves
                if move.to_id == keep]  # fmt: skip
    split(store, [mine[-1]], WORD)
    bring_up_to_date(store)
    apart = tables(store)
    assert len(apart[0]) == len(before[0]) + 1
    bring_up_to_date(store, None)
    assert tables(store) == apart
