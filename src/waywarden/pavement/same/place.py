"""A place in the road where sightings are of the same defect."""

from __future__ import annotations

from dataclasses import dataclass

from waywarden.terms.distress import DistressKind, DistressSighting, Way

CONFIRMED_BY_PASSES = 2
"""A place counts as a defect once so many passes have surely seen it; until then it is suspected."""
SURE_SCORES = {
    DistressKind.POTHOLE: 0.7,
    DistressKind.ALLIGATOR_CRACKING: 0.9,
    DistressKind.LONGITUDINAL_TRANSVERSE_CRACKING: 0.9,
}
"""From which score on one sighting is enough to say that there is damage. At the even score, .5, most of what was said
of a made-up town was sound road, whose joints and shadows every pass sees again; from these on nearly as many of its
potholes are found, and less than half of the false ones is left. Chosen on town 2 of ``waywarden.testing.town``; the
demo shows town 1."""


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
        """Whether more than one pass surely saw it."""
        return len({each.pass_id for each in self.sightings if is_sure(each)}) >= CONFIRMED_BY_PASSES

    @property
    def sure(self) -> bool:
        """Whether a person placed it, a wheel felt it, or somebody's picture showed it surely enough."""
        return self.placed_as is not None or any(map(is_sure, self.sightings))


def is_sure(one: DistressSighting) -> bool:
    """Return whether a sighting is enough by itself: felt, told by somebody who is never unsure, or surely seen."""
    least = SURE_SCORES.get(one.kind, 0.0) if one.kind is not None else 0.0
    return one.score is None or one.jolt_mps2 is not None or one.score >= least
