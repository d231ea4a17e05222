"""Inspections: a stretch of a street was looked at, and what was found there. Nothing says who drove."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from waywarden.terms.distress import DistressKind, Way
from waywarden.terms.road.lanes import LaneStretch


class Light(StrEnum):
    """By what light a street was seen, as the height of the sun has it: over 6 degrees, to 6 under, or lower."""

    DAY = "day"
    DUSK = "dusk"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class Inspection:
    """A stretch of a street was looked at, and what was found there: also that nothing was.

    The stretch is [from_m, to_m] in chainage, from ``at`` on, on the network of the version ``network``. ``wet`` is
    None where nobody can say, ``seen_share`` the share of the stretch that was really seen. ``found`` is how many of
    each kind, empty for none, and None where the street was driven but nobody looked for damage. ``method`` names who
    looked: weights with their version, or a file. ``lanes`` are the parts of the stretch of which it is known in which
    lane they were driven: where the street has one that way, or where the drive said so.
    """

    street_id: str
    way: Way
    from_m: float
    to_m: float
    at: datetime
    pass_id: str
    network: str
    mean_speed_mps: float
    light: Light
    wet: bool | None
    seen_share: float
    found: tuple[tuple[DistressKind, int], ...] | None
    method: str
    lanes: tuple[LaneStretch, ...] = ()

    @property
    def lane(self) -> int | None:
        """The lane that the whole stretch was driven in, None where that is not known of all of it."""
        whole = len(self.lanes) == 1 and self.lanes[0].from_m <= self.from_m and self.lanes[0].to_m >= self.to_m
        return self.lanes[0].lane if whole else None

    def lane_at(self, chainage_m: float) -> int | None:
        """Return the lane that was driven at a chainage, None where that is not known."""
        return next((each.lane for each in self.lanes if each.from_m <= chainage_m <= each.to_m), None)

    def __post_init__(self) -> None:
        """Refuse impossible records (ValueError)."""
        if self.at.tzinfo is None:
            raise ValueError("at must be an aware datetime (UTC)")
        if not self.from_m < self.to_m or self.mean_speed_mps < 0 or not 0 <= self.seen_share <= 1:
            raise ValueError(
                f"a stretch from {self.from_m:g} to {self.to_m:g} m at {self.mean_speed_mps:g} m/s, seen to "
                f"{self.seen_share:g}, is impossible"
            )
