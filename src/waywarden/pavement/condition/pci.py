"""The visual pavement condition index: 100 less what the distresses that a camera can see take off.

Density to deduct value (``curves``), the largest deducts corrected for coming together, 100 less the worst of it; the
mean over sample units by their areas. A camera sees cracks, holes, patches and the surface; it sees no depth and
feels no ride, so this is not the PCI of a walked survey, and says which distresses it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from waywarden.pavement.condition.curves import (
    CURVES,
    corrected_deduct_value,
    deduct_value,
    density_percent,
)
from waywarden.terms.distress import DistressKind, Severity

CAMERA_CANNOT_SEE = frozenset(
    {
        DistressKind.BUMPS_AND_SAGS,
        DistressKind.CORRUGATION,
        DistressKind.DEPRESSION,
        DistressKind.LANE_SHOULDER_DROP_OFF,
        DistressKind.RUTTING,
        DistressKind.SHOVING,
        DistressKind.SWELL,
    }
)
"""Their severity is a depth or a ride (appendix B): one camera can tell neither."""
CAMERA_SEES = frozenset(DistressKind) - CAMERA_CANNOT_SEE
SMALL_DEDUCT = 2.0
"""Deducts up to this are not counted in q."""
RATINGS = ((85, "excellent"), (70, "very good"), (55, "good"), (40, "fair"), (25, "poor"), (10, "very poor"))
"""TM 5-623, chapter 3: a PCI over this is so; 10 and under is failed."""
SAMPLING_ERROR = 5.0


@dataclass(frozen=True, slots=True)
class Measured:
    """How much of a distress of one severity a sample unit has: square metres, metres, or a number."""

    kind: DistressKind
    severity: Severity
    quantity: float


@dataclass(frozen=True, slots=True)
class SampleUnit:
    """A part of a pavement section, and what was seen on it."""

    area_m2: float
    measured: tuple[Measured, ...]

    def __post_init__(self) -> None:
        """Refuse impossible units (ValueError)."""
        if self.area_m2 <= 0 or any(each.quantity < 0 for each in self.measured):
            raise ValueError("a sample unit has an area of more than 0 m2, and no distress of less than nothing")


@dataclass(frozen=True, slots=True)
class VisualPci:
    """A condition, 0 to 100, and the kinds of distress that were looked for."""

    value: float
    looked_for: frozenset[DistressKind]

    @property
    def rating(self) -> str:
        """The manual's word for it."""
        return next((word for over, word in RATINGS if self.value > over), "failed")

    @property
    def band(self) -> int:
        """1 (none) to 5 (severe), in the manner of PAS 2161: the manual's ratings, the worst three as one."""
        return 1 + sum(self.value <= over for over, _ in RATINGS[:4])

    @property
    def paser(self) -> int:
        """1 (failed) to 10 (new), in the manner of PASER: a tenth of the value. No one rated it by PASER's pictures."""
        return min(max(ceil(self.value / 10), 1), 10)

    @property
    def label(self) -> str:
        """What it is to be published as."""
        return f"visual PCI {self.value:.0f} ({', '.join(sorted(self.looked_for))})"


def deducts_of(unit: SampleUnit) -> list[float]:
    """Return the deduct values of a unit, the largest first; each kind and severity is added up before."""
    quantities: dict[tuple[DistressKind, Severity], float] = {}
    for each in unit.measured:
        key = (each.kind, each.severity)
        quantities[key] = quantities.get(key, 0.0) + each.quantity
    found = [
        deduct_value(kind, severity, density_percent(kind, quantity, unit.area_m2))
        for (kind, severity), quantity in quantities.items()
    ]
    return sorted((each for each in found if each > 0), reverse=True)


def allowed(deducts: Sequence[float]) -> list[float]:
    """Return as many of the deducts, largest first, as may count: m = 1 + 9/98 (100 - largest), the last in part."""
    if not deducts:
        return []
    m = min(1.0 + 9.0 / 98.0 * (100.0 - deducts[0]), 10.0)
    whole = int(m)
    part = [deducts[whole] * (m - whole)] if whole < len(deducts) else []
    return [*deducts[:whole], *part]


def worst_corrected(deducts: Sequence[float]) -> float:
    """Return the largest corrected deduct value while the smallest deducts are one by one brought down to 2."""
    left = allowed(sorted(deducts, reverse=True))
    worst = 0.0
    while left:
        q = sum(each > SMALL_DEDUCT for each in left)
        worst = max(worst, corrected_deduct_value(sum(left), q))
        if q <= 1:
            break
        left[q - 1] = SMALL_DEDUCT
    return worst


def visual_pci(units: Iterable[SampleUnit], looked_for: frozenset[DistressKind] = CAMERA_SEES) -> VisualPci:
    """Return the condition of a pavement section: the mean of its units, each by its area.

    ValueError if there is no unit, or one holds a distress that was not looked for.
    """
    units = list(units)
    if not units:
        raise ValueError("a condition needs a sample unit at least: none was given")
    strange = {each.kind for unit in units for each in unit.measured} - looked_for
    if strange:
        raise ValueError(f"{', '.join(sorted(strange))} is not among what was looked for: add it, or leave it out")
    area = sum(unit.area_m2 for unit in units)
    value = sum((100.0 - worst_corrected(deducts_of(unit))) * unit.area_m2 for unit in units) / area
    return VisualPci(value, looked_for)


def units_to_inspect(units: int, spread: float) -> int:
    """Return how many of a section's sample units to look at, for a mean within 5 points in 95 of 100 cases.

    n = N s² / ((e²/4)(N - 1) + s²), rounded up, in real numbers throughout. ``spread`` is the standard deviation of
    the PCI between units; 10 for asphalt where nothing is known.
    """
    if units <= 0:
        return 0
    n = units * spread**2 / (SAMPLING_ERROR**2 / 4.0 * (units - 1) + spread**2) if spread else 1.0
    return min(max(ceil(n - 1e-9), 1), units)


def measures(kind: DistressKind) -> str:
    """Return in what a kind is measured: ``m2``, ``m`` or ``number``."""
    return ("number", "m", "m2")[CURVES[kind].power]
