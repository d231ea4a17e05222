"""Road damage as records: what a pass saw and where, and which sightings are of the same damage.

A *pass* is one drive along one street one way. A *defect* is a place in the road that is damaged: its name outlives
every picture of it. Nothing here is about whoever drove, or whoever was on the street.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DistressKind(StrEnum):
    """The nineteen distresses of asphalt-surfaced pavement, as TM 5-623 (UFC 3-270-08), appendix B, has them."""

    ALLIGATOR_CRACKING = "alligator_cracking"
    BLEEDING = "bleeding"
    BLOCK_CRACKING = "block_cracking"
    BUMPS_AND_SAGS = "bumps_and_sags"
    CORRUGATION = "corrugation"
    DEPRESSION = "depression"
    EDGE_CRACKING = "edge_cracking"
    JOINT_REFLECTION_CRACKING = "joint_reflection_cracking"
    LANE_SHOULDER_DROP_OFF = "lane_shoulder_drop_off"
    LONGITUDINAL_TRANSVERSE_CRACKING = "longitudinal_transverse_cracking"
    PATCHING = "patching"
    POLISHED_AGGREGATE = "polished_aggregate"
    POTHOLE = "pothole"
    RAILROAD_CROSSING = "railroad_crossing"
    RUTTING = "rutting"
    SHOVING = "shoving"
    SLIPPAGE_CRACKING = "slippage_cracking"
    SWELL = "swell"
    WEATHERING_AND_RAVELING = "weathering_and_raveling"


DISTRESS_KINDS: tuple[DistressKind, ...] = tuple(DistressKind)
"""The order in which arrays number the kinds: ``DISTRESS_KINDS[i]`` is the kind numbered ``i``."""


class Severity(StrEnum):
    """How bad a distress is, as TM 5-623, appendix B, tells it for each kind."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Way(StrEnum):
    """Which way along a street's line a lane is driven: as its chainage grows, or as it falls."""

    ALONG = "along"
    AGAINST = "against"


@dataclass(frozen=True, slots=True)
class DistressSighting:
    """One pass saw one damage. ``chainage_m`` is along the street's line, as the pass's own GPS had it.

    ``kind`` is None where only a jolt was felt, ``extent_m2`` where the size could not be told. ``score`` is how sure
    whoever saw it on a picture is, 0 to 1, ``jolt_mps2`` how strong a jolt was felt: both, where both came together.
    ``lane`` is the lane of that way that it is in, counted from the kerb (1), None where that is not known.
    """

    sighting_id: str
    pass_id: str
    street_id: str
    way: Way
    chainage_m: float
    at: datetime
    kind: DistressKind | None = None
    extent_m2: float | None = None
    score: float | None = None
    jolt_mps2: float | None = None
    lane: int | None = None

    def __post_init__(self) -> None:
        """Refuse impossible sightings (ValueError)."""
        if self.at.tzinfo is None:
            raise ValueError("at must be an aware datetime (UTC)")
        if self.extent_m2 is not None and self.extent_m2 <= 0:
            raise ValueError(f"a damage has an extent of more than 0 m2, got {self.extent_m2:g}: leave it out (None)")


class Change(StrEnum):
    """What happened to the names of defects."""

    NAMED = "named"
    MERGED = "merged"
    SPLIT = "split"
    MOVED = "moved"
    UNDONE = "undone"


WORK_NAME = re.compile(r"[a-z][a-z0-9-]{1,39}")
"""What an account may be called: a post's name, such as ``inspector-2``."""


class Role(StrEnum):
    """On whose word something is written down."""

    ESTIMATE = "estimate"
    INSPECTOR = "inspector"
    FOREMAN = "foreman"
    MANAGER = "manager"


def check_account(name: str) -> None:
    """Raise ValueError where ``name`` is neither a work name nor empty: it would come to hold somebody's name."""
    if name and not WORK_NAME.fullmatch(name):
        raise ValueError(f"an account is a work name of small letters, figures and hyphens, got {name!r}")


@dataclass(frozen=True, slots=True)
class Move:
    """One sighting goes from one defect (None: from nowhere, it is new) to another."""

    sighting_id: str
    from_id: str | None
    to_id: str


@dataclass(frozen=True, slots=True)
class NameChange:
    """Sightings change the defect they belong to. ``number`` counts from 0; ``undoes`` is the number of another.

    ``account`` is the work name under which it was written, empty where that was the program or the command line.
    """

    number: int
    change: Change
    moves: tuple[Move, ...]
    role: Role
    undoes: int | None = None
    account: str = ""

    def __post_init__(self) -> None:
        """Refuse an account that is no work name (ValueError)."""
        check_account(self.account)


@dataclass(frozen=True, slots=True)
class KeptChange:
    """A change of names at its place in the store, recorded at a time and chained by hashes to the one before."""

    change: NameChange
    recorded_at: datetime
    previous_hash: str
    change_hash: str
