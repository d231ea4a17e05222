"""Which street a drive was on at each fix: a hidden Markov model over street segments and the way they were driven.

Source: Newson & Krumm, "Hidden Markov map matching through noise and sparseness", ACM SIGSPATIAL 2009: a fix is as far
from the true place as a Gaussian has it, and the way by road between two places is about as long as the straight line
between their fixes. Added here: the heading of the drive against that of the street, each way of a street as a state of
its own, and the forward-backward algorithm beside Viterbi's, which says how sure each answer is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from waywarden.geo.streets.candidates import Candidates, candidates, feet
from waywarden.geo.streets.network import Network, Numbers
from waywarden.geo.streets.routes import TURN_BACK_M, Routes
from waywarden.terms.drives import Floats

UNDECIDED = -1
DECIDED = 0.8
"""An answer that is less sure than this is none: the street is left undecided."""
STEP_M = 6.0
"""Fixes closer than this to the last one that was taken say nothing new of which street it is."""
LONGEST_GAP_S = 60.0
"""After a longer silence the drive may have gone anywhere: the chain begins anew."""
BETA_M = 4.0
"""Mean of how much longer the way by road is than the straight line. Tuned on seeds 1 to 8 of bench/map_matching.py."""
FRESH_SHARE = 0.35
"""How much a fix counts as news. GPS errors last for tens of seconds, and a Markov chain takes each for a new one: left
at 1, it is too sure. Tuned on the same seeds, so that of what is 90 % sure 90 % is right."""


@dataclass(frozen=True, slots=True, eq=False)
class Fixes:
    """What is matched: ``xy_m`` (n, 2) in the network's metres, ``at_s``, ``heading_deg`` (NaN unknown) and ``sigma_m``
    (n,), in order of time.
    """

    xy_m: Floats
    at_s: Floats
    heading_deg: Floats
    sigma_m: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """Where each of ``n`` fixes was.

    Parameters
    ----------
    segment : (n,) int64
        Number of the likeliest street segment, however unsure; ``UNDECIDED`` where no street is near.
    along : (n,) bool
        Whether it was driven along the street's line.
    chainage_m : (n,) float64
        Along the street; NaN where no street is near.
    offset_m : (n,) float64
        How far to the right of the street's line, as driven; negative to the left.
    confidence : (n,) float64
        Probability of street and way, by the model; 0 where there is no street near.
    """

    segment: Numbers
    along: npt.NDArray[np.bool_]
    chainage_m: Floats
    offset_m: Floats
    confidence: Floats


def match(streets: Network, fixes: Fixes) -> Matched:
    """Return the likeliest way of the drive, and how sure it is at each fix."""
    taken = _taken(fixes)
    found = [candidates(streets, fixes.xy_m[i], float(fixes.heading_deg[i]), float(fixes.sigma_m[i])) for i in taken]
    routes = Routes(streets)
    n = len(fixes.at_s)
    got = Matched(np.full(n, UNDECIDED), np.zeros(n, bool), np.full(n, np.nan), np.full(n, np.nan), np.zeros(n))
    for chain in _chains(taken, found, fixes):
        part = [found[i] for i in chain]
        steps = [
            _step(routes, one, two, _apart_m(fixes, taken[i], taken[j]))
            for one, two, i, j in zip(part, part[1:], chain, chain[1:], strict=False)
        ]
        for begin, end in _unbroken(steps):
            answer = _solve(streets, part[begin:end], steps[begin : end - 1])
            _write(streets, got, taken[chain[begin:end]], answer)
    _between(streets, fixes, got, taken)
    return got


def _taken(fixes: Fixes) -> Numbers:
    """Return the numbers of the fixes that are worth a look."""
    kept = [0]
    for i in range(1, len(fixes.at_s)):
        if np.hypot(*(fixes.xy_m[i] - fixes.xy_m[kept[-1]])) >= STEP_M:
            kept.append(i)
    return np.array(kept, np.int64)


def _chains(taken: Numbers, found: Sequence[Candidates], fixes: Fixes) -> list[Numbers]:
    """Return the runs of ``taken`` that have candidates, without a long silence in them."""
    there = np.array([len(each.segment) > 0 for each in found])
    kept = np.flatnonzero(there)
    if not len(kept):
        return []
    silent = np.diff(fixes.at_s[taken[kept]]) > LONGEST_GAP_S
    return np.split(kept, np.flatnonzero(silent | (np.diff(kept) > 1)) + 1)


def _apart_m(fixes: Fixes, one: int, two: int) -> float:
    return float(np.hypot(*(fixes.xy_m[two] - fixes.xy_m[one])))


def _step(routes: Routes, one: Candidates, two: Candidates, apart_m: float) -> Floats:
    """Return (a, b): the log of how likely each candidate of the next fix is after each of this one's."""
    most_m = 3.0 * apart_m + 100.0
    far_m = np.full((len(one.segment), len(two.segment)), np.inf)
    for i in range(len(one.segment)):
        mine = (int(one.segment[i]), bool(one.along[i]))
        onward = routes.from_end_of(mine, most_m)
        for j in range(len(two.segment)):
            theirs = (int(two.segment[j]), bool(two.along[j]))
            if theirs in onward:
                far_m[i, j] = one.left_m[i] + onward[theirs] + two.driven_m[j]
    same = one.segment[:, None] == two.segment
    ahead_m = two.driven_m - one.driven_m[:, None]
    onwards = same & (one.along[:, None] == two.along) & (ahead_m >= -one.sigma_m)
    far_m = np.where(onwards, np.abs(ahead_m), far_m)
    back = same & (one.along[:, None] != two.along)
    turned_m = np.abs(one.left_m[:, None] - two.driven_m) + TURN_BACK_M
    far_m = np.where(back & two.open_back, np.minimum(far_m, turned_m), far_m)
    return np.where(far_m <= most_m, -np.abs(far_m - apart_m) / BETA_M, -np.inf)


