"""Boxes and the cells that answer for them, as all our networks have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Target:
    """What is on one picture: boxes (n, 4) xyxy px, kinds (n,) int64 (-1 unknown), ignored (m, 4)."""

    boxes: Tensor
    kinds: Tensor
    ignored: Tensor


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of all levels: the upper left corners of their cells (r, 2) px and strides (r, 1)."""

    corners: Tensor
    strides: Tensor

    @staticmethod
    def of(width: int, height: int, strides: Sequence[int], rows_a_cell: int = 1) -> Grid:
        """Return the rows for a picture of this size, ``rows_a_cell`` of each cell."""
        corners, steps = [], []
        for stride in strides:
            y, x = torch.meshgrid(torch.arange(height // stride), torch.arange(width // stride), indexing="ij")
            cells = torch.stack((x, y), dim=-1).reshape(-1, 2).float() * stride
            corners.append(cells.repeat_interleave(rows_a_cell, dim=0))
            steps.append(torch.full((len(corners[-1]), 1), float(stride)))
        return Grid(torch.cat(corners), torch.cat(steps))

    def boxes(self, told: Tensor) -> Tensor:
        """Return boxes (..., r, 4) xyxy px of what the network tells of them (..., r, 4)."""
        centre = told[..., :2] * self.strides + self.corners
        half = told[..., 2:4].clamp(max=8.0).exp() * self.strides / 2
        return torch.cat((centre - half, centre + half), dim=-1)


def overlap(boxes: Tensor, others: Tensor) -> Tensor:
    """Return (n, m) intersection over union of (n, 4) and (m, 4)."""
    low = torch.maximum(boxes[:, None, :2], others[None, :, :2])
    high = torch.minimum(boxes[:, None, 2:], others[None, :, 2:])
    both = (high - low).clamp(min=0).prod(dim=2)
    area, other = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1), (others[:, 2:] - others[:, :2]).prod(dim=1)
    return both / (area[:, None] + other[None] - both).clamp(min=1e-6)


def overlap_pairs(boxes: Tensor, others: Tensor) -> Tensor:
    """Return (n,) intersection over union of each of (n, 4) with its own of (n, 4)."""
    low, high = torch.maximum(boxes[:, :2], others[:, :2]), torch.minimum(boxes[:, 2:], others[:, 2:])
    both = (high - low).clamp(min=0).prod(dim=1)
    area, other = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1), (others[:, 2:] - others[:, :2]).prod(dim=1)
    return both / (area + other - both).clamp(min=1e-6)


def inside(grid: Grid, areas: Tensor) -> Tensor:
    """Return (r,) whether the middle of a row's cell lies in one of ``areas`` (m, 4)."""
    middles = grid.corners + grid.strides / 2
    if not len(areas):
        return torch.zeros(len(middles), dtype=torch.bool)
    within = (middles[:, None] >= areas[None, :, :2]) & (middles[:, None] <= areas[None, :, 2:])
    return within.all(dim=2).any(dim=1)
