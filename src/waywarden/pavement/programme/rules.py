"""What a programme is made from: sections, treatments, how pavement wears, and what each ward is owed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

BEST = 100.0
"""The condition of new pavement (visual PCI)."""


@dataclass(frozen=True, slots=True)
class PavementSection:
    """A stretch of one street that is treated as a whole. ``condition`` is its visual PCI today, 0 to 100."""

    section_id: str
    street: str
    ward: str
    area_m2: float
    condition: float
    hierarchy: str
    vehicles_per_day: float

    def __post_init__(self) -> None:
        """Refuse impossible sections (ValueError)."""
        if self.area_m2 <= 0 or not 0 <= self.condition <= BEST or self.vehicles_per_day < 0:
            raise ValueError(
                f"section {self.section_id} wants an area of more than 0 m2, a condition of 0 to 100 and no fewer than "
                f"0 vehicles a day; got {self.area_m2:g}, {self.condition:g} and {self.vehicles_per_day:g}"
            )


@dataclass(frozen=True, slots=True)
class Treatment:
    """What can be done to a section whose condition is at least ``from_condition`` and under ``to_condition``.

    It brings the condition up by ``adds`` points, or to ``resets_to`` where that is more, and never over 100. For
    ``holds_years`` years from then on the section wears ``wear_factor`` times as fast.
    """

    name: str
    cost_per_m2: float
    from_condition: float
    to_condition: float
    adds: float = 0.0
    resets_to: float = 0.0
    wear_factor: float = 1.0
    holds_years: int = 0


@dataclass(frozen=True, slots=True)
class Floors:
    """What each ward is owed.

    ``ward_share``: each ward gets at least this part of what its share of all area would be of the money there is.
    ``ward_condition``: the mean condition by area that each ward has at least when the programme ends;
    ``wards`` says so for one ward by name.
    """

    ward_share: float = 0.0
    ward_condition: float = 0.0
    wards: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def condition_of(self, ward: str) -> float:
        """Return the least mean condition of ``ward``."""
        return self.wards.get(ward, self.ward_condition)


@dataclass(frozen=True, slots=True)
class Rules:
    """A version of the treatments, of how pavement wears, and of the floors.

    ``wear`` maps the rank of a street to points lost in a year, by the condition from which on; ``traffic`` maps
    vehicles a day, from which on, to what a section's condition weighs. Benefit is counted over ``counted_years``.
    """

    version: str
    counted_years: int
    wear: Mapping[str, Mapping[float, float]]
    traffic: Mapping[float, float]
    treatments: tuple[Treatment, ...]
    floors: Floors = field(default_factory=Floors)

    def weight(self, section: PavementSection) -> float:
        """Return what a square metre of ``section`` weighs by its traffic."""
        reached = [weight for least, weight in sorted(self.traffic.items()) if section.vehicles_per_day >= least]
        return reached[-1] if reached else 1.0
