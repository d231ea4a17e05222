"""Batches of varied pictures, rates that rise and fall, and averages of weights along the way."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from detector.boxes import Target
from detector.pictures import Sample
from detector.shapes import varied

Mix = Mapping[str, tuple[float, Sequence[Sample]]]
"""Groups of samples, and how often each is drawn."""
SIZE = (416, 256)
MOSAICS = 0.4
"""So many of the pictures are put together from four, while that is done."""


def quick() -> torch.autocast:
    """Return where bf16 is learnt in, if the processor computes in it; elsewhere it is made up of f32, and slower."""
    return torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported())  # noqa: SLF001


def batch(mix: Mix, rng: np.random.Generator, many: int, *, together: bool) -> tuple[Tensor, list[Target]]:
    """Return (many, 3, h, w) float32 pictures and what is on each; some are put together from four if ``together``."""
    drawn = [_draw(mix, rng, together=together) for _ in range(many)]
    stack = np.stack([one.picture for one in drawn]).astype(np.float32)
    pictures = torch.from_numpy(stack).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
    targets = [
        Target(torch.from_numpy(one.boxes), torch.from_numpy(one.kinds), torch.from_numpy(one.ignored)) for one in drawn
    ]
    return pictures, targets


def _draw(mix: Mix, rng: np.random.Generator, *, together: bool) -> Sample:
    groups = [group for _, group in mix.values()]
    shares = np.array([share for share, _ in mix.values()])
    many = 4 if together and rng.random() < MOSAICS else 1
    samples = []
    for _ in range(many):
        group = groups[int(rng.choice(len(groups), p=shares / shares.sum()))]
        samples.append(group[int(rng.integers(len(group)))])
    return varied(samples, SIZE, rng)


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
