"""What sixteen cameras take in memory, and whether it grows: ``python bench/memory.py [--cameras 16] [--hours 0.5]``.

The whole of ``watch``: its processes, sealed as ever, its counts and its store. Each camera plays a made-up street over
again, its time going on, as fast as the machine can: hours of the street, not of the clock. ``--pause-s`` lets so much
of the street's time go by unseen after each minute that is watched: a whole day in an hour or two. ``--anew 20`` lets
the network look at one in twenty of the pictures that it has seen before; of the others what it saw is remembered.

Memory is what is resident of all processes together: what is each one's own and, once, what they have mapped of files
(libraries, weights; of each file as much as whoever has most of it). Not ``proc(5)``'s Pss, which goes down while any
other program on the machine maps the same files. It is taken every three minutes of the street, or forty times where
those are more; the slope is of all but the first third. Rss, added up, counts a file once for each process.
"""

from __future__ import annotations

import argparse
import os
import pickle  # noqa: TID251 - a camera's description comes back from our own program
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Self

import numpy as np
from again import AgainAfter, SparingOn

import waywarden.run.watching.command  # noqa: F401 - what watch holds, its process here holds too
from waywarden.run.sealing.sealed import Openers
from waywarden.run.watching.camera import Pace, WatchJob
from waywarden.run.watching.eye import SealedEyes
from waywarden.run.watching.log import Log
from waywarden.run.watching.metrics import Metrics
from waywarden.run.watching.watch import watch_city
from waywarden.run.weighing.weights import own
from waywarden.sight.watch import watch
from waywarden.store.sqlite import open_store
from waywarden.terms.kinds import Kind
from waywarden.terms.places import Camera, City

SIZE, RATE_HZ, KBPS, PLAYED_S = (352, 288), 5, 256, 60
CACHE = Path.home() / ".cache/waywarden-bench"
STEP_S, MOST_STEPS = 180.0, 40
MOST_MB, MOST_MB_AN_HOUR = 400.0, 1.0
_OWN = "its own"
_WATCHED = re.compile(r"^waywarden_camera_watched_seconds_total\{.*\} (\S+)$", re.MULTILINE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cameras", type=int, default=16)
    parser.add_argument("--hours", type=float, default=0.5, help="of the street")
    parser.add_argument("--pause-s", type=float, default=1.0, help="of the street, unseen after each minute")
    parser.add_argument("--anew", type=int, default=1, help="look at one in so many of the pictures that come again")
    parser.add_argument("--draw", action="store_true", help="draw the street, and print its camera for this program")
    asked = parser.parse_args()
    if asked.anew < 1:
        parser.error(f"--anew wants 1 (every picture) or more, got {asked.anew}")
    if asked.draw:
        sys.stdout.buffer.write(pickle.dumps(draw()))
        return
    share = PLAYED_S / (PLAYED_S + asked.pause_s)
    steps = np.linspace(0, asked.hours, 1 + min(MOST_STEPS, max(3, round(asked.hours * 3600 / STEP_S))))[1:]
    with Watched(asked.cameras, timedelta(seconds=asked.pause_s), asked.anew) as watched:
        taken = np.array([watched.sample(hours, share) for hours in steps])
    settled = taken[len(taken) // 3 :]
    slope = float(np.polyfit(settled[:, 0], settled[:, 1], 1)[0])
    most = float(taken[:, 1].max())
    print(f"each hour of the street watched for {share:.0%}: {slope / share:+.2f} MB an hour that is watched")
    print(f"{asked.cameras} cameras of {SIZE[0]}x{SIZE[1]}: at most {most:.0f} MB; bar {MOST_MB:g}")
    grows = f"{slope:+.2f} MB an hour of the street; bar {MOST_MB_AN_HOUR:g}"
    print(f"slope after the first third of {asked.hours:g} h: {grows}")
    sys.exit(not (most < MOST_MB and slope < MOST_MB_AN_HOUR))


def draw() -> Camera:
    """Return the camera of a made-up street that is drawn."""
    from cost_clips import Recorded, street_clip  # noqa: PLC0415 - not into the process that is measured

    return street_clip(11, "day", Recorded(SIZE, RATE_HZ, KBPS, PLAYED_S), CACHE).camera


def drawn() -> Camera:
    """Return the same, from a process that draws and ends: what it takes to draw is not what it takes to watch."""
    told = subprocess.run([sys.executable, __file__, "--draw"], stdout=subprocess.PIPE, check=True).stdout
    camera: Camera = pickle.loads(told)  # noqa: S301 - from this very program
    return camera


class Watched:
    """``watch``, and what it takes; ``with`` it."""

    def __init__(self, many: int, pause: timedelta, anew: int) -> None:
        camera = drawn()
        self._cameras = tuple(replace(camera, id=f"c{n}", name=f"c{n}") for n in range(many))
        openers = Openers(AgainAfter(pause), SparingOn(camera, anew), watch, SparingOn(camera, anew))
        eyes = SealedEyes(self._cameras, Path(), str(own()), lambda _: None, openers=openers)
        city = City("Memory", "UTC", self._cameras, {str(kind): str(kind) for kind in Kind})
        self._job = WatchJob(city, eyes.look, "street-2", 15, Log(sys.stderr), Pace(keep_s=2.0))
        self._folder = tempfile.TemporaryDirectory()
        store = open_store(Path(self._folder.name) / "records.sqlite")
        wired = (self._job, self._cameras, store, self._told)
        self._watching = threading.Thread(target=watch_city, args=wired, daemon=True)
        self._least_s = 0.0

    def __enter__(self) -> Self:
        self._watching.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._job.stop.set()
        self._watching.join()
        self._folder.cleanup()

    def sample(self, hours: float, share: float) -> tuple[float, float]:
        """Wait until every camera is so far, ``share`` of it watched; return how far it is, and the memory then."""
        while self._least_s < hours * 3600 * share:
            time.sleep(1)
        each = [resident(pid) for pid in (os.getpid(), *children())]
        own = [one.pop(_OWN) for one in each]
        files = sum(max(one.get(file, 0.0) for one in each) for file in {file for one in each for file in one})
        rss = sum(own) + sum(sum(one.values()) for one in each)
        at = self._least_s / 3600 / share
        parts = " + ".join(f"{mb:.1f}" for mb in own)
        print(f"{at:.2f} h: {sum(own) + files:.1f} MB ({parts}, files {files:.1f}; Rss {rss:.0f})", flush=True)
        return at, sum(own) + files

    def _told(self, metrics: Metrics) -> None:
        told = _WATCHED.findall(metrics.text())
        self._least_s = min(map(float, told)) if len(told) == len(self._cameras) else 0.0


def resident(pid: int) -> dict[str, float]:
    """Return what is resident of a process, in MB: ``_OWN`` is its own, the others are files' (``proc(5)``: smaps)."""
    found = {_OWN: 0.0}
    file = ""
    for line in Path(f"/proc/{pid}/smaps").read_text("utf-8").splitlines():
        words = line.split()
        if not words[0].endswith(":"):
            file = words[5] if len(words) > 5 else ""
        elif words[0] == "Rss:":
            found[file] = found.get(file, 0.0) + int(words[1]) / 1024
        elif words[0] == "Anonymous:":  # also a file's pages that were written to: they are the process's own by then
            found[file] -= int(words[1]) / 1024
            found[_OWN] += int(words[1]) / 1024
    return found


def children() -> Sequence[int]:
    found = ((task / "children").read_text("utf-8") for task in Path("/proc/self/task").iterdir())
    return sorted({int(pid) for told in found for pid in told.split()})


if __name__ == "__main__":
    main()
