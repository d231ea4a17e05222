"""The deduct value curves of asphalt pavement: TM 5-623 (UFC 3-270-08), appendix C, as points on each curve.

The manual prints them as charts: density in per cent, on a logarithmic axis, to deduct value. Between two points they
are straight on that axis; a chart cannot be read closer than to a point, so deducts are whole numbers here. Where the
readings come from, and how far they agree with the manual's own, is in docs/decisions/0044-deduct-curves.md.

Units are the manual's: density is per cent of the area; for what is measured by length, feet a square foot; for what
is counted, number a square foot; all times 100. ``density_percent`` gives it from metres.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import log10

from waywarden.terms.distress import DistressKind, Severity

FEET_PER_M = 1 / 0.3048


@dataclass(frozen=True, slots=True)
class Curves:
    """The three curves of a kind, for low, medium and high: densities in per cent, and a deduct for each.

    ``power`` is the power of metres that a quantity is measured in: 2 an area, 1 a length, 0 a number.
    """

    power: int
    density: tuple[float, ...]
    low: tuple[int, ...]
    medium: tuple[int, ...]
    high: tuple[int, ...]

    def of(self, severity: Severity) -> tuple[int, ...]:
        """Return the deducts of a severity."""
        return {Severity.LOW: self.low, Severity.MEDIUM: self.medium, Severity.HIGH: self.high}[severity]


_FULL = (0.1, 0.2, 0.4, 1.0, 2.0, 4.0, 10.0, 20.0, 40.0, 100.0)
_TO_50 = (*_FULL[:9], 50.0)
_TO_30 = (*_FULL[:8], 30.0)
_POLISHED = (0, 0, 0, 0, 0, 1, 4, 7, 10, 21)

CURVES: Mapping[DistressKind, Curves] = {
    DistressKind.ALLIGATOR_CRACKING: Curves(
        2, _FULL,
        (4, 4, 5, 11, 17, 24, 33, 40, 49, 62),
        (6, 10, 14, 21, 28, 35, 46, 55, 64, 77),
        (12, 16, 20, 30, 40, 50, 61, 70, 79, 91),
    ),
    DistressKind.BLEEDING: Curves(
        2, _FULL,
        (0, 0, 0, 1, 1, 1, 3, 7, 11, 21),
        (1, 1, 2, 3, 5, 8, 13, 19, 26, 40),
        (2, 3, 4, 6, 9, 14, 22, 34, 49, 73),
    ),
    DistressKind.BLOCK_CRACKING: Curves(
        2, _FULL,
        (0, 0, 0, 0, 1, 4, 7, 12, 18, 27),
        (0, 0, 0, 2, 5, 9, 15, 22, 30, 43),
        (0, 1, 3, 6, 12, 17, 28, 40, 54, 72),
    ),
    DistressKind.BUMPS_AND_SAGS: Curves(
        1, _FULL[:7], (2, 2, 4, 8, 13, 20, 39), (7, 11, 16, 25, 34, 46, 78), (21, 30, 40, 54, 66, 78, 99)
    ),
    DistressKind.CORRUGATION: Curves(
        2, _FULL,
        (1, 1, 2, 3, 5, 7, 14, 21, 29, 40),
        (5, 7, 9, 15, 22, 29, 40, 49, 59, 74),
        (10, 18, 25, 34, 40, 48, 61, 72, 82, 94),
    ),
    DistressKind.DEPRESSION: Curves(
        2, _FULL,
        (4, 4, 4, 4, 5, 8, 17, 29, 39, 48),
        (8, 8, 8, 9, 11, 16, 29, 42, 53, 59),
        (12, 13, 14, 17, 20, 27, 43, 56, 66, 74),
    ),
    DistressKind.EDGE_CRACKING: Curves(
        1, _FULL[:8], (0, 1, 2, 4, 5, 7, 12, 15), (4, 5, 6, 9, 13, 17, 24, 29), (7, 9, 11, 15, 21, 27, 41, 47)
    ),
    DistressKind.JOINT_REFLECTION_CRACKING: Curves(
        1, _TO_30,
        (0, 1, 2, 3, 5, 9, 16, 23, 28), (1, 2, 4, 8, 13, 21, 35, 42, 44), (2, 6, 10, 16, 23, 38, 63, 72, 74),
    ),
    DistressKind.LANE_SHOULDER_DROP_OFF: Curves(
        1, (0.5, 1.0, 2.0, 4.0, 10.0, 15.0), (2, 2, 3, 6, 12, 17), (4, 4, 6, 9, 18, 28), (6, 7, 10, 16, 33, 44)
    ),
    DistressKind.LONGITUDINAL_TRANSVERSE_CRACKING: Curves(
        1, _TO_30,
        (0, 0, 0, 2, 5, 9, 17, 24, 29), (0, 1, 3, 9, 14, 20, 30, 40, 44), (4, 7, 11, 18, 27, 39, 61, 79, 87),
    ),
    DistressKind.PATCHING: Curves(
        2, _TO_50,
        (0, 0, 1, 2, 4, 8, 16, 23, 31, 33),
        (3, 4, 6, 9, 14, 20, 31, 42, 54, 58),
        (6, 9, 13, 19, 25, 34, 52, 67, 78, 80),
    ),
    DistressKind.POLISHED_AGGREGATE: Curves(2, _FULL, _POLISHED, _POLISHED, _POLISHED),
    DistressKind.POTHOLE: Curves(
        0, (0.01, 0.02, 0.04, 0.1, 0.2, 0.4, 1.0, 2.0, 4.0, 10.0),
        (2, 6, 11, 22, 32, 43, 58, 71, 84, 100),
        (6, 11, 19, 35, 50, 66, 92, 100, 100, 100),
        (20, 28, 38, 55, 71, 88, 100, 100, 100, 100),
    ),
    DistressKind.RAILROAD_CROSSING: Curves(
        2, (1.0, 2.0, 4.0, 10.0, 20.0, 40.0), (1, 2, 4, 11, 16, 19), (5, 12, 21, 38, 45, 49), (19, 29, 43, 66, 76, 80)
    ),
    DistressKind.RUTTING: Curves(
        2, _FULL,
        (1, 1, 3, 7, 13, 19, 27, 35, 44, 50),
        (4, 6, 10, 17, 24, 32, 44, 54, 61, 68),
        (5, 12, 18, 27, 35, 45, 61, 74, 83, 90),
    ),
    DistressKind.SHOVING: Curves(
        2, _TO_50,
        (0, 0, 1, 4, 8, 12, 20, 28, 35, 37),
        (3, 3, 4, 10, 15, 22, 35, 49, 62, 65),
        (8, 10, 12, 19, 26, 34, 52, 67, 77, 80),
    ),
    DistressKind.SLIPPAGE_CRACKING: Curves(
        2, _FULL,
        (0, 0, 1, 4, 8, 16, 27, 35, 43, 53),
        (2, 3, 6, 10, 17, 28, 44, 53, 61, 70),
        (3, 7, 10, 18, 29, 45, 67, 78, 84, 91),
    ),
    DistressKind.SWELL: Curves(
        2, (1.0, 2.0, 4.0, 10.0, 20.0, 30.0), (2, 4, 7, 12, 16, 19), (11, 18, 24, 35, 44, 49), (33, 37, 42, 53, 64, 70)
    ),
    DistressKind.WEATHERING_AND_RAVELING: Curves(
        2, _FULL,
        (0, 1, 2, 2, 3, 3, 5, 8, 11, 16),
        (4, 6, 7, 9, 11, 13, 18, 25, 32, 44),
        (6, 9, 12, 16, 20, 27, 41, 55, 65, 78),
    ),
}  # fmt: skip

_TDV = tuple(range(30, 201, 10))
CORRECTED: Mapping[int, tuple[float, ...]] = {
    1: tuple(map(float, _TDV)),
    2: (21.9, 29.3, 36.9, 43.7, 50.4, 57.4, 63.7, 69.8, 75.4, 80.7, 85.6, 90.0, 93.9, 97.6, 100, 100, 100, 100),
    3: (16.7, 24.3, 31.1, 37.8, 44.8, 50.7, 56.9, 63.0, 68.3, 73.1, 78.3, 83.3, 88.0, 92.0, 96.3, 99.8, 100, 100),
    4: (12.4, 19.3, 26.3, 33.0, 39.4, 45.6, 51.1, 56.7, 62.4, 67.8, 73.1, 78.5, 82.8, 86.9, 90.4, 93.3, 95.9, 98.1),
    5: (9.3, 16.3, 22.8, 28.9, 35.2, 40.9, 46.7, 51.9, 57.0, 62.4, 67.2, 72.2, 76.7, 80.9, 84.8, 88.1, 91.1, 93.3),
    6: (6.1, 13.1, 19.8, 25.6, 31.7, 37.6, 43.0, 48.1, 53.3, 58.7, 63.1, 68.0, 72.8, 77.2, 81.3, 84.6, 87.6, 90.2),
    7: (6.1, 13.1, 19.8, 25.6, 31.7, 37.6, 43.0, 48.1, 53.3, 58.7, 63.1, 67.4, 71.3, 74.8, 77.2, 79.4, 81.1, 82.2),
}
"""Corrected deduct value at total deducts of 30, 40 … 200, by q. The chart ends at q = 7, which stands for more."""


def density_percent(kind: DistressKind, quantity: float, area_m2: float) -> float:
    """Return the density on the manual's axis.

    Parameters
    ----------
    kind : DistressKind
    quantity : float
        Square metres, metres or a number, as ``CURVES[kind].power`` says.
    area_m2 : float
        Of the sample unit.
    """
    return 100.0 * quantity * FEET_PER_M ** (CURVES[kind].power - 2) / area_m2


def deduct_value(kind: DistressKind, severity: Severity, density: float) -> float:
    """Return the deduct value (0 to 100) at a density in per cent.

    Below the chart's left edge the curve falls in proportion to nothing; beyond its right edge it stays.
    """
    curves = CURVES[kind]
    deducts = curves.of(severity)
    if density <= curves.density[0]:
        return deducts[0] * max(density, 0.0) / curves.density[0]
    points = zip(curves.density, deducts, strict=True)
    for (left, low), (right, high) in pairwise(points):
        if density <= right:
            return low + (high - low) * log10(density / left) / log10(right / left)
    return float(deducts[-1])


def corrected_deduct_value(total: float, q: int) -> float:
    """Return the corrected deduct value of a total of ``q`` deducts; ``q`` over 7 reads the lowest curve there is."""
    curve = CORRECTED[min(max(q, 1), 7)]
    i = min(max(int(total // 10) - 3, 0), len(_TDV) - 2)
    read = curve[i] + (curve[i + 1] - curve[i]) * (total - _TDV[i]) / 10.0
    return min(max(read, 0.0), 100.0)
