"""What sixteen cameras take in memory, and whether it grows: ``python bench/memory.py [--cameras 16] [--hours 0.5]``.

The whole of ``watch``: its processes, sealed as ever, its counts and its store. Each camera plays a made-up street over
again, its time going on, as fast as the machine can: hours of the street, not of the clock. Memory is what is
resident of all processes together, what they share counted once (``proc(5)``: Pss), every three minutes of the street;
the slope is of all but the first third.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
from again import SparingOn, open_again
from cost_clips import Recorded, street_clip

from waywarden.run.sealing.sealed import Openers
from waywarden.run.watching.camera import WatchJob
from waywarden.run.watching.eye import SealedEyes
from waywarden.run.watching.log import Log
from waywarden.run.watching.metrics import Metrics
from waywarden.run.watching.watch import watch_city
from waywarden.run.weighing.weights import own
from waywarden.sight.watch import watch
from waywarden.store.port import IntervalFilter
from waywarden.store.sqlite import open_store
from waywarden.terms.kinds import Kind
from waywarden.terms.places import City

SUB_STREAM = Recorded((352, 288), 5, 256, 60)
CACHE = Path.home() / ".cache/waywarden-bench"
STEP_S = 180.0
MOST_MB, MOST_MB_AN_HOUR = 400.0, 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cameras", type=int, default=16)
    parser.add_argument("--hours", type=float, default=0.5)
    asked = parser.parse_args()
    drawn = street_clip(11, "day", SUB_STREAM, CACHE).camera
    cameras = tuple(replace(drawn, id=f"c{n}", name=f"c{n}") for n in range(asked.cameras))
    openers = Openers(open_again, SparingOn(drawn), watch, SparingOn(drawn))
    eyes = SealedEyes(cameras, Path(), str(own()), lambda _: None, openers=openers)
    city = City("Memory", "UTC", cameras, {str(kind): str(kind) for kind in Kind})
    job = WatchJob(city, eyes.look, "street-1", 15, Log(sys.stderr))
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / "records.sqlite")
        watching = threading.Thread(target=watch_city, args=(job, cameras, store, print_nothing), daemon=True)
        watching.start()
        taken = [sample(store, hours) for hours in np.arange(STEP_S / 3600, asked.hours + 1e-9, STEP_S / 3600)]
        job.stop.set()
        watching.join()
    settled = np.array(taken[len(taken) // 3 :])
    slope = float(np.polyfit(settled[:, 0], settled[:, 1], 1)[0]) if len(settled) > 2 else float("nan")
    most = max(mb for _, mb in taken)
    print(f"{asked.cameras} cameras of {SUB_STREAM.shown}: at most {most:.0f} MB; bar {MOST_MB:g}")
    grows = f"{slope:+.2f} MB an hour of the street; bar {MOST_MB_AN_HOUR:g}"
    print(f"slope after the first third of {asked.hours:g} h: {grows}")
    sys.exit(not (most < MOST_MB and slope < MOST_MB_AN_HOUR))


def print_nothing(_: Metrics) -> None:
    pass


def sample(store: object, hours: float) -> tuple[float, float]:
    """Wait until every camera has been watched for so long, by the store, and return that and the memory then."""
    wanted_s = hours * 3600
    while True:
        rows = store.intervals(IntervalFilter(vehicle_class="all"))
        watched: dict[str, dict[datetime, float]] = {}
        for row in rows:
            watched.setdefault(row.camera_id, {})[row.start] = row.observed_s
        least_s = min((sum(one.values()) for one in watched.values()), default=0.0)
        if least_s >= wanted_s:
            break
        time.sleep(2)
    each = [shared_mb(pid) for pid in (os.getpid(), *children())]
    parts = ", ".join(f"{mb:.0f}" for mb in each)
    print(f"{least_s / 3600:.2f} h of the street: {sum(each):.1f} MB ({parts})", flush=True)
    return least_s / 3600, sum(each)


def shared_mb(pid: int) -> float:
    """Return what a process holds, in MB; what it shares with others is divided among them."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def children() -> Sequence[int]:
    found = ((task / "children").read_text("utf-8") for task in Path("/proc/self/task").iterdir())
    return sorted({int(pid) for told in found for pid in told.split()})


if __name__ == "__main__":
    main()
