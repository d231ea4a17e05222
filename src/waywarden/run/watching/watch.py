"""The watching job: all cameras of a city, for months. Read this first.

::

    each camera, in a thread (camera)               this thread
    ---------------------------------               -----------
    a sealed process looks (eye)
    detections -> what is sure (counts)    -->      every few seconds: take it, add it to what is stored (keeper)
    it died: wait, begin again                      every day: delete what is past its retention
                                                    stop: end the processes, keep the rest

What can go wrong is told by ``log`` and counted by ``metrics``; it ends nothing but what it concerns.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from waywarden.run.counting.keeping import prune
from waywarden.run.watching.camera import CameraWatch, WatchJob
from waywarden.run.watching.keeper import Keeper
from waywarden.run.watching.log import Happened
from waywarden.run.watching.metrics import Metrics, cpu_s
from waywarden.store.port import RecordStore
from waywarden.terms.errors import StoreError
from waywarden.terms.places import Camera

TICK_S = 0.1
PRUNE_EVERY_S = 24 * 3600.0
CLOCK_STEP_S = 5.0
"""The system's clock and its time since boot part by more than this only where somebody sets the clock."""


def watch_city(
    job: WatchJob, cameras: Sequence[Camera], store: RecordStore, on_round: Callable[[Metrics], None] = lambda _: None
) -> StoreError | None:
    """Watch ``cameras`` until ``job.stop``, and keep what they count in ``store``.

    ``on_round`` is told the figures every ``job.pace.keep_s``. Returns what is the matter where not all of it could be
    stored at the end; the log says how much of it is lost.
    """
    watches = [CameraWatch(job, camera) for camera in cameras]
    rounds = _Rounds(job, watches, store)
    for each in watches:
        each.start()
    job.log.say(Happened.STARTED, f"watching {len(watches)} cameras")
    due = time.monotonic() + job.pace.keep_s
    while not job.stop.is_set():
        # not job.stop.wait(): a signal's handler, which runs in this thread, could not set what this thread holds
        time.sleep(min(job.pace.keep_s, TICK_S))
        if time.monotonic() >= due:
            on_round(rounds.once())
            due = time.monotonic() + job.pace.keep_s
    return rounds.last()


class _Rounds:
    """What the main thread does every few seconds."""

    def __init__(self, job: WatchJob, watches: Sequence[CameraWatch], store: RecordStore) -> None:
        self._job, self._watches, self._store = job, watches, store
        self._keeper = Keeper(store)
        self._metrics = Metrics()
        self._trouble: StoreError | None = None
        self._lost_s = 0.0
        self._pruned = time.monotonic()
        self._clock = datetime.now(UTC) - timedelta(seconds=time.monotonic())
        self._clock_set = False
        self._cpu: dict[tuple[int, int | None], float] = {}

    def once(self) -> Metrics:
        """Take what was counted and keep it; see to the clock, to processes that hang, and to retention."""
        self._see_the_clock()
        self._keep()
        self._end_what_hangs()
        if time.monotonic() - self._pruned >= PRUNE_EVERY_S:
            self._prune()
        return self._metrics.of(self._watches, self._keeper)

    def last(self) -> StoreError | None:
        """End every process, and keep the rest; try again while there is time."""
        until = time.monotonic() + self._job.pace.stop_s
        for each in self._watches:
            each.kill()
        for each in self._watches:
            each.join(max(0.1, (until - time.monotonic()) / 2))
        self._keep()
        while self._trouble is not None and time.monotonic() < until - 1:
            time.sleep(0.2)
            self._keep()
        trouble = self._trouble
        words = "all that was counted is kept" if trouble is None else f"{self._keeper.waiting_rows} rows are lost"
        self._job.log.say(Happened.STOPPED, words)
        return trouble

    def _keep(self) -> None:
        for each in self._watches:
            self._keeper.take(each.camera.id, *each.take())
            self._keeper.take_checks(each.take_checks())
        before, self._trouble = self._trouble, self._keeper.keep()
        if self._trouble is not None and str(self._trouble) != str(before):
            self._job.log.say(Happened.STORE_FAILS, f"{self._trouble}; what is counted waits in memory")
        if self._trouble is None and before is not None:
            self._job.log.say(Happened.STORE_WORKS, "the store takes records again; what waited is stored")
        lost_s = sum(self._keeper.lost_s.values())
        if lost_s > self._lost_s:
            words = f"{lost_s - self._lost_s:.0f} watched seconds are lost with their counts"
            self._job.log.say(Happened.TIME_LOST, words)
        self._lost_s = lost_s

    def _see_the_clock(self) -> None:
        clock = datetime.now(UTC) - timedelta(seconds=time.monotonic())
        step_s = (clock - self._clock).total_seconds()
        self._clock = clock
        if abs(step_s) > CLOCK_STEP_S:
            self._clock_set = True
            self._job.log.say(Happened.CLOCK_SET, f"the system's clock was set by {step_s:+.0f} s")

    def _end_what_hangs(self) -> None:
        """End a process that has neither said nor done anything for long: no picture takes that long."""
        for each in self._watches:
            process = each.process
            if process is None or each.silent_s < self._job.pace.hung_s:
                continue
            used_s, who = cpu_s(process), (process.pid, process.thread)
            if self._cpu.pop(who, None) == used_s:
                self._job.log.say(Happened.CAMERA_LOST, "its process hangs and is ended", each.camera.id)
                each.kill()
            elif used_s is not None:
                self._cpu[who] = used_s

    def _prune(self) -> None:
        """Delete what is past its retention, but not by a clock that was set since the last time."""
        self._pruned = time.monotonic()
        if self._clock_set:
            self._clock_set = False
            return
        try:
            gone = prune(self._store, self._job.city, datetime.now(UTC))
        except StoreError as trouble:
            self._job.log.say(Happened.STORE_FAILS, str(trouble))
        else:
            self._job.log.say(Happened.PRUNED, f"{gone} records were past their retention")
