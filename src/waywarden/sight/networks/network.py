"""Networks as object detectors, through one inference runtime (OpenVINO).

A file is recognised by the shapes of its inputs and outputs, never by its name, so a renamed file works and a wrong
one is refused. Inference is pinned to one thread and to f32: the runtime's own choice on some processors is bf16,
whose boxes differ slightly from one machine to the next.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from waywarden.sight.frame import Frame, Picture
from waywarden.sight.networks.heads import (
    Floats,
    Head,
    nanodet_plus,
    rows_of_five,
    rows_of_seven,
    three_a_cell,
    without_doubles,
    yolox,
)
from waywarden.sight.networks.labels import BIKE_2000, COCO_80, CROSSROAD_1016, OUR_SEVEN
from waywarden.sight.networks.runtime import compiled_at, faults_of, graph_in, ov
from waywarden.sight.ports import Seen
from waywarden.terms.errors import WeightsError
from waywarden.terms.kinds import Kind, kind_number

MOST_OVERLAP = 0.45
"""Boxes that share more than this are one road user seen twice; usual value for these networks."""
COMMON_SCALE = (0.0, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Network:
    """One family of weights: how to recognise it, feed it and read it.

    ``even_score`` is the network's own score at its best F1 on human boxes, and of ours what ``train/detector/even.py``
    says. ``mean`` and ``scale`` are per channel, blue first. ``letterbox`` keeps the picture's proportions and pads to
    the right and below. ``rows``, where it is given, is how many rows its output has.
    """

    name: str
    input_size: tuple[int, int]
    output_tails: tuple[int, ...]
    labels: Mapping[int, Kind]
    head: Head
    even_score: float
    letterbox: bool = False
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)
    rows: int | None = None
    sparing_size: tuple[int, int] | None = None


NETWORKS: tuple[Network, ...] = (
    Network("crossroad-1016", (512, 512), (7,), CROSSROAD_1016, rows_of_seven, 0.45),
    Network("pvb-2001", (384, 384), (7,), BIKE_2000, rows_of_seven, 0.35),
    Network("pvb-2004", (448, 256), (5, 1), BIKE_2000, rows_of_five, 0.29),
    Network(
        "nanodet-plus-m-416",
        (416, 416),
        (112,),
        COCO_80,
        nanodet_plus,
        0.34,
        mean=(103.53, 116.28, 123.675),
        scale=(57.375, 57.12, 58.395),
    ),
    Network("street-2", (416, 256), (12,), OUR_SEVEN, three_a_cell, 0.34, rows=3 * 2184, sparing_size=(352, 224)),
    Network("yolox-nano-416", (416, 416), (85,), COCO_80, yolox, 0.22, letterbox=True),
)


class NetworkObjectDetector:
    """An ``ObjectDetector`` over one network; holds no state between frames. Threads may share it, and take turns.

    Its scores are put on one scale for all networks: .5 is the network's own ``even_score``, 0 and 1 stay.

    Parameters
    ----------
    weights : Path
        An OpenVINO ``.xml`` (with its ``.bin`` beside it) or an ``.onnx``.
    least_score : float
        What is less certain than this, on the common scale, is dropped.
    sparing : bool
        Scale small pictures to ``sparing_size``, where the network has one, instead of ``input_size``.
    """

    def __init__(self, weights: Path, least_score: float = 0.2, *, sparing: bool = False) -> None:
        self._weights = weights
        with faults_of(weights):
            self._network = _recognise(graph_in(weights), weights)
        self._small = (sparing and self._network.sparing_size) or self.input_size
        # for each size when its first picture comes: each takes much memory
        self._compiled: dict[tuple[int, int], ov.CompiledModel] = {}
        self._least_score = least_score
        self._raw_scale = (0.0, self._network.even_score, 1.0)
        self._turn = threading.Lock()

    @property
    def name(self) -> str:
        """Name of the network, as stored in ``TrafficInterval.method``."""
        return self._network.name

    @property
    def kinds(self) -> frozenset[Kind]:
        """What it can call what it sees."""
        return frozenset(self._network.labels.values())

    @property
    def input_size(self) -> tuple[int, int]:
        """Width and height in pixels that a frame is scaled to, but for a small one where looks are spared."""
        return self._network.input_size

    def size_for(self, width_px: int) -> tuple[int, int]:
        """Return the width and height that a frame of ``width_px`` is scaled to."""
        return self._small if width_px <= self._small[0] else self.input_size

    def detect(self, frame: Frame) -> Seen:
        """Return road users on ``frame``, boxes in its own pixels, clipped to it."""
        size = self.size_for(frame.width)
        tensor, to_frame = _tensor(frame, size, letterbox=self._network.letterbox)
        with self._turn:
            outputs = [np.array(v) for v in self._at(size)(tensor).values()]
        least_raw = np.interp(self._least_score, COMMON_SCALE, self._raw_scale)
        boxes, raw, labels = self._network.head(outputs, size, float(least_raw))
        scores = np.interp(raw, self._raw_scale, COMMON_SCALE).astype(np.float32)
        known = np.isin(labels, list(self._network.labels))
        boxes, scores, labels = boxes[known] * to_frame, scores[known], labels[known]
        boxes = np.clip(boxes, 0, np.array([frame.width, frame.height] * 2, np.float32))
        keep = without_doubles(boxes, scores, MOST_OVERLAP)
        numbers = [kind_number(self._network.labels[int(label)]) for label in labels[keep]]
        return boxes[keep].astype(np.float32), scores[keep].astype(np.float32), np.array(numbers, np.int8)

    def _at(self, size: tuple[int, int]) -> ov.CompiledModel:
        """Return the network compiled for pictures of that width and height."""
        if size not in self._compiled:
            self._compiled[size] = compiled_at(self._weights, size, self._network.mean, self._network.scale)
        return self._compiled[size]


def _tensor(frame: Frame, size: tuple[int, int], *, letterbox: bool) -> tuple[Picture, Floats]:
    """Return the (1, h, w, 3) uint8 input, blue first, and the (4,) factors from input pixels to frame pixels."""
    width, height = size
    across, down = width / frame.width, height / frame.height
    if letterbox:
        across = down = min(across, down)
    inner = round(frame.width * across), round(frame.height * down)
    shown = frame.bgr(*inner)
    if inner != size:
        padded = np.full((height, width, 3), 114, np.uint8)
        padded[: inner[1], : inner[0]] = shown
        shown = padded
    to_frame = np.array([frame.width / inner[0], frame.height / inner[1]] * 2, np.float32)
    return np.ascontiguousarray(shown)[None], to_frame


def _recognise(graph: ov.Model, weights: Path) -> Network:
    shape = graph.inputs[0].partial_shape
    size = (shape[3].get_length(), shape[2].get_length())
    tails = tuple(_tail(output.partial_shape) for output in graph.outputs)
    rows = _tail(graph.outputs[0].partial_shape, 2)
    for network in NETWORKS:
        if (network.input_size, network.output_tails) == (size, tails) and network.rows in {None, rows}:
            return network
    known = ", ".join(network.name for network in NETWORKS)
    raise WeightsError(f"{weights} is none of the networks that are known here ({known}): pass one of those")


def _tail(shape: ov.PartialShape, last: int = 1) -> int:
    """Return the size of an output's last axis, or that of the one before it; 1 where the rank is that small."""
    axes: Sequence[ov.Dimension] = list(shape)
    return axes[-last].get_length() if len(axes) > last and axes[-last].is_static else 1
