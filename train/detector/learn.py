"""Learning: batches of varied pictures, AdamW with a cosine, an average of the weights along the way."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from detector.loss import Grid, Target, loss_of
from detector.network import StreetNet
from detector.pictures import Sample
from detector.shapes import varied

SIZE = (416, 256)
BATCH = 16
AVERAGE = 0.998
"""The average of the weights forgets with this factor a step."""
DECAY = 0.01
WARM_STEPS = 60
MOSAICS = 0.4
PLAIN_LAST = 0.15
"""In the last part of the steps pictures are not put together any more."""


@dataclass(frozen=True, slots=True)
class Course:
    """How to learn: ``steps`` batches at a rate that rises to ``rate`` and falls to nearly 0; ``bend_steps`` of them
    turn SiLU into ReLU. ``cluttered``: street furniture is drawn into the pictures.
    """

    steps: int
    rate: float
    bend_steps: int = 0
    seed: int = 1
    cluttered: bool = False


def learn(net: StreetNet, mix: Mapping[str, tuple[float, Sequence[Sample]]], course: Course, name: str) -> StreetNet:
    """Return the averaged network after the course; ``mix`` says how often each group of samples is drawn."""
    net = copy.deepcopy(net).train().to(memory_format=torch.channels_last)
    average = copy.deepcopy(net).eval()
    rng = np.random.default_rng(course.seed)
    torch.manual_seed(course.seed)
    optimiser = torch.optim.AdamW(groups(net, DECAY), lr=course.rate, betas=(0.9, 0.99))
    grid = Grid.of(*SIZE)
    began, heard = time.monotonic(), {"where": 0.0, "whether": 0.0, "what": 0.0}
    for step in range(course.steps):
        bent = 1.0 if not course.bend_steps else min(1.0, step / course.bend_steps)
        net.bend(bent)
        average.bend(bent)
        for group in optimiser.param_groups:
            group["lr"] = rate(step, course.steps, course.rate, WARM_STEPS)
        together = step < course.steps * (1 - PLAIN_LAST)
        pictures, targets = batch(mix, rng, together=together, cluttered=course.cluttered)
        with torch.autocast("cpu", torch.bfloat16):
            told = net(pictures)
        loss, parts = loss_of(told.float(), targets, grid)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 10.0)
        optimiser.step()
        follow(average, net, min(AVERAGE, (step + 1) / (step + 20)))
        heard = {key: 0.98 * value + 0.02 * parts[key] for key, value in heard.items()}
        if step % 50 == 49:
            told_parts = ", ".join(f"{key} {value:.2f}" for key, value in heard.items())
            minutes = (time.monotonic() - began) / 60
            print(f"{name}: step {step + 1} of {course.steps}, {minutes:.1f} min, {told_parts}", flush=True)
    return average


def batch(
    mix: Mapping[str, tuple[float, Sequence[Sample]]], rng: np.random.Generator, *, together: bool, cluttered: bool
) -> tuple[Tensor, list[Target]]:
    """Return (b, 3, h, w) float32 pictures and what is on each."""
    drawn = [_draw(mix, rng, together=together, cluttered=cluttered) for _ in range(BATCH)]
    stack = np.stack([one.picture for one in drawn]).astype(np.float32)
    pictures = torch.from_numpy(stack).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
    targets = [
        Target(torch.from_numpy(one.boxes), torch.from_numpy(one.kinds), torch.from_numpy(one.ignored)) for one in drawn
    ]
    return pictures, targets


def _draw(
    mix: Mapping[str, tuple[float, Sequence[Sample]]], rng: np.random.Generator, *, together: bool, cluttered: bool
) -> Sample:
    groups = [group for _, group in mix.values()]
    shares = np.array([share for share, _ in mix.values()])
    many = 4 if together and rng.random() < MOSAICS else 1
    samples = []
    for _ in range(many):
        group = groups[int(rng.choice(len(groups), p=shares / shares.sum()))]
        samples.append(group[int(rng.integers(len(group)))])
    return varied(samples, SIZE, rng, cluttered=cluttered)


def groups(net: nn.Module, decay: float) -> Iterator[dict[str, object]]:
    """Yield the parameters whose size is kept small, and the others (norms and biases)."""
    yield {"params": [p for p in net.parameters() if p.dim() > 1], "weight_decay": decay}
    yield {"params": [p for p in net.parameters() if p.dim() <= 1], "weight_decay": 0.0}


def rate(step: int, steps: int, most: float, warm_steps: int) -> float:
    """Return the rate of a step: up to ``most`` in a line, and down to nearly 0 by a cosine."""
    warm = min(1.0, (step + 1) / warm_steps)
    return most * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / steps)))


@torch.no_grad()
def follow(average: nn.Module, net: nn.Module, keep: float) -> None:
    """Move the average of the weights towards the weights; means and spreads are taken as they are."""
    for mine, theirs in zip(average.parameters(), net.parameters(), strict=True):
        mine.lerp_(theirs, 1 - keep)
    for mine, theirs in zip(average.buffers(), net.buffers(), strict=True):
        mine.copy_(theirs)
