"""Several passes along one street one way: which of their sightings are of the same place in the road.

Pass by pass, each against the map that all others make: where had its GPS drifted to, and which defect of the map is
each of its sightings (``drift``)? Then every sighting takes at most one defect and every defect at most one sighting
of the pass, so that together they are likeliest (``lap``). What takes none begins a defect. Sweeps over all passes
are repeated until nothing changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import lap
import numpy as np

from waywarden.pavement.same.assumed import ASSUMED, Assumed
from waywarden.pavement.same.drift import Drifting, Seeable, align
from waywarden.pavement.same.looks import Floats, Looks, Numbers, Usual, likeness, portrait, usual

FREE = -1
"""The defect of a sighting that no person has placed."""
ALONE_M = 20.0
"""A street of which less than this has damage is taken to have it once in so many metres: one hole that all passes saw
at the very same place is no proof of a hole in every metre."""
MOST_SIGMA_M, LEAST_SIGMA_M = 12.0, 1.0
"""The fitted drift stays between these: twice the worst of the table, and a good receiver."""


@dataclass(frozen=True, slots=True)
class Pass:
    """The sightings of one pass along one street one way.

    Parameters
    ----------
    chainage_m : (n,) float64
        Along the street as the pass's own GPS had it, ascending.
    looks : Looks
        What they looked like, n of them.
    placed : (n,) int64
        The number of the defect that a person said it is, else ``FREE``. Such sightings stay where they are.
    """

    chainage_m: Floats
    looks: Looks
    placed: Numbers

    def __post_init__(self) -> None:
        """Check shapes and order (ValueError)."""
        n = len(self.chainage_m)
        if {len(self.looks.kind), len(self.looks.ln_extent), len(self.placed)} != {n}:
            raise ValueError(f"a pass of {n} places wants as many kinds, extents and placings")
        if n and np.any(np.diff(self.chainage_m) < 0):
            raise ValueError("a pass's sightings are in order of their chainage: sort them first")


@dataclass(frozen=True, slots=True)
class Merged:
    """For each pass the number of the defect of each of its sightings (n,), and the drift there in metres (n,)."""

    defects: tuple[Numbers, ...]
    drifts_m: tuple[Floats, ...]
    sigma_m: float


@dataclass(frozen=True, slots=True)
class _Map:
    """The defects that some passes make, and what is believed of each."""

    number: Numbers
    seeable: Seeable


def merge(passes: Sequence[Pass], assumed: Assumed = ASSUMED) -> Merged:
    """Return which sightings of ``passes`` are of the same defect.

    Parameters
    ----------
    passes : sequence of Pass
        In order of time, of one street one way. Numbers of ``placed`` are kept; others are counted on from there.
    assumed : Assumed
    """
    normal = usual(_together([each.looks for each in passes]))
    density = _density(passes, assumed)
    state = Merged(tuple(each.placed for each in passes), tuple(np.zeros(len(each.placed)) for each in passes),
                   assumed.sigma_m)  # fmt: skip
    begun: set[int] = {turn for turn, each in enumerate(passes) if np.any(each.placed != FREE)}
    for _ in range(assumed.most_sweeps):
        before = state.defects
        for turn in range(len(passes)):
            state = _one_pass(passes, turn, begun, state, _Street(normal, density, assumed))
            begun.add(turn)
        state = replace(state, sigma_m=_fitted_sigma(state.drifts_m))
        if all(np.array_equal(old, new) for old, new in zip(before, state.defects, strict=True)):
            break
    return state


@dataclass(frozen=True, slots=True)
class _Street:
    """What holds for all passes: the usual looks, defects per metre, and the assumptions."""

    normal: Usual
    defects_per_m: float
    assumed: Assumed


def _one_pass(passes: Sequence[Pass], turn: int, begun: set[int], state: Merged, street: _Street) -> Merged:
    """Return ``state`` with the pass ``turn`` aligned and assigned anew, to the map of all others that have begun."""
    others = sorted(begun - {turn})
    one = passes[turn]
    if others and len(one.placed):
        known = _map(passes, others, turn, state, street)
        # The map itself has drifted: its places are means over so many passes.
        drifting = Drifting(state.sigma_m * np.sqrt(1.0 + 1.0 / len(others)), street.assumed.correlation_m)
        aligned = align(one.chainage_m, known.seeable, drifting)
        drift, chosen = aligned.drift_m, _one_to_one(aligned.share, one.placed, known.number)
    else:
        drift, chosen = np.zeros(len(one.placed)), one.placed.copy()
    new = chosen == FREE
    first = 1 + max((int(each.max()) for each in (*state.defects, chosen) if len(each)), default=FREE)
    chosen[new] = np.arange(first, first + new.sum())
    defects = tuple(chosen if i == turn else each for i, each in enumerate(state.defects))
    drifts = tuple(drift if i == turn else each for i, each in enumerate(state.drifts_m))
    return Merged(defects, drifts, state.sigma_m)


def _map(passes: Sequence[Pass], others: Sequence[int], turn: int, state: Merged, street: _Street) -> _Map:
    """Return the map that the passes ``others`` make, as the pass ``turn`` may see it."""
    given = [(i, state.defects[i] != FREE) for i in others]
    number = np.concatenate([state.defects[i][kept] for i, kept in given])
    place = np.concatenate([(passes[i].chainage_m - state.drifts_m[i])[kept] for i, kept in given])
    when = np.concatenate([np.full(kept.sum(), rank) for rank, (_, kept) in enumerate(given)])
    looks = _together([Looks(passes[i].looks.kind[kept], passes[i].looks.ln_extent[kept]) for i, kept in given])
    numbers, defect, sightings = np.unique(number, return_inverse=True, return_counts=True)
    chance = _exists(defect, when, len(others), street.assumed)
    assumed, one = street.assumed, passes[turn]
    believed = portrait(looks, defect, len(numbers), street.normal, assumed)
    alike = likeness(one.looks, believed, street.normal, assumed)
    unseen = (1.0 - assumed.seen_share) ** len(others) + assumed.new_share
    elsewhere = street.defects_per_m * (assumed.false_share + assumed.seen_share * unseen)
    seeable = Seeable(
        chainage_m=np.bincount(defect, place) / sightings,
        variance_m2=assumed.white_m**2 * (1.0 + 1.0 / sightings),
        odds=assumed.seen_share * chance * np.exp(alike),
        elsewhere_per_m=elsewhere,
    )
    return _Map(numbers, seeable)


def _exists(defect: Numbers, when: Numbers, passes: int, assumed: Assumed) -> Floats:
    """Return the probability that each defect is one, not a false alarm.

    Between its first and its last sighting every pass that did not see it missed it. Before and after it may not have
    been there: damage comes, and is repaired.
    """
    first = np.full(defect.max(initial=-1) + 1, passes)
    last = np.full(len(first), -1)
    np.minimum.at(first, defect, when)
    np.maximum.at(last, defect, when)
    seen, missing = np.bincount(defect, minlength=len(first)), 1.0 - assumed.seen_share
    between = np.maximum(last - first + 1 - seen, 0)
    real = assumed.seen_share**seen * missing**between * _unseen(first, assumed) * _unseen(passes - 1 - last, assumed)
    false = assumed.false_share * assumed.coincidence_share ** (seen - 1)
    return np.asarray(real / (real + false), np.float64)


def _unseen(passes: Numbers, assumed: Assumed) -> Floats:
    """Return the probability of so many passes without a sighting: it was missed, or came (went) on the way."""
    missing = 1.0 - assumed.seen_share
    missed = missing**passes
    return np.asarray(missed + assumed.new_share * (1.0 - missed) / (1.0 - missing), np.float64)


def _one_to_one(share: Floats, placed: Numbers, numbers: Numbers) -> Numbers:
    """Return (n,) the number of the defect that each sighting takes, ``FREE`` where none is likelier.

    What a person has placed keeps its defect, which no other sighting of the pass can then take.
    """
    chosen = placed.copy()
    open_rows = np.flatnonzero(placed == FREE)
    open_columns = np.flatnonzero(~np.isin(numbers, placed))
    if not len(open_rows) or not len(open_columns):
        return chosen
    log = np.log(np.maximum(share[open_rows], 1e-12))
    gain = np.maximum(log[:, open_columns] - log[:, -1:], 0.0)
    _, column_of, _ = lap.lapjv(-gain, extend_cost=True)
    for row, column in zip(range(len(open_rows)), column_of, strict=False):
        if 0 <= column < len(open_columns) and gain[row, column] > 0:
            chosen[open_rows[row]] = numbers[open_columns[column]]
    return chosen


def _fitted_sigma(drifts_m: Sequence[Floats]) -> float:
    """Return the drift's standard deviation over all sightings; each was held against a map of all other passes."""
    against = 1.0 + 1.0 / max(len(drifts_m) - 1, 1)
    spread = float(np.sqrt(np.mean(np.concatenate(drifts_m) ** 2) / against))
    return min(max(spread, LEAST_SIGMA_M), MOST_SIGMA_M)


def _density(passes: Sequence[Pass], assumed: Assumed) -> float:
    """Return how many defects there are a metre, from how many a pass sees."""
    every = np.concatenate([each.chainage_m for each in passes])
    length_m = max(float(np.ptp(every)), ALONE_M)
    return len(every) / len(passes) / (assumed.seen_share + assumed.false_share) / length_m


def _together(looks: Sequence[Looks]) -> Looks:
    return Looks(np.concatenate([each.kind for each in looks]), np.concatenate([each.ln_extent for each in looks]))
