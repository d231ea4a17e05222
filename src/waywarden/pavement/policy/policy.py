"""A policy: what risk a defect is, at which level it is acted on, and by when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from waywarden.pavement.policy.clock import WorkingTime
from waywarden.terms.distress import DistressKind, Severity


class ClockKind(StrEnum):
    """Which clock a response is timed by."""

    ALWAYS = "always"
    WORKING = "working"


@dataclass(frozen=True, slots=True)
class Level:
    """An intervention level. A defect that is of at least this risk, depth and width is answered within ``hours``.

    ``depth_mm`` and ``width_mm`` of 0 ask for no measure; ``kinds`` empty means any. ``cost`` is of one answer.
    """

    name: str
    least_risk: float
    hours: float
    clock: ClockKind
    cost: float = 0.0
    depth_mm: float = 0.0
    width_mm: float = 0.0
    kinds: frozenset[DistressKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a defect. Depth and width are None until a person has measured: a camera cannot see depth."""

    kind: DistressKind
    severity: Severity
    hierarchy: str
    vehicles_per_day: float
    depth_mm: float | None = None
    width_mm: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a policy asks for: the level reached, None where there is nothing to do.

    ``if_measured`` is a more urgent one that the defect might come to: it is suspected, and needs measuring.
    """

    level: Level | None
    if_measured: Level | None


@dataclass(frozen=True, slots=True)
class Policy:
    """A version of the rules. ``levels`` are in order, the most urgent first.

    ``traffic`` maps vehicles a day, from which on, to a weight; ``hierarchy`` the city's names of streets' ranks.
    """

    version: str
    working: WorkingTime
    hierarchy: Mapping[str, float]
    severity: Mapping[Severity, float]
    traffic: Mapping[float, float]
    levels: tuple[Level, ...]
    sound_passes: int = 2

    def risk(self, known: Known) -> float:
        """Return hierarchy of the street x severity x traffic; ValueError where the policy lacks the street's rank."""
        if known.hierarchy not in self.hierarchy:
            ranks = ", ".join(sorted(self.hierarchy))
            raise ValueError(f'policy {self.version} has no hierarchy "{known.hierarchy}": it has {ranks}')
        reached = [weight for least, weight in sorted(self.traffic.items()) if known.vehicles_per_day >= least]
        return self.hierarchy[known.hierarchy] * self.severity[known.severity] * (reached[-1] if reached else 1.0)

    def answer(self, known: Known) -> Answer:
        """Return the most urgent level that ``known`` reaches, and any more urgent one that a measure could add."""
        risk = self.risk(known)
        might = None
        for level in self.levels:
            fits = risk >= level.least_risk and (not level.kinds or known.kind in level.kinds)
            enough = _enough(known.depth_mm, level.depth_mm), _enough(known.width_mm, level.width_mm)
            if fits and all(enough):
                return Answer(level, might)
            if fits and False not in enough and might is None:
                might = level
        return Answer(None, might)

    def due_at(self, level: Level, known_since: datetime) -> datetime:
        """Return by when a defect known since then is to be answered."""
        if level.clock is ClockKind.ALWAYS:
            return known_since + timedelta(hours=level.hours)
        return self.working.due_at(known_since, level.hours)


def _enough(measured: float | None, wanted: float) -> bool | None:
    """Return whether a measure is enough, None where it is not known."""
    if wanted <= 0:
        return True
    return None if measured is None else measured >= wanted
