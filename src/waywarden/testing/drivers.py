"""Traffic that follows the car in front: the Intelligent Driver Model, arrivals, queues, and right of way.

M. Treiber, A. Hennecke, D. Helbing (2000), Congested traffic states in empirical observations and microscopic
simulations, Physical Review E 62, 1805: acceleration ``a (1 - (v/v0)^4 - (s*/s)^2)`` with
``s* = s0 + v T + v (v - v_ahead) / (2 sqrt(a b))``.

A driver who nears the stop line asks for the junction. It is granted on green when nobody whose path conflicts has
it, and nobody on foot is on a crosswalk in the way; until then the stop line is a standing obstacle. So nobody runs
a red, and nobody touches.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from waywarden.terms.kinds import Kind
from waywarden.testing.junction import ARMS, Lane, Light, Path, SignalPlan, all_paths, conflicts
from waywarden.testing.walkers import BETWEEN_WALKERS_S, Footway, Walker, new_walker

STEP_S = 0.1
WARM_UP_S = 95.0
SLIDE_MPS2 = 2.6
"""Sideways acceleration that drivers accept in a bend."""
STANDS_OFF_M = 0.7
"""A driver who stops at the line stops this far before it."""
STANDING_GAP_M = 1.8
HEADWAY_S = 1.2
DECIDES_MPS2 = 2.5
GIVES_UP_MPS2 = 3.5
ARRIVALS_PER_S = 0.056
"""Motor vehicles on one arm, 200 an hour: three quarters of what its green can carry."""
BICYCLES_PER_S = 0.008


@dataclass(frozen=True, slots=True)
class Build:
    """What a kind of vehicle measures and how it is driven; ``share`` is of all arrivals on its lane."""

    kind: Kind
    length_m: float
    width_m: float
    height_m: float
    wheelbase_m: float
    speed_mps: float
    accelerates_mps2: float
    share: float


BUILDS = (
    Build(Kind.CAR, 4.4, 1.8, 1.48, 2.6, 12.5, 1.7, 0.66),
    Build(Kind.VAN, 5.4, 2.0, 2.3, 3.3, 12.0, 1.5, 0.13),
    Build(Kind.TRUCK, 8.0, 2.4, 3.3, 4.6, 11.0, 1.0, 0.07),
    Build(Kind.BUS, 11.5, 2.5, 3.1, 5.8, 11.0, 1.1, 0.07),
    Build(Kind.MOTORCYCLE, 2.1, 0.8, 1.6, 1.4, 12.5, 2.2, 0.07),
)
BICYCLE = Build(Kind.BICYCLE, 1.8, 0.6, 1.75, 1.1, 5.0, 1.0, 1.0)
TURN_SHARES = {"left": 0.25, "through": 0.5, "right": 0.25}


@dataclass(frozen=True, slots=True)
class Trip:
    """One road user's whole way: its size, and the middle of its body along its path at every step."""

    kind: Kind
    length_m: float
    width_m: float
    height_m: float
    wheelbase_m: float
    path: Path | Footway
    first_step: int
    s_m: tuple[float, ...]
    look: int

    def begins_s(self) -> float:
        """Return when it appears, in seconds after the first frame (negative before)."""
        return self.first_step * STEP_S - WARM_UP_S

    def ends_s(self) -> float:
        """Return when it is gone."""
        return (self.first_step + len(self.s_m) - 1) * STEP_S - WARM_UP_S

    def along_m(self, at_s: float) -> float:
        """Return how far along its path it is at ``at_s``; it moves evenly within a step."""
        step = (at_s + WARM_UP_S) / STEP_S - self.first_step
        return float(np.interp(step, np.arange(len(self.s_m)), self.s_m))

    def pose(self, at_s: float) -> tuple[float, float, float]:
        """Return x, y in metres and the heading in radians of the footprint's middle at ``at_s``."""
        middle, heading = self.path.pose(self.along_m(at_s), self.wheelbase_m)
        return float(middle[0]), float(middle[1]), float(heading)


