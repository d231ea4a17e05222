"""Patterns that repeat without a seam: grain, blotches, and the cells that fatigue breaks asphalt into."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

CELLS = 24
"""Cells of broken asphalt along one side of their tile."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A square pattern (side, side) float32, one value every ``step_m``; its side is a power of two."""

    values: Floats
    step_m: float

    def at(self, u_m: Floats, s_m: Floats, scale: float = 1.0) -> Floats:
        """Return the pattern at places ``u_m`` and ``s_m``, which broadcast; ``scale`` makes it coarser."""
        last = np.int32(len(self.values) - 1)
        step = np.float32(1 / (self.step_m * scale))
        across = (u_m * step).astype(np.int32) & last
        along = (s_m * step).astype(np.int32) & last
        return np.asarray(self.values[along, across], np.float32)


@dataclass(frozen=True, slots=True)
class Patterns:
    """All patterns that one drive needs: mean 0 and standard deviation 1, but ``cracked``: metres to a cell's edge."""

    grain: Tile
    blotch: Tile
    leaves: Tile
    broad: Tile
    cracked: Tile


def patterns(rng: np.random.Generator) -> Patterns:
    """Return the patterns of a drive, drawn from ``rng``."""
    return Patterns(
        Tile(_coloured(rng, 1024, 0.35), 0.006),
        Tile(_coloured(rng, 1024, 1.1), 0.015),
        Tile(_coloured(rng, 512, 1.5), 0.04),
        Tile(_coloured(rng, 512, 1.2), 0.25),
        _cells(rng),
    )


def _coloured(rng: np.random.Generator, side: int, slope: float) -> Floats:
    """Return (side, side) noise whose amplitude falls with frequency to the power of ``slope``."""
    white = np.fft.rfft2(rng.standard_normal((side, side)))
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None])
    frequency[0, 0] = 1.0
    shaped = white / frequency**slope
    shaped[0, 0] = 0.0
    values = np.fft.irfft2(shaped, s=(side, side))
    return np.asarray(values / values.std(), np.float32)


def _cells(rng: np.random.Generator, side: int = 1024, cell_m: float = 0.15) -> Tile:
    """Return how far each place is from the nearest edge between Voronoi cells of ``cell_m``."""
    jitter = rng.uniform(0.08, 0.92, (CELLS, CELLS, 2))
    own = np.arange(side) * CELLS // side
    at = (np.arange(side) + 0.5) * CELLS / side
    nearest = np.full((2, side, side), np.inf, np.float32)
    point = np.zeros((2, 2, side, side), np.float32)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            cy, cx = own + dy, own + dx
            shift = jitter[(cy % CELLS)[:, None], (cx % CELLS)[None]]
            x = (cx[None] + shift[..., 0] - at[None]).astype(np.float32)
            y = (cy[:, None] + shift[..., 1] - at[:, None]).astype(np.float32)
            away = x * x + y * y
            first, second = away < nearest[0], (away >= nearest[0]) & (away < nearest[1])
            nearest[1] = np.where(first, nearest[0], np.where(second, away, nearest[1]))
            for axis, value in enumerate((x, y)):
                point[1, axis] = np.where(first, point[0, axis], np.where(second, value, point[1, axis]))
                point[0, axis] = np.where(first, value, point[0, axis])
            nearest[0] = np.minimum(nearest[0], away)
    between = np.hypot(*(point[1] - point[0]))
    edge = (nearest[1] - nearest[0]) / (2 * np.maximum(between, 1e-6))
    return Tile(np.asarray(edge * cell_m, np.float32), cell_m * CELLS / side)


def wander(rng: np.random.Generator, points: int, reach: float) -> Floats:
    """Return (points,) a line that strays by ``reach`` (standard deviation), as cracks do: kinked at every scale."""
    line = np.zeros(points)
    for octave in range(1, 8):
        knots = min(2**octave + 1, points)
        line += (
            np.interp(np.linspace(0, 1, points), np.linspace(0, 1, knots), rng.standard_normal(knots)) * 0.62**octave
        )
    return np.asarray(line / max(float(line.std()), 1e-9) * reach, np.float32)
