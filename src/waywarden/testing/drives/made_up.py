"""A made-up street, its damage, and the sightings of several passes there and back.

What is made up, and why it is not easy:

* Damage lies along each way of the street at random: gaps of ``LEAST_GAP_M`` plus an exponential share, so that many
  are far closer together than the mean spacing says.
* GPS error along the street drifts as a first-order Gauss-Markov process, anew for each pass, there and back being
  one pass each. Its correlation length of 300 m is 36 s at 30 km/h. Measured autocorrelations of consumer receivers
  bend at about a minute, and reach on for ten (D. L. Wilson, "Correlation of errors", GPS accuracy web page, for the
  Garmin 12XL); houses on both sides shorten that. White noise comes on top.
* A pass misses some damage and has false alarms, at random places, that look like damage.
* Kinds are mistaken, and extents measured badly. ``alike`` leaves both out, and places are all there is to go by.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from waywarden.terms.distress import DistressKind, DistressSighting, Way

Floats = npt.NDArray[np.float64]

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
BETWEEN_PASSES = timedelta(days=7)
SPEED_MPS = 30 / 3.6
LEAST_GAP_M = 2.0
"""What is closer together than this is one damage."""
KINDS = (DistressKind.LONGITUDINAL_TRANSVERSE_CRACKING, DistressKind.POTHOLE, DistressKind.ALLIGATOR_CRACKING,
         DistressKind.PATCHING)  # fmt: skip
KIND_SHARES = (0.35, 0.25, 0.2, 0.2)
EXTENT_SPREAD = 0.8
"""Standard deviation of ln(m2): two thirds are between .45 and 2.2 m2."""
EXTENT_ERROR = 0.4
KIND_WRONG_SHARE = 0.1
FALSE_ALARM = -1
"""The true damage of a false alarm."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is asked for. Shares are of the damage there is on one way of the street."""

    sigma_m: float = 3.0
    spacing_m: float = 20.0
    passes: int = 6
    seed: int = 1
    defects: int = 100
    correlation_m: float = 300.0
    white_m: float = 0.7
    missed_share: float = 0.2
    false_share: float = 0.1
    alike: bool = False


@dataclass(frozen=True, slots=True)
class Drives:
    """Sightings, the number of the true damage of each (or ``FALSE_ALARM``), and how many damages there are."""

    sightings: tuple[DistressSighting, ...]
    true_defect: tuple[int, ...]
    true_defects: int


@dataclass(frozen=True, slots=True)
class _Damage:
    chainage_m: Floats
    kind: npt.NDArray[np.int64]
    ln_extent: Floats


def made_up_drives(scene: Scene) -> Drives:
    """Return what the passes of ``scene`` see. The same scene gives the same sightings."""
    rng = np.random.default_rng(scene.seed)
    sightings: list[DistressSighting] = []
    true: list[int] = []
    for w, way in enumerate(Way):
        damage = _damage(rng, scene)
        for number in range(scene.passes):
            seen, defects = _one_pass(rng, scene, damage, number, way)
            sightings += seen
            true += [FALSE_ALARM if each == FALSE_ALARM else w * scene.defects + each for each in defects]
    return Drives(tuple(sightings), tuple(true), len(Way) * scene.defects)


def _damage(rng: np.random.Generator, scene: Scene) -> _Damage:
    gaps = LEAST_GAP_M + rng.exponential(scene.spacing_m - LEAST_GAP_M, scene.defects)
    return _looking(rng, np.cumsum(gaps))


def _looking(rng: np.random.Generator, chainage_m: Floats) -> _Damage:
    kinds = rng.choice(len(KINDS), len(chainage_m), p=KIND_SHARES)
    return _Damage(chainage_m, kinds, rng.normal(0.0, EXTENT_SPREAD, len(chainage_m)))


def _one_pass(
    rng: np.random.Generator, scene: Scene, damage: _Damage, number: int, way: Way
) -> tuple[list[DistressSighting], list[int]]:
    seen = np.flatnonzero(rng.random(scene.defects) >= scene.missed_share)
    false = _looking(rng, rng.uniform(0.0, damage.chainage_m[-1], rng.poisson(scene.false_share * scene.defects)))
    where = np.concatenate([damage.chainage_m[seen], false.chainage_m])
    kind = np.concatenate([damage.kind[seen], false.kind])
    ln_extent = np.concatenate([damage.ln_extent[seen], false.ln_extent])
    true = np.concatenate([seen, np.full(len(false.kind), FALSE_ALARM)])
    order = np.argsort(where)
    said_m = where[order] + _drift(rng, scene, where[order]) + rng.normal(0.0, scene.white_m, len(order))
    wrong = rng.random(len(order)) < KIND_WRONG_SHARE
    named = np.where(wrong, (kind[order] + rng.integers(1, len(KINDS), len(order))) % len(KINDS), kind[order])
    measured = np.exp(ln_extent[order] + rng.normal(0.0, EXTENT_ERROR, len(order)))
    began = START + number * BETWEEN_PASSES
    ahead_m = where[order] if way is Way.ALONG else damage.chainage_m[-1] + scene.spacing_m - where[order]
    pass_id = f"pass-{number}-{way}"
    sightings = [
        DistressSighting(
            f"{pass_id}-{i}", pass_id, "made-up-street", way, float(said_m[i]),
            began + timedelta(seconds=float(max(ahead_m[i], 0.0)) / SPEED_MPS),
            None if scene.alike else KINDS[named[i]], None if scene.alike else float(measured[i]),
        )
        for i in range(len(order))
    ]  # fmt: skip
    return sightings, [int(each) for each in true[order]]


def _drift(rng: np.random.Generator, scene: Scene, where_m: Floats) -> Floats:
    """Return the drift at each place: a first-order Gauss-Markov process in its exact steps."""
    kept = np.exp(-np.diff(where_m, prepend=where_m[:1]) / scene.correlation_m)
    steps = rng.normal(0.0, scene.sigma_m, len(where_m))
    drift = np.empty(len(where_m))
    for i in range(len(where_m)):
        drift[i] = kept[i] * drift[i - 1] + np.sqrt(1.0 - kept[i] ** 2) * steps[i] if i else steps[i]
    return drift
