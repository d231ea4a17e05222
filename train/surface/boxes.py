"""Learning boxes: their heads alone, at the size at which masks are drawn; the trunk stays as the masks have it."""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence

import cv2
import numpy as np
import torch
from torch import nn

from detector.batches import follow, groups, quick, rate
from detector.boxes import Grid, Target
from nano.learn import AVERAGE
from nano.loss import loss_of
from nano.network import STRIDES
from surface.learn import DECAY, WARM_STEPS, Course
from surface.network import SurfaceNet
from surface.pictures import Boxes, Picture, Sample
from surface.vary import GREY, Rng, moved, relit

FOUR = 0.4
"""So often four pictures are put together."""
SCALES = 0.45, 0.85
HALF_SCALES = 0.3, 0.5
"""How large pictures are shown, alone and as one of four; the program looks for boxes at half the width and height."""


def learn_boxes(net: SurfaceNet, samples: Sequence[Sample], course: Course) -> SurfaceNet:
    """Return the network with the average of its box heads over the course; nothing else of it changes."""
    net = copy.deepcopy(net).eval().to(memory_format=torch.channels_last)
    average = copy.deepcopy(net)
    net.heads.train()
    rng = np.random.default_rng(course.seed)
    torch.manual_seed(course.seed)
    optimiser = torch.optim.AdamW(groups(net.heads, DECAY), lr=course.rate, betas=(0.9, 0.99))
    grid = Grid.of(*course.size, STRIDES)
    began, heard = time.monotonic(), 0.0
    for step in range(course.steps):
        for group in optimiser.param_groups:
            group["lr"] = rate(step, course.steps, course.rate, WARM_STEPS)
        pictures, targets = _batch(samples, course, rng)
        with quick():
            with torch.no_grad():
                levels = net.levels(pictures)[1:]
            told = net.rows(levels)
        loss, _ = loss_of(told.float(), targets, grid)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.heads.parameters(), 10.0)
        optimiser.step()
        follow(average.heads, net.heads, min(AVERAGE, (step + 1) / (step + 20)))
        heard += (float(loss.detach()) - heard) / min(step + 1, 50)
        if step % 50 == 49:
            minutes = (time.monotonic() - began) / 60
            print(f"boxes: step {step + 1} of {course.steps}, {minutes:.1f} min, {heard:.3f}", flush=True)
    return average


def _batch(samples: Sequence[Sample], course: Course, rng: Rng) -> tuple[torch.Tensor, list[Target]]:
    """Return (b, 3, h, w) float32 pictures and what is on each."""
    none = torch.zeros(0, 4)
    pictures, targets = [], []
    for _ in range(course.batch):
        picture, boxes, kinds = _together(samples, course.size, rng)
        pictures.append(relit(picture, rng).astype(np.float32))
        targets.append(Target(torch.from_numpy(boxes), torch.from_numpy(kinds), none))
    stack = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)
    return stack.contiguous(memory_format=torch.channels_last), targets


def _together(samples: Sequence[Sample], size: tuple[int, int], rng: Rng) -> tuple[Picture, Boxes, np.ndarray]:
    """Return one picture of ``size``, of one sample or of four, its boxes and their classes."""
    wide, tall = size
    if rng.random() >= FOUR:
        return _laid(samples[int(rng.integers(len(samples)))], size, float(np.exp(rng.uniform(*np.log(SCALES)))), rng)
    across, down = (int(side * rng.uniform(0.4, 0.6)) for side in size)
    whole = np.empty((tall, wide, 3), np.uint8)
    boxes, kinds = [], []
    for left, right in ((0, across), (across, wide)):
        for top, bottom in ((0, down), (down, tall)):
            one, scale = samples[int(rng.integers(len(samples)))], float(np.exp(rng.uniform(*np.log(HALF_SCALES))))
            part, its_boxes, its_kinds = _laid(one, (right - left, bottom - top), scale, rng)
            whole[top:bottom, left:right] = part
            boxes.append(its_boxes + np.array([left, top] * 2, np.float32))
            kinds.append(its_kinds)
    return whole, np.concatenate(boxes), np.concatenate(kinds)


def _laid(one: Sample, size: tuple[int, int], scale: float, rng: Rng) -> tuple[Picture, Boxes, np.ndarray]:
    """Return a picture at a scale, mirrored or not, somewhere on grey of ``size``; its boxes and their classes."""
    flip = -1.0 if rng.random() < 0.5 else 1.0
    linear = np.diag([flip * scale * float(np.exp(rng.normal(0, 0.1))), scale])
    middle = np.array(one.picture.shape[1::-1]) / 2
    spare = np.abs(np.array(size) - np.abs(np.diag(linear)) * middle * 2) / 2
    at = np.array(size) / 2 + rng.uniform(-1, 1, 2) * spare
    matrix = np.concatenate([linear, (at - linear @ middle)[:, None]], axis=1)
    shown = cv2.warpAffine(one.picture, matrix, size, flags=cv2.INTER_AREA, borderValue=(GREY,) * 3)
    boxes, kept = moved(one.boxes, matrix, size)
    return shown, boxes, one.kinds[kept]
