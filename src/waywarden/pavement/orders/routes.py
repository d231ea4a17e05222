"""Routes: which crew makes which visits, in which order, so that most of the priority is served within the shift.

The team orienteering problem, by ruin and recreate (Christiaens & Vanden Berghe 2020, "Slack induction by string
removals for vehicle routing problems"): take a run of visits about one place out of one route or more, put in what is
left out, each where it costs least time, in an order that changes; go on from what comes of it if it is not much worse
(simulated annealing). Chance is handed in, and the number of turns is fixed, so the same jobs have the same routes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Route = tuple[int, ...]

TURNS = 18_000
"""So often is something taken out and put in again: what fits into some .6 CPU-s with 60 visits. This number and those
below were tuned on seeds 101 to 113 of ``bench/orders.py``, which prints others."""
HOT, COOL = 0.3, 0.06
"""A turn may make things worse by about so much at first and at last, in priorities of a mean visit."""
A_MINUTE = 0.2
"""A minute saved is worth so much, in what is served a minute if all is served in all the time of all crews."""
ALL_SERVED = 10.0
"""A minute is worth so many times as much once everything is served and only time is left to save."""
ENOUGH = 3000
"""Where everything is served, so many turns that make it no shorter are enough."""
LONGEST_RUN = 6
"""Up to so many visits of a route are taken out at a time."""
TAKEN_OUT = 6
"""About so many are taken out in a turn, in the mean, if routes are long."""
KEEP = 0.5
"""How often some visits amid those that are taken out stay, and then how often one more does."""
MOST_TRIED = 60
"""So many of those left out are tried in a turn. More are left out only where a shift is far too short for them."""
LEAST_MINUTES = 1e-6
"""A shift is taken to have at least these."""
_LITTLE = 1e-9
DRAWN = 4096
NEVER = -inf
"""No leg leads to the yard where a route begins, so that nothing is put in before it."""


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
    search, worse = _Search(shift, rng), _drawn(rng.standard_exponential)
    everything = float(shift.priority.sum())
    mean = everything / max(len(shift.minutes) - 1, 1)
    best = now = search.begun(shift.crews)
    a_minute = A_MINUTE * everything / max(shift.crews * shift.shift_minutes, LEAST_MINUTES)
    a_minute *= 1 if best.out else ALL_SERVED
    best_key, now_cost, stale = search.key(best), inf, 0
    for turn in range(turns if len(shift.minutes) > 1 else 0):
        if not best.out and stale >= ENOUGH:
            break
        heat = HOT + (COOL - HOT) * turn / turns if best.out else HOT * (1 - stale / ENOUGH)
        new = search.turned(now)
        key = search.key(new)
        cost = key[0] + a_minute * key[1]
        stale += 1
        if cost < now_cost + mean * heat * next(worse):
            now, now_cost = new, cost
            if key < best_key:
                if best.out and not new.out:
                    a_minute *= ALL_SERVED
                    now_cost *= ALL_SERVED
                best, best_key, stale = new, key, 0
    return tuple(tuple(route[1:-1]) for route in best.routes)


def _drawn(draw: Callable[[int], Floats]) -> Iterator[float]:
    """Yield numbers by chance, drawn in blocks: one at a time takes longer than what is done with it."""
    while True:
        yield from draw(DRAWN).tolist()


@dataclass(slots=True)
class _Day:
    """Routes from yard to yard, the leg to each of their stops, how long each takes, and the visits left out."""

    routes: list[list[int]]
    legs: list[list[float]]
    spent: list[float]
    out: list[int]

    def copied(self) -> _Day:
        return _Day([*map(list, self.routes)], [*map(list, self.legs)], list(self.spent), list(self.out))


class _Search:
    """What a turn needs, as lists: arrays of sixty are slower than these."""

    def __init__(self, shift: Shift, rng: np.random.Generator) -> None:
        self.travel: list[list[float]] = shift.travel_minutes.tolist()
        self.minutes: list[float] = shift.minutes.tolist()
        self.priority: list[float] = shift.priority.tolist()
        self.longest = shift.shift_minutes + _LITTLE
        order = np.argsort(shift.travel_minutes, axis=1, kind="stable").tolist()
        self.near = [[each for each in row if each] for row in order]
        apart = shift.travel_minutes + np.diag(np.full(len(self.minutes), np.inf))
        there_and_back = 2 * apart.min(axis=1)
        self.worth: list[float] = (shift.priority / np.maximum(shift.minutes + there_and_back, _LITTLE)).tolist()
        self.chance = _drawn(rng.random)

    def begun(self, crews: int) -> _Day:
        """Return a first day: what is worth most for its time is put in first."""
        visits = range(1, len(self.minutes))
        day = _Day([[0, 0] for _ in range(crews)], [[NEVER, 0.0] for _ in range(crews)], [0.0] * crews, [])
        self._put_in(day, sorted(visits, key=self.worth.__getitem__, reverse=True))
        return day

    def turned(self, day: _Day) -> _Day:
        """Return a day with some visits taken out, and what is left out put in again where there is room."""
        new = day.copied()
        self._take_out(new)
        order = self._ordered(new.out)
        new.out = order[MOST_TRIED:]
        self._put_in(new, order[:MOST_TRIED])
        return new

    def key(self, day: _Day) -> tuple[float, float]:
        """Return what is compared, less being better: the priority that is left out, then time."""
        return (round(sum([self.priority[each] for each in day.out]), 6), sum(day.spent))

    def _take_out(self, day: _Day) -> None:
        """Take a run of visits out of each of the routes that are nearest to a place, one of them or more."""
        chance = self.chance
        mean = sum(map(len, day.routes)) / len(day.routes) - 2
        most = min(float(LONGEST_RUN), mean)
        many = 1 + int(next(chance) * (4 * TAKEN_OUT / (1 + most) - 1))
        of = {stop: number for number, route in enumerate(day.routes) for stop in route}
        about = self.near[1 + int(next(chance) * (len(self.minutes) - 1))]
        done: set[int] = set()
        for stop in about:
            number = of.get(stop, -1)
            if number >= 0 and number not in done:
                done.add(number)
                self._take_run(day, number, stop)
                if len(done) == min(many, len(day.routes)):
                    break

    def _take_run(self, day: _Day, number: int, stop: int) -> None:
        """Take a run of visits with ``stop`` among them out of a route; some amid it may stay."""
        chance, route = self.chance, day.routes[number]
        size = len(route) - 2
        long = 1 + int(next(chance) * min(LONGEST_RUN, size))
        stay = 0
        while 1 < long < size - stay and next(chance) < KEEP:
            stay += 1
        span, place = long + stay, route.index(stop, 1)
        first, last = max(1, place - span + 1), min(place, size - span + 1)
        begin = first + int(next(chance) * (last - first + 1))
        here = begin + 1 + int(next(chance) * (long - 1)) if stay else begin
        day.out += route[begin:here] + route[here + stay : begin + span]
        route[begin : begin + span] = route[here : here + stay]
        legs = [self.travel[one][other] for one, other in pairwise(route)]
        day.legs[number] = [NEVER, *legs]
        day.spent[number] = sum(legs) + sum([self.minutes[each] for each in route])

    def _ordered(self, out: list[int]) -> list[int]:
        """Return visits in the order in which they are tried: by chance, priority, worth, or way from the yard."""
        chance, which = self.chance, int(next(self.chance) * 8)
        if which < 2:
            keys = [next(chance) for _ in out]
        elif which < 4:
            keys = [-self.priority[each] for each in out]
        elif which < 6:
            keys = [-self.worth[each] * (0.5 + next(chance)) for each in out]
        else:
            sign = 1 if which == 6 else -1
            keys = [sign * self.travel[0][each] for each in out]
        return [each for _, each in sorted(zip(keys, out, strict=True))]

    def _put_in(self, day: _Day, order: list[int]) -> None:
        """Put visits in where they cost least time, one after another; what has no room is left out."""
        most = self.longest - min(day.spent)
        for visit in order:
            if self.minutes[visit] > most or not self._put(day, visit):
                day.out.append(visit)
            else:
                most = self.longest - min(day.spent)

    def _put(self, day: _Day, visit: int) -> bool:
        """Put a visit in where it costs least time; say whether there was room."""
        row, minutes, least = self.travel[visit], self.minutes[visit], inf
        into, before = -1, 0
        for number, spent in enumerate(day.spent):
            room = self.longest - spent - minutes
            if room < 0:
                continue
            least_here = most = min(least, room)
            ahead = 0.0
            for stop, leg in zip(day.routes[number], day.legs[number], strict=True):
                behind = row[stop]
                more = ahead + behind - leg
                if more < least_here:
                    least_here, before = more, stop
                ahead = behind
            if least_here < most:
                least, into = least_here, number
        if into < 0:
            return False
        route, legs = day.routes[into], day.legs[into]
        place = route.index(before, 1)
        legs[place : place + 1] = [row[route[place - 1]], row[before]]
        route.insert(place, visit)
        day.spent[into] += least + minutes
        return True
