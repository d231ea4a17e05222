"""Routes: which crew makes which visits, in which order, so that most of the priority is served within the shift.

The team orienteering problem. An iterated local search (Vansteenwegen et al. 2009, "Iterated local search for the team
orienteering problem with time windows"): put in what is worth most for its time, shorten, put in more; then take a run
of visits out of each route, and go on from what comes of it if it is not much worse than the best so far (Dueck 1993,
"New optimization heuristics": record-to-record travel). Chance is handed in, and the number of turns is fixed, so the
same jobs have the same routes on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Route = tuple[int, ...]

TURNS = 200
"""So often is a piece taken out and put in again: what fits into a second with 60 visits. What is taken out, and the
allowance, were tuned on seeds 1 to 6 of ``bench/orders.py``, which prints others."""
ALLOWANCE = 0.02
"""The search goes on from what serves at first so much less than the best it has found, at last nothing less."""
ENOUGH = 40
"""Where everything is served, so many turns that make it no shorter are enough."""
FAVOUR = 0.5
"""By so much (standard deviation of its logarithm) chance changes what a visit is worth when it is put in."""
LONGEST_RUN = 3
"""Runs of up to so many visits are moved at a time."""
SHORT = 4
"""A route of so few visits may be taken apart as a whole."""
LEAST_MINUTES = 1e-6
"""What saves less than this saves nothing."""
_LITTLE = 1e-9


@dataclass(frozen=True, slots=True)
class Shift:
    """What is to be routed: ``n`` visits and the yard, which is number 0 and where every route begins and ends.

    Parameters
    ----------
    travel_minutes : (n + 1, n + 1) float64
        The same both ways.
    minutes, priority : (n + 1,) float64
        Of each visit; 0 for the yard.
    crews : int
    shift_minutes : float
        Each crew is back in the yard within.
    """

    travel_minutes: Floats
    minutes: Floats
    priority: Floats
    crews: int
    shift_minutes: float

    def __post_init__(self) -> None:
        """Refuse impossible shifts (ValueError)."""
        n = len(self.minutes)
        if self.travel_minutes.shape != (n, n) or len(self.priority) != n or self.crews < 1:
            raise ValueError(f"{n - 1} visits and the yard want travel of {n} x {n}, and a crew at least")
        if not np.array_equal(self.travel_minutes, self.travel_minutes.T) or np.any(self.travel_minutes < 0):
            raise ValueError("travel takes as long there as back, and no less than nothing")


def spent_minutes(shift: Shift, route: Sequence[int]) -> float:
    """Return how long a route takes, travel and visits, from the yard and back."""
    stops = [0, *route, 0]
    travel = float(shift.travel_minutes[stops[:-1], stops[1:]].sum())
    return travel + float(shift.minutes[list(route)].sum())


def served(shift: Shift, routes: Sequence[Sequence[int]]) -> float:
    """Return the priority that ``routes`` serve."""
    return float(sum(shift.priority[list(route)].sum() for route in routes))


def routed(shift: Shift, rng: np.random.Generator, turns: int = TURNS) -> tuple[Route, ...]:
    """Return a route for each crew: the most priority, and of that in the least time, that the search has found."""
    search = _Search(shift)
    search.settle()
    best = now = search.copied()
    best_key = search.key()
    everything, stale = round(float(shift.priority.sum()), 6), 0
    for turn in range(turns):
        search.take_out(rng)
        search.settle()
        key = search.key()
        stale = 0 if key > best_key else stale + 1
        if key[0] >= best_key[0] * (1 - ALLOWANCE * (1 - turn / turns)):
            now = search.copied()
        else:
            search.routes = [list(route) for route in now]
        if key > best_key:
            best, best_key = search.copied(), key
        if best_key[0] >= everything and stale >= ENOUGH:
            break
    return tuple(tuple(route) for route in best)


class _Search:
    """Routes that are being changed."""

    def __init__(self, shift: Shift) -> None:
        self.shift = shift
        self.routes: list[list[int]] = [[] for _ in range(shift.crews)]
        self.favour = np.ones(len(shift.minutes))

    def copied(self) -> list[list[int]]:
        return [list(route) for route in self.routes]

    def key(self) -> tuple[float, float]:
        """Return what is compared: priority first, then little time."""
        return (round(served(self.shift, self.routes), 6), -sum(self._left_out()[1]))

    def settle(self) -> None:
        """Put in, shorten and exchange until none of it helps."""
        while self._put_in() or self._shorten() or self._move() or self._exchange():
            pass

    def take_out(self, rng: np.random.Generator) -> None:
        """Take a run of visits out of each route, up to half of it, or all of it where it is short.

        Every other time the runs begin anywhere; else they lie about one place, so that routes can trade visits. And
        every other time chance favours some visits over others when they are put in again.
        """
        spread = FAVOUR if rng.random() < 0.5 else 0.0
        self.favour = np.exp(spread * rng.standard_normal(len(self.favour)))
        near = self.shift.travel_minutes[int(rng.integers(1, len(self.shift.minutes)))] if rng.random() < 0.5 else None
        for route in self.routes:
            if route:
                many = 1 + int(rng.integers(max(len(route) // 2, min(len(route), SHORT))))
                begin = int(rng.integers(len(route)))
                if near is not None:
                    begin = max(int(np.argmin(near[route])) - int(rng.integers(many)), 0)
                del route[begin : begin + many]

    def _left_out(self) -> tuple[Numbers, list[float]]:
        """Return the visits that no route has, and how long each route takes."""
        there = {number for route in self.routes for number in route}
        out = [number for number in range(1, len(self.shift.minutes)) if number not in there]
        return np.array(out, np.int64), [spent_minutes(self.shift, route) for route in self.routes]

    def _gaps(self) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """Return, for each gap between two stops: its route, its place in it, the stop before and the one after."""
        found = [
            (number, place, before, after)
            for number, route in enumerate(self.routes)
            for place, (before, after) in enumerate(zip([0, *route], [*route, 0], strict=True))
        ]
        of, place, before, after = np.array(found, np.int64).T
        return of, place, before, after

    def _put_in(self) -> bool:
        """Put in the visit that is worth most for the time it takes; say whether there was room for one."""
        out, spent = self._left_out()
        if len(out) == 0:
            return False
        travel = self.shift.travel_minutes
        of, place, before, after = self._gaps()
        more = travel[before, out[:, None]] + travel[out[:, None], after] - travel[before, after]
        more += self.shift.minutes[out][:, None]
        more[np.array(spent)[of] + more > self.shift.shift_minutes + _LITTLE] = np.inf
        # The square, as in the paper: worth counts for more than time.
        value = self.favour[out] * self.shift.priority[out] ** 2 / np.maximum(more.min(axis=1), _LITTLE)
        one = int(np.argmax(value))
        gap = int(np.argmin(more[one]))
        if not np.isfinite(more[one, gap]):
            return False
        self.routes[of[gap]].insert(int(place[gap]), int(out[one]))
        return True

    def _shorten(self) -> bool:
        """Turn round the run of one route that saves most (2-opt)."""
        travel = self.shift.travel_minutes
        for number, route in enumerate(self.routes):
            stops = np.array([0, *route, 0])
            here, then = stops[:-1], stops[1:]
            edge = travel[here, then]
            saved = edge[:, None] + edge[None, :] - travel[here[:, None], here] - travel[then[:, None], then]
            saved = np.triu(saved, 2)
            i, j = np.unravel_index(int(np.argmax(saved)), saved.shape)
            if saved[i, j] > LEAST_MINUTES:
                self.routes[number] = [*route[:i], *route[i:j][::-1], *route[j:]]
                return True
        return False

    def _move(self) -> bool:
        """Move the run of up to three visits that saves most to another place, of its own or another route (Or-opt)."""
        gaps, spent = self._gaps(), self._left_out()[1]
        best = [self._best_move(many, gaps, np.array(spent)) for many in range(1, LONGEST_RUN + 1)]
        saved, many, run, to = max(best)
        if saved <= LEAST_MINUTES:
            return False
        self._carry(*run, many, to)
        return True

    def _best_move(
        self, many: int, gaps: tuple[Numbers, Numbers, Numbers, Numbers], spent: Floats
    ) -> tuple[float, int, tuple[int, int], tuple[int, int]]:
        """Return what the best move of a run of ``many`` visits saves, the run and where to: route and place each."""
        travel = self.shift.travel_minutes
        runs = [
            (number, begin, route[begin], route[begin + many - 1], stops[begin], stops[begin + many + 1],
             self._alone(route[begin : begin + many]))
            for number, route in enumerate(self.routes)
            for stops in [[0, *route, 0]]
            for begin in range(len(route) - many + 1)
        ]  # fmt: skip
        if not runs:
            return (0.0, many, (0, 0), (0, 0))
        of, place, before, after = gaps
        number, begin, head, tail, ahead, behind = np.array([run[:-1] for run in runs], np.int64).T[:, :, None]
        away = travel[ahead, head] + travel[tail, behind] - travel[ahead, behind]
        more = travel[before, head] + travel[tail, after] - travel[before, after]
        other = of != number
        there = spent[of] + more + np.array([[run[-1]] for run in runs])
        saved = away - more
        saved[
            (other & (there > self.shift.shift_minutes + _LITTLE))
            | (~other & (place >= begin) & (place <= begin + many))
        ] = -np.inf
        run, gap = np.unravel_index(int(np.argmax(saved)), saved.shape)
        return float(saved[run, gap]), many, runs[run][:2], (int(of[gap]), int(place[gap]))

    def _alone(self, run: list[int]) -> float:
        """Return how long a run of visits takes, from the first to the last."""
        return float(self.shift.minutes[run].sum() + self.shift.travel_minutes[run[:-1], run[1:]].sum())

    def _carry(self, number: int, begin: int, many: int, to: tuple[int, int]) -> None:
        run = self.routes[number][begin : begin + many]
        del self.routes[number][begin : begin + many]
        place = to[1] - many if to[0] == number and to[1] > begin else to[1]
        self.routes[to[0]][place:place] = run

    def _exchange(self) -> bool:
        """Put a visit that is worth more in the place of one that is worth less, or as much in less time."""
        out, spent = self._left_out()
        if len(out) == 0:
            return False
        travel, minutes, priority = self.shift.travel_minutes, self.shift.minutes, self.shift.priority
        for number, route in enumerate(self.routes):
            if not route:
                continue
            inside = np.array(route)
            before, after = np.array([0, *route[:-1]]), np.array([*route[1:], 0])
            new = travel[before, out[:, None]] + travel[out[:, None], after] + minutes[out][:, None]
            more = new - travel[before, inside] - travel[inside, after] - minutes[inside]
            gain = priority[out][:, None] - priority[inside]
            gain[spent[number] + more > self.shift.shift_minutes + _LITTLE] = -np.inf
            gain = np.where((gain == 0) & (more < -LEAST_MINUTES), _LITTLE, gain)
            one, place = np.unravel_index(int(np.argmax(gain)), gain.shape)
            if gain[one, place] > 0:
                route[place] = int(out[one])
                return True
        return False
