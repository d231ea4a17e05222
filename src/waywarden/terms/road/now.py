"""How road damage stands now: worked out from the ledger, the sightings and the inspections, for maps and lists.

Nothing here is kept for its own sake: all of it can be thrown away and worked out anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from waywarden.terms.distress import DistressKind, Severity, Way
from waywarden.terms.ledger import State, Triage
from waywarden.terms.places import LonLat
from waywarden.terms.streets import Oneway


@dataclass(frozen=True, slots=True)
class Judged:
    """What a person who looked said of a defect, which until then was seen as ``kind`` with ``source``."""

    kind: str
    source: str
    real: bool
    triage: Triage | None


@dataclass(frozen=True, slots=True)
class DefectLife:
    """What all entries of the ledger come to for one defect.

    ``known_at`` is when its first entry was recorded: since then the authority knew. ``waiting``: it is known and not
    mended. ``entries`` is how many there are.
    """

    defect_id: str
    state: State
    waiting: bool
    known_at: datetime
    changed_at: datetime
    entries: int
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    severity: Severity | None = None
    depth_mm: float | None = None
    width_mm: float | None = None
    order_id: str = ""
    judged: Judged | None = None


@dataclass(frozen=True, slots=True)
class DefectPlace:
    """Where a defect is and what it was seen as, by all its sightings; ``street`` is the street's name.

    ``lane`` is the one that all sightings of which it is known are in, counted from the kerb (1); None where none is
    known, or they do not agree.
    """

    defect_id: str
    street_id: str
    street: str
    way: Way
    chainage_m: float
    position: LonLat | None
    kind: DistressKind | None
    extent_m2: float | None
    passes: int
    lane: int | None = None


@dataclass(frozen=True, slots=True)
class DefectNow:
    """How one defect stands now. ``place`` is None where no sighting told it; ``merged_into`` as a rule empty."""

    life: DefectLife
    place: DefectPlace | None
    merged_into: str = ""


@dataclass(frozen=True, slots=True)
class SegmentNow:
    """How one street segment stands now.

    ``along_at`` and ``against_at`` are when it was last looked at each way, None for never. ``condition`` is its visual
    PCI and ``band`` that in five steps (1 is best), None where nobody looked; ``defects`` wait on it.
    """

    street_id: str
    street: str
    street_class: str
    oneway: Oneway
    from_m: float
    to_m: float
    line: tuple[LonLat, ...]
    along_at: datetime | None = None
    against_at: datetime | None = None
    condition: float | None = None
    band: int | None = None
    defects: int = 0


@dataclass(frozen=True, slots=True)
class Made:
    """Up to where the tables of now have followed: so many entries, so many changes of names, on this network."""

    entries: int = 0
    changes: int = 0
    network: str = ""
