"""The streets of a network, as a city or OpenStreetMap has them. A street is a line; places on it are chainages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from waywarden.terms.places import LonLat


class Oneway(StrEnum):
    """Which ways a street may be driven, against the direction of its line."""

    BOTH = "both"
    ALONG = "along"
    AGAINST = "against"


class Lanes(NamedTuple):
    """How many lanes there are each way of a street's line; None where nobody says."""

    along: int | None = None
    against: int | None = None

    @property
    def turned(self) -> Lanes:
        """The same, of the line the other way round."""
        return Lanes(self.against, self.along)


@dataclass(frozen=True, slots=True)
class Street:
    """A street, or a carriageway of one.

    ``line`` is its middle in WGS 84 (longitude, latitude): chainage 0 is at its first point. ``street_class`` is the
    city's or OpenStreetMap's own word, empty where there is none. ``lanes`` are of each straight piece of the line, one
    fewer than it has points; empty where nobody says how many there are.
    """

    street_id: str
    line: tuple[LonLat, ...]
    name: str = ""
    street_class: str = ""
    oneway: Oneway = Oneway.BOTH
    lanes: tuple[Lanes, ...] = ()

    def __post_init__(self) -> None:
        """Refuse lines that are none (ValueError)."""
        if len(self.line) < 2:
            raise ValueError(f"street {self.street_id} has {len(self.line)} points: a line has two or more")
        if len(self.lanes) not in {0, len(self.line) - 1}:
            raise ValueError(
                f"street {self.street_id} has lanes for {len(self.lanes)} of its {len(self.line) - 1} pieces"
            )
        if not all(abs(lon) <= 180.0 and abs(lat) <= 90.0 for lon, lat in self.line):
            raise ValueError(f"street {self.street_id} is not in longitude and latitude: give the network in WGS 84")
