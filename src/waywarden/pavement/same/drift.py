"""How far a pass's GPS had drifted at each of its sightings, when a map of the damage is there to hold it against.

The drift along the street is a first-order Gauss-Markov process: it is forgotten over some hundred metres. A sighting
pulls it to wherever a defect of the map would have been seen; a false alarm to nowhere. On a grid of drifts the
forward-backward algorithm (Rabiner, "A tutorial on hidden Markov models", Proc. IEEE 77, 1989, section III) gives what
all sightings of the pass together say of each, with no need to decide first which defect any of them is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.pavement.same.looks import Floats

STEP_M = 0.5
"""Of the grid: less than the white noise of a sighting."""
REACH_SIGMAS = 3.5
NEAR_M = 4.0
"""A defect farther than this from the largest drift cannot have been seen."""


@dataclass(frozen=True, slots=True)
class Drifting:
    """A Gauss-Markov process: standard deviation, and the distance of its 1/e, both in metres."""

    sigma_m: float
    correlation_m: float

    def grid_m(self) -> Floats:
        """Return (g,) the drifts that are told apart."""
        most = int(np.ceil(REACH_SIGMAS * self.sigma_m / STEP_M))
        return np.asarray(np.arange(-most, most + 1) * STEP_M, np.float64)

    def at_first(self) -> Floats:
        """Return (g,) the probability of each drift before anything was seen."""
        density = np.exp(-0.5 * (self.grid_m() / self.sigma_m) ** 2)
        return np.asarray(density / density.sum(), np.float64)

    def after(self, distance_m: float) -> Floats:
        """Return (g, g): column by column, where a drift may have got to after ``distance_m``."""
        grid = self.grid_m()
        kept = float(np.exp(-distance_m / self.correlation_m))
        spread = max(self.sigma_m * np.sqrt(max(1.0 - kept * kept, 0.0)), 0.3 * STEP_M)
        density = np.exp(-0.5 * ((grid[:, None] - kept * grid) / spread) ** 2)
        return np.asarray(density / (density.sum(axis=0) + 1e-300), np.float64)


@dataclass(frozen=True, slots=True)
class Seeable:
    """A map of ``m`` defects, as one pass may see them.

    Parameters
    ----------
    chainage_m : (m,) float64
    variance_m2 : (m,) float64
        How uncertain it is where a sighting of the defect would lie, the drift apart.
    odds : (n, m) float64
        How likely each of the pass's n sightings is of that defect, by all but its place: that it exists, was seen,
        and looks like that.
    elsewhere_per_m : float
        How many sightings a metre are of no defect of the map.
    """

    chainage_m: Floats
    variance_m2: Floats
    odds: Floats
    elsewhere_per_m: float


@dataclass(frozen=True, slots=True)
class Aligned:
    """What a pass tells: the mean drift at each sighting (n,), and the probability (n, m + 1) that it is of each
    defect, the last column for none of them.
    """

    drift_m: Floats
    share: Floats


def align(chainage_m: Floats, seeable: Seeable, drifting: Drifting) -> Aligned:
    """Return the drift of a pass at each of its sightings, and of which defect each of them is.

    Parameters
    ----------
    chainage_m : (n,) float64
        Of the sightings as the pass's own GPS had them, ascending, or descending where it drove against the line.
    seeable : Seeable
    drifting : Drifting
    """
    grid = drifting.grid_m()
    density = [_density(place, odds, grid, seeable) for place, odds in zip(chainage_m, seeable.odds, strict=True)]
    seen = np.array([seeable.elsewhere_per_m + each.sum(axis=1) for _, each in density]).reshape(-1, len(grid))
    around = _around(chainage_m, seen, drifting)
    drift = (around * seen) @ grid / (around * seen).sum(axis=1)
    share = np.zeros((len(chainage_m), len(seeable.chainage_m) + 1))
    for row, (near, each), weight in zip(share, density, around, strict=True):
        row[near] = weight @ each
        row[-1] = seeable.elsewhere_per_m * weight.sum()
    return Aligned(drift, share / share.sum(axis=1, keepdims=True))


def _density(place_m: float, odds: Floats, grid: Floats, seeable: Seeable) -> tuple[npt.NDArray[np.intp], Floats]:
    """Return which defects are near, and (g, near): how likely the sighting is of each, for each drift."""
    near = np.flatnonzero(np.abs(place_m - seeable.chainage_m) <= grid[-1] + NEAR_M)
    variance = seeable.variance_m2[near]
    off = place_m - grid[:, None] - seeable.chainage_m[near]
    return near, odds[near] * np.exp(-0.5 * off * off / variance) / np.sqrt(2.0 * np.pi * variance)


def _around(chainage_m: Floats, seen: Floats, drifting: Drifting) -> Floats:
    """Return (n, g): what all the other sightings say of the drift at each."""
    gaps = np.maximum(np.round(np.abs(np.diff(chainage_m))), 1.0)
    steps = {gap: drifting.after(gap) for gap in np.unique(gaps)}
    before, after = np.empty_like(seen), np.ones_like(seen)
    for i in range(len(seen)):
        before[i] = steps[gaps[i - 1]] @ _normed(before[i - 1] * seen[i - 1]) if i else drifting.at_first()
    for i in range(len(seen) - 2, -1, -1):
        after[i] = _normed(steps[gaps[i]].T @ (after[i + 1] * seen[i + 1]))
    return before * after


def _normed(weights: Floats) -> Floats:
    return np.asarray(weights / weights.sum(), np.float64)
