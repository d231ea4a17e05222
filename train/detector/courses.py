"""From published weights to those that ship: a stem of 6x6 that sees the same, a course, and one of kinds alone."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from detector.batches import SIZE, Mix, batch, follow, quick, rate
from detector.boxes import Grid, Target
from detector.keeping import kinds_loss, loss_of
from detector.network import ANCHORS, STRIDES, StreetNet, pyramid, with_six

BRIGHTEST = 255.0
TRUNK_SLOWER = 0.2
"""What the published network knew is learnt on at this share of the rate of what is new."""
STEM_SLOWER = 1 / 60
"""The stem's weights are for 0..255, and small."""
PLAIN_LAST = 0.2
"""In the last part of a course pictures are not put together any more."""
TOLD_EVERY = 20


@dataclass(frozen=True, slots=True)
class Steps:
    """How long a part of the recipe is, how quick at most, how many steps until then, and how many pictures a step.

    ``keep`` is how much of itself the average of the weights keeps in a step, at most.
    """

    steps: int
    rate: float
    warm_steps: int
    pictures: int
    seed: int
    keep: float = 0.985


STEM = Steps(400, 1e-2, 1, 4, 3)
LEVELS = Steps(160, 5e-4, 20, 8, 5, keep=0.98)
COURSE = Steps(600, 1.5e-3, 30, 7, 1)
"""So many pictures with exact boxes, and as many real ones."""
KINDS = Steps(1000, 2e-3, 30, 7, 2, keep=0.99)
EMPTIES = Steps(400, 1.5e-3, 30, 7, 4)
OF_KINDS = ("kind", "kind_laterals", "kind_out")
GRID = Grid.of(*SIZE, STRIDES, len(ANCHORS))
Lost = tuple[Tensor, dict[str, float]]


def with_stem(published: StreetNet, mix: Mix) -> StreetNet:
    """Return the network with a stem of 6x6 that says what the published one's two convolutions say; no labels."""
    net, rng = with_six(published), np.random.default_rng(STEM.seed)
    conv = net.stem.conv
    with torch.no_grad():
        conv.weight.mul_(BRIGHTEST)
    optimiser = torch.optim.Adam(conv.parameters(), lr=STEM.rate)
    for step in range(STEM.steps):
        _at_rate(optimiser, step, STEM)
        pictures, _ = batch(mix, rng, STEM.pictures, together=False)
        with torch.no_grad():
            wanted = published.stem(pictures)
        loss = functional.mse_loss(functional.relu6(conv(pictures / BRIGHTEST)), wanted)
        _step(optimiser, loss)
        _tell("stem", step, STEM, {"unlike": float(loss.detach() / wanted.var())})
    with torch.no_grad():
        conv.weight.div_(BRIGHTEST)
    return net


def with_levels(begun: StreetNet, published: StreetNet, mix: Mix) -> StreetNet:
    """Return the network after its trunk has learnt to see, through its stem, what the published one sees."""
    net, rng = copy.deepcopy(begun).train().to(memory_format=torch.channels_last), np.random.default_rng(LEVELS.seed)
    average = copy.deepcopy(net)
    shares = [
        {"params": [net.stem.conv.weight], "share": STEM_SLOWER},
        {"params": [net.stem.conv.bias, *net.parts("stages", "laterals", "smooth")], "share": 1.0},
    ]
    optimiser = torch.optim.Adam(shares, lr=LEVELS.rate)
    for step in range(LEVELS.steps):
        _at_rate(optimiser, step, LEVELS)
        pictures, _ = batch(mix, rng, LEVELS.pictures, together=True)
        with quick():
            with torch.no_grad():
                wanted = _levels(published, pictures)
            got = _levels(net, pictures)
        unlike = [functional.mse_loss(a, b) / b.var() for a, b in zip(got, wanted, strict=True)]
        loss = torch.stack(unlike).mean()
        _step(optimiser, loss)
        follow(average, net, min(LEVELS.keep, (step + 1) / (step + 10)))
        _tell("levels", step, LEVELS, {"unlike": float(loss.detach())})
    return average.eval()


def _levels(net: StreetNet, pictures: Tensor) -> list[Tensor]:
    levels = pyramid(net.laterals, net.seen(pictures))
    return [smooth(level).float() for smooth, level in zip(net.smooth, levels, strict=True)]


