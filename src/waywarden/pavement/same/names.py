"""The names of defects: they last. Every change of a name is written down, and a person can undo it.

Changes are a list that only grows; which sighting is of which defect follows from replaying it. A person's change
also says of every sighting of the defects it touches that it stays: from then on no estimate moves any of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, count

from waywarden.pavement.same.place import Place
from waywarden.terms.distress import Change, Move, NameChange, Role

Names = Mapping[str, str]
"""sighting_id to the name of its defect."""


def names_after(changes: Iterable[NameChange]) -> dict[str, str]:
    """Return the defect of each sighting once all ``changes`` have happened."""
    return {move.sighting_id: move.to_id for change in changes for move in change.moves}


def placed_by_persons(changes: Iterable[NameChange]) -> dict[str, str]:
    """Return the defect of each sighting of which a person has said where it belongs."""
    said: dict[str, str] = {}
    for change in changes:
        for move in change.moves:
            if change.role != Role.ESTIMATE:
                said[move.sighting_id] = move.to_id
    return said


def now_called(name: str, changes: Sequence[NameChange]) -> str:
    """Return what the defect once called ``name`` is called now: itself, or what it was merged into."""
    return merged_into(changes).get(name, name)


def merged_into(changes: Sequence[NameChange]) -> dict[str, str]:
    """Return what each name that went, since its defect was merged into another, is called now."""
    into: dict[str, str] = {}
    undone = _undone(changes)
    for change in reversed(changes):
        if change.change is Change.MERGED and change.number not in undone:
            gone = {each.from_id: each.to_id for each in reversed(change.moves) if each.from_id != each.to_id}
            into |= {name: into.get(to, to) for name, to in gone.items() if name is not None}
    return into


def _undone(changes: Sequence[NameChange]) -> set[int]:
    """Return the numbers of the changes that are taken back, and whose taking back is not."""
    undone: set[int] = set()
    for change in reversed(changes):
        if change.undoes is not None and change.number not in undone:
            undone.add(change.undoes)
    return undone


def take_in(places: Iterable[Place], changes: Sequence[NameChange]) -> list[NameChange]:
    """Return the changes that give every sighting of ``places`` the name of its place.

    A place keeps the name that most of its sightings have, and a name stays with the place that has most of its
    sightings; what was never named is named after its first sighting. Asked again, nothing changes.
    """
    places, known = list(places), names_after(changes)
    called = _called(places, known)
    used = set(known.values()) | {move.from_id for change in changes for move in change.moves} | set(called.values())
    moved: defaultdict[tuple[str, str | None], list[str]] = defaultdict(list)
    fresh: set[str] = set()
    for i, place in enumerate(places):
        if i not in called:
            called[i] = _new_name(place, used)
            fresh.add(called[i])
            used.add(called[i])
        for each in place.sightings:
            if known.get(each.sighting_id) != called[i]:
                moved[called[i], known.get(each.sighting_id)].append(each.sighting_id)
    after = {**known, **{each.sighting_id: called[i] for i, place in enumerate(places) for each in place.sightings}}
    left = set(after.values())
    return [
        NameChange(number, _what(to, of, fresh, left), tuple(Move(each, of, to) for each in ids), Role.ESTIMATE)
        for number, ((to, of), ids) in enumerate(moved.items(), start=len(changes))
    ]


def merge_by(role: Role, keep: str, gone: str, changes: Sequence[NameChange]) -> NameChange:
    """Return a person's change: the defect ``gone`` is the same as ``keep``.

    ValueError if either has no sightings, or both are one.
    """
    if keep == gone:
        raise ValueError(f"{keep} cannot be merged with itself: give the names of two defects")
    known = names_after(changes)
    moves = [*_moves(known, keep, keep), *_moves(known, gone, keep)]
    return NameChange(len(changes), Change.MERGED, tuple(moves), role)


def split_by(role: Role, sighting_ids: Sequence[str], changes: Sequence[NameChange]) -> NameChange:
    """Return a person's change: these sightings, of one defect until now, are of another one.

    ValueError if they are not all of one defect, or are all that it has.
    """
    known = names_after(changes)
    of = {known.get(each) for each in sighting_ids}
    (name,) = of if len(of) == 1 else (None,)
    if name is None:
        raise ValueError("what is split off belongs to one defect: give sightings of one defect")
    staying = [move for move in _moves(known, name, name) if move.sighting_id not in sighting_ids]
    if not staying:
        raise ValueError(f"all sightings of {name} were given: leave it at least one")
    used = set(known.values()) | {move.from_id for change in changes for move in change.moves}
    new = _unused(sorted(sighting_ids), used)
    going = [Move(each, name, new) for each in sorted(sighting_ids)]
    return NameChange(len(changes), Change.SPLIT, (*staying, *going), role)


def undo_by(role: Role, number: int, changes: Sequence[NameChange]) -> NameChange:
    """Return a person's change that takes back change ``number``: its sightings belong where they did before.

    ValueError if there is no such change, if it named sightings for the first time, or if some of its sightings have
    moved on since: then that later change is to be undone first.
    """
    if not 0 <= number < len(changes):
        raise ValueError(f"there is no change {number}: they are 0 to {len(changes) - 1}")
    known, undone = names_after(changes), changes[number]
    if undone.change is Change.NAMED:
        raise ValueError(f"change {number} gave sightings their first name: split or merge the defect instead")
    if any(known[move.sighting_id] != move.to_id for move in undone.moves):
        later = max(each.number for each in changes if _touches(each, undone))
        raise ValueError(f"sightings of change {number} have moved on: undo change {later} first")
    back = {move.sighting_id: str(move.from_id) for move in undone.moves}
    touched = {move.to_id for move in undone.moves} | set(back.values())
    moves = [
        Move(sighting_id, name, back.get(sighting_id, name))
        for sighting_id, name in sorted(known.items())
        if name in touched
    ]
    return NameChange(len(changes), Change.UNDONE, tuple(moves), role, undoes=number)


def _touches(change: NameChange, other: NameChange) -> bool:
    return bool({move.sighting_id for move in change.moves} & {move.sighting_id for move in other.moves})


def _called(places: Sequence[Place], known: Names) -> dict[int, str]:
    """Return the names that places keep: a person's word first, then the most sightings, then the earlier place."""
    called = {i: place.placed_as for i, place in enumerate(places) if place.placed_as is not None}
    votes = [Counter(known[each.sighting_id] for each in place.sightings if each.sighting_id in known)
             for place in places]  # fmt: skip
    wishes = [(-count, i, name) for i, vote in enumerate(votes) for name, count in vote.items()]
    taken = set(called.values())
    for _, i, name in sorted(wishes):
        if i not in called and name not in taken:
            called[i] = name
            taken.add(name)
    return called


def _new_name(place: Place, used: set[str | None]) -> str:
    return _unused([each.sighting_id for each in place.sightings], used)


def _unused(wanted: Sequence[str], used: set[str | None]) -> str:
    """Return the first name of ``wanted`` that was never used, else the first one with a number behind it."""
    numbered = (f"{wanted[0]}-{number}" for number in count(2))
    return next(name for name in chain(wanted, numbered) if name not in used)


def _moves(known: Names, name: str, to: str) -> list[Move]:
    found = [Move(each, name, to) for each, of in sorted(known.items()) if of == name]
    if not found:
        raise ValueError(f"there is no defect {name} with sightings: look its name up first")
    return found


def _what(to: str, of: str | None, fresh: set[str], left: set[str]) -> Change:
    if of is None:
        return Change.NAMED
    if to in fresh:
        return Change.SPLIT
    return Change.MOVED if of in left else Change.MERGED
