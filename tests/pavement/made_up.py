"""Sightings written down by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from waywarden.pavement.same.place import Place
from waywarden.terms.distress import DistressKind, DistressSighting, Way

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def sighting(
    number: int, turn: int, chainage_m: float, *, way: Way = Way.ALONG, street_id: str = "mill-lane", **more
) -> DistressSighting:
    """Return sighting ``number`` of the pass ``turn``; a week lies between passes."""
    at = START + timedelta(days=7 * turn, seconds=number)
    pass_id = f"{turn}-{way}-{street_id}"
    return DistressSighting(f"{pass_id}-{number}", pass_id, street_id, way, chainage_m, at, **more)


def one_pass(turn: int, places_m: Sequence[float], **more) -> list[DistressSighting]:
    """Return what the pass ``turn`` saw at ``places_m``."""
    return [sighting(number, turn, place, **more) for number, place in enumerate(places_m)]


def hole(number: int, turn: int, chainage_m: float, **more) -> DistressSighting:
    """Return a sighting of a pothole of a quarter of a square metre."""
    return sighting(number, turn, chainage_m, kind=DistressKind.POTHOLE, extent_m2=0.25, **more)


def ids(places: Sequence[Place]) -> set[frozenset[str]]:
    """Return the sightings of each place."""
    return {frozenset(one.sighting_id for one in place.sightings) for place in places}
