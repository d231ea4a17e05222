"""What can be wanted of how road damage stands now, and what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from waywarden.terms.distress import DistressKind, Severity
from waywarden.terms.ledger import State
from waywarden.terms.road.now import DefectNow, SegmentNow

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
    """How many of a state and kind wait, by how long they have been known, and since when the oldest of them is."""

    state: str
    kind: str | None
    counts: tuple[int, ...]
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Of ``judged`` defects seen as a kind with a source, so many were real, or got that verdict."""

    kind: str
    source: str
    verdict: str
    judged: int
    real: int


class NowStore(Protocol):
    """What maps and lists ask of how road damage stands now. Each is one quick query."""

    def defects(self, wanted: DefectFilter, *, limit: int, offset: int = 0, newest: bool = False) -> list[DefectNow]:
        """Return defects in the order in which they came to be known, or the newest first."""
        ...

    def defect(self, defect_id: str) -> DefectNow | None:
        """Return one defect, None if there is none of that name."""
        ...

    def points(self, wanted: DefectFilter, *, limit: int) -> list[DefectPoint]:
        """Return defects that have a place, as points."""
        ...

    def cells(self, wanted: DefectFilter, step_deg: float) -> list[DefectCell]:
        """Return how many defects are in each cell of a grid of ``step_deg``."""
        ...

    def segments(self, box: Box | None, *, limit: int) -> list[SegmentNow]:
        """Return street segments that may be within a box, in the order of their streets."""
        ...

    def backlog(self, at: datetime, days: Sequence[int]) -> list[Backlog]:
        """Return what waits at ``at``, by state and kind, and how many of it have been known for how long."""
        ...

    def verdicts(self) -> list[Verdicts]:
        """Return what persons who looked said, by kind, source and verdict."""
        ...

    def orders(self, *, limit: int) -> list[tuple[str, int, datetime]]:
        """Return orders in the ledger, the last first: name, how many defects, and when the last was changed."""
        ...
