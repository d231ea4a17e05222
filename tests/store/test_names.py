"""The changes of names that touch some defects say of their sightings what all changes together say."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from waywarden.pavement.same.chain import chained_changes
from waywarden.pavement.same.names import merge_by, names_after, now_called, split_by, take_in, undo_by
from waywarden.pavement.same.place import Place
from waywarden.store.names import open_names
from waywarden.terms.distress import Change, DistressSighting, Move, NameChange, Role, Way

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
SEEN = [
    DistressSighting(f"p{n}-1", f"p{n}", "mill-lane", Way.ALONG, 10.0 * n, AT + timedelta(days=n)) for n in range(8)
]
STEPS = st.lists(st.tuples(st.sampled_from(["merge", "split", "undo", "take in"]), st.data()), max_size=6)


def _after(changes: list[NameChange], step: str, data: st.DataObject) -> list[NameChange]:
    """Return what a person or the program does next; nothing where that cannot be done."""
    names = names_after(changes)
    defects = sorted(set(names.values()))
    try:
        if step == "merge":
            keep, gone = data.draw(st.sampled_from(defects)), data.draw(st.sampled_from(defects))
            return [merge_by(Role.INSPECTOR, keep, gone, changes)] if keep != gone else []
        if step == "split":
            return [split_by(Role.INSPECTOR, [data.draw(st.sampled_from(sorted(names)))], changes)]
        if step == "undo":
            return [undo_by(Role.INSPECTOR, data.draw(st.integers(0, len(changes) - 1)), changes)]
    except ValueError:
        return []
    numbers = data.draw(st.lists(st.integers(0, 3), min_size=len(SEEN), max_size=len(SEEN)))
    groups = [tuple(one for one, n in zip(SEEN, numbers, strict=True) if n == each) for each in sorted(set(numbers))]
    return take_in([Place("mill-lane", Way.ALONG, mine[0].chainage_m, mine) for mine in groups], changes)


@given(STEPS)
def test_some_changes_say_of_a_defect_what_all_do(steps: list[tuple[str, st.DataObject]]) -> None:
    changes = take_in([Place("mill-lane", Way.ALONG, one.chainage_m, (one,)) for one in SEEN], [])
    for step, data in steps:
        changes += _after(changes, step, data)
    everybody = {name for change in changes for move in change.moves for name in (move.from_id, move.to_id) if name}
    with TemporaryDirectory() as folder, closing(open_names(Path(folder) / "records.sqlite")) as names:
        kept = chained_changes(changes, AT, None)
        names.append(lambda _: kept)
        assert names.changes_from(3) == kept[3:]
        for defect in sorted(everybody):
            some = [each.change for each in names.changes_about([defect])]
            mine = {sighting for sighting, name in names_after(changes).items() if name == defect}
            assert {sighting for sighting, name in names_after(some).items() if name == defect} == mine
            assert now_called(defect, some) == now_called(defect, changes)
            once = {name for name in everybody if now_called(name, changes) == defect}
            assert once <= {defect, *(move.from_id for change in some for move in change.moves)}


def test_a_store_from_before_finds_them_too(tmp_path: Path) -> None:
    """Changes that were kept before there was a table of what they touch are in it after the upgrade."""
    path = tmp_path / "records.sqlite"
    change = NameChange(0, Change.NAMED, (Move("p0-1", None, "d"), Move("p1-1", None, "d")), Role.ESTIMATE)
    with closing(open_names(path)) as names:
        names.append(lambda _: chained_changes([change], AT, None))
    with closing(sqlite3.connect(path)) as store:
        for table, column in (("inspection", "lanes"), ("distress_sighting", "lane"), ("defect_now", "lane")):
            store.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        for table in ("name_touched", "account_link", "link_code", "link_salt", "chain_head"):
            store.execute(f"DROP TABLE {table}")
        store.execute("DROP INDEX defect_now_by_order")
        store.execute("UPDATE alembic_version SET version_num = '0012'")
        store.commit()
    with closing(open_names(path)) as names:
        assert [each.change for each in names.changes_about(["d"])] == [change]
        assert names.changes_about(["another"]) == []
