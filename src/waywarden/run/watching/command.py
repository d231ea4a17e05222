"""``waywarden watch``: what was asked for, wired together and run until a signal ends it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from waywarden.run.counting.keeping import open_kept, refuse_other_bins
from waywarden.run.counting.local import stopped_by_signals
from waywarden.run.sealing.seal import Seal
from waywarden.run.watching.camera import WatchJob
from waywarden.run.watching.eye import SealedEyes, refuse_recordings
from waywarden.run.watching.log import Happened, Log
from waywarden.run.watching.metrics import Metrics
from waywarden.run.watching.systemd import tell_systemd
from waywarden.run.watching.watch import watch_city
from waywarden.terms.places import Camera, City

BUSY_S = 1.0
"""How long to wait for another program that writes into the store; what is not stored is tried again in a round."""


class LogForm(StrEnum):
    """How the log is written."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for on the command line."""

    city: City
    cameras: Sequence[Camera]
    folder: Path
    detector: str
    method: str
    bin_min: int
    store_file: Path
    metrics_file: Path
    log_form: LogForm


def run(order: Order) -> None:
    """Watch until SIGINT or SIGTERM; a second one ends the program at once.

    Raises
    ------
    ConfigError
        A camera is a recording, or the store holds intervals of another length.
    StoreError
        The store cannot be opened, or did not take the last of what was counted.
    """
    refuse_recordings(order.cameras)
    store = open_kept(order.store_file, order.city, busy_s=BUSY_S)
    refuse_other_bins(store, order.cameras, order.bin_min)
    log = Log(sys.stderr, as_json=order.log_form is LogForm.JSON)
    told: set[str] = set()

    def on_seal(seal: Seal) -> None:
        if seal.describe() not in told:
            told.add(seal.describe())
            log.say(Happened.SEALED, seal.describe())

    def on_round(metrics: Metrics) -> None:
        tell_systemd("WATCHDOG=1")
        with contextlib.suppress(OSError):  # a full disk: the file's age says so
            metrics.write(order.metrics_file)

    eyes = SealedEyes(order.cameras, order.folder, order.detector, on_seal)
    job = WatchJob(order.city, eyes.look, order.method, order.bin_min, log)
    with stopped_by_signals(job.stop):
        tell_systemd("READY=1")
        trouble = watch_city(job, order.cameras, store, on_round)
    tell_systemd("STOPPING=1")
    with contextlib.suppress(OSError):
        order.metrics_file.unlink(missing_ok=True)  # figures of a program that has ended would be taken for news
    if trouble is not None:
        raise trouble
