"""The inference runtime, with its telemetry closed. Import ``ov`` from here, never ``openvino`` itself.

``import openvino`` sends an event to its maker and writes a client number into the home folder, unless the person has
opted out before; its one switch that works without writing a file is that ``openvino_telemetry`` cannot be imported,
whereupon OpenVINO takes its own silent stand-in (seen in 2026.4, ``openvino/tools/ovc/telemetry_utils.py``).

Nor does it get its converter of other frameworks' networks (``openvino.tools.ovc``): that would be memory in every
process, for what is done in ``train`` alone. OpenVINO goes on without it; afterwards it can be imported by its name.

Its kernels are those for AVX-512 with VNNI at most. Those for AMX, of processors that have it, say the same to the last
bit, are no quicker over networks as small as ours, and take more memory in every process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_VNNI")
# None in sys.modules is how Python itself spells "may not be imported".
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
_CONVERTER = "openvino.tools.ovc"
sys.modules.setdefault(_CONVERTER, None)  # type: ignore[arg-type]

import openvino as ov  # type: ignore[import-untyped]  # noqa: E402 - it must come after the lines above

from waywarden.terms.errors import WeightsError  # noqa: E402 - as above

if sys.modules[_CONVERTER] is None:
    del sys.modules[_CONVERTER]

__all__ = ["compiled_at", "faults_of", "graph_in", "ov"]
PINNED = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32"}
"""One thread, and f32 where a graph is not int8: the runtime's own choice on some processors is bf16."""


def graph_in(weights: Path) -> ov.Model:
    """Return the graph in a file; WeightsError where there is none, or it is damaged."""
    if weights.suffix not in {".xml", ".onnx"} or not weights.is_file():
        hint = "weights are an OpenVINO .xml or an .onnx file: see 'waywarden weights list'"
        raise WeightsError(f"there are no weights at {weights}; {hint}")
    if weights.suffix == ".xml" and not weights.with_suffix(".bin").is_file():
        raise WeightsError(f"{weights} wants {weights.with_suffix('.bin').name} beside it: fetch both files again")
    os.environ["OPENVINO_TELEMETRY_OPT_OUT"] = "1"
    with faults_of(weights):
        return ov.Core().read_model(weights)


def compiled_at(
    weights: Path, size: tuple[int, int], mean: Sequence[float] = (), scale: Sequence[float] = ()
) -> ov.CompiledModel:
    """Compile what is in a file for bytes as a picture of that width and height has them, (1, h, w, 3) blue first.

    The runtime turns them into its own numbers. ``mean`` and ``scale`` are per channel; where no mean differs from 0,
    both are left out. WeightsError as of :func:`graph_in`.
    """
    graph = graph_in(weights)
    with faults_of(weights):
        graph.reshape([1, 3, size[1], size[0]])
        steps = ov.preprocess.PrePostProcessor(graph)
        steps.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
        steps.input().model().set_layout(ov.Layout("NCHW"))
        prepared = steps.input().preprocess().convert_element_type(ov.Type.f32)
        if any(mean):
            prepared.mean(list(mean)).scale(list(scale))
        return ov.Core().compile_model(steps.build(), "CPU", PINNED)


@contextmanager
def faults_of(weights: Path) -> Iterator[None]:
    """Say in a sentence what the runtime says of a damaged file in many."""
    try:
        yield
    except RuntimeError as error:
        first = str(error).strip().splitlines()[0][:120]
        raise WeightsError(f"{weights} is damaged or not a network ({first}): fetch it again") from error
