"""The junction: arms, lanes, stop lines, the path of each movement, which of them conflict, and the signal plan.

World metres: x east, y north, the middle of the junction at the origin. Arms are named by where they come from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

ARMS = ("north", "east", "south", "west")
OUTWARDS = {"north": (0.0, 1.0), "east": (1.0, 0.0), "south": (0.0, -1.0), "west": (-1.0, 0.0)}

LANE_M = 3.25
CYCLE_LANE_M = 1.5
HALF_ROAD_M = LANE_M + CYCLE_LANE_M
BOX_M = 6.8
"""Half the side of the junction's inner square, where turns begin and end."""
CROSSWALK_M = (6.9, 9.5)
GATE_M = 10.8
STOP_M = 12.5
REACH_M = 100.0
CONFLICT_M = 2.9
"""Paths whose centre lines come nearer than this conflict (two lorries of 2.5 m, and a hand's breadth)."""

Points = npt.NDArray[np.float64]


class Lane(StrEnum):
    """A lane of an arm: the traffic lane, or the cycle lane beside it."""

    TRAFFIC = "traffic"
    CYCLE = "cycle"


LANE_OFFSET_M = {Lane.TRAFFIC: LANE_M / 2, Lane.CYCLE: LANE_M + CYCLE_LANE_M / 2}


def turn_of(from_arm: str, to_arm: str) -> str:
    """Return ``left``, ``through`` or ``right``.

    Examples
    --------
    >>> turn_of("south", "west"), turn_of("south", "north"), turn_of("south", "east")
    ('left', 'through', 'right')
    """
    return ("u-turn", "left", "through", "right")[(ARMS.index(to_arm) - ARMS.index(from_arm)) % 4]


@dataclass(frozen=True)
class Path:
    """The way through the junction from one arm to another, by distance ``s`` from where it begins.

    Straight to the box, a quarter circle (or nothing) through it, straight out again.
    """

    from_arm: str
    to_arm: str
    lane: Lane
    drives_on_left: bool = False

    @property
    def movement_id(self) -> str:
        """Name of the turning movement, for instance ``south-north``."""
        return f"{self.from_arm}-{self.to_arm}"

    @cached_property
    def side_m(self) -> float:
        """Distance of the lane from the arm's middle, negative where traffic drives on the left."""
        return -LANE_OFFSET_M[self.lane] if self.drives_on_left else LANE_OFFSET_M[self.lane]

    @cached_property
    def turn(self) -> str:
        """``left``, ``through`` or ``right``."""
        return turn_of(self.from_arm, self.to_arm)

    @cached_property
    def radius_m(self) -> float:
        """Radius of the turn; infinite for straight on."""
        if self.turn == "through":
            return math.inf
        return BOX_M - self.side_m if self.turn == "right" else BOX_M + self.side_m

    @cached_property
    def inside_m(self) -> float:
        """Length of the part inside the box."""
        return 2 * BOX_M if self.turn == "through" else self.radius_m * math.pi / 2

    @cached_property
    def bend_s(self) -> float:
        """Where the inside part begins."""
        return REACH_M - BOX_M

    @cached_property
    def stop_s(self) -> float:
        """Where the stop line is."""
        return REACH_M - STOP_M

    @cached_property
    def gate_in_s(self) -> float:
        """Where the gate of the arm it comes by is."""
        return REACH_M - GATE_M

    @cached_property
    def clear_s(self) -> float:
        """Where the gate of the arm it leaves by is, beyond the box and the crosswalk."""
        return self.bend_s + self.inside_m + (GATE_M - BOX_M)

    @cached_property
    def length_m(self) -> float:
        """The whole length."""
        return 2 * (REACH_M - BOX_M) + self.inside_m

    @cached_property
    def _knots(self) -> tuple[Points, Points]:
        """Points along the path (n, 2) and their s (n,): exact on the straights, 3 cm chords in the bend."""
        out_a, out_b = np.array(OUTWARDS[self.from_arm]), np.array(OUTWARDS[self.to_arm])
        right_a, right_b = np.array((-out_a[1], out_a[0])), np.array((out_b[1], -out_b[0]))
        begin, enter = (out_a * far + right_a * self.side_m for far in (REACH_M, BOX_M))
        leave, end = (out_b * far + right_b * self.side_m for far in (BOX_M, REACH_M))
        along = np.linspace(0, 1, 2 if self.turn == "through" else 49)
        if self.turn == "through":
            inside = np.stack((enter, leave))
        else:
            centre = enter + out_b * self.radius_m
            angle = along[:, None] * (math.pi / 2)
            inside = centre - out_b * self.radius_m * np.cos(angle) - out_a * self.radius_m * np.sin(angle)
        points = np.concatenate((begin[None], inside, end[None]))
        s = np.concatenate(([0.0], self.bend_s + along * self.inside_m, [self.length_m]))
        return points, s

    def at(self, s: npt.ArrayLike) -> Points:
        """Return the points (..., 2) at distances ``s``; beyond the ends the path goes on straight."""
        points, knots = self._knots
        s = np.asarray(s, dtype=float)
        inside = np.stack([np.interp(s, knots, points[:, axis]) for axis in (0, 1)], axis=-1)
        before, after = np.minimum(s, 0.0)[..., None], np.maximum(s - self.length_m, 0.0)[..., None]
        first, last = -np.array(OUTWARDS[self.from_arm]), np.array(OUTWARDS[self.to_arm])
        return np.asarray(inside + before * first + after * last)

    def pose(self, s: npt.ArrayLike, wheelbase_m: float) -> tuple[Points, Points]:
        """Return centres (..., 2) and headings (...) in radians of a vehicle whose two axles keep to the path."""
        s = np.asarray(s, dtype=float)
        front, rear = self.at(s + wheelbase_m / 2), self.at(s - wheelbase_m / 2)
        ahead = front - rear
        return (front + rear) / 2, np.arctan2(ahead[..., 1], ahead[..., 0])


