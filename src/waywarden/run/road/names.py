"""``waywarden road name|merge|split|undo``: which sightings are of which defect, and on whose word."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from waywarden.pavement.same.chain import chained_changes, faults_of_names
from waywarden.pavement.same.names import (
    merge_by,
    merged_into,
    names_after,
    placed_by_persons,
    split_by,
    take_in,
    undo_by,
)
from waywarden.run.road.keys import read_rows
from waywarden.run.road.provided import ALWAYS, OvertakenError, Provided
from waywarden.store.names import open_names
from waywarden.terms.distress import DistressKind, DistressSighting, KeptChange, NameChange, Role, Way
from waywarden.terms.errors import ConfigError, LedgerError

SIGHTING_COLUMNS = ("sighting", "pass", "street", "way", "chainage_m", "at", "kind", "extent_m2")
Changes = Sequence[NameChange]


@dataclass(frozen=True, slots=True)
class Word:
    """On whose word a name is changed: a role's, and an account's where it comes through the API; and provided what."""

    role: Role
    account: str = ""
    provided: Provided = ALWAYS


OURS = Word(Role.ESTIMATE)


def read_sightings(path: Path) -> list[DistressSighting]:
    """Return the sightings of a CSV of ``SIGHTING_COLUMNS``; ConfigError if it is none, or has one twice."""
    sightings = read_rows(path, SIGHTING_COLUMNS, _sighting)
    names = {each.sighting_id for each in sightings}
    if len(names) < len(sightings):
        raise ConfigError(f"{path} has a sighting twice: give each sighting one row")
    return sightings


def _sighting(row: Mapping[str, str]) -> DistressSighting:
    return DistressSighting(
        row["sighting"], row["pass"], row["street"], Way(row["way"]), float(row["chainage_m"]),
        datetime.fromisoformat(row["at"]), DistressKind(row["kind"]) if row["kind"] else None,
        float(row["extent_m2"]) if row["extent_m2"] else None,
    )  # fmt: skip


def name_sightings(store_file: Path, sightings: Path) -> Sequence[KeptChange]:
    """Give every sighting the name of its defect, and return the changes that it took.

    All sightings of a street so far are to be among them: its places are estimated anew, but for what persons said.
    """
    # Here: whoever only looks names up needs none of what tells sightings apart.
    from waywarden.pavement.same.places import find_places  # noqa: PLC0415

    seen = read_sightings(sightings)

    def changes_after(changes: Changes) -> list[NameChange]:
        return take_in(find_places(seen, placed_by_persons(changes)), changes)

    return _changed(store_file, changes_after)


def merge(store_file: Path, keep: str, gone: str, word: Word) -> Sequence[KeptChange]:
    """Write down that the defect ``gone`` is the same as ``keep``; LedgerError if either has no sightings."""
    return _changed(store_file, lambda changes: [merge_by(word.role, keep, gone, changes)], word)


def split(store_file: Path, sighting_ids: Sequence[str], word: Word) -> Sequence[KeptChange]:
    """Write down that these sightings, of one defect until now, are of another one; LedgerError if they are not."""
    return _changed(store_file, lambda changes: [split_by(word.role, sighting_ids, changes)], word)


def undo(store_file: Path, number: int, word: Word) -> Sequence[KeptChange]:
    """Take a change back; LedgerError where that cannot be done, with what is to be undone first."""
    return _changed(store_file, lambda changes: [undo_by(word.role, number, changes)], word)


def kept_changes(store_file: Path) -> list[KeptChange]:
    """Return all changes of names, in order; LedgerError where somebody changed them."""
    store = open_names(store_file, read_only=True)
    try:
        # First where they end: others may be added in between.
        head, kept = store.kept_head(), store.changes()
    finally:
        store.close()
    for fault in faults_of_names(kept, head):
        raise LedgerError(f"{store_file}: {fault}; put back a copy that verifies")
    return kept


def names(store_file: Path) -> dict[str, str]:
    """Return the defect of each sighting."""
    return names_after(each.change for each in kept_changes(store_file))


def merged(store_file: Path) -> dict[str, str]:
    """Return what each name that went, since its defect was merged into another, is called now."""
    return merged_into([each.change for each in kept_changes(store_file)])


def _changed(
    store_file: Path, changes_after: Callable[[Changes], list[NameChange]], word: Word = OURS
) -> Sequence[KeptChange]:
    store = open_names(store_file)

    def kept_after(kept: list[KeptChange]) -> list[KeptChange]:
        try:
            changes = changes_after([each.change for each in kept])
        except ValueError as error:
            raise LedgerError(str(error)) from error
        _refuse_overtaken(changes, kept, word.provided.after)
        changes = [replace(each, account=word.account) for each in changes]
        return chained_changes(changes, datetime.now(UTC), kept[-1] if kept else None)

    try:
        return store.append(kept_after, word.provided.once)
    finally:
        store.close()


def _refuse_overtaken(changes: Changes, kept: Sequence[KeptChange], after_number: int | None) -> None:
    """Raise OvertakenError where a later change than ``after_number`` moved some of the same sightings."""
    if after_number is None:
        return
    touched = {move.sighting_id for each in changes for move in each.moves}
    later = [each for each in kept if each.change.number > after_number]
    later = [each for each in later if touched & {move.sighting_id for move in each.change.moves}]
    if later:
        raise OvertakenError("names", later)
