"""``waywarden audit``: some minutes are replayed in memory, and the check page is served until it is told to stop."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from waywarden.run.checking.replay import CheckJob, checking_of, replayed
from waywarden.run.counting.keeping import open_kept
from waywarden.run.serve import serve
from waywarden.run.shown import progress
from waywarden.run.spoken import notes
from waywarden.run.weighing.weights import chosen_detector
from waywarden.sight.sources.stream import is_live
from waywarden.store.nothing import NoRecords
from waywarden.terms.errors import ConfigError
from waywarden.terms.places import Camera, City

MOST_MINUTES = 60
"""Nobody counts for longer, and its silhouettes fill some 30 MB."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for on the command line."""

    city: City
    camera: Camera
    folder: Path
    weights: Path | None
    minutes: int
    store_file: Path


def run(order: Order, port: int) -> None:
    """Replay the minutes, and serve the page until SIGINT or SIGTERM.

    Raises
    ------
    ConfigError
        The camera has no gates, or the minutes are too few or too many.
    """
    camera = order.camera
    if not camera.gates:
        raise ConfigError(f"camera {camera.id} has no gates to count over: draw them with 'waywarden gates'")
    if not 1 <= order.minutes <= MOST_MINUTES:
        raise ConfigError(f"--minutes is 1 to {MOST_MINUTES}, got {order.minutes}: ten are a good beginning")
    live = any(map(is_live, camera.sources))
    named, method = chosen_detector("street", order.weights, sparing=live)
    store = open_kept(order.store_file, order.city)
    job = CheckJob(order.city, camera, order.folder, named, method, order.minutes, store)
    with progress([camera.id], notes) as shown:
        replay = replayed(job, lambda done: shown.done(camera.id, done))
    checking = checking_of(job, replay)

    def ready(url: str) -> None:
        notes.print(f"count {camera.id} by hand at [bold]{url}check/{camera.id}?token={checking.token}[/]")
        notes.print("Ctrl-C ends it; nothing of the replay is kept")

    serve(order.city, NoRecords(), address=("127.0.0.1", port), local=checking, ready=ready)
