"""A place in the road where sightings are of the same defect."""

from __future__ import annotations

from dataclasses import dataclass

from waywarden.terms.distress import DistressSighting, Way

CONFIRMED_BY_PASSES = 2
"""A place counts as a defect once so many passes have seen it; until then it is suspected."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the road, and the sightings of it in order of time.

    ``chainage_m`` is where it is once the drift of each pass is taken off. ``placed_as`` is the name of the defect that
    a person said it is, None where nobody did.
    """

    street_id: str
    way: Way
    chainage_m: float
    sightings: tuple[DistressSighting, ...]
    placed_as: str | None = None

    @property
    def confirmed(self) -> bool:
        """Whether more than one pass saw it."""
        return len({each.pass_id for each in self.sightings}) >= CONFIRMED_BY_PASSES
