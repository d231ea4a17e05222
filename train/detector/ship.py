"""From a trained network to the file that ships: int8, calibrated on training pictures, as OpenVINO IR."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path

import nncf
import numpy as np
import openvino as ov
import torch
from openvino.tools.ovc import convert_model

from detector.batches import SIZE
from detector.network import StreetNet
from detector.pictures import Sample
from detector.shapes import plain

CALIBRATION = 300
ROW_AXES = 3
"""Picture, cell, number."""


def tensor(one: Sample) -> np.ndarray:
    """Return (1, 3, h, w) float32 as the program feeds it."""
    return np.ascontiguousarray(plain(one, SIZE).picture.transpose(2, 0, 1)[None], np.float32)


def exact(net: StreetNet) -> ov.Model:
    """Return the network as a graph in float32."""
    whole = copy.deepcopy(net).eval().to(memory_format=torch.contiguous_format)
    whole.plain = False
    width, height = SIZE
    graph = convert_model(whole, example_input=torch.zeros(1, 3, height, width), input=[1, 3, height, width])
    return of_any_size(graph)


def of_any_size(graph: ov.Model) -> ov.Model:
    """Return the graph without the number of cells in it, so that pictures of another size can be asked for.

    Its heads lay their cells in a row, and the converter wrote down of how many: the largest of three numbers.
    """
    for node in graph.get_ordered_ops():
        if node.get_type_name() == "Reshape" and len(node.output(0).shape) == ROW_AXES:
            shape = np.array(node.input_value(1).get_node().get_data())
            shape[shape.argmax()] = -1
            node.input(1).replace_source_output(ov.opset8.constant(shape).output(0))
    graph.validate_nodes_and_infer_types()
    return graph


def in_eight_bits(graph: ov.Model, samples: Sequence[Sample], seed: int = 1) -> ov.Model:
    """Return the graph in int8; ranges are taken from some of ``samples``."""
    rng = np.random.default_rng(seed)
    chosen = [samples[i] for i in rng.permutation(len(samples))[:CALIBRATION]]
    return quantized(graph, [tensor(one) for one in chosen])


def quantized(graph: ov.Model, seen: Sequence[np.ndarray]) -> ov.Model:
    """Return the graph in int8; ranges are taken from ``seen``, each (1, 3, h, w) float32."""
    return nncf.quantize(
        graph,
        nncf.Dataset(seen),
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(seen),
        fast_bias_correction=False,
    )


def ship(graph: ov.Model, file: Path) -> Path:
    """Write the graph as ``file`` (.xml) with its .bin beside it; return ``file``."""
    file.parent.mkdir(parents=True, exist_ok=True)
    ov.save_model(graph, str(file), compress_to_fp16=True)
    return file
