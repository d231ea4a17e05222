"""A network of a new edition: where places on the old one are on it, and which of them are nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from waywarden.geo.streets.candidates import Feet, feet
from waywarden.geo.streets.network import Network, spot
from waywarden.terms.distress import Way
from waywarden.terms.drives import Floats
from waywarden.terms.errors import ConfigError

REACH_M = 8.0
"""A line is redrawn by less than a carriageway; what is farther off is another street."""
PARALLEL = 0.9
"""Cosine of how far the new line may be turned against the old one: 26 degrees."""
NEARLY_M = 3.0
"""Two streets that differ by less than this in distance are both possible."""


@dataclass(frozen=True, slots=True)
class PlaceOnStreet:
    """A place on a network: a street, a way, a chainage."""

    street_id: str
    way: Way
    chainage_m: float


@dataclass(frozen=True, slots=True)
class Mapped:
    """Where an old place is now; None, and why in words, where that cannot be said."""

    old: PlaceOnStreet
    new: PlaceOnStreet | None
    why_not: str = ""


def mapped(old: Network, new: Network, places: Iterable[PlaceOnStreet]) -> Iterator[Mapped]:
    """Yield for each place of the network ``old`` where it is on ``new``.

    The street of the same id is taken where it is near and runs the same way or the opposite one, else the one of the
    same name, else the only one that is near. The way is turned where the new line is drawn from its other end.

    Raises
    ------
    ConfigError
        A place is not on the old network at all.
    """
    for each in places:
        if each.street_id not in old.number_of:
            raise ConfigError(
                f"the old network has no street {each.street_id}: give the network that the places are of"
            )
        try:
            at = spot(old.streets[old.number_of[each.street_id]], each.chainage_m)
        except ValueError as fault:
            raise ConfigError(f"street {each.street_id}: {fault}; give the network that the places are of") from fault
        xy_m, before, after = new.to_metres(np.array([at.lon_lat, at.before, at.after]))
        direction = (after - before) / np.hypot(*(after - before))
        yield _chosen(old, new, each, feet(new, xy_m, REACH_M), direction)


def _chosen(old: Network, new: Network, place: PlaceOnStreet, found: Feet, direction: Floats) -> Mapped:
    turned = found.direction @ direction
    fits = [i for i in range(len(found.segment)) if abs(turned[i]) >= PARALLEL]
    if not fits:
        return Mapped(place, None, f"no street within {REACH_M:g} m runs as it did")
    name = old.streets[old.number_of[place.street_id]].name
    of = {i: new.streets[new.segments[int(found.segment[i])].street] for i in fits}
    same_id = [i for i in fits if of[i].street_id == place.street_id]
    same_name = [i for i in fits if name and of[i].name == name]
    best = (same_id or same_name or fits)[0]
    rivals = {of[i].street_id for i in (same_id or same_name or fits) if found.far_m[i] - found.far_m[best] < NEARLY_M}
    if len(rivals) > 1 and len({float(round(found.chainage_m[i])) for i in (same_id or same_name or fits)}) > 1:
        return Mapped(place, None, f"it may be on {' or '.join(sorted(rivals))}")
    flipped = turned[best] < 0
    other = Way.AGAINST if place.way is Way.ALONG else Way.ALONG
    return Mapped(
        place, PlaceOnStreet(of[best].street_id, other if flipped else place.way, float(found.chainage_m[best]))
    )
