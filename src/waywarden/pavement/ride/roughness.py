"""How rough a road is, as a car feels it: smooth, uneven or rough.

Over a road of ISO 8608 with waviness 2 acceleration goes with the square root of speed (its density over frequency is
that of the road, times a speed). So acceleration by the root of speed says something of the road; what else it says is
of the car, its tyres and where the phone lies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

import numpy as np
import numpy.typing as npt

from waywarden.pavement.ride.jolts import SLOWEST_MPS
from waywarden.pavement.ride.ride import RATE_HZ, Ride

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

WINDOW_S = 5.0
NEIGHBOURS = 1
"""A window is judged together with so many on either side: one pothole does not make a rough road."""


class Roughness(StrEnum):
    """How rough a road is."""

    SMOOTH = "smooth"
    UNEVEN = "uneven"
    ROUGH = "rough"


@dataclass(frozen=True, slots=True)
class Windows:
    """A ride in windows of ``WINDOW_S``.

    Parameters
    ----------
    from_s : (n,) float64
        On the recording's own clock.
    speed_mps : (n,) float64
    ln_shake : (n,) float64
        ln of the vertical acceleration's standard deviation in m/s2, by the square root of speed in m/s; NaN where the
        vehicle hardly moved.
    """

    from_s: Reals
    speed_mps: Reals
    ln_shake: Reals


@dataclass(frozen=True, slots=True)
class Borders:
    """What separates the classes, in ln_shake: smooth is below ``uneven``, rough is above ``rough``."""

    uneven: float
    rough: float


def windows_of(ride: Ride) -> Windows:
    """Return the whole windows of ``ride``."""
    size = int(WINDOW_S * RATE_HZ)
    n = len(ride.speed_mps) // size
    speed = ride.speed_mps[: n * size].reshape(n, size).mean(axis=1)
    shake = ride.vertical_mps2[: n * size].reshape(n, size).std(axis=1)
    ln_shake = np.full(n, np.nan)
    moving = (speed >= SLOWEST_MPS) & (shake > 0)
    ln_shake[moving] = np.log(shake[moving] / np.sqrt(speed[moving]))
    return Windows(np.asarray(ride.starts_s + np.arange(n) * WINDOW_S, np.float64), speed, ln_shake)


def steadied(ln_shake: Reals, neighbours: int = NEIGHBOURS) -> Reals:
    """Return (n,) the mean over each window and its neighbours, leaving out those that hardly moved; NaN stays NaN."""
    known = np.isfinite(ln_shake)
    ones = np.ones(2 * neighbours + 1)
    total, count = (np.convolve(each, ones, mode="full")[neighbours : neighbours + len(ln_shake)]
                    for each in (np.where(known, ln_shake, 0.0), known.astype(np.float64)))  # fmt: skip
    return np.where(known, total / np.maximum(count, 1), np.nan)


def judged(ln_shake: Reals, borders: Borders, neighbours: int = NEIGHBOURS) -> list[Roughness | None]:
    """Return the class of each window; None where the vehicle hardly moved."""
    names, steady = list(Roughness), steadied(ln_shake, neighbours)
    return [None if np.isnan(each) else names[int(each > borders.uneven) + int(each > borders.rough)]
            for each in steady]  # fmt: skip


def fit_borders(ln_shake: Mapping[Roughness, Sequence[Reals]]) -> Borders:
    """Return the borders half-way between the means of the classes, each given by its recordings' windows.

    ValueError if a class has none, or if they are not in order.
    """
    every = [np.concatenate([np.zeros(0), *ln_shake.get(name, ())]) for name in Roughness]
    if not all(np.isfinite(each).any() for each in every):
        raise ValueError("windows of all three classes were wanted: add recordings of the one that is missing")
    smooth, uneven, rough = (float(np.nanmean(each)) for each in every)
    if not smooth < uneven < rough:
        raise ValueError("the classes do not shake in order: look which recordings are called what")
    return Borders((smooth + uneven) / 2, (uneven + rough) / 2)


@dataclass(frozen=True, slots=True)
class Labelled:
    """One recording of a road of one class."""

    name: str
    roughness: Roughness
    windows: Windows


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What came of one way to hold recordings out: their names, and F1 for each class in the order of ``Roughness``."""

    names: tuple[str, ...]
    f1: tuple[float, float, float]

    @property
    def macro_f1(self) -> float:
        """Mean over the classes."""
        return sum(self.f1) / len(self.f1)


def score_held_out(recordings: Sequence[Labelled], neighbours: int = NEIGHBOURS) -> list[HeldOut]:
    """Return what came of each way to hold out one recording of every class, borders fitted to all others.

    A class with a single recording has it cut in halves, with half a minute left out between them: one half is held
    out, the other fitted to.
    """
    by_class = [_at_least_two([each for each in recordings if each.roughness is name]) for name in Roughness]
    every = [each for some in by_class for each in some]
    found = []
    for out in product(*by_class):
        rest = {name: [each.windows.ln_shake for each in every if each.roughness is name and each not in out]
                for name in Roughness}  # fmt: skip
        found.append(_scored(out, fit_borders(rest), neighbours))
    return found


APART_S = 30.0


def _at_least_two(recordings: list[Labelled]) -> list[Labelled]:
    if len(recordings) != 1:
        return recordings
    whole, windows = recordings[0], recordings[0].windows
    middle = float(windows.from_s.mean())
    parts = (windows.from_s < middle - APART_S / 2, windows.from_s > middle + APART_S / 2)
    return [Labelled(f"{whole.name}, {half} half", whole.roughness, _cut(windows, part))
            for half, part in zip(("first", "second"), parts, strict=True)]  # fmt: skip


def _cut(windows: Windows, part: Flags) -> Windows:
    return Windows(windows.from_s[part], windows.speed_mps[part], windows.ln_shake[part])


def _scored(out: Sequence[Labelled], borders: Borders, neighbours: int) -> HeldOut:
    names = list(Roughness)
    hits = np.zeros((3, 3))
    for each in out:
        for said in judged(each.windows.ln_shake, borders, neighbours):
            if said is not None:
                hits[names.index(each.roughness), names.index(said)] += 1
    right, true, told = np.diag(hits), hits.sum(axis=1), hits.sum(axis=0)
    smooth, uneven, rough = (float(2 * r / max(t + s, 1)) for r, t, s in zip(right, true, told, strict=True))
    return HeldOut(tuple(each.name for each in out), (smooth, uneven, rough))
