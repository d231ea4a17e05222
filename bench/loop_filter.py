"""Decoding without the loop filter: what it saves, how far pictures drift, whether counts change.

``python bench/loop_filter.py``: each clip decoded and counted with the filter and without, in turn, three times;
medians of processor time of decoding alone. Counts are of the sparing way (``watch``), by gate and direction.
"""

from __future__ import annotations

import resource
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from cost import clips_of
from cost_clips import Clip
from cost_ours import counted

from waywarden.run.weighing.weights import own
from waywarden.sight.cascade.cascade import Cascade
from waywarden.sight.networks.network import NetworkObjectDetector
from waywarden.sight.sources import video
from waywarden.sight.sources.opening import open_source
from waywarden.sight.watch import watch

CACHE = Path.home() / ".cache/waywarden-bench"
REPEATS = 3
WITH, WITHOUT = "with", "without"


def decoded(clip: Clip, way: str) -> tuple[float, np.ndarray]:
    """Return processor milliseconds a frame, and the brightness of the last picture."""
    before, frames = resource.getrusage(resource.RUSAGE_SELF).ru_utime, 0
    for source in clip.camera.sources:
        with av.open(source) as container:
            for picture in container.decode(stream_of(container, source, way)):
                frames, last = frames + 1, picture
    took_s = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
    return 1000 * took_s / frames, last.to_ndarray(format="gray").astype(float)


usual = video.video_stream


def stream_of(container: av.container.InputContainer, wanted: str, way: str) -> av.VideoStream:
    stream = usual(container, wanted)
    if way == WITHOUT:
        stream.codec_context.options = {"skip_loop_filter": "all"}
    return stream


def counts(clip: Clip, way: str, network: NetworkObjectDetector) -> dict[tuple[str, str], int]:
    video.video_stream = lambda container, wanted: stream_of(container, wanted, way)
    source = open_source(clip.camera, Path())
    about = source.about()
    seen = watch(clip.camera.id, source, Cascade(network, clip.camera))
    return dict(counted(clip.camera, seen, (about.width, about.height))[1])


def rows() -> Iterator[str]:
    network = NetworkObjectDetector(own(), sparing=True)
    yield "clip | with, ms | without, ms | saved | last picture off by, of 255 | counts changed | errors with | without"
    for clip in clips_of(CACHE, sys.argv[1] if len(sys.argv) > 1 else "", quick=False):
        took: dict[str, list[float]] = {WITH: [], WITHOUT: []}
        last: dict[str, np.ndarray] = {}
        for _ in range(REPEATS):
            for way, so_far in took.items():
                ms, last[way] = decoded(clip, way)
                so_far.append(ms)
        before, after = (statistics.median(took[way]) for way in (WITH, WITHOUT))
        off = float(np.abs(last[WITH] - last[WITHOUT]).mean())
        one, other = (counts(clip, way, network) for way in (WITH, WITHOUT))
        changed = sum(abs(one.get(key, 0) - other.get(key, 0)) for key in {*one, *other})
        errors = " | ".join(str(clip.errors(got)) for got in (one, other))
        saved = f"{before:.2f} | {after:.2f} | {1 - after / before:.0%}"
        yield f"{clip.name} | {saved} | {off:.1f} | {changed} of {sum(one.values())} | {errors}"


if __name__ == "__main__":
    for row in rows():
        print(row, flush=True)
