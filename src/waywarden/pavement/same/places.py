"""From sightings of many streets and passes to places in the road: each street and each way is merged by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from waywarden.pavement.same.assumed import ASSUMED, Assumed
from waywarden.pavement.same.looks import UNKNOWN, Looks
from waywarden.pavement.same.merge import FREE, Pass, merge
from waywarden.pavement.same.place import Place
from waywarden.terms.distress import DISTRESS_KINDS, DistressSighting, Way


def find_places(
    sightings: Iterable[DistressSighting], placed: Mapping[str, str] | None = None, assumed: Assumed = ASSUMED
) -> tuple[Place, ...]:
    """Return the places that ``sightings`` are of; every sighting is of exactly one.

    Parameters
    ----------
    sightings : iterable of DistressSighting
        In any order; passes are taken in order of their first sighting.
    placed : mapping of sighting_id to the name of a defect, optional
        What persons have said. Two sightings placed apart stay apart, two placed together stay together.
    assumed : Assumed

    Raises
    ------
    ValueError
        If a person has placed two sightings of one pass at the same defect: one pass sees a defect once.
    """
    lines: defaultdict[tuple[str, Way], list[DistressSighting]] = defaultdict(list)
    for each in sightings:
        lines[each.street_id, each.way].append(each)
    found = (_of_one_line(lines[line], placed or {}, assumed) for line in sorted(lines))
    return tuple(place for places in found for place in places)


def _of_one_line(sightings: Sequence[DistressSighting], placed: Mapping[str, str], assumed: Assumed) -> list[Place]:
    by_pass: defaultdict[str, list[DistressSighting]] = defaultdict(list)
    for each in sorted(sightings, key=lambda one: (one.at, one.sighting_id)):
        by_pass[each.pass_id].append(each)
    passes = [sorted(each, key=lambda one: (one.chainage_m, one.sighting_id)) for each in by_pass.values()]
    names = sorted({placed[each.sighting_id] for each in sightings if each.sighting_id in placed})
    numbers = {name: number for number, name in enumerate(names)}
    merged = merge([_as_pass(each, placed, numbers) for each in passes], assumed)
    members: defaultdict[int, list[tuple[DistressSighting, float]]] = defaultdict(list)
    for seen, defects, drifts in zip(passes, merged.defects, merged.drifts_m, strict=True):
        for one, number, drift in zip(seen, defects, drifts, strict=True):
            members[int(number)].append((one, one.chainage_m - float(drift)))
    found = [_place(inside, names[number] if number < len(names) else None) for number, inside in members.items()]
    return sorted(found, key=lambda place: (place.chainage_m, place.sightings[0].sighting_id))


def _place(members: Sequence[tuple[DistressSighting, float]], placed_as: str | None) -> Place:
    first = members[0][0]
    inside = sorted((each for each, _ in members), key=lambda one: (one.at, one.sighting_id))
    where = float(np.mean([place for _, place in members]))
    return Place(first.street_id, first.way, where, tuple(inside), placed_as)


def _as_pass(sightings: Sequence[DistressSighting], placed: Mapping[str, str], numbers: Mapping[str, int]) -> Pass:
    said = [placed[each.sighting_id] for each in sightings if each.sighting_id in placed]
    if len(said) != len(set(said)):
        twice = next(name for name in said if said.count(name) > 1)
        raise ValueError(f"pass {sightings[0].pass_id} was said to see {twice} twice: one pass sees a defect once")
    kinds = [UNKNOWN if each.kind is None else DISTRESS_KINDS.index(each.kind) for each in sightings]
    extents = [np.nan if each.extent_m2 is None else float(np.log(each.extent_m2)) for each in sightings]
    where = [numbers[placed[each.sighting_id]] if each.sighting_id in placed else FREE for each in sightings]
    looks = Looks(np.array(kinds, np.int64), np.array(extents, np.float64))
    return Pass(np.array([each.chainage_m for each in sightings]), looks, np.array(where, np.int64))
