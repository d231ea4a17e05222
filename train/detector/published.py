"""The numbers of a published network whose file is int8, as floating-point numbers that can be learnt on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openvino as ov


@dataclass(frozen=True, slots=True)
class Numbers:
    """A convolution's weight (o, i, h, w) and bias (o,); ``stretch`` and ``shift`` (o,) where a norm comes after it."""

    weight: np.ndarray
    bias: np.ndarray
    stretch: np.ndarray | None = None
    shift: np.ndarray | None = None


def convolutions(file: Path) -> dict[str, Numbers]:
    """Return the convolutions of an OpenVINO file by their names, in the file's order."""
    found = {}
    for node in ov.Core().read_model(file).get_ordered_ops():
        if node.get_type_name() not in {"Convolution", "GroupConvolution"}:
            continue
        weight = _number(node.input_value(1).get_node())
        if weight.ndim == 5:
            weight = weight.reshape(-1, *weight.shape[2:])
        add = _after(node, "Add")
        normed = _after(add, "MVN")
        stretch, shift = None, None
        if normed is not None:
            times = _after(normed, "Multiply")
            stretch, shift = _constant_of(times).ravel(), _constant_of(_after(times, "Add")).ravel()
        found[node.get_friendly_name()] = Numbers(weight, _constant_of(add).ravel(), stretch, shift)
    return found


def _after(node: ov.Node, kind: str) -> ov.Node | None:
    """Return the node of a kind that takes what ``node`` says, rounded to eight bits or not."""
    for taken in node.output(0).get_target_inputs():
        other = taken.get_node()
        if other.get_type_name() == kind:
            return other
        if other.get_type_name() == "FakeQuantize":
            return _after(other, kind)
    return None


def _constant_of(node: ov.Node) -> np.ndarray:
    numbers = [_number(value.get_node()) for value in node.input_values() if _is_constant(value.get_node())]
    return numbers[0]


def _is_constant(node: ov.Node) -> bool:
    if node.get_type_name() == "Constant":
        return True
    return node.get_type_name() in {"Convert", "Multiply"} and all(
        _is_constant(v.get_node()) for v in node.input_values()
    )


def _number(node: ov.Node) -> np.ndarray:
    """Return what a part of the graph that hangs on constants alone comes to."""
    kind = node.get_type_name()
    if kind == "Constant":
        return np.asarray(node.data, np.float32)
    if kind == "Reshape":
        return _number(node.input_value(0).get_node()).reshape(list(node.output(0).shape))
    numbers = [_number(value.get_node()) for value in node.input_values()]
    return numbers[0] if kind == "Convert" else numbers[0] * numbers[1]
