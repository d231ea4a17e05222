"""The network that knows road damage: `surface-2`, which comes with Waywarden, or another of its form.

It has two outputs: masks (1, 3, h / 4, w / 4), crack, pothole and the lane that is driven in, as shares of 0..1; and
boxes (1, cells, 10) as YOLOX has them, of RDD2022's classes.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from waywarden.sight.frame import Frame, Picture
from waywarden.sight.networks.heads import Floats, without_doubles, yolox
from waywarden.sight.networks.runtime import compiled_at, graph_in, ov
from waywarden.sight.surface.marks import parts, tiles
from waywarden.terms.errors import WeightsError
from waywarden.terms.transient import DAMAGES, Damage, SurfaceLook

AREA_PX = 800 * 512
"""So many pixels an input has, whatever its proportions. Boxes are looked for at half the width and height."""
STEP_PX = 32
CRACK, POTHOLE, LANE = 0, 1, 2
LEAST_MASK = 0.3
"""A cell at least this surely within a pothole is part of one. Chosen on roads that were held back from training."""
LEAST_PX = 60.0
"""Of a pothole: a smaller part of the mask is none."""
BOXED = tuple(number for number, damage in enumerate(DAMAGES) if damage is not Damage.POTHOLE)
LEAST_SCORE = 0.05
MOST_OVERLAP = 0.45
MOST_FOUND = 100
GRAIN = 0.5, 23.0
"""Grey levels by which neighbours differ on average in the lower half of a small picture. Roads have 1.1 to 17.4 (DNIT
and RDD2022, `dev`; 21.9 in `train`); a lens that is covered or fogged shows less, nothing but noise 24.6."""


class SurfaceNetwork:
    """Looks at one picture after another; holds no state between them.

    Parameters
    ----------
    weights : Path
        An OpenVINO ``.xml`` (with its ``.bin`` beside it) or an ``.onnx``.

    Raises
    ------
    WeightsError
        No such file, a damaged one, or a network of another form.
    """

    def __init__(self, weights: Path) -> None:
        self._weights = _checked(weights)
        self._compiled: dict[tuple[int, int], ov.CompiledModel] = {}

    @property
    def name(self) -> str:
        """Name of the weights, as kept with what they found."""
        return self._weights.stem

    def look(self, frame: Frame) -> SurfaceLook:
        """Return what is to be seen on ``frame``, in its own pixels."""
        width, height = frame.width, frame.height
        masks = self._outputs(frame.bgr(*input_size(width, height)))[0]
        both = np.stack([tiles(masks[channel], width, height) for channel in (CRACK, POTHOLE)], axis=-1)
        boxes, scores, extents = parts(masks[POTHOLE], LEAST_MASK, LEAST_PX, width, height)
        potholes = boxes, scores, np.full(len(boxes), DAMAGES.index(Damage.POTHOLE)), extents
        half = input_size(width, height, AREA_PX // 4)
        small = frame.bgr(*half)
        found = potholes, _boxes(self._outputs(small)[1], half, frame)
        boxes, scores, damages, extents = (np.concatenate(column) for column in zip(*found, strict=True))
        best = np.argsort(-scores, kind="stable")[:MOST_FOUND]
        return SurfaceLook(
            frame.at, width, height, both, boxes[best], scores[best], damages[best].astype(np.int8), extents[best],
            road_seen(masks[LANE], small),
        )  # fmt: skip

    def _outputs(self, picture: Picture) -> tuple[Floats, Floats]:
        size = picture.shape[1], picture.shape[0]
        if size not in self._compiled:
            self._compiled[size] = compiled_at(self._weights, size)
        told = list(self._compiled[size](picture[None]).values())
        return np.asarray(told[0], np.float32)[0], np.asarray(told[1], np.float32)


def input_size(width: int, height: int, area_px: int = AREA_PX) -> tuple[int, int]:
    """Return the width and height of the input for a picture of this size: its proportions, and about so many pixels.

    Examples
    --------
    >>> input_size(800, 500), input_size(1920, 1080), input_size(512, 512)
    ((800, 512), (864, 480), (640, 640))
    """
    scale = math.sqrt(area_px / (width * height))
    across, down = (max(2, round(side * scale / STEP_PX)) * STEP_PX for side in (width, height))
    return across, down


def road_seen(lane: Floats, picture: Picture) -> float:
    """Return how surely there is road in the middle third of the lower half: the mean of the lane's mask there.

    It is 0 where the lower half of the picture has not the grain of a road: what is all of one tone, or nothing but
    noise, is taken for lane.

    Parameters
    ----------
    lane : (h, w) float32 in 0..1
    picture : (k, l, 3) uint8
        The same, small.
    """
    low = picture[len(picture) // 2 :, :, 1].astype(np.int16)
    least, most = GRAIN
    if not least <= np.abs(np.diff(low, axis=1)).mean() <= most:
        return 0.0
    height, width = lane.shape
    return float(np.clip(lane[height // 2 :, width // 3 : 2 * width // 3].mean(), 0, 1))


def _boxes(rows: Floats, size: tuple[int, int], frame: Frame) -> tuple[Floats, Floats, np.ndarray, Floats]:
    """Return the cracks and repairs among the boxes, of each class without doubles; potholes come from the mask."""
    boxes, scores, damages = yolox([rows], size, LEAST_SCORE)
    boxes = np.clip(boxes, 0, np.array(size * 2, np.float32)) * np.array(
        [frame.width / size[0], frame.height / size[1]] * 2, np.float32
    )
    kept = [
        of_one[without_doubles(boxes[of_one], scores[of_one], MOST_OVERLAP)]
        for of_one in (np.flatnonzero(damages == number) for number in BOXED)
    ]
    keep = np.concatenate(kept).astype(np.intp)
    sides = boxes[keep, 2:] - boxes[keep, :2]
    return boxes[keep], scores[keep], damages[keep], sides.prod(axis=1)


def _checked(weights: Path) -> Path:
    """Return ``weights`` if they hold a network of this form."""
    outputs = [len(output.partial_shape) for output in graph_in(weights).outputs]
    if outputs != [4, 3]:
        raise WeightsError(f"{weights} is no network for road damage (masks and boxes were wanted): pass another")
    return weights
