"""Learning: cuts of pictures, masks and boxes at once, AdamW with a cosine, an average of the weights along the way."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from detector.batches import follow, groups, quick, rate
from detector.boxes import Grid, Target
from nano.learn import AVERAGE
from nano.loss import loss_of
from nano.network import STRIDES
from surface.network import BOXES, CELL_PX, SurfaceNet
from surface.pictures import OUTSIDE, UNKNOWN, Patch, Sample
from surface.vary import Cut, drawn

DECAY = 0.02
WARM_STEPS = 100
TILE_PX = 64
MASK_WEIGHTS = (1.0, 1.0, 0.3)
"""Crack, pothole, lane."""
BOX_WEIGHT = 0.3
WITHIN_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Course:
    """How to learn: ``steps`` batches of cuts of ``size`` at a rate that rises to ``rate`` and falls to nearly 0."""

    steps: int
    rate: float
    size: tuple[int, int] = (384, 320)
    batch: int = 6
    seed: int = 1


Mix = Mapping[str, tuple[float, Sequence[Sample]]]


def learn(net: SurfaceNet, mix: Mix, bank: Sequence[Patch], course: Course) -> SurfaceNet:
    """Return the averaged network after the course; ``mix`` says how often each group of samples is drawn."""
    net = copy.deepcopy(net).train().to(memory_format=torch.channels_last)
    average = copy.deepcopy(net).eval()
    rng = np.random.default_rng(course.seed)
    torch.manual_seed(course.seed)
    optimiser = torch.optim.AdamW(groups(net, DECAY), lr=course.rate, betas=(0.9, 0.99))
    grid = Grid.of(*course.size, STRIDES)
    began, heard = time.monotonic(), {}
    for step in range(course.steps):
        for group in optimiser.param_groups:
            group["lr"] = rate(step, course.steps, course.rate, WARM_STEPS)
        cuts = [_draw(mix, course.size, rng, bank) for _ in range(course.batch)]
        pictures = torch.from_numpy(np.stack([cut.picture for cut in cuts]).astype(np.float32))
        with quick():
            masks, boxes = net(pictures.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last))
        parts = mask_loss(masks.float(), cuts) | within_loss(masks.float(), cuts) | box_loss(boxes.float(), cuts, grid)
        loss = sum(parts.values(), torch.zeros(()))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        follow(average, net, min(AVERAGE, (step + 1) / (step + 20)))
        heard = {key: 0.98 * heard.get(key, float(part)) + 0.02 * float(part) for key, part in parts.items()}
        if step % 50 == 49:
            told = ", ".join(f"{key} {value:.3f}" for key, value in heard.items())
            print(
                f"step {step + 1} of {course.steps}, {(time.monotonic() - began) / 60:.1f} min, {told}",
                flush=True,
            )
    return average


def mask_loss(told: Tensor, cuts: Sequence[Cut]) -> dict[str, Tensor]:
    """Return the losses of the masks: of each cell (cross entropy and dice), and of each tile of 64 px."""
    cells, tiles, dice = [], [], []
    bits = torch.from_numpy(np.stack([cut.mask for cut in cuts]))
    for channel, weight in enumerate(MASK_WEIGHTS):
        unknown = (bits & (OUTSIDE | UNKNOWN[channel])) > 0
        known = functional.max_pool2d(unknown.float()[:, None], CELL_PX)[:, 0] == 0
        said = told[:, channel]
        there = ((bits & (1 << channel)) > 0) & ~unknown
        true = functional.max_pool2d(there.float()[:, None], CELL_PX)[:, 0]
        each = functional.binary_cross_entropy_with_logits(said, true, reduction="none")
        share = said.sigmoid()
        focus = (1 + 2 * true) * (0.25 + (share - true).abs().detach())
        cells.append(4 * weight * (each * focus * known).sum() / known.sum().clamp(min=1))
        both, either = (share * true * known).sum(), ((share + true) * known).sum()
        dice.append(weight * (1 - (2 * both + 20) / (either + 20)))
        if channel < 2:
            # a tile of which something is unknown says nothing, unless what is known of it is damaged
            tile_true = functional.max_pool2d(there.float()[:, None], TILE_PX)[:, 0]
            tile_known = (functional.max_pool2d(unknown.float()[:, None], TILE_PX)[:, 0] == 0) | (tile_true > 0)
            tile_said = _most(said, TILE_PX // CELL_PX)
            each = functional.binary_cross_entropy_with_logits(tile_said, tile_true, reduction="none")
            tiles.append((each * tile_known).sum() / tile_known.sum().clamp(min=1))
    zero = torch.zeros(())
    return {"cells": sum(cells, zero), "dice": 0.5 * sum(dice, zero), "tiles": 0.7 * sum(tiles, zero)}


def _most(said: Tensor, size: int) -> Tensor:
    """Return about the largest logit of each tile: the mean of its four largest cells."""
    b, h, w = said.shape
    tiles = said.reshape(b, h // size, size, w // size, size).transpose(2, 3).reshape(b, h // size, w // size, -1)
    return tiles.topk(4, dim=3).values.mean(dim=3)


def within_loss(told: Tensor, cuts: Sequence[Cut]) -> dict[str, Tensor]:
    """Return the loss of what lies within a box: its four likeliest cells are damaged, nobody says where."""
    losses = []
    for said, cut in zip(told, cuts, strict=True):
        for (left, top, right, bottom), kind in zip(cut.boxes / CELL_PX, cut.kinds, strict=True):
            if not cut.boxed or BOXES[kind] == "Repair":
                continue
            channel = 1 if BOXES[kind] == "D40" else 0
            part = said[channel, int(top) : int(np.ceil(bottom)), int(left) : int(np.ceil(right))].flatten()
            if len(part) >= 4:
                losses.append(functional.softplus(-part.topk(4).values.mean()))
    return {"within": WITHIN_WEIGHT * torch.stack(losses).mean() if losses else told.sum() * 0}


def box_loss(told: Tensor, cuts: Sequence[Cut], grid: Grid) -> dict[str, Tensor]:
    """Return the loss of the boxes, where a picture that has them is shown whole."""
    asked = [i for i, cut in enumerate(cuts) if cut.whole]
    if not asked:
        return {"boxes": told.sum() * 0}
    none = torch.zeros(0, 4)
    targets = [Target(torch.from_numpy(cuts[i].boxes), torch.from_numpy(cuts[i].kinds), none) for i in asked]
    loss, _ = loss_of(told[asked], targets, grid)
    return {"boxes": BOX_WEIGHT * loss}


def _draw(mix: Mix, size: tuple[int, int], rng: np.random.Generator, bank: Sequence[Patch]) -> Cut:
    shares = np.array([share for share, _ in mix.values()])
    group = list(mix.values())[int(rng.choice(len(shares), p=shares / shares.sum()))][1]
    return drawn(group[int(rng.integers(len(group)))], size, rng, bank)
