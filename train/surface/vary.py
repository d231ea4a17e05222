"""One drawn picture after another: cut out, scaled, mirrored, relit, shaded, blurred; potholes laid in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from surface.pictures import CRACK, LANE, OUTSIDE, POTHOLE, Patch, Picture, Sample

Rng = np.random.Generator
LAID = 0.35
"""So often potholes of other pictures are laid in."""
WHOLE = 0.6
"""So often a picture with boxes is shown whole."""
ABOUT = 0.88, 1.12
"""How a picture that is shown whole is scaled, where 1 would just fit."""
GREY = 114


@dataclass(frozen=True, slots=True)
class Cut:
    """What the network is shown: picture (h, w, 3), mask (h, w) bits, boxes (n, 4) px, classes (n,).

    ``whole``: all of a picture that has boxes, at about half its size; only then are boxes asked for. Those of other
    cuts of it (``boxed``) say but that there is damage within.
    """

    picture: Picture
    mask: Picture
    boxes: npt.NDArray[np.float32]
    kinds: npt.NDArray[np.int64]
    boxed: bool
    whole: bool


def drawn(one: Sample, size: tuple[int, int], rng: Rng, bank: Sequence[Patch] = ()) -> Cut:
    """Return one varied cut of ``size`` (width, height) px."""
    picture, mask = one.picture, one.mask
    if not one.boxed and len(bank) and rng.random() < LAID:
        picture, mask = _lay_in(picture.copy(), mask.copy(), bank, rng)
    whole = one.boxed and bool(rng.random() < WHOLE)
    matrix = _matrix(one, mask, size, rng, whole=whole)
    border = cv2.BORDER_CONSTANT if whole else cv2.BORDER_REFLECT_101
    shown = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_AREA, borderMode=border, borderValue=(GREY,) * 3)
    seen = cv2.warpAffine(mask, matrix, size, flags=cv2.INTER_NEAREST, borderValue=OUTSIDE)
    boxes, kept = moved(one.boxes, matrix, size)
    return Cut(relit(shown, rng), seen, boxes, one.kinds[kept], one.boxed, whole)


def _matrix(one: Sample, mask: Picture, size: tuple[int, int], rng: Rng, *, whole: bool) -> npt.NDArray[np.float64]:
    """Return the (2, 3) affine map from the picture to the cut."""
    edge = np.array(one.picture.shape[1::-1])
    if whole:
        scale = float(min(np.array(size) / edge) * rng.uniform(*ABOUT))
        centre = edge / 2 + rng.uniform(-0.05, 0.05, 2) * edge
    else:
        least = float(max(np.array(size) / edge))
        scale = float(np.exp(rng.uniform(np.log(max(0.6, least * 0.95)), np.log(1.35))))
        reach = np.array(size) / scale
        centre = np.array(_focus(one, mask, rng)) + rng.uniform(-0.35, 0.35, 2) * reach
        centre = np.where(reach < edge, np.clip(centre, reach / 2, np.maximum(edge - reach / 2, reach / 2)), edge / 2)
    across = scale * float(np.exp(rng.normal(0, 0.06)))
    flip = -1.0 if rng.random() < 0.5 else 1.0
    angle = np.deg2rad(rng.normal(0, 1.5))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = np.diag([flip * across, scale]) @ turn
    return np.concatenate([linear, (np.array(size) / 2 - linear @ centre)[:, None]], axis=1)


def _focus(one: Sample, mask: Picture, rng: Rng) -> tuple[float, float]:
    """Return a point (px) worth looking at: damage three times of four, else anywhere."""
    height, width = one.picture.shape[:2]
    chance = rng.random()
    if not one.boxed:
        bit = POTHOLE if chance < 0.4 else CRACK if chance < 0.75 else LANE if chance < 0.9 else 0
        y, x = np.nonzero(mask[::4, ::4] & bit) if bit else (np.zeros(0), np.zeros(0))
        if len(y):
            i = int(rng.integers(len(y)))
            return float(x[i] * 4), float(y[i] * 4)
    elif len(one.boxes) and chance < 0.75:
        box = one.boxes[int(rng.integers(len(one.boxes)))]
        return float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2
    return float(rng.uniform(0, width)), float(rng.uniform(0.1 * height, height))


def moved(
    boxes: npt.NDArray[np.float32], matrix: npt.NDArray[np.float64], size: tuple[int, int]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Return the boxes on the cut, and which of them are still there."""
    corners = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2) @ matrix[:, :2].T + matrix[:, 2]
    low, high = corners.min(axis=1), corners.max(axis=1)
    whole = (high - low).prod(axis=1)
    low, high = np.clip(low, 0, size), np.clip(high, 0, size)
    kept = ((high - low).prod(axis=1) > 0.35 * whole) & ((high - low).min(axis=1) > 4)
    return np.concatenate([low, high], axis=1)[kept].astype(np.float32), kept