def learnt(
    begun: StreetNet, exact: Mix, real: Mix, course: Steps = COURSE, said_by: StreetNet | None = None
) -> StreetNet:
    """Return the averaged network after the course: exact boxes, and real pictures without forgetting (`keeping`).

    What is not to be forgotten is what ``said_by`` says, or ``begun`` where that is left out. Where there are no
    ``real`` pictures, nothing keeps it from forgetting.
    """
    net = copy.deepcopy(begun).train().to(memory_format=torch.channels_last)
    teacher = (said_by or copy.deepcopy(begun)).eval()

    def wrong(told: Tensor, photos: Tensor, targets: Sequence[Target]) -> Lost:
        with quick(), torch.no_grad():
            said = teacher(photos).float() if len(photos) else told[:0]
        return loss_of(told, said, targets, GRID)

    return _run("course", net, _shares(net), (exact, real), course, wrong)


def with_kinds(begun: StreetNet, exact: Mix, real: Mix, course: Steps = KINDS) -> StreetNet:
    """Return the averaged network after its kinds alone have learnt on; boxes and scores stay what they are."""
    net = copy.deepcopy(begun).train().to(memory_format=torch.channels_last).requires_grad_(False)
    kinds = list(net.parts(*OF_KINDS))
    for parameter in kinds:
        parameter.requires_grad_(True)

    def wrong(told: Tensor, photos: Tensor, targets: Sequence[Target]) -> Lost:
        return kinds_loss(told, targets, GRID, len(told) - len(photos))

    return _run("kinds", net, [{"params": kinds}], (exact, real), course, wrong)


def _run(
    name: str,
    net: StreetNet,
    shares: Sequence[Mapping[str, object]],
    mixes: tuple[Mix, Mix],
    course: Steps,
    wrong: Callable[[Tensor, Tensor, Sequence[Target]], Lost],
) -> StreetNet:
    """Return the average of ``net`` along a course on pictures with exact boxes and real ones.

    ``wrong`` is asked for the loss of what is told, the real ones among the pictures, and what is on all of them.
    """
    average = copy.deepcopy(net).eval()
    optimiser = torch.optim.AdamW(shares, lr=course.rate, betas=(0.9, 0.99), weight_decay=0.01)
    rng, began, (exact, real) = np.random.default_rng(course.seed), time.monotonic(), mixes
    for step in range(course.steps):
        _at_rate(optimiser, step, course)
        together = step < (1 - PLAIN_LAST) * course.steps
        sharp, boxed = batch(exact, rng, course.pictures, together=together)
        photos, labelled = batch(real, rng, course.pictures, together=together) if real else (sharp[:0], [])
        with quick():
            told = net(torch.cat((sharp, photos)).contiguous(memory_format=torch.channels_last)).float()
        loss, parts = wrong(told, photos, [*boxed, *labelled])
        _step(optimiser, loss, net)
        follow(average, net, min(course.keep, (step + 1) / (step + 20)))
        _tell(name, step, course, parts, began)
    return average.requires_grad_(True)


def _shares(net: StreetNet) -> list[dict[str, object]]:
    """Return what is new, what was published, and the stem, each with its share of the rate."""
    kinds = list(net.parts(*OF_KINDS))
    new = {id(p) for p in (net.stem.conv.weight, *kinds)}
    return [
        {"params": kinds, "share": 1.0},
        {"params": [p for p in net.parameters() if id(p) not in new], "share": TRUNK_SLOWER},
        {"params": [net.stem.conv.weight], "share": TRUNK_SLOWER * STEM_SLOWER},
    ]


def _at_rate(optimiser: torch.optim.Optimizer, step: int, course: Steps) -> None:
    now = rate(step, course.steps, course.rate, course.warm_steps)
    for group in optimiser.param_groups:
        group["lr"] = now * group.get("share", 1.0)


def _step(optimiser: torch.optim.Optimizer, loss: Tensor, clipped: nn.Module | None = None) -> None:
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    if clipped is not None:
        nn.utils.clip_grad_norm_(clipped.parameters(), 10.0)
    optimiser.step()


def _tell(name: str, step: int, course: Steps, parts: Mapping[str, float], began: float | None = None) -> None:
    if step % TOLD_EVERY == TOLD_EVERY - 1:
        told = ", ".join(f"{key} {value:.3f}" for key, value in parts.items())
        took = "" if began is None else f", {(time.monotonic() - began) / 60:.1f} min"
        print(f"{name}: step {step + 1} of {course.steps}{took}, {told}", flush=True)
