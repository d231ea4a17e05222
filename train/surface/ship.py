"""From a trained network to the file that ships: int8, calibrated on training pictures, as OpenVINO IR."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import cv2
import numpy as np
import openvino as ov
import torch
from openvino.tools.ovc import convert_model

from detector.ship import quantized, ship
from surface.network import SurfaceNet
from surface.pictures import Sample
from waywarden.sight.surface.network import input_size

CALIBRATION = 200
WIDTH, HEIGHT = 800, 512

__all__ = ["exact", "in_eight_bits", "ship"]


def tensor(one: Sample) -> np.ndarray:
    """Return (1, 3, h, w) float32 as the program feeds it, for a picture of DNIT's proportions."""
    picture = cv2.resize(one.picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32)


def exact(net: SurfaceNet) -> ov.Model:
    """Return the network as a graph in float32."""
    whole = copy.deepcopy(net).eval().to(memory_format=torch.contiguous_format)
    whole.plain = False
    example = torch.zeros(1, 3, HEIGHT, WIDTH)
    return convert_model(whole, example_input=example, input=[1, 3, HEIGHT, WIDTH])


def in_eight_bits(graph: ov.Model, samples: Sequence[Sample], seed: int = 1) -> ov.Model:
    """Return the graph in int8; ranges are taken from ``samples``."""
    rng = np.random.default_rng(seed)
    alike = [one for one in samples if input_size(one.picture.shape[1], one.picture.shape[0]) == (WIDTH, HEIGHT)]
    chosen = [alike[i] for i in rng.permutation(len(alike))[:CALIBRATION]]
    return quantized(graph, [tensor(one) for one in chosen])
