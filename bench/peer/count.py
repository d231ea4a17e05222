"""The pipeline that people build today, in an environment of its own: OpenCV, the network in fp32, ByteTrack, LineZone.

Reads a job as JSON from standard input: ``{"sources": [...], "weights": FILE, "gates": [[id, [x, y], [x, y]], ...],
"int8": false}``; prints what it took and counted as a line of JSON. What is measured is the loop from the first frame
to the last.

Its settings are the better ones for it, not the stock ones: one thread, the ground point instead of all four corners
(stock counts a fraction), thresholds at the network's own best score instead of .7. Weights that are quantised run in
fp32, as people's do, unless ``int8`` asks for them as they are.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable

os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "threads;1"

import cv2
import numpy as np
import supervision as sv
from trackers import ByteTrackTracker

SURE = {"yolox": 0.22, "street": 0.37, "ssd": 0.45}
"""The networks' own scores from which on they count: ``even_score`` in ``waywarden.sight.networks.network``."""
LEAST_SHARE = 0.4
LABELS = {"yolox": (0, 1, 2, 3, 5, 7), "street": tuple(range(7))}


def cpu_s() -> float:
    """Return the processor seconds that this process has used, user and system."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def onnx(weights: str) -> tuple[Callable[[np.ndarray], np.ndarray], tuple[int, int]]:
    """Return a function from the input to the raw output, and the input's size, by ONNX Runtime in fp32."""
    import onnxruntime  # noqa: PLC0415 - one of the two is loaded, as its memory counts

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    first = session.get_inputs()[0]
    return lambda tensor: session.run(None, {first.name: tensor})[0], (first.shape[3], first.shape[2])


def openvino(weights: str, *, int8: bool) -> tuple[Callable[[np.ndarray], np.ndarray], tuple[int, int]]:
    """Return the same by OpenVINO, for graphs that nothing else reads."""
    import openvino as ov  # noqa: PLC0415

    settings = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32"}
    graph = ov.Core().read_model(weights)
    if not int8:
        for step in graph.get_ops():
            if step.get_type_name() == "FakeQuantize":
                step.output(0).replace(step.input_value(0))
    compiled = ov.Core().compile_model(graph, "CPU", settings)
    shape = compiled.inputs[0].shape
    return lambda tensor: compiled(tensor)[0], (shape[3], shape[2])


def yolox(family: str, rows: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return boxes in pixels of the input, scores and labels; street-2 has three such rows a cell, and one score."""
    cells, strides = [], []
    for stride in (8, 16, 32):
        x, y = np.meshgrid(np.arange(size[0] // stride), np.arange(size[1] // stride))
        cells.append(np.stack([x, y], -1).reshape(-1, 2))
        strides.append(np.full((x.size, 1), stride))
    times = 3 if family == "street" else 1
    cell, stride = np.concatenate(cells).repeat(times, 0), np.concatenate(strides).repeat(times, 0)
    rows = rows.reshape(-1, rows.shape[-1])
    label = rows[:, 5:].argmax(1)
    score = rows[:, 4] if family == "street" else rows[:, 4] * rows[:, 5:].max(1)
    keep = (score >= LEAST_SHARE * SURE[family]) & np.isin(label, LABELS[family])
    centre, half = (rows[keep, :2] + cell[keep]) * stride[keep], np.exp(rows[keep, 2:4]) * stride[keep] / 2
    return np.concatenate([centre - half, centre + half], 1), score[keep], label[keep]


def ssd(_family: str, rows: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the same from SSD rows."""
    rows = rows.reshape(-1, 7)
    rows = rows[(rows[:, 0] >= 0) & (rows[:, 2] >= LEAST_SHARE * SURE["ssd"]) & (rows[:, 1] > 0)]
    return rows[:, 3:7] * np.array([*size, *size]), rows[:, 2], rows[:, 1].astype(int)


def prepared(picture: np.ndarray, size: tuple[int, int], *, letterbox: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the input tensor, and the factors from input to picture."""
    height, width = picture.shape[:2]
    if not letterbox:
        resized = cv2.resize(picture, size)
        factors = np.array([width / size[0], height / size[1]] * 2)
    else:
        factor = min(size[0] / width, size[1] / height)
        inner = cv2.resize(picture, (round(width * factor), round(height * factor)))
        resized = np.full((size[1], size[0], 3), 114, np.uint8)
        resized[: inner.shape[0], : inner.shape[1]] = inner
        factors = np.full(4, 1 / factor)
    return np.ascontiguousarray(resized.transpose(2, 0, 1)[None], np.float32), factors


def main() -> None:
    """Do the job on standard input."""
    job = json.load(sys.stdin)
    cv2.setNumThreads(1)
    weights = job["weights"]
    infer, size = onnx(weights) if weights.endswith(".onnx") else openvino(weights, int8=job.get("int8", False))
    columns = infer(np.zeros((1, 3, size[1], size[0]), np.float32)).shape[-1]
    family = {85: "yolox", 12: "street", 7: "ssd"}[columns]
    head = ssd if family == "ssd" else yolox
    sure = SURE[family]
    lines = {
        name: sv.LineZone(sv.Point(*a), sv.Point(*b), triggering_anchors=[sv.Position.BOTTOM_CENTER])
        for name, a, b in job["gates"]
    }
    tracker, frames = None, 0
    before = cpu_s()
    for source in job["sources"]:
        capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        tracker = tracker or ByteTrackTracker(
            frame_rate=capture.get(cv2.CAP_PROP_FPS), track_activation_threshold=sure, high_conf_det_threshold=sure
        )
        while True:
            there, picture = capture.read()
            if not there:
                break
            frames += 1
            tensor, factors = prepared(picture, size, letterbox=family == "yolox")
            boxes, scores, labels = head(family, infer(tensor), size)
            found = sv.Detections((boxes * factors).astype(np.float32), confidence=scores, class_id=labels)
            found = tracker.update(found.with_nms(0.45, class_agnostic=True))
            for line in lines.values():
                line.trigger(found)
    took_s = cpu_s() - before
    # LineZone's "in" is from the right hand to the left of one who looks from start to end: our backward.
    rows = [[name, way, n] for name, line in lines.items()
            for way, n in (("forward", line.out_count), ("backward", line.in_count)) if n]  # fmt: skip
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu_ms": 1000 * took_s / frames, "frames": frames, "counts": rows, "peak_mb": peak_mb}))


if __name__ == "__main__":
    main()
