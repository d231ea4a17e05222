"""One run over one clip in a process of its own: ``python bench/cost_ours.py`` reads a job and prints what it took.

The job is a pickled (way, camera, weights) on standard input; the answer a line of JSON. What is measured is the loop
from the first frame to the last, learning included; starting Python, importing and compiling the network is not, for
any of the ways, because a camera runs for months.
"""

from __future__ import annotations

import json
import pickle  # noqa: TID251 - from our own program
import resource
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import av

from waywarden.geo.projection import calibrate
from waywarden.run.sealing.wire import decode, encode
from waywarden.sight.cascade.cascade import Cascade
from waywarden.sight.frame import Frame
from waywarden.sight.networks.network import NetworkObjectDetector
from waywarden.sight.sources.opening import open_source
from waywarden.sight.watch import watch
from waywarden.terms.kinds import KINDS
from waywarden.terms.places import Camera
from waywarden.terms.transient import Crossing, Detections, Unlooked
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


def first_frame(camera: Camera) -> Frame:
    """Return the first frame of ``camera``."""
    return next(item for item in open_source(camera, Path()) if isinstance(item, Frame))


def counted(
    camera: Camera, seen: Iterable[object], picture_px: tuple[int, int]
) -> tuple[float, Counter[tuple[str, str]], int]:
    """Return processor seconds of counting, wire and tally included, what crossed each gate each way, and the looks."""
    finder = CrossingFinder(camera, calibrate(camera.calibration) if camera.calibration else None, picture_px)
    tally = IntervalTally(camera, Clock(15, ZoneInfo("UTC")), {kind.value: kind.value for kind in KINDS}, "bench")
    counts: Counter[tuple[str, str]] = Counter()
    looks, before = 0, cpu_s()
    for item in seen:
        sent = decode(encode(item))  # type: ignore[arg-type]
        if isinstance(sent, Unlooked | Detections):
            tally.watch(sent.at, sent.watched_s)
        if not isinstance(sent, Detections):
            continue
        looks += 1
        found = finder.update(sent)
        tally.add(found)
        counts.update(_keys(found))
    found = finder.finish()
    tally.add(found)
    counts.update(_keys(found))
    return cpu_s() - before, counts, looks


def _keys(found: Iterable[object]) -> list[tuple[str, str]]:
    return [(item.gate_id, item.direction.value) for item in found if isinstance(item, Crossing)]


def main() -> None:
    """Do the job on standard input."""
    way, camera, weights = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own program
    counts: Counter[tuple[str, str]] = Counter()
    looks = 0
    if way == "decode":
        took_s, frames = decoded(camera)
    else:
        source = open_source(camera, Path())
        about = source.about()
        _, frames = decoded(camera)
        network = NetworkObjectDetector(weights, sparing=way != "every")
        network.detect(first_frame(camera))  # compiles it for this picture
        detector = network if way == "every" else Cascade(network, camera)
        seen = watch(camera.id, source, detector)
        took_s, counts, looks = counted(camera, seen, (about.width, about.height))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = [[gate, way_through, n] for (gate, way_through), n in sorted(counts.items())]
    took = {"cpu_ms": 1000 * took_s / frames, "frames": frames, "looks": looks, "counts": rows, "peak_mb": peak_mb}
    print(json.dumps(took))


if __name__ == "__main__":
    main()