def _unbroken(steps: Sequence[Floats]) -> list[tuple[int, int]]:
    """Return where a chain has to begin anew, because no way leads on: the runs of fixes in between."""
    cuts = [0, *(i + 1 for i, step in enumerate(steps) if not np.isfinite(step).any()), len(steps) + 1]
    return list(pairwise(cuts))


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """For each fix of a chain its candidate, and the probability of that candidate's street and way."""

    chosen: list[Candidates]
    confidence: Floats


def _solve(streets: Network, part: Sequence[Candidates], steps: Sequence[Floats]) -> _Answer:
    best, back = part[0].log, []
    forward = [_share(part[0].log * FRESH_SHARE)]
    for here, step in zip(part[1:], steps, strict=True):
        through = best[:, None] + step
        back.append(np.argmax(through, axis=0))
        best = here.log + through.max(axis=0)
        forward.append(_share(_log(np.exp(step * FRESH_SHARE).T @ forward[-1]) + here.log * FRESH_SHARE))
    state = [int(np.argmax(best))]
    for pointers in reversed(back):
        state.append(int(pointers[state[-1]]))
    state.reverse()
    confidence = np.empty(len(part))
    behind = np.ones(len(part[-1].segment))
    for i in range(len(part) - 1, -1, -1):
        both = forward[i] * behind
        street = np.array([streets.segments[each].street for each in part[i].segment])
        mine = (street == street[state[i]]) & (part[i].along == part[i].along[state[i]])
        confidence[i] = both[mine].sum() / max(both.sum(), 1e-300)
        if i:
            behind = np.exp(steps[i - 1] * FRESH_SHARE) @ (_share(part[i].log * FRESH_SHARE) * behind)
            behind /= max(behind.max(), 1e-300)
    return _Answer([each.only(one) for each, one in zip(part, state, strict=True)], confidence)


def _log(share: Floats) -> Floats:
    return np.asarray(np.log(np.maximum(share, 1e-300)), np.float64)


def _share(log: Floats) -> Floats:
    weights = np.exp(log - log.max())
    return np.asarray(weights / weights.sum(), np.float64)


def _write(streets: Network, got: Matched, where: Numbers, answer: _Answer) -> None:
    """Write the answer for the fixes ``where`` into ``got``, which is not handed out yet."""
    for i, one, sure in zip(where, answer.chosen, answer.confidence, strict=True):
        segment, along = streets.segments[int(one.segment[0])], bool(one.along[0])
        got.segment[i], got.along[i], got.offset_m[i] = one.segment[0], along, one.offset_m[0]
        got.chainage_m[i] = segment.from_m + one.driven_m[0] if along else segment.to_m - one.driven_m[0]
        got.confidence[i] = sure


def _between(streets: Network, fixes: Fixes, got: Matched, taken: Numbers) -> None:
    """Put each fix that was not looked at on the street segment of the one before it or after it: on the nearer."""
    every = np.arange(len(got.segment))
    after = np.minimum(np.searchsorted(taken, every), len(taken) - 1)
    before = taken[np.searchsorted(taken, every, "right") - 1]
    for i in np.setdiff1d(every, taken):
        sides = before[i], taken[after[i]]
        there = feet(streets, fixes.xy_m[i], 2 * STEP_M + np.abs(np.nan_to_num(got.offset_m[before[i]])))
        chosen = next(
            (
                (side, one)
                for one, segment in enumerate(there.segment)
                for side in sides
                if got.segment[side] == segment
            ),
            None,
        )
        side = before[i] if chosen is None else chosen[0]
        for array in (got.segment, got.along, got.chainage_m, got.offset_m, got.confidence):
            array[i] = array[side]
        if chosen is not None:
            got.chainage_m[i] = there.chainage_m[chosen[1]]
            got.offset_m[i] = there.right_m[chosen[1]] if got.along[i] else -there.right_m[chosen[1]]
