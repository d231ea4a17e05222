"""``waywarden watch``: what was asked for, wired together and run until a signal ends it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from waywarden.run.city.config import read_city
from waywarden.run.counting.keeping import open_kept, refuse_odd_bins, refuse_other_bins
from waywarden.run.counting.local import chosen_cameras, stopped_by_signals
from waywarden.run.sealing.seal import Seal
from waywarden.run.spoken import STREET, CameraId, CityFile, Detector, StoreFile, WeightsPath
from waywarden.run.watching.camera import WatchJob
from waywarden.run.watching.eye import SealedEyes, refuse_recordings
from waywarden.run.watching.log import Happened, Log
from waywarden.run.watching.metrics import Metrics, beside
from waywarden.run.watching.systemd import tell_systemd
from waywarden.run.watching.watch import watch_city
from waywarden.run.weighing.weights import chosen_detector
from waywarden.terms.places import Camera, City

watch_app = typer.Typer()

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


@watch_app.command("watch")
def watch_command(  # noqa: PLR0913, PLR0917 - a parameter an option
    city_file: CityFile,
    camera: CameraId = None,
    store_file: StoreFile = Path("waywarden.sqlite"),
    weights_path: WeightsPath = None,
    detector: Detector = STREET,
    bin_min: Annotated[int, typer.Option("--bin", help="Minutes of an interval.")] = 15,
    metrics_file: Annotated[
        Path | None, typer.Option("--metrics", help="Where figures for Prometheus go; beside the store if left out.")
    ] = None,
    log: Annotated[LogForm, typer.Option(help="Lines for people, or JSON.")] = LogForm.TEXT,
) -> None:
    """Count the live cameras of a city until told to stop, and keep what is counted in the store."""
    refuse_odd_bins(bin_min)
    city = read_city(city_file)
    chosen = chosen_cameras(city, camera)
    has_network = weights_path is not None or detector != "motion"
    named, method = chosen_detector(detector, weights_path, sparing=has_network)
    metrics = metrics_file or beside(store_file)
    run(Order(city, chosen, city_file.parent, named, method, bin_min, store_file, metrics, log))


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