def all_paths(*, drives_on_left: bool = False) -> dict[tuple[str, str, Lane], Path]:
    """Return the 24 paths: 12 movements, each on the traffic lane and on the cycle lane."""
    return {(a, b, lane): Path(a, b, lane, drives_on_left) for lane in Lane for a in ARMS for b in ARMS if a != b}


def conflicts(one: Path, other: Path) -> bool:
    """Say whether two vehicles on these paths could touch inside the junction.

    Paths of one lane do not conflict while they are one lane: there the one behind follows the one ahead.
    """
    if one.from_arm == other.from_arm and one.lane == other.lane:
        return False
    a, b = (path.at(np.linspace(path.stop_s, path.clear_s, 60)) for path in (one, other))
    apart = np.hypot(*np.moveaxis(a[:, None] - b[None], -1, 0))
    room = CONFLICT_M if Lane.CYCLE not in (one.lane, other.lane) else CONFLICT_M - 0.9
    return bool(apart.min() < room)


class Light(StrEnum):
    """What a signal head shows."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"


@dataclass(frozen=True, slots=True)
class SignalPlan:
    """Each arm has its own green in turn, then everyone on foot: no two movements conflict by plan.

    ``offset_s`` shifts the cycle. Lights before a green are red, not red and amber.
    """

    offset_s: float
    green_s: float = 13.0
    amber_s: float = 3.0
    clear_s: float = 2.0
    walk_s: float = 5.0
    feet_clear_s: float = 8.0

    @property
    def cycle_s(self) -> float:
        """Length of the cycle."""
        return 4 * (self.green_s + self.amber_s + self.clear_s) + self.walk_s + self.feet_clear_s

    def light(self, arm: str, at_s: float) -> Light:
        """Return what the head of ``arm`` shows at ``at_s``."""
        phase_s = self.green_s + self.amber_s + self.clear_s
        into_s = (at_s + self.offset_s) % self.cycle_s - ARMS.index(arm) * phase_s
        if 0 <= into_s < self.green_s:
            return Light.GREEN
        return Light.AMBER if 0 <= into_s < self.green_s + self.amber_s else Light.RED

    def walks(self, at_s: float) -> bool:
        """Say whether people on foot may set out at ``at_s``."""
        left_s = self.cycle_s - (at_s + self.offset_s) % self.cycle_s
        return self.feet_clear_s < left_s <= self.feet_clear_s + self.walk_s
