"""Street furniture that is no road user, drawn at random: signs, bollards, cabinets, traffic lights, arrows, captions.

A network that has seen few cameras takes what stands at the next one for a vehicle, on every frame. It has to have seen
more things than there are cameras to learn from; these are drawn, and nobody has to label them.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from detector.pictures import Boxes, Picture

MOST = 7
"""Things on one picture."""
HEIGHTS_PX = (7.0, 56.0)
CLEAR_PX = 2.0
"""What is drawn keeps this far from every box."""
TRIES = 4
LARGER = 4
"""Things are drawn so many times as large, and made small with soft edges."""
LEAST_SIDE_PX = 4
PAINTS = (
    (160, 80, 20), (40, 40, 200), (30, 200, 230), (235, 235, 235), (40, 40, 40), (110, 110, 110), (60, 130, 60),
)  # fmt: skip
"""Blue, red, yellow, white, black, grey and green, as on streets; blue first."""
LAMPS = ((60, 60, 240), (60, 190, 250), (120, 230, 90))

Mask = npt.NDArray[np.uint8]
Chance = np.random.Generator


def with_clutter(picture: Picture, boxes: Boxes, rng: Chance) -> Picture:
    """Return a copy of the picture with some things drawn beside what is boxed (n, 4) xyxy px."""
    out = picture.copy()
    height, width = out.shape[:2]
    for _ in range(int(rng.integers(1, MOST + 1))):
        high = float(np.exp(rng.uniform(*np.log(HEIGHTS_PX))))
        wide = high * float(np.exp(rng.normal(-0.2, 0.45)))
        for _ in range(TRIES):
            left, top = rng.uniform(0, max(1, width - wide)), rng.uniform(0, max(1, height - high))
            area = np.array([left, top, left + wide, top + high])
            if not _meets(area, boxes):
                _put(out, area, rng)
                break
    return out


def _meets(area: npt.NDArray[np.float64], boxes: Boxes) -> bool:
    low, high = np.maximum(area[:2], boxes[:, :2] - CLEAR_PX), np.minimum(area[2:], boxes[:, 2:] + CLEAR_PX)
    return bool((high > low).all(axis=1).any())


def _put(out: Picture, area: npt.NDArray[np.float64], rng: Chance) -> None:
    """Draw one thing into ``area`` of the picture, lit from one side."""
    left, top, right, bottom = (round(float(v)) for v in area)
    part = out[top:bottom, left:right]
    if min(part.shape[:2]) < LEAST_SIDE_PX:
        return
    size = (part.shape[1], part.shape[0])
    sheet = np.zeros((size[1] * LARGER, size[0] * LARGER, 3), np.uint8)
    mask = np.zeros(sheet.shape[:2], np.uint8)
    THINGS[int(rng.integers(len(THINGS)))](sheet, mask, rng)
    blur = float(rng.uniform(0.5, 3.5))
    over, share = _small(sheet * _light(sheet.shape[:2], rng), size, blur), _small(mask / 255.0, size, blur)
    share = (share * rng.uniform(0.8, 1.0))[..., None]
    part[:] = np.clip(part * (1 - share) + over * share, 0, 255).astype(np.uint8)


def _light(shape: tuple[int, ...], rng: Chance) -> npt.NDArray[np.float64]:
    """Return factors that change along one side, to be multiplied with a (h, w, 3) picture."""
    begins, ends = rng.uniform(0.7, 1.2), rng.uniform(0.5, 1.1)
    if rng.random() < 0.5:
        return np.linspace(begins, ends, shape[1])[None, :, None]
    return np.linspace(begins, ends, shape[0])[:, None, None]


def _small(sheet: npt.NDArray[np.float64], size: tuple[int, int], blur: float) -> npt.NDArray[np.float32]:
    soft = cv2.GaussianBlur(np.asarray(np.clip(sheet, 0, 255), np.float32), (0, 0), blur)
    return np.asarray(cv2.resize(soft, size, interpolation=cv2.INTER_AREA), np.float32)


def _paint(rng: Chance) -> tuple[int, int, int]:
    if rng.random() < 0.6:
        paint = np.array(PAINTS[int(rng.integers(len(PAINTS)))]) + rng.normal(0, 20, 3)
    else:
        paint = rng.uniform(0, 256, 3)
    blue, green, red = np.clip(paint, 0, 255).astype(int).tolist()
    return blue, green, red


def _disc(sheet: Picture, mask: Mask, rng: Chance) -> None:
    """Draw a round sign, at times with an arrow, or a bar across it."""
    height, width = mask.shape
    centre, radii = (width // 2, height // 2), (width // 2 - 1, height // 2 - 1)
    cv2.ellipse(mask, centre, radii, 0, 0, 360, 255, -1)
    cv2.ellipse(sheet, centre, radii, 0, 0, 360, _paint(rng), -1)
    inner = (round(radii[0] * rng.uniform(0.5, 0.85)), round(radii[1] * rng.uniform(0.5, 0.85)))
    cv2.ellipse(sheet, centre, inner, 0, 0, 360, _paint(rng), -1)
    if rng.random() < 0.6:
        tail, tip = (tuple((rng.uniform(0.2, 0.8, 2) * (width, height)).astype(int).tolist()) for _ in range(2))
        cv2.arrowedLine(sheet, tail, tip, (255, 255, 255), max(2, width // 9), tipLength=0.4)
    if rng.random() < 0.4:
        bar = (0, round(height * 0.4)), (width, round(height * 0.6))
        cv2.rectangle(sheet, *bar, _paint(rng), -1)
        cv2.rectangle(mask, *bar, 255, -1)


def _arrow(sheet: Picture, mask: Mask, rng: Chance) -> None:
    """Draw an arrow painted on the road."""
    height, width = mask.shape
    shape = np.array([[0.4, 1], [0.4, 0.5], [0.1, 0.5], [0.5, 0], [0.9, 0.5], [0.6, 0.5], [0.6, 1]])
    if rng.random() < 0.5:
        shape[:, 1] = 1 - shape[:, 1]
    shape[:, 0] += (shape[:, 1] - 0.5) * rng.normal(0, 0.25)
    outline = (shape * (width, height)).astype(np.int32)
    cv2.fillPoly(sheet, [outline], (int(rng.integers(150, 256)),) * 3)
    cv2.fillPoly(mask, [outline], 255)


def _cabinet(sheet: Picture, mask: Mask, rng: Chance) -> None:
    """Draw a box with some panels on it: a cabinet, a bin, a board, a hole's cover."""
    height, width = mask.shape
    mask[:] = 255
    sheet[:] = _paint(rng)
    for _ in range(int(rng.integers(0, 4))):
        one, other = (tuple((rng.uniform(0, 1, 2) * (width, height)).astype(int).tolist()) for _ in range(2))
        cv2.rectangle(sheet, one, other, _paint(rng), -1 if rng.random() < 0.6 else 3)
    if rng.random() < 0.3:
        cv2.rectangle(sheet, (0, 0), (width - 1, height - 1), _paint(rng), max(2, width // 12))


def _lights(sheet: Picture, mask: Mask, rng: Chance) -> None:
    """Draw a traffic light on its pole, one lamp lit."""
    height, width = mask.shape
    wide, foot = max(4, round(width * rng.uniform(0.3, 0.6))), round(height * rng.uniform(0.4, 0.75))
    head = ((width - wide) // 2, 0), ((width + wide) // 2, foot)
    pole = (width // 2 - wide // 10, foot), (width // 2 + wide // 10, height)
    for area, shade in ((head, int(rng.integers(10, 70))), (pole, 90)):
        cv2.rectangle(sheet, *area, (shade,) * 3, -1)
        cv2.rectangle(mask, *area, 255, -1)
    lit = int(rng.integers(len(LAMPS)))
    for i, lamp in enumerate(LAMPS):
        light = lamp if i == lit else tuple(v // 5 for v in lamp)
        cv2.circle(sheet, (width // 2, round(foot * (i + 0.5) / len(LAMPS))), max(2, wide // 4), light, -1)


def _bollard(sheet: Picture, mask: Mask, rng: Chance) -> None:
    """Draw a post with bands of two paints."""
    height, width = mask.shape
    wide = max(4, round(width * rng.uniform(0.25, 0.7)))
    left, paints, bands = (width - wide) // 2, (_paint(rng), _paint(rng)), int(rng.integers(1, 7))
    cv2.rectangle(mask, (left, 0), (left + wide, height), 255, -1)
    for i in range(bands):
        band = (left, height * i // bands), (left + wide, height * (i + 1) // bands)
        cv2.rectangle(sheet, *band, paints[i % 2], -1)


def _caption(sheet: Picture, mask: Mask, rng: Chance) -> None:
    """Letters, as they are burnt into pictures and painted on boards."""
    height = mask.shape[0]
    letters = "".join(chr(int(v)) for v in rng.integers(ord("0"), ord("Z") + 1, int(rng.integers(1, 5))))
    if rng.random() < 0.5:
        sheet[:] = _paint(rng)
        mask[:] = 255
    size = height / 40 * rng.uniform(0.5, 1.2)
    how = (1, round(height * 0.8)), cv2.FONT_HERSHEY_SIMPLEX, size
    thick = max(2, round(size * 3))
    cv2.putText(sheet, letters, *how, (255, 255, 255) if rng.random() < 0.7 else _paint(rng), thick)
    cv2.putText(mask, letters, *how, 255, thick)


def _triangle(sheet: Picture, mask: Mask, rng: Chance) -> None:
    """Draw a sign that warns, or gives way."""
    height, width = mask.shape
    shape = np.array([[0.5, 0.02], [0.98, 0.98], [0.02, 0.98]]) * (width, height)
    if rng.random() < 0.3:
        shape[:, 1] = height - shape[:, 1]
    middle = shape.mean(axis=0)
    cv2.fillPoly(mask, [shape.astype(np.int32)], 255)
    for share in (1.0, 0.65):
        cv2.fillPoly(sheet, [((shape - middle) * share + middle).astype(np.int32)], _paint(rng))


THINGS: tuple[Callable[[Picture, Mask, Chance], None], ...] = (
    _disc, _disc, _arrow, _arrow, _cabinet, _cabinet, _cabinet, _lights, _bollard, _bollard, _caption, _triangle,
)  # fmt: skip
"""Those that stand more often at junctions stand here more often."""
