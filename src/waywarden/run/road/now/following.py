"""The tables of now, brought up to date: whatever came into the store since, and nothing else, is worked out anew."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median

from waywarden.geo.streets.network import Network
from waywarden.pavement.ledger.life import life_of
from waywarden.pavement.same.names import names_after, now_called
from waywarden.run.road.now.segments import looked_at, position_on, segments_of, streets_in_order, with_condition
from waywarden.store.drives import StoredDrives, StretchFilter, open_drives
from waywarden.store.ledger import StoredLedger, open_ledger
from waywarden.store.names import open_names
from waywarden.store.now.kept import KeptNow, open_now
from waywarden.terms.distress import DistressSighting, Way
from waywarden.terms.errors import LedgerError
from waywarden.terms.ledger import State
from waywarden.terms.road.now import DefectLife, DefectNow, DefectPlace, Made, SegmentNow

AT_ONCE = 2000
"""So many defects are worked out and written in one transaction."""
Line = tuple[str, Way]


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where defects are; what each that changed its name was merged into, if it was; since when each has a name."""

    places: Mapping[str, DefectPlace]
    merged: Mapping[str, str]
    since: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class _Files:
    now: KeptNow
    ledger: StoredLedger
    drives: StoredDrives


def keep_streets(store_file: Path, streets: Network) -> bool:
    """Keep the streets of a network for the map; return whether they are of another edition than those there were."""
    with closing(open_now(store_file)) as now:
        if now.made().network == streets.version:
            return False
        now.renew_streets(list(segments_of(streets)), streets.version)
        return True


def bring_up_to_date(store_file: Path, lines: Iterable[Line] | None = ()) -> int:
    """Work out anew whatever has changed, and return how many defects that were.

    Parameters
    ----------
    lines : iterable of (street, way), or None
        Where sightings came in, and are to be placed anew; None for all of them.

    Raises
    ------
    LedgerError
        Where entries do not follow one another.
    """
    with (
        closing(open_now(store_file)) as now, closing(open_ledger(store_file)) as ledger,
        closing(open_drives(store_file)) as drives,
    ):  # fmt: skip
        made, (entries, changes) = now.made(), now.there()
        asked = [(street, Way(way)) for street, way in now.lines_seen()] if lines is None else list(lines)
        if (made.entries, made.changes) == (entries, changes) and not asked:
            return 0
        touched = set(now.touched(made.entries, entries))
        files = _Files(now, ledger, drives)
        moved = asked or changes > made.changes
        said = _placed(files, store_file, asked, made) if moved else _Placed({}, {}, {})
        names = sorted(touched | set(said.places) | set(said.merged))
        looked = {street for street, _ in asked}
        streets = {street for some in _batches(names) for street in _renew(files, some, said)}
        # Once all defects are in: those of a street come in any order, a few with each batch.
        _renew_conditions(files, streets - looked)
        _renew_looks(files, looked, made.network)
        now.renew([], [], Made(entries, changes, made.network))
        return len(names)


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for first, last in pairwise([*range(0, len(names), AT_ONCE), len(names)]):
        yield names[first:last]


def _renew(files: _Files, names: Sequence[str], said: _Placed) -> set[str]:
    """Work out some defects, and return the streets whose condition may be another now."""
    before = files.now.defects(names)
    found = []
    for name in names:
        old = before.get(name)
        place = said.places.get(name) or (old.place if old is not None else None)
        merged = said.merged.get(name, old.merged_into if old is not None else "")
        life = _life(files, name, said)
        if life is not None:
            found.append(DefectNow(life, place, merged))
    files.now.renew(found, [], files.now.made())
    return {one.place.street_id for one in (*found, *before.values()) if one.place is not None}


