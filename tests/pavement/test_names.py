"""Names last: what changed is written down, is right however often it is asked, and can be undone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pavement.made_up import one_pass
from waywarden.pavement.same.names import (
    merge_by,
    merged_into,
    names_after,
    now_called,
    placed_by_persons,
    split_by,
    take_in,
    undo_by,
)
from waywarden.pavement.same.place import Place
from waywarden.pavement.same.places import find_places
from waywarden.terms.distress import Change, DistressSighting, NameChange, Role, Way

SEEN = [each for turn in range(5) for each in one_pass(turn, [10.0, 40.0, 70.0, 100.0])]


def place(*sightings: DistressSighting) -> Place:
    return Place("mill-lane", Way.ALONG, sightings[0].chainage_m, tuple(sightings))


def grouped(numbers: list[int]) -> list[Place]:
    """Return sighting i in place ``numbers[i]``."""
    return [place(*(SEEN[i] for i, n in enumerate(numbers) if n == each)) for each in sorted(set(numbers))]


GROUPINGS = st.lists(st.lists(st.integers(0, 5), min_size=20, max_size=20), min_size=1, max_size=4)


@given(GROUPINGS)
def test_every_place_has_one_name_of_its_own_and_asking_again_changes_nothing(groupings: list[list[int]]) -> None:
    changes: list[NameChange] = []
    for numbers in groupings:
        places = grouped(numbers)
        changes += take_in(places, changes)
        names = names_after(changes)
        called = [{names[one.sighting_id] for one in each.sightings} for each in places]
        assert all(len(each) == 1 for each in called)
        assert len(set.union(*called)) == len(places)
        assert take_in(places, changes) == []
    assert [each.number for each in changes] == list(range(len(changes)))


@given(GROUPINGS)
def test_a_name_is_never_given_to_another_defect(groupings: list[list[int]]) -> None:
    """A name that no sighting has any more is never taken up as new."""
    changes: list[NameChange] = []
    gone: set[str] = set()
    for numbers in groupings:
        before = set(names_after(changes).values())
        changes += take_in(grouped(numbers), changes)
        now = set(names_after(changes).values())
        assert not gone & now
        gone |= before - now


def test_names_stay_while_passes_come_in() -> None:
    changes: list[NameChange] = []
    for turn in range(5):
        changes += take_in(find_places(SEEN[: 4 * (turn + 1)]), changes)
    assert {each.change for each in changes} == {Change.NAMED}
    first = [each.sighting_id for each in SEEN[:4]]
    assert names_after(changes) == {one.sighting_id: first[i % 4] for i, one in enumerate(SEEN)}


def test_a_merge_a_split_and_a_move_are_called_so() -> None:
    a, b, c, d = SEEN[0], SEEN[4], SEEN[8], SEEN[12]
    changes = take_in([place(a, b), place(c, d)], [])
    assert [each.change for each in changes] == [Change.NAMED, Change.NAMED]
    merged = take_in([place(a, b, c, d)], changes)
    assert [(each.change, len(each.moves)) for each in merged] == [(Change.MERGED, 2)]
    changes += merged
    assert now_called(c.sighting_id, changes) == a.sighting_id
    split = take_in([place(a, b, c), place(d)], changes)
    assert [(each.change, each.moves[0].to_id) for each in split] == [(Change.SPLIT, d.sighting_id)]
    changes += split
    moved = take_in([place(a, b), place(c, d)], changes)
    assert [(each.change, each.moves[0].sighting_id) for each in moved] == [(Change.MOVED, c.sighting_id)]
    assert {each.role for each in changes + moved} == {Role.ESTIMATE}


def test_an_estimates_merge_can_be_undone_and_then_stays_undone() -> None:
    changes = take_in([place(*SEEN[0::4]), place(*SEEN[1::4])], [])
    before = names_after(changes)
    one, other = SEEN[0].sighting_id, SEEN[1].sighting_id
    changes += take_in([place(*SEEN[0::4], *SEEN[1::4])], changes)
    assert now_called(other, changes) == one
    changes.append(undo_by(Role.INSPECTOR, changes[-1].number, changes))
    assert names_after(changes) == before
    assert now_called(other, changes) == other
    placed = placed_by_persons(changes)
    assert placed == before, "both sides are placed, not only the side that came back"
    assert take_in(find_places(SEEN[0::4] + SEEN[1::4], placed), changes) == []


def test_a_person_merges_and_no_estimate_parts_them() -> None:
    """Two potholes 30 m apart that an inspector calls one stay one, whatever the places say."""
    seen = [*one_pass(0, [10.0, 70.0, 120.0]), *one_pass(1, [40.0, 70.0, 120.0])]
    changes = take_in(find_places(seen), [])
    names = names_after(changes)
    keep, gone = names[seen[0].sighting_id], names[seen[3].sighting_id]
    assert keep != gone
    changes.append(merge_by(Role.INSPECTOR, keep, gone, changes))
    assert take_in(find_places(seen, placed_by_persons(changes)), changes) == []
    assert names_after(changes)[seen[3].sighting_id] == keep
    changes.append(undo_by(Role.MANAGER, changes[-1].number, changes))
    assert names_after(changes) == names


def test_a_name_that_went_leads_to_the_present_one() -> None:
    """By way of every merge since that was not taken back; and a defect is not merged with itself."""
    changes = take_in([place(*SEEN[n::4]) for n in range(3)], [])
    a, b, c = (SEEN[n].sighting_id for n in range(3))
    assert merged_into(changes) == {}
    changes.append(merge_by(Role.INSPECTOR, b, a, changes))
    changes.append(merge_by(Role.INSPECTOR, c, b, changes))
    assert merged_into(changes) == {a: c, b: c}
    changes.append(undo_by(Role.INSPECTOR, changes[-1].number, changes))
    assert merged_into(changes) == {a: b}
    assert [now_called(each, changes) for each in (a, b, c)] == [b, b, c]
    with pytest.raises(ValueError, match="cannot be merged with itself"):
        merge_by(Role.INSPECTOR, b, b, changes)


def test_a_person_splits_and_undoes_that_and_the_undoing() -> None:
    changes = take_in([place(*SEEN[0::4])], [])
    name = SEEN[0].sighting_id
    changes.append(split_by(Role.FOREMAN, [SEEN[8].sighting_id, SEEN[12].sighting_id], changes))
    parted = names_after(changes)
    assert {each for each, called in parted.items() if called != name} == {SEEN[8].sighting_id, SEEN[12].sighting_id}
    assert set(parted.values()) == {name, SEEN[8].sighting_id}
    changes.append(undo_by(Role.FOREMAN, 1, changes))
    assert set(names_after(changes).values()) == {name}
    changes.append(undo_by(Role.FOREMAN, 2, changes))
    assert names_after(changes) == parted
    assert [each.undoes for each in changes] == [None, None, 1, 2]


def test_what_cannot_be_undone_says_what_to_do() -> None:
    changes = take_in([place(*SEEN[0::4]), place(*SEEN[1::4])], [])
    one, other = SEEN[0].sighting_id, SEEN[1].sighting_id
    changes.append(merge_by(Role.INSPECTOR, one, other, changes))
    changes.append(split_by(Role.INSPECTOR, [SEEN[1].sighting_id], changes))
    with pytest.raises(ValueError, match="undo change 3 first"):
        undo_by(Role.INSPECTOR, 2, changes)
    with pytest.raises(ValueError, match="first name"):
        undo_by(Role.INSPECTOR, 0, changes)
    with pytest.raises(ValueError, match="they are 0 to 3"):
        undo_by(Role.INSPECTOR, 9, changes)
    with pytest.raises(ValueError, match="there is no defect nowhere"):
        merge_by(Role.INSPECTOR, one, "nowhere", changes)
    with pytest.raises(ValueError, match="leave it at least one"):
        split_by(Role.INSPECTOR, [SEEN[1].sighting_id], changes)
    with pytest.raises(ValueError, match="of one defect"):
        split_by(Role.INSPECTOR, [SEEN[0].sighting_id, SEEN[1].sighting_id], changes)
