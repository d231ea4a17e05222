"""What can be wanted of how road damage stands now, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass

from waywarden.terms.distress import DistressKind, Severity
from waywarden.terms.ledger import State

Box = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""


@dataclass(frozen=True, slots=True)
class DefectFilter:
    """Which defects are wanted; empty and None mean any. ``waiting``: known and not mended, or not."""

    kinds: frozenset[DistressKind] = frozenset()
    states: frozenset[State] = frozenset()
    severities: frozenset[Severity] = frozenset()
    street_id: str | None = None
    order_id: str | None = None
    waiting: bool | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class DefectPoint:
    """A defect as a map draws it."""

    defect_id: str
    lon_deg: float
    lat_deg: float
    kind: str | None
    severity: str | None
    state: str
    waiting: bool


@dataclass(frozen=True, slots=True)
class DefectCell:
    """How many defects are in a cell of a grid, how many of them wait, and the middle of them all."""

    lon_deg: float
    lat_deg: float
    count: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many of a state and kind have waited so long; the oldest of them; how many are late, and could be."""

    state: str
    kind: str | None
    bucket: int
    count: int
    oldest_us: int
    overdue: int
    with_due: int


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Of ``judged`` defects seen as a kind with a source, so many were real, or got that verdict."""

    kind: str
    source: str
    verdict: str
    judged: int
    real: int