@dataclass(slots=True)
class Driver:
    """A vehicle while it drives; ``s`` is its middle along its path, ``ahead`` who came in before it on its lane."""

    build: Build
    path: Path
    first_step: int
    look: int
    haste: float
    s: float
    v: float
    ahead: Driver | None
    granted: bool = False
    history: list[float] = field(default_factory=list)

    @property
    def front_m(self) -> float:
        """Front bumper along the path."""
        return self.s + self.build.length_m / 2

    @property
    def rear_m(self) -> float:
        """Rear bumper along the path."""
        return self.s - self.build.length_m / 2

    def trip(self) -> Trip:
        """Return its whole way."""
        b = self.build
        size = (b.length_m, b.width_m, b.height_m, b.wheelbase_m)
        return Trip(b.kind, *size, self.path, self.first_step, tuple(self.history), self.look)

    def wanted_mps(self) -> float:
        """Return the speed it would like: slower before and in a bend."""
        free = self.build.speed_mps * self.haste
        if self.path.turn == "through" or self.rear_m > self.path.bend_s + self.path.inside_m:
            return free
        left_m = max(0.0, self.path.bend_s - self.front_m)
        return min(free, math.sqrt(SLIDE_MPS2 * self.path.radius_m + 2 * 1.4 * left_m))

    def idm_mps2(self, gap_m: float, ahead_mps: float) -> float:
        """Return the model's acceleration for a gap to what moves at ``ahead_mps``; never harder than 8 m/s2."""
        a, b = self.build.accelerates_mps2, 2.0
        wish_m = self.v * HEADWAY_S + self.v * (self.v - ahead_mps) / (2 * math.sqrt(a * b))
        wish_m = STANDING_GAP_M + max(0.0, wish_m)
        free = (self.v / self.wanted_mps()) ** 4
        return max(-8.0, a * (1 - free - (wish_m / max(gap_m, 0.05)) ** 2))


