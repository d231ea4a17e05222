"""What is in a store of a made-up town, against the truth.

A sighting is *of* a true damage where it is of the same kind, and lies on it once the error that GPS had at that moment
is taken off; all others are false. A defect is *found* where more than one pass has seen it and most of its sightings
are of one damage.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from waywarden.pavement.same.names import names_after, placed_by_persons
from waywarden.pavement.same.place import Place
from waywarden.pavement.same.places import find_places
from waywarden.run.road.ledger import read_entries
from waywarden.store.drives import StoredDrives, open_drives
from waywarden.store.names import open_names
from waywarden.terms.distress import DistressSighting, Way
from waywarden.terms.ledger import Fact

BEFORE_M, BEHIND_M = 1.5, 1.0
"""A sighting lies on a damage if it is no farther before it, or behind it: its place is that of its nearest edge."""
FALSE = -1
ORDER = "town-{:02d}"
"""The order by which the crew mends a true damage of this number."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A town's truth beside what a store has of it: the places, each sighting's true damage, and defects' names."""

    damage: list[dict[str, Any]]
    places: tuple[Place, ...]
    true: Mapping[str, int]
    names: Mapping[str, str]


def known(truth_file: Path, store_file: Path) -> Known:
    """Return what is known of a store and its truth: of what has a name, for the rest nobody was told of."""
    truth = json.loads(truth_file.read_text("utf-8"))
    with closing(open_names(store_file, read_only=True)) as kept:
        changes = [each.change for each in kept.changes()]
    with closing(open_drives(store_file, read_only=True)) as store:
        seen = _sightings(store, {each["street"] for each in truth["damage"]})
    names = names_after(changes)
    seen = [each for each in seen if each.sighting_id in names]
    true = {each.sighting_id: _true(each, truth) for each in seen}
    return Known(truth["damage"], find_places(seen, placed_by_persons(changes)), true, names)


def _sightings(store: StoredDrives, streets: Iterable[str]) -> list[DistressSighting]:
    return [each for street in sorted(streets) for way in Way for each in store.sightings(street, way)]


def _true(one: DistressSighting, truth: Mapping[str, Any]) -> int:
    """Return the number of the true damage that was seen, ``FALSE`` if there was none."""
    moments = [
        (abs((datetime.fromisoformat(picture["at"]) - one.at).total_seconds()), number, picture["off_m"])
        for number, drive in enumerate(truth["drives"])
        for picture in drive["pictures"]
        if picture["street"] == one.street_id
    ]
    _, drive, off_m = min(moments)
    at_m = one.chainage_m - off_m
    near = [
        (abs(at_m - each["from_m"]), each["number"])
        for each in truth["damage"]
        if (each["street"], each["kind"]) == (one.street_id, one.kind)
        and each["there"][drive]
        and each["from_m"] - BEFORE_M <= at_m <= each["to_m"] + BEHIND_M
    ]
    return min(near)[1] if near else FALSE


def mended(truth_file: Path, store_file: Path, drive: int) -> list[dict[str, Any]]:
    """Return what the crew mended after a drive: the order, and the defect it is in the ledger (None: not known)."""
    have = known(truth_file, store_file)
    votes: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for sighting_id, number in have.true.items():
        votes[number][have.names[sighting_id]] += 1
    return [
        {
            "order": ORDER.format(each["number"]),
            "defect": votes[each["number"]].most_common(1)[0][0] if votes[each["number"]] else None,
        }
        for each in have.damage
        if each["mended_after"] == drive
    ]


def score(truth_file: Path, store_file: Path) -> dict[str, Any]:
    """Return what was found by kind, how well it was told apart and placed, and what became of repairs."""
    have = known(truth_file, store_file)
    found = {
        place: number
        for place in have.places
        if place.confirmed and (number := _of(place, have.true)) != FALSE
    }  # fmt: skip
    false = Counter(str(place.sightings[0].kind) for place in have.places if place.confirmed and place not in found)
    seen = set(have.true.values())
    often = [each for each in have.damage if sum(each["there"]) > 1]
    kinds = {
        kind: {
            "true": sum(each["kind"] == kind for each in often),
            "found": len({each["number"] for each in often if each["kind"] == kind} & set(found.values())),
            "seen_once_or_more": sum(each["kind"] == kind and each["number"] in seen for each in often),
            "false": false[kind],
        }
        for kind in sorted({each["kind"] for each in have.damage} | set(false))
    }
    from_m = {each["number"]: each["from_m"] for each in have.damage}
    off_m = [abs(place.chainage_m - from_m[number]) for place, number in found.items()]
    return {
        "kinds": kinds,
        "suspected_by_one_pass": sum(not place.confirmed for place in have.places),
        **_told_apart(have),
        "position_error_median_m": round(float(np.median(off_m)), 2) if off_m else None,
        "position_error_p90_m": round(float(np.quantile(off_m, 0.9)), 2) if off_m else None,
        "repairs": _repairs(have, store_file),
    }


def _of(place: Place, true: Mapping[str, int]) -> int:
    """Return the damage that most sightings of a place are of, ``FALSE`` if that is none."""
    ((number, count),) = Counter(true[each.sighting_id] for each in place.sightings).most_common(1)
    return number if 2 * count > len(place.sightings) else FALSE


def _told_apart(have: Known) -> dict[str, Any]:
    """Return the pairwise F1 of the names that sightings have, as ``waywarden road simulate`` counts it."""
    rows = [(have.names[sighting_id], number) for sighting_id, number in have.true.items()]
    true_rows = [(name, number) for name, number in rows if number != FALSE]
    said, true, right = (
        _pairs(Counter(each)) for each in ([name for name, _ in rows], [n for _, n in true_rows], true_rows)
    )
    among = _pairs(Counter(name for name, _ in true_rows))
    return {
        "sightings": len(rows),
        "true_sightings": len(true_rows),
        "pairwise_f1": round(2 * right / max(said + true, 1), 4),
        "pairwise_f1_among_true_sightings": round(2 * right / max(among + true, 1), 4),
    }


def _pairs(sizes: Counter[Any]) -> int:
    return sum(n * (n - 1) // 2 for n in sizes.values())


def _repairs(have: Known, store_file: Path) -> dict[str, int]:
    """Return what the ledger says of the crew's repairs, right or wrong."""
    facts = [entry.fact for entry in read_entries(store_file)]
    orders = {json.loads(each.told).get("order_id"): each.defect_id for each in facts if each.fact is Fact.REPAIRED}
    count: Counter[str] = Counter()
    for each in have.damage:
        if each["mended_after"] is None:
            continue
        defect = orders.get(ORDER.format(each["number"]))
        told = [fact.fact for fact in facts if fact.defect_id == defect]
        said = next((fact for fact in reversed(told) if fact in {Fact.VERIFIED, Fact.REOPENED}), None)
        right = (said is Fact.VERIFIED) == each["holds"]
        count["mended"] += 1
        if defect is None:
            count["not_in_ledger"] += 1
        elif said is None:
            count["open"] += 1
        else:
            count[f"{said}_{'right' if right else 'wrong'}"] += 1
    keys = ("mended", "not_in_ledger", "open", "verified_right", "verified_wrong", "reopened_right", "reopened_wrong")
    return {key: count[key] for key in keys}
