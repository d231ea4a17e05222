"""Learning on stills and made-up streets: AdamW with a cosine, an average of the weights along the way."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from detector.batches import SIZE, Mix, batch, follow, groups, quick, rate
from detector.boxes import Grid
from nano.loss import loss_of
from nano.network import STRIDES, NanoNet

BATCH = 16
AVERAGE = 0.998
"""The average of the weights forgets with this factor a step."""
DECAY = 0.01
WARM_STEPS = 60
PLAIN_LAST = 0.15
"""In the last part of the steps pictures are not put together any more."""


@dataclass(frozen=True, slots=True)
class Course:
    """How to learn: ``steps`` batches at a rate that rises to ``rate`` and falls to nearly 0; ``bend_steps`` of them
    turn SiLU into ReLU.
    """

    steps: int
    rate: float
    bend_steps: int = 0
    seed: int = 1


def learn(net: NanoNet, mix: Mix, course: Course, name: str) -> NanoNet:
    """Return the averaged network after the course; ``mix`` says how often each group of samples is drawn."""
    net = copy.deepcopy(net).train().to(memory_format=torch.channels_last)
    average = copy.deepcopy(net).eval()
    rng = np.random.default_rng(course.seed)
    torch.manual_seed(course.seed)
    optimiser = torch.optim.AdamW(groups(net, DECAY), lr=course.rate, betas=(0.9, 0.99))
    grid = Grid.of(*SIZE, STRIDES)
    began, heard = time.monotonic(), {"where": 0.0, "whether": 0.0, "what": 0.0}
    for step in range(course.steps):
        bent = 1.0 if not course.bend_steps else min(1.0, step / course.bend_steps)
        net.bend(bent)
        average.bend(bent)
        for group in optimiser.param_groups:
            group["lr"] = rate(step, course.steps, course.rate, WARM_STEPS)
        together = step < course.steps * (1 - PLAIN_LAST)
        pictures, targets = batch(mix, rng, BATCH, together=together)
        with quick():
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