def _life(files: _Files, name: str, said: _Placed) -> DefectLife | None:
    """Return the life of a defect. What was split off another one has none of its own yet: it is suspected."""
    facts = [entry.fact for entry in files.ledger.entries(name)]
    if not facts:
        since = said.since.get(name)
        return None if since is None else DefectLife(name, State.SUSPECTED, True, since, since, 0)
    try:
        return life_of(facts)
    except ValueError as error:
        raise LedgerError(f"{name}: {error}; 'waywarden ledger verify' says whether it was changed") from error


def _renew_conditions(files: _Files, street_ids: Iterable[str]) -> None:
    streets = sorted(set(street_ids))
    on: defaultdict[str, list[DefectNow]] = defaultdict(list)
    for one in files.now.on_streets(streets):
        on[one.place.street_id if one.place is not None else ""].append(one)
    found = [
        segment
        for street in streets_in_order(files.now.segments(streets))
        for segment in with_condition(street, on[street[0].street_id])
    ]
    files.now.renew([], found, files.now.made())


def _renew_looks(files: _Files, street_ids: Iterable[str], network: str) -> None:
    streets = sorted(set(street_ids))
    found = [
        segment
        for street in streets_in_order(files.now.segments(streets))
        for segment in looked_at(street, files.drives, network)
    ]
    files.now.renew([], found, files.now.made())
    _renew_conditions(files, streets)


def _placed(files: _Files, store_file: Path, lines: Sequence[Line], made: Made) -> _Placed:
    """Place the defects of the lines anew, and of those on which names changed since."""
    with closing(open_names(store_file)) as store:
        moves = [move for each in store.changes_from(made.changes) for move in each.change.moves]
        moved = {name for move in moves for name in (move.from_id, move.to_id) if name is not None}
        known = files.now.defects(moved)
        wanted = {*lines, *((one.place.street_id, one.place.way) for one in known.values() if one.place is not None)}
        if lines:
            kept = store.changes()
        else:
            # Names alone changed: those of the defects on a few streets are wanted, among a city's.
            there = files.now.on_streets(street for street, _ in wanted)
            kept = store.changes_about({*moved, *(one.life.defect_id for one in there)})
    changes = [each.change for each in kept]
    called = names_after(changes)
    places: dict[str, DefectPlace] = {}
    for line in sorted(wanted):
        places |= _on_line(files, line, called, made.network)
    now = {name: now_called(name, changes) for name in moved if name not in places}
    merged = {name: "" if name == to else to for name, to in now.items()} | dict.fromkeys(places, "")
    since = {move.to_id: each.recorded_at for each in reversed(kept) for move in each.change.moves}
    return _Placed(places, merged, since)


def _on_line(files: _Files, line: Line, called: Mapping[str, str], network: str) -> dict[str, DefectPlace]:
    street_id, way = line
    looks = files.drives.inspections(StretchFilter(street_id, way))
    passes = {each.pass_id for each in looks if each.network == network}
    by_name: defaultdict[str, list[DistressSighting]] = defaultdict(list)
    for each in files.drives.sightings(street_id, way):
        if each.pass_id in passes and each.sighting_id in called:
            by_name[called[each.sighting_id]].append(each)
    segments = files.now.segments([street_id])
    return {name: _place(name, mine, segments) for name, mine in by_name.items()}


def _place(name: str, sightings: Sequence[DistressSighting], segments: Sequence[SegmentNow]) -> DefectPlace:
    """Return where a defect is: the mean of its sightings, since the drift of passes is on either side of it."""
    first, chainage_m = sightings[0], round(fmean(each.chainage_m for each in sightings), 1)
    kinds = Counter(each.kind for each in sightings if each.kind is not None)
    extents = [each.extent_m2 for each in sightings if each.extent_m2 is not None]
    lanes = {each.lane for each in sightings if each.lane is not None}
    return DefectPlace(
        name, first.street_id, segments[0].street if segments else "", first.way, chainage_m,
        position_on(segments, chainage_m), kinds.most_common(1)[0][0] if kinds else None,
        round(median(extents), 2) if extents else None, len({each.pass_id for each in sightings}),
        lanes.pop() if len(lanes) == 1 else None,
    )  # fmt: skip
