"""The loss of YOLOX (Ge et al. 2021): who answers for which box (SimOTA), where it is,
whether there is one, what it is.

Two things are ours: nobody is blamed for what it says within an ignored area, and a road user of unknown class teaches
where and whether, but not what.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from detector.boxes import Grid, Target, inside, overlap, overlap_pairs

CENTRE_CELLS = 1.5
"""Only cells no further than this from a box's middle answer for it."""
CANDIDATES = 10
WHERE_WEIGHT = 5.0


def loss_of(told: Tensor, targets: Sequence[Target], grid: Grid) -> tuple[Tensor, dict[str, float]]:
    """Return the loss of a batch and its parts. ``told``: (b, c, 5 + classes) logits, float32."""
    boxes = grid.boxes(told)
    where, whether, what = [], [], []
    answering = 0
    for rows, seen, target in zip(told, boxes, targets, strict=True):
        cells, owners = assign(rows.detach(), seen.detach(), target, grid)
        answering += len(cells)
        true = torch.zeros(len(rows))
        if len(cells):
            shared = overlap_pairs(seen[cells], target.boxes[owners])
            where.append(1 - shared**2)
            true[cells] = 1.0
            known = target.kinds[owners] >= 0
            if known.any():
                wanted = functional.one_hot(target.kinds[owners][known], rows.shape[1] - 5).float()
                wanted = wanted * shared[known].detach()[:, None].clamp(min=0.0)
                what.append(
                    functional.binary_cross_entropy_with_logits(rows[cells[known], 5:], wanted, reduction="sum")
                )
        asked = ~inside(grid, target.ignored) | (true > 0)
        each = functional.binary_cross_entropy_with_logits(rows[:, 4], true, reduction="none")
        whether.append((each * asked).sum())
    n = max(answering, 1)
    parts = {
        "where": WHERE_WEIGHT * torch.cat(where).sum() / n if where else told.sum() * 0,
        "whether": torch.stack(whether).sum() / n,
        "what": torch.stack(what).sum() / n if what else told.sum() * 0,
    }
    return sum(parts.values(), torch.zeros(())), {name: float(part) for name, part in parts.items()}


@torch.no_grad()
def assign(rows: Tensor, seen: Tensor, target: Target, grid: Grid) -> tuple[Tensor, Tensor]:
    """Return the cells that answer for a box and, for each, which box (SimOTA)."""
    none = torch.zeros(0, dtype=torch.long)
    if not len(target.boxes):
        return none, none
    middle = (target.boxes[:, :2] + target.boxes[:, 2:]) / 2
    cell_middle = grid.corners + grid.strides / 2
    apart = (cell_middle[None] - middle[:, None]).abs().amax(dim=2) / grid.strides[:, 0]
    near = apart < CENTRE_CELLS
    cells = near.any(dim=0).nonzero()[:, 0]
    if not len(cells):
        return none, none
    shared = overlap(target.boxes, seen[cells])
    sure = (rows[cells, 5:].sigmoid() * rows[cells, 4:5].sigmoid()).sqrt().clamp(1e-6, 1 - 1e-6)
    wanted = functional.one_hot(target.kinds.clamp(min=0), rows.shape[1] - 5).float()
    every = -(wanted[:, None] * sure.log()[None] + (1 - wanted[:, None]) * (1 - sure).log()[None]).sum(dim=2)
    every = every * (target.kinds >= 0)[:, None]
    cost = every + 3.0 * -(shared + 1e-8).log() + 1e5 * ~near[:, cells]
    many = shared.topk(min(CANDIDATES, len(cells)), dim=1).values.sum(dim=1).int().clamp(min=1)
    taken = torch.zeros_like(cost, dtype=torch.bool)
    for i, n in enumerate(many.tolist()):
        taken[i, cost[i].topk(min(n, len(cells)), largest=False).indices] = True
    taken &= near[:, cells]
    twice = taken.sum(dim=0) > 1
    if twice.any():
        best = cost[:, twice].argmin(dim=0)
        taken[:, twice] = False
        taken[best, twice.nonzero()[:, 0]] = True
    held = taken.any(dim=0)
    return cells[held], taken[:, held].float().argmax(dim=0)