def _lay_in(picture: Picture, mask: Picture, bank: Sequence[Patch], rng: Rng) -> tuple[Picture, Picture]:
    """Lay one to three potholes of other pictures into the lane, and at times pieces of sound road in the same way."""
    for _ in range(int(rng.integers(1, 4))):
        patch = bank[int(rng.integers(len(bank)))]
        sound = rng.random() < 0.35
        part, where = patch.picture, patch.mask
        if rng.random() < 0.5:
            part, where = part[:, ::-1], where[:, ::-1]
        factor = float(np.exp(rng.normal(0, 0.2)))
        wide, tall = max(int(part.shape[1] * factor), 12), max(int(part.shape[0] * factor), 8)
        part = cv2.resize(part, (wide, tall))
        where = cv2.resize(where, (wide, tall), interpolation=cv2.INTER_NEAREST)
        bottom = int(np.clip(patch.bottom * factor + rng.normal(0, 25), tall + 1, picture.shape[0] - 1))
        row = np.flatnonzero(mask[bottom - tall // 2] & LANE)
        if len(row) < wide + 8:
            continue
        left = int(np.clip(rng.integers(row[0], row[-1]) - wide // 2, 0, picture.shape[1] - wide))
        box = slice(bottom - tall, bottom), slice(left, left + wide)
        if not (mask[box] & LANE).all():
            continue
        if sound:
            part = _elsewhere(picture, mask, box, rng)
            if part is None:
                continue
        grown = cv2.dilate(where, np.ones((5, 5), np.uint8)).astype(np.float32)
        alpha = cv2.GaussianBlur(grown, (0, 0), 2.0)[..., None]
        ring = (alpha[..., 0] < 0.05) if (alpha[..., 0] < 0.05).any() else np.ones((tall, wide), bool)
        shift = picture[box][ring].mean(axis=0) - part[ring].mean(axis=0)
        merged = alpha * (part.astype(np.float32) + shift) + (1 - alpha) * picture[box]
        picture[box] = np.clip(merged, 0, 255).astype(np.uint8)
        if not sound:
            mask[box] = np.where(where > 0, (mask[box] | POTHOLE) & ~np.uint8(CRACK), mask[box])
    return picture, mask


def _elsewhere(picture: Picture, mask: Picture, box: tuple[slice, slice], rng: Rng) -> Picture | None:
    """Return a piece of sound road of the box's size from the same rows, None where there is none."""
    tall, wide = box[0].stop - box[0].start, box[1].stop - box[1].start
    for _ in range(4):
        left = int(rng.integers(0, picture.shape[1] - wide))
        if not (mask[box[0], left : left + wide] & (CRACK | POTHOLE)).any():
            return picture[box[0], left : left + wide].reshape(tall, wide, 3)
    return None


def relit(picture: Picture, rng: Rng) -> Picture:
    """Return the picture under another light, with another camera."""
    x = picture.astype(np.float32)
    if rng.random() < 0.3:
        x *= _shade(picture.shape[:2], rng)[..., None]
    gain, gamma = float(np.exp(rng.normal(0, 0.22))), float(np.exp(rng.normal(0, 0.2)))
    tint = np.exp(rng.normal(0, 0.05, 3)).astype(np.float32)
    x = 255 * np.clip(x / 255, 0, 1) ** gamma * gain * tint
    mean = x.mean()
    x = mean + (x - mean) * float(np.exp(rng.normal(0, 0.15)))
    if rng.random() < 0.2:
        grey = x.mean(axis=2, keepdims=True)
        x = grey + (x - grey) * float(rng.uniform(0, 1.2))
    if rng.random() < 0.15:
        x = cv2.GaussianBlur(x, (0, 0), float(rng.uniform(0.4, 1.1)))
    if rng.random() < 0.25:
        x += rng.normal(0, rng.uniform(1, 6), x.shape[:2]).astype(np.float32)[..., None]
    out = np.clip(x, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        factor = float(rng.uniform(0.6, 1.0))
        small = cv2.resize(out, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        out = cv2.resize(small, out.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return out


def _shade(shape: tuple[int, int], rng: Rng) -> npt.NDArray[np.float32]:
    """Return a (h, w) factor: the shadow of a tree, or of something with straight edges."""
    height, width = shape
    light = np.ones(shape, np.float32)
    if rng.random() < 0.5:
        noise = cv2.resize(
            rng.random((int(rng.integers(3, 14)), int(rng.integers(3, 14)))).astype(np.float32),
            (width, height),
            interpolation=cv2.INTER_CUBIC,
        )
        dark = noise > rng.uniform(0.45, 0.8)
        light[dark] = rng.uniform(0.35, 0.8)
    else:
        points = np.stack(
            [rng.integers(-width // 2, width + width // 2, 4), rng.integers(-height // 2, height + height // 2, 4)],
            axis=1,
        )
        cv2.fillConvexPoly(light, cv2.convexHull(points.astype(np.int32)), float(rng.uniform(0.35, 0.8)))
    return cv2.GaussianBlur(light, (0, 0), float(rng.uniform(0.7, 6)))
