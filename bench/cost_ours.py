"""One run over one clip in a process of its own: ``python bench/cost_ours.py`` reads a job and prints what it took.

The job is a pickled (way, camera, weights) on standard input; the answer a line of JSON. What is measured is the loop
from the first frame to the last, learning included; starting Python, importing and compiling the network is not, for
any of the ways, because a camera runs for months.
"""

from __future__ import annotations

import json
import pickle
import resource
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import av

from waywarden.geo.projection import calibrate
from waywarden.run.sealing.wire import decode, encode
from waywarden.sight.detectors import open_object_detector
from waywarden.sight.sources.opening import open_source
from waywarden.sight.watch import watch
from waywarden.terms.kinds import KINDS
from waywarden.terms.places import Camera
from waywarden.terms.transient import Crossing, Detections
from waywarden.traffic.finder import CrossingFinder
from waywarden.traffic.tally import Clock, IntervalTally


def cpu_s() -> float:
    """Return the processor seconds that this process has used, user and system."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def decoded(camera: Camera) -> tuple[float, int]:
    """Return processor seconds and frames of decoding alone, one thread, nothing skipped."""
    frames, before = 0, cpu_s()
    for source in camera.sources:
        with av.open(source) as container:
            stream = container.streams.video[0]
            stream.thread_type = "NONE"
            stream.codec_context.thread_count = 1
            frames += sum(1 for _ in container.decode(stream))
    return cpu_s() - before, frames


def counted(camera: Camera, seen: Iterable[object], picture_px: tuple[int, int]) -> tuple[float, Counter[tuple[str, str]]]:
    """Return processor seconds of the counting job, wire and tally included, and what crossed each gate each way."""
    finder = CrossingFinder(camera, calibrate(camera.calibration) if camera.calibration else None, picture_px)
    tally = IntervalTally(camera, Clock(15, ZoneInfo("UTC")), {kind.value: kind.value for kind in KINDS}, "bench")
    counts: Counter[tuple[str, str]] = Counter()
    before = cpu_s()
    for item in seen:
        sent = decode(encode(item))  # type: ignore[arg-type]
        if not isinstance(sent, Detections):
            continue
        tally.watch(sent.at, sent.watched_s)
        found = finder.update(sent)
        tally.add(found)
        counts.update(_keys(found))
    found = finder.finish()
    tally.add(found)
    counts.update(_keys(found))
    return cpu_s() - before, counts


def _keys(found: Iterable[object]) -> list[tuple[str, str]]:
    return [(item.gate_id, item.direction.value) for item in found if isinstance(item, Crossing)]


def main() -> None:
    """Do the job on standard input."""
    way, camera, weights = pickle.load(sys.stdin.buffer)
    counts: Counter[tuple[str, str]] = Counter()
    if way == "decode":
        took_s, frames = decoded(camera)
    else:
        source = open_source(camera, Path())
        about = source.about()
        _, frames = decoded(camera)
        detector = open_object_detector(str(weights))
        took_s, counts = counted(camera, watch(camera.id, source, detector), (about.width, about.height))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = [[gate, way_through, n] for (gate, way_through), n in sorted(counts.items())]
    print(json.dumps({"cpu_ms": 1000 * took_s / frames, "frames": frames, "counts": rows, "peak_mb": peak_mb}))


if __name__ == "__main__":
    main()
