"""Learning without forgetting (Li & Hoiem 2016): what a network of published weights sees on real pictures stays.

Real pictures here have labels of machines, and few; the published network was learnt from many that people labelled.
So where a road user is, and whether, is learnt from pictures with exact boxes alone, and on real pictures the network
has to say what the published one says. Its kind is learnt from both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn import functional

from detector.boxes import Grid, Target, inside, overlap, overlap_pairs
from detector.pictures import CLASSES

CENTRE_CELLS = 1.5
GOOD, MOST = 0.85, 4
"""Who answers for a box: rows that lie on it nearly as well as the best one, up to so many."""
LIES_WELL = 0.6
"""Rows that lie on a box so well (intersection over union) but do not answer for it are not blamed for it."""
SURE = 0.08
"""Boxes of rows that are less sure than this are nobody's, and may go where they like."""
KIND_WEIGHTS = (1.0, 1.0, 1.0, 0.7, 1.0, 1.3, 1.0)
"""Cars are many, and buses few. In the order of ``CLASSES``."""
BICYCLE, MOTORCYCLE = CLASSES.index("bicycle"), CLASSES.index("motorcycle")
WHERE, KEEP = 3.0, 5.0


@dataclass(slots=True)
class Sums:
    """What is added up over the pictures of a batch, and how many rows answered, and of a known kind."""

    where: list[Tensor] = field(default_factory=list)
    whether: list[Tensor] = field(default_factory=list)
    what: list[Tensor] = field(default_factory=list)
    answering: int = 0
    known: int = 0


def loss_of(told: Tensor, said: Tensor, targets: Sequence[Target], grid: Grid) -> tuple[Tensor, dict[str, float]]:
    """Return the loss of a batch and its parts.

    Parameters
    ----------
    told : (b, rows, 5 + kinds + groups) float32 logits
        Of the network that learns: first pictures with exact boxes, then the real ones.
    said : (r, rows, 5 + kinds + groups) float32 logits
        Of the published network, on the r real ones.
    targets : b targets
    grid : Grid
    """
    boxes, sums, exact = grid.boxes(told), Sums(), len(told) - len(said)
    for number, (rows, seen, target) in enumerate(zip(told, boxes, targets, strict=True)):
        found = answering(rows.detach(), seen.detach(), target, grid)
        if number < exact:
            _exact(sums, rows, seen, found, target, grid)
        _what(sums, rows, found, target, told_apart=number < exact)
    n = max(sums.answering, 1)
    stays = kept(told[exact:], said) if len(said) else {}
    parts = {
        "where": WHERE * torch.stack(sums.where).sum() / n,
        "whether": torch.stack(sums.whether).sum() / n,
        "what": torch.stack(sums.what).sum() / max(sums.known, 1),
        **{name: KEEP * part for name, part in stays.items()},
    }
    return sum(parts.values(), torch.zeros(())), {name: float(part.detach()) for name, part in parts.items()}


def kinds_loss(told: Tensor, targets: Sequence[Target], grid: Grid, exact: int) -> tuple[Tensor, dict[str, float]]:
    """Return the loss of the kinds alone; shapes as `loss_of`, ``exact`` is how many pictures have exact boxes."""
    boxes, sums = grid.boxes(told), Sums()
    for number, (rows, seen, target) in enumerate(zip(told, boxes, targets, strict=True)):
        _what(sums, rows, answering(rows.detach(), seen.detach(), target, grid), target, told_apart=number < exact)
    what = torch.stack(sums.what).sum() / max(sums.known, 1)
    return what, {"what": float(what.detach())}


def _what(sums: Sums, rows: Tensor, found: tuple[Tensor, Tensor], target: Target, *, told_apart: bool) -> None:
    """Add what a picture teaches of kinds."""
    cells, owners = found
    known = target.kinds[owners] >= 0
    sums.known += int(known.sum())
    logits = rows[cells[known], 5 : 5 + len(CLASSES)]
    sums.what.append(kind_loss(logits, target.kinds[owners[known]], told_apart=told_apart))


def _exact(sums: Sums, rows: Tensor, seen: Tensor, found: tuple[Tensor, Tensor], target: Target, grid: Grid) -> None:
    """Add what a picture with exact boxes teaches: where they are, and that there is nothing else."""
    cells, owners = found
    sums.answering += len(cells)
    shared = overlap_pairs(seen[cells], target.boxes[owners])
    sums.where.append((1 - shared).sum())
    true = torch.zeros(len(rows))
    true[cells] = shared.detach().clamp(0, 1)
    spared = inside(grid, target.ignored) | (overlap(target.boxes, seen.detach()) > LIES_WELL).any(dim=0)
    each = functional.binary_cross_entropy_with_logits(rows[:, 4], true, reduction="none")
    sums.whether.append((each * (~spared | (true > 0))).sum())


def kind_loss(logits: Tensor, kinds: Tensor, *, told_apart: bool) -> Tensor:
    """Return the sum of the cross entropies of (n, kinds) with (n,).

    Bicycle or motorcycle counts as the same unless ``told_apart``. The stills are of a city of motorcycles: two real
    bicycles in all would teach that what is real and has two wheels is one.
    """
    shares = functional.log_softmax(logits, dim=1)
    if not told_apart:
        either = torch.logaddexp(shares[:, BICYCLE], shares[:, MOTORCYCLE])
        columns = list(shares.unbind(dim=1))
        columns[BICYCLE] = columns[MOTORCYCLE] = either
        shares = torch.stack(columns, dim=1)
    return functional.nll_loss(shares, kinds, weight=torch.tensor(KIND_WEIGHTS), reduction="sum")


def kept(told: Tensor, said: Tensor) -> dict[str, Tensor]:
    """Return how unlike two networks are in whether there is somebody, in where, and in of which group."""
    share = said[..., 4].sigmoid()
    many = share.sum() + 1
    unlike = functional.binary_cross_entropy_with_logits(told[..., 4], share, reduction="sum")
    unlike = unlike - functional.binary_cross_entropy(share, share, reduction="sum")
    sure = (share > SURE) * share
    away = functional.smooth_l1_loss(told[..., :4], said[..., :4], reduction="none", beta=0.1).sum(dim=-1)
    mine, theirs = (rows[..., 5 + len(CLASSES) :].log_softmax(dim=-1) for rows in (told, said))
    other = (theirs.exp() * (theirs - mine)).sum(dim=-1)
    return {
        "kept whether": unlike / many,
        "kept where": (away * sure).sum() / (sure.sum() + 1),
        "kept group": (other * sure).sum() / (sure.sum() + 1),
    }


@torch.no_grad()
def answering(rows: Tensor, seen: Tensor, target: Target, grid: Grid) -> tuple[Tensor, Tensor]:
    """Return the rows that answer for a box and, for each, which box."""
    none = torch.zeros(0, dtype=torch.long)
    if not len(target.boxes):
        return none, none
    middle = (target.boxes[:, :2] + target.boxes[:, 2:]) / 2
    near = (grid.corners[None] - middle[:, None]).abs().amax(dim=2) < CENTRE_CELLS * grid.strides[:, 0]
    good = overlap(target.boxes, seen) * near * (0.5 + 0.5 * rows[None, :, 4].sigmoid())
    least = torch.maximum(GOOD * good.amax(dim=1), good.topk(MOST, dim=1).values[:, -1])
    taken = (good >= least[:, None]) & (good > 0)
    best = good.where(taken, torch.zeros(())).max(dim=0)
    held = best.values > 0
    return held.nonzero()[:, 0], best.indices[held]
