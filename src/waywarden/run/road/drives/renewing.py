"""A new edition of the network: what is stored goes to it, pass by pass, or stays where it is and is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from waywarden.geo.streets.network import Network
from waywarden.geo.streets.update import Mapped, PlaceOnStreet, mapped
from waywarden.store.drives import StoredDrives
from waywarden.terms.distress import DistressSighting
from waywarden.terms.inspections import Inspection
from waywarden.terms.road.lanes import LaneStretch


@dataclass(frozen=True, slots=True)
class Renewed:
    """What became of one pass: it is on the new edition, or stays on the old one, and why."""

    inspection: Inspection
    sightings: Sequence[DistressSighting]
    why_not: str = ""


def renew(store: StoredDrives, old: Network, new: Network) -> Iterator[Renewed]:
    """Move all that is stored on ``old`` to ``new``, a drive at a time; yield what became of each pass.

    A pass goes as a whole: its stretch and all its sightings to one street one way, or not at all. Run again, what has
    moved stays.
    """
    for drive_id, inspections, sightings in store.left_by_drives():
        came = [_one(old, new, each, [one for one in sightings if one.pass_id == each.pass_id]) for each in inspections]
        if any(each.inspection.network == new.version for each in came):
            looks = [each.inspection for each in came]
            store.append_drive(drive_id, looks, list(chain.from_iterable(each.sightings for each in came)))
        for each, before in zip(came, inspections, strict=True):
            if before.network == old.version:
                yield each


def _one(old: Network, new: Network, look: Inspection, seen: Sequence[DistressSighting]) -> Renewed:
    """Return a pass as it is on the new edition, or as it was and why."""
    if look.network != old.version:
        return Renewed(look, seen)
    edges = [end for each in look.lanes for end in (each.from_m, each.to_m)]
    chainages = [look.from_m, look.to_m, *(one.chainage_m for one in seen), *edges]
    got = list(mapped(old, new, (PlaceOnStreet(look.street_id, look.way, each) for each in chainages)))
    why_not = _why_not(got)
    if why_not:
        return Renewed(look, seen, why_not)
    there = [each.new for each in got if each.new is not None]
    street_id, way = there[0].street_id, there[0].way
    low_m, high_m = sorted((there[0].chainage_m, there[1].chainage_m))
    moved = [
        replace(one, street_id=street_id, way=way, chainage_m=round(place.chainage_m, 2))
        for one, place in zip(seen, there[2:], strict=False)
    ]
    new_edges = [round(place.chainage_m, 1) for place in there[2 + len(seen) :]]
    lanes = [
        LaneStretch(min(new_edges[2 * n : 2 * n + 2]), max(new_edges[2 * n : 2 * n + 2]), each.lane)
        for n, each in enumerate(look.lanes)
    ]
    on_new = replace(look, street_id=street_id, way=way, network=new.version)
    in_order = tuple(sorted(lanes, key=lambda each: each.from_m))
    return Renewed(replace(on_new, from_m=round(low_m, 1), to_m=round(high_m, 1), lanes=in_order), moved)


def _why_not(got: Sequence[Mapped]) -> str:
    lost = next((each.why_not for each in got if each.new is None), "")
    streets = {(each.new.street_id, each.new.way) for each in got if each.new is not None}
    if lost or len(streets) == 1:
        return lost
    return f"it would be on {' and '.join(sorted({street for street, _ in streets}))}"
