"""Pictures made different: cut, stretched, mirrored, put together, dimmed, blurred, compressed."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from detector.pictures import Boxes, Picture, Sample

LEAST_PX = 4.5
"""A box with a side shorter than this at the network's input is neither example nor counter-example."""
GREY = 114
MOST_ZOOM = 2.0
"""How much larger a picture is shown at most."""


def varied(samples: Sequence[Sample], size: tuple[int, int], rng: np.random.Generator) -> Sample:
    """Return one picture of ``size`` (width, height) made from one sample, or from four side by side."""
    together = _mosaic(samples, size, rng) if len(samples) == 4 else _placed(samples[0], size, rng)
    if rng.random() < 0.5:
        together = _mirrored(together)
    picture = np.ascontiguousarray(together.picture)
    return Sample(_coloured(picture, rng), together.boxes, together.kinds, together.ignored, together.source)


def plain(one: Sample, size: tuple[int, int]) -> Sample:
    """Return the sample stretched to ``size``, as the program feeds it."""
    width, height = size
    factors = np.array([width / one.picture.shape[1], height / one.picture.shape[0]] * 2, np.float32)
    picture = cv2.resize(one.picture, size, interpolation=cv2.INTER_AREA)
    return _checked(picture, one.boxes * factors, one.kinds, one.ignored * factors, one.source)


def _placed(one: Sample, size: tuple[int, int], rng: np.random.Generator) -> Sample:
    """Return a part of the picture, or all of it with a margin, stretched a little, on ``size``."""
    width, height = size
    h, w = one.picture.shape[:2]
    zoom = float(np.exp(rng.uniform(np.log(0.7), np.log(MOST_ZOOM)))) if rng.random() < 0.8 else 1.0
    stretch = float(np.exp(rng.normal(0, 0.1)))
    across, down = width / w * zoom * stretch, height / h * zoom / stretch
    left = rng.uniform(min(0, width - w * across), max(0, width - w * across))
    top = rng.uniform(min(0, height - h * down), max(0, height - h * down))
    return _warped(one, size, (across, down, float(left), float(top)))


def _warped(one: Sample, size: tuple[int, int], how: tuple[float, float, float, float]) -> Sample:
    across, down, left, top = how
    matrix = np.array([[across, 0, left], [0, down, top]], np.float32)
    shrinks = min(across, down) < 0.8
    source = one.picture
    if shrinks:
        shape = (max(1, round(source.shape[1] * across)), max(1, round(source.shape[0] * down)))
        source = cv2.resize(source, shape, interpolation=cv2.INTER_AREA)
        matrix = np.array([[1, 0, left], [0, 1, top]], np.float32)
    picture = cv2.warpAffine(source, matrix, size, flags=cv2.INTER_LINEAR, borderValue=(GREY,) * 3)
    factors, shift = np.array([across, down] * 2, np.float32), np.array([left, top] * 2, np.float32)
    return _checked(picture, one.boxes * factors + shift, one.kinds, one.ignored * factors + shift, one.source)


def _mosaic(samples: Sequence[Sample], size: tuple[int, int], rng: np.random.Generator) -> Sample:
    """Return four samples around a point near the middle."""
    width, height = size
    x, y = int(width * rng.uniform(0.3, 0.7)), int(height * rng.uniform(0.3, 0.7))
    picture = np.full((height, width, 3), GREY, np.uint8)
    boxes, kinds, ignored = [], [], []
    corners = ((0, 0, x, y), (x, 0, width, y), (0, y, x, height), (x, y, width, height))
    for one, (x0, y0, x1, y1) in zip(samples, corners, strict=True):
        part = _placed(one, (x1 - x0, y1 - y0), rng)
        picture[y0:y1, x0:x1] = part.picture
        shift = np.array([x0, y0, x0, y0], np.float32)
        boxes.append(part.boxes + shift)
        kinds.append(part.kinds)
        ignored.append(part.ignored + shift)
    return Sample(picture, np.concatenate(boxes), np.concatenate(kinds), np.concatenate(ignored), "mosaic")


def _checked(picture: Picture, boxes: Boxes, kinds: np.ndarray, ignored: Boxes, source: str) -> Sample:
    """Return the sample with its boxes cut to the picture; those cut to less than a third, or tiny, are ignored."""
    height, width = picture.shape[:2]
    edge = np.array([width, height] * 2, np.float32)
    cut = np.clip(boxes, 0, edge)
    sides = cut[:, 2:] - cut[:, :2]
    whole = np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), 1e-6)
    good = (sides.min(axis=1, initial=1e9) >= LEAST_PX) & (sides.prod(axis=1) >= whole / 3)
    rest = np.concatenate([np.clip(ignored, 0, edge), cut[~good]])
    rest = rest[(rest[:, 2:] - rest[:, :2]).min(axis=1, initial=1e9) > 0]
    return Sample(picture, cut[good], kinds[good], rest, source)


def _mirrored(one: Sample) -> Sample:
    width = one.picture.shape[1]

    def turned(boxes: Boxes) -> Boxes:
        return np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], axis=1)

    return Sample(one.picture[:, ::-1], turned(one.boxes), one.kinds, turned(one.ignored), one.source)


def _coloured(picture: Picture, rng: np.random.Generator) -> Picture:
    """Return the picture in another light, at times grey, dark, blurred, noisy or badly compressed."""
    hsv = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV).astype(np.int16)
    hsv[..., 0] = (hsv[..., 0] + int(rng.integers(-6, 7))) % 180
    for channel, spread in ((1, 0.5), (2, 0.4)):
        hsv[..., channel] = np.clip(hsv[..., channel] * (1 + rng.uniform(-spread, spread)), 0, 255)
    out = cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2BGR)
    if rng.random() < 0.1:
        out = cv2.cvtColor(cv2.cvtColor(out, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    if rng.random() < 0.15:
        table = (255 * (np.arange(256) / 255) ** rng.uniform(1.3, 2.6) * rng.uniform(0.5, 1.0)).astype(np.uint8)
        out = cv2.LUT(out, table)
    if rng.random() < 0.2:
        out = cv2.GaussianBlur(out, (0, 0), float(rng.uniform(0.4, 1.1)))
    if rng.random() < 0.2:
        noise = rng.normal(0, rng.uniform(2, 9), out.shape[:2])[..., None]
        out = np.clip(out + noise, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(out)