class Street:
    """The street while it runs: who is on it, who has left it, and the step that moves them all."""

    def __init__(self, rng: np.random.Generator, plan: SignalPlan, *, drives_on_left: bool = False) -> None:
        self._rng = rng
        self._plan = plan
        self._paths = all_paths(drives_on_left=drives_on_left)
        every = self._paths.values()
        self._clash = {(id(a), id(b)): conflicts(a, b) for a in every for b in every}
        self._due_s = {(arm, lane): self._headway_s(lane) for arm in ARMS for lane in Lane}
        self._walker_due_s = float(rng.exponential(BETWEEN_WALKERS_S))
        self._last: dict[tuple[str, Lane], Driver] = {}
        self._drivers: list[Driver] = []
        self._walkers: list[Walker] = []
        self._gone: list[Trip] = []
        self._step = 0

    def run(self, seconds: float) -> tuple[Trip, ...]:
        """Run the warm-up and ``seconds`` more; return everybody's trips in order of their first step."""
        for _ in range(math.ceil((WARM_UP_S + seconds) / STEP_S) + 1):
            self._arrive()
            self._grant()
            self._drive()
            self._walk()
            self._step += 1
        still = [d.trip() for d in self._drivers] + [_walk_of(w) for w in self._walkers]
        return tuple(sorted(self._gone + still, key=lambda trip: (trip.first_step, trip.look)))

    @property
    def _at_s(self) -> float:
        return self._step * STEP_S - WARM_UP_S

    def _headway_s(self, lane: Lane) -> float:
        """Draw a headway: exponential beyond 1.8 s, the least that drivers keep."""
        per_s = ARRIVALS_PER_S if lane is Lane.TRAFFIC else BICYCLES_PER_S
        return 1.8 + float(self._rng.exponential(1 / per_s - 1.8))

    def _arrive(self) -> None:
        """Let in whoever is due and finds room."""
        now_s = self._step * STEP_S
        for (arm, lane), due_s in self._due_s.items():
            if now_s >= due_s and self._let_in(arm, lane):
                self._due_s[arm, lane] = max(due_s, now_s - 20) + self._headway_s(lane)
        if now_s >= self._walker_due_s:
            self._walkers.append(new_walker(self._rng, self._step))
            self._walker_due_s = now_s + float(self._rng.exponential(BETWEEN_WALKERS_S))

    def _let_in(self, arm: str, lane: Lane) -> bool:
        """Put a new vehicle at the beginning of ``arm``; False if the lane is full up to there."""
        ahead = self._last.get((arm, lane))
        if ahead is not None and ahead.rear_m < STANDING_GAP_M + 8:
            return False
        build = BICYCLE if lane is Lane.CYCLE else BUILDS[self._rng.choice(len(BUILDS), p=[b.share for b in BUILDS])]
        turns = {p.turn: p for p in self._paths.values() if (p.from_arm, p.lane) == (arm, lane)}
        turn = str(self._rng.choice(list(TURN_SHARES), p=list(TURN_SHARES.values())))
        if build.kind is Kind.BUS and turns[turn].radius_m < 7:
            turn = "through"  # too long for the tight corner
        haste = float(self._rng.uniform(0.85, 1.15))
        s = -build.length_m / 2
        v = build.speed_mps * haste
        if ahead is not None:
            v = min(v, math.sqrt(ahead.v**2 + 2 * 2.0 * max(0.0, ahead.rear_m - STANDING_GAP_M - 2)))
        driver = Driver(build, turns[turn], self._step, int(self._rng.integers(2**31)), haste, s, v, ahead)
        self._last[arm, lane] = driver
        self._drivers.append(driver)
        return True

    def _grant(self) -> None:
        """Grant the junction, or take it back from who can still stop at an amber light."""
        inside = [d for d in self._drivers if d.granted and d.rear_m < d.path.clear_s]
        on_foot = {w.is_on for w in self._walkers}
        for driver in self._drivers:
            left_m = driver.path.stop_s - driver.front_m
            if left_m < 0:
                continue
            light = self._plan.light(driver.path.from_arm, self._at_s)
            if driver.granted:
                driver.granted = light is Light.GREEN or left_m <= driver.v**2 / (2 * GIVES_UP_MPS2)
                continue
            near = left_m < driver.v**2 / (2 * DECIDES_MPS2) + 3
            clear = not {driver.path.from_arm, driver.path.to_arm} & on_foot
            follows = driver.ahead is None or driver.ahead.granted
            if light is Light.GREEN and near and clear and follows:
                driver.granted = not any(self._clash[id(driver.path), id(other.path)] for other in inside)
                inside += [driver] * driver.granted

    def _drive(self) -> None:
        """Move every vehicle by one step; all see the street as it was before the step."""
        pulls = [self._mps2(driver) for driver in self._drivers]
        for driver, pull in zip(self._drivers, pulls, strict=True):
            driver.history.append(driver.s)
            faster = max(0.0, driver.v + pull * STEP_S)
            driver.s += (driver.v + faster) / 2 * STEP_S
            driver.v = faster
            if driver.ahead is not None and driver.ahead.rear_m > driver.ahead.path.length_m:
                driver.ahead = None
        done = [d for d in self._drivers if d.rear_m > d.path.length_m]
        self._gone += [d.trip() for d in done]
        self._drivers = [d for d in self._drivers if d.rear_m <= d.path.length_m]
        self._last = {key: d for key, d in self._last.items() if d.rear_m <= d.path.length_m}

    def _mps2(self, driver: Driver) -> float:
        """Return the least of what the road, the one ahead and the stop line ask for."""
        ahead, path = driver.ahead, driver.path
        pull = driver.idm_mps2(math.inf, driver.v)
        if ahead is not None and (ahead.path is path or ahead.rear_m < ahead.path.clear_s):
            pull = min(pull, driver.idm_mps2(ahead.rear_m - driver.front_m, ahead.v))
        left_m = path.stop_s - driver.front_m
        if left_m >= 0 and not driver.granted:
            return min(pull, driver.idm_mps2(left_m + STANDING_GAP_M - STANDS_OFF_M, 0.0))
        if left_m >= 0:
            return pull
        to_go_m = path.length_m - driver.s
        for other in self._drivers:
            if (other.path.to_arm, other.path.lane) == (path.to_arm, path.lane) and other.path is not path:
                gap_m = to_go_m - (other.path.length_m - other.s)
                if gap_m > 0 and other.front_m > other.path.bend_s + other.path.inside_m:
                    room_m = gap_m - (driver.build.length_m + other.build.length_m) / 2
                    pull = min(pull, driver.idm_mps2(room_m, other.v))
        return pull

    def _walk(self) -> None:
        """Move everyone on foot by one step."""
        taken = {arm for d in self._drivers if d.granted and d.rear_m < d.path.clear_s for arm in _arms(d.path)}
        for walker in self._walkers:
            walker.walk(STEP_S, may_cross=self._plan.walks(self._at_s) and walker.path.arm not in taken)
        self._gone += [_walk_of(w) for w in self._walkers if w.s > w.path.length_m]
        self._walkers = [w for w in self._walkers if w.s <= w.path.length_m]


def _arms(path: Path) -> tuple[str, str]:
    return path.from_arm, path.to_arm


def _walk_of(walker: Walker) -> Trip:
    """Return the whole way of someone on foot."""
    size = (0.5, 0.5, walker.height_m, 0.0)
    return Trip(Kind.PEDESTRIAN, *size, walker.path, walker.first_step, tuple(walker.history), walker.look)
