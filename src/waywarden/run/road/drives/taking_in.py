"""From stored sightings to the ledger: which are of the same damage, what it is called, and that it was seen.

Everything is made from what is stored and what the ledger already says, so that it may be done again at any time: a
sighting is written down once, under the name that its defect had when it came in.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from waywarden.pavement.ledger.chain import EMPTY, chained
from waywarden.pavement.ledger.repairs import REPAIRS
from waywarden.pavement.same.chain import chained_changes
from waywarden.pavement.same.names import names_after, placed_by_persons, take_in
from waywarden.pavement.same.place import Place
from waywarden.pavement.same.places import find_places
from waywarden.store.drives import StoredDrives, StretchFilter
from waywarden.store.ledger import StoredLedger
from waywarden.store.names import StoredNames
from waywarden.terms.distress import DistressSighting, KeptChange, Role, Way
from waywarden.terms.errors import LedgerError
from waywarden.terms.inspections import Inspection, Light
from waywarden.terms.ledger import Fact, Head, LedgerEntry, LedgerFact, spelt

Line = tuple[str, Way]
"""A street, one way: sightings of it are merged by themselves."""
INSIDE_M = 15.0
"""A pass that begins or ends closer than this to a place may not have seen it: its GPS drifts by as much."""

LEAST_SEEN_SHARE = 0.5
"""Of a stretch: a place on one of which less was seen was likelier not looked at than sound."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored, and what else is to be told of sightings (by id) when they are written down."""

    drives: StoredDrives
    names: StoredNames
    ledger: StoredLedger
    told: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is stored of one line: its places, and the inspections that were a look."""

    places: tuple[Place, ...]
    inspections: Mapping[str, Inspection]

    def without_the_unsure(self, known: Mapping[str, str]) -> _Seen:
        """Return it without the places of which nobody is sure yet and that have no name: they may be nothing."""
        kept = [each for each in self.places if each.sure or any(one.sighting_id in known for one in each.sightings)]
        return replace(self, places=tuple(kept))


def write_down(stored: Stored, lines: Iterable[Line], network: str, now: datetime) -> Sequence[LedgerEntry]:
    """Write down what is stored of ``lines`` on ``network`` and was not yet; return the new entries of the ledger.

    First the names: what persons merged and split stays so. Then the facts. Killed in between and run again, it comes
    to the same. LedgerError where that cannot have happened.
    """
    try:
        seen = _named(stored.drives, stored.names, sorted(set(lines)), network, now)
        called = names_after(each.change for each in stored.names.changes())

        def entries_after(head: Head | None) -> list[LedgerEntry]:
            facts = [each.fact for each in stored.ledger.entries()]
            told = [_with(fact, stored.told) for one in seen for fact in _facts(one, called, facts, now)]
            ordered = sorted(told, key=lambda each: (each.observed_at, each.defect_id, each.fact))
            return chained(ordered, head or EMPTY)

        return stored.ledger.append(entries_after)
    except ValueError as error:
        raise LedgerError(str(error)) from error


def _with(fact: LedgerFact, told: Mapping[str, Mapping[str, object]]) -> LedgerFact:
    """Return the fact that a sighting was seen with what else is to be told of it."""
    known = json.loads(fact.told)
    more = told.get(known.get("sighting_id", ""))
    return replace(fact, told=spelt({**known, **more})) if more else fact


def _named(store: StoredDrives, names: StoredNames, lines: Sequence[Line], network: str, now: datetime) -> list[_Seen]:
    """Give every sighting of ``lines`` that is of damage the name of its defect; return what is stored of each line."""
    seen: list[_Seen] = []

    def changes_after(kept: list[KeptChange]) -> list[KeptChange]:
        changes = [each.change for each in kept]
        placed, known = placed_by_persons(changes), names_after(changes)
        for line in lines:
            seen.append(_seen(store, line, network, placed).without_the_unsure(known))
            changes += take_in(seen[-1].places, changes)
        return chained_changes(changes[len(kept) :], now, kept[-1] if kept else None)

    names.append(changes_after)
    return seen


def _seen(store: StoredDrives, line: Line, network: str, placed: Mapping[str, str]) -> _Seen:
    """Return what is stored of a line on one edition of the network: chainages of two cannot be compared."""
    street_id, way = line
    all_of = [each for each in store.inspections(StretchFilter(street_id, way)) if each.network == network]
    looks = [each for each in all_of if each.found is not None]
    passes = {each.pass_id for each in looks}
    mine = [each for each in store.sightings(street_id, way) if each.pass_id in passes]
    places = find_places(mine, placed)
    return _Seen(places, {each.pass_id: each for each in looks})


def _facts(seen: _Seen, names: Mapping[str, str], facts: Sequence[LedgerFact], now: datetime) -> list[LedgerFact]:
    """Return what is new: sightings that are not in the ledger, and mended places that were seen sound."""
    known = {json.loads(fact.told).get("sighting_id") for fact in facts}
    found = [
        _fact(Fact.SEEN, names[one.sighting_id], seen.inspections.get(one.pass_id), one, now)
        for place in seen.places
        for one in place.sightings
        if one.sighting_id not in known
    ]
    of_defect: defaultdict[str, list[LedgerFact]] = defaultdict(list)
    for fact in facts:
        of_defect[fact.defect_id].append(fact)
    for place in seen.places:
        name = names[place.sightings[-1].sighting_id]
        found += [
            _fact(Fact.SEEN_SOUND, name, look, None, now) for look in _sound(place, seen, of_defect.get(name, []))
        ]
    return found


def _sound(place: Place, seen: _Seen, facts: Sequence[LedgerFact]) -> list[Inspection]:
    """Return the looks that saw a mended place sound, and were not written down yet."""
    mended = max((each.observed_at for each in facts if each.fact in REPAIRS), default=None)
    if mended is None:
        return []
    told = {json.loads(each.told).get("pass_id") for each in facts if each.fact is Fact.SEEN_SOUND}
    told |= {each.pass_id for each in place.sightings}
    return [
        look
        for look in seen.inspections.values()
        if look.at > mended
        and look.pass_id not in told
        and look.seen_share >= LEAST_SEEN_SHARE
        and look.from_m + INSIDE_M <= place.chainage_m <= look.to_m - INSIDE_M
    ]


def _fact(fact: Fact, name: str, look: Inspection | None, one: DistressSighting | None, now: datetime) -> LedgerFact:
    """Return the fact with what is told of it. A look by day on a road that was not wet is valid."""
    told: dict[str, object] = {"valid": look is not None and look.light is Light.DAY and look.wet is not True}
    if one is not None:
        told |= {"pass_id": one.pass_id, "sighting_id": one.sighting_id}
        told |= {} if one.extent_m2 is None else {"extent_m2": one.extent_m2}
        told |= {} if one.kind is None else {"kind": one.kind.value}
    elif look is not None:
        told["pass_id"] = look.pass_id
    at = one.at if one is not None else look.at if look is not None else now
    weights = look.method if look is not None else ""
    return LedgerFact(name, fact, at, now, Role.ESTIMATE, weights=weights, told=spelt(told))
