"""What there is in a made-up town: its streets, what is wrong with them in the course of a year, and what is mended.

Damage lies wide apart, a thing every 12 m or so: whoever finds something within a metre of it has not found it by
chance. It grows from drive to drive. Some of it is mended between the second drive and the third; one repair does not
hold, and the damage is there again when the road is next driven.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from waywarden.testing.mast import Mast
from waywarden.testing.road.damage import STEP_M, Broken, Crack, Damage, Pothole, a_broken_patch, a_crack, a_pothole
from waywarden.testing.road.decoys import Patch
from waywarden.testing.road.ground import View, mounted

NORTH_M, EAST_M = 110_574.0, 111_320.0
"""Metres of a degree at (0, 0), where the made-up junction is: the town lies around it."""
METRES = 140.0
"""Of a street."""
END_M = 20.0
"""No damage lies nearer to a street's end: who drives in or out there is not surely on it."""
LANE_M, GREY = 3.4, 110.0
DAMAGE = ("pothole", "crack", "pothole", "alligator", "pothole", "crack", "pothole", "alligator")
"""Of a street, in an order of its own."""
BORN = (0, 0, 0, 0, 0, 1, 1, 2)
"""Before which drive (the first is 0) each of them came."""
MENDED_AFTER, MENDED = 1, 3
"""After which drive, and how many of those that were there from the first drive on."""
LONGEST_CRACK_M, LONGEST_BROKEN_M = 4.0, 1.6
SIZE, GROWS = 0.7, 0.15
"""Damage begins at so much of its size, and gains so much from drive to drive until it is whole."""
FIRST, BETWEEN = datetime(2025, 3, 3, 11, tzinfo=UTC), timedelta(days=91)


@dataclass(frozen=True, slots=True)
class TownStreet:
    """A street of ``METRES``, straight, from (east, north) in metres on, ``heading_deg`` clockwise from north."""

    street_id: str
    name: str
    from_m: tuple[float, float]
    heading_deg: float

    def place(self, along_m: float, right_m: float = 0.0) -> tuple[float, float]:
        """Return longitude and latitude of a place of the street."""
        turn = np.radians(self.heading_deg)
        ahead, right = np.array((np.sin(turn), np.cos(turn))), np.array((np.cos(turn), -np.sin(turn)))
        east, north = np.array(self.from_m) + along_m * ahead + right_m * right
        return float(east) / EAST_M, float(north) / NORTH_M


STREETS = (
    TownStreet("high-street", "High Street", (-METRES / 2, 0.0), 90.0),
    TownStreet("mill-lane", "Mill Lane", (0.0, -METRES / 2), 0.0),
    TownStreet("station-road", "Station Road", (0.0, METRES / 2), 90.0),
)
"""The first two cross in the middle; the third begins where the second ends."""


@dataclass(frozen=True, slots=True)
class TownDamage:
    """One damage: where, what it is when it is full-grown, when it came, and after which drive it was mended.

    ``born`` and ``mended_after`` number drives from 0 on; ``mended_after`` is None where nobody mended it. A repair
    that does not hold (``holds``) is damage again at the next drive.
    """

    number: int
    street: int
    full: Damage
    born: int
    mended_after: int | None = None
    holds: bool = True

    def at(self, drive: int) -> Damage | None:
        """Return the damage as a drive finds it, None where there is none (yet, or any more)."""
        since = self.born
        if self.mended_after is not None and drive > self.mended_after:
            if self.holds:
                return None
            since = self.mended_after
        return None if drive < since else grown(self.full, min(1.0, SIZE + GROWS * (drive - since)))

    def patch_at(self, drive: int) -> Patch | None:
        """Return the repair that a drive finds there."""
        if self.mended_after is None or drive <= self.mended_after:
            return None
        box = self.full.box
        middle = ((box.left_m + box.right_m) / 2, (box.from_m + box.to_m) / 2)
        reach = ((box.right_m - box.left_m) / 2 + 0.15, (box.to_m - box.from_m) / 2 + 0.15)
        return Patch(middle, reach, square=True, rgb=np.full(3, 0.7 * GREY, np.float32), grain=0.08, seal=0.4)


def grown(full: Damage, share: float) -> Damage:
    """Return a damage that has come to ``share`` of its size."""
    if isinstance(full, Pothole):
        return replace(full, outline_m=full.outline_m * np.float32(share), depth_m=full.depth_m * share)
    if isinstance(full, Broken):
        return replace(full, reach_m=(full.reach_m[0] * share, full.reach_m[1] * share))
    some = max(2, int(len(full.line_m) * share))
    return replace(full, line_m=full.line_m[:some], half_m=full.half_m[:some])


@dataclass(frozen=True, slots=True)
class Town:
    """A town of the first ``streets`` of ``STREETS``, driven ``drives`` times; the same seed is the same town."""

    seed: int
    streets: int = len(STREETS)
    drives: int = 4

    @property
    def mast(self) -> Mast:
        """The camera on the one vehicle that drives."""
        return mounted(View.SURVEY, np.random.default_rng((self.seed, 41)))

    def began(self, drive: int) -> datetime:
        """Return when a drive began."""
        return FIRST + drive * BETWEEN

    def damage(self) -> list[TownDamage]:
        """Return all damage of the year, street by street and along each."""
        return [each for street in range(self.streets) for each in self._of_street(street)]

    def _of_street(self, street: int) -> list[TownDamage]:
        rng = np.random.default_rng((self.seed, 42, street))
        kinds, born = rng.permutation(DAMAGE), rng.permutation(BORN)
        slot_m = (METRES - 2 * END_M) / len(DAMAGE)
        where = END_M + slot_m * (np.arange(len(DAMAGE)) + rng.uniform(0.2, 0.6, len(DAMAGE)))
        mended = [int(i) for i in rng.permutation(np.flatnonzero(born == 0))[:MENDED]]
        return [
            TownDamage(
                street * len(DAMAGE) + i, street, _damage(rng, kinds[i], float(where[i])), int(born[i]),
                MENDED_AFTER if i in mended else None, holds=not (street == 0 and i == mended[0]),
            )
            for i in range(len(DAMAGE))
        ]  # fmt: skip


def _damage(rng: np.random.Generator, kind: str, s_m: float) -> Damage:
    if kind == "pothole":
        return a_pothole(rng, s_m, LANE_M, (0.0, 0.0), GREY)
    if kind == "crack":
        crack: Crack = a_crack(rng, s_m, LANE_M, lengthwise=bool(rng.random() < 0.5))
        some = int(LONGEST_CRACK_M / STEP_M)
        return replace(crack, line_m=crack.line_m[:some], half_m=crack.half_m[:some])
    broken = a_broken_patch(rng, s_m, LANE_M)
    return replace(broken, blocks=False, cells=min(broken.cells, 2.4),
                   reach_m=(min(broken.reach_m[0], 0.8), min(broken.reach_m[1], LONGEST_BROKEN_M)))  # fmt: skip
