"""``waywarden demo``: a street and a town whose truth is known; what was found against it; and the page of both."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import webbrowser
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from waywarden.run.city.config import read_city
from waywarden.run.counting.count import CameraCount, CountJob
from waywarden.run.counting.keeping import open_kept
from waywarden.run.counting.local import count
from waywarden.run.judging import judge_counted
from waywarden.run.serve import or_free, serve
from waywarden.run.showing.site import beside_counts
from waywarden.run.showing.town import TownJob, show_town
from waywarden.run.shown import progress
from waywarden.run.spoken import INTERRUPTED, notes, say_troubles, tables
from waywarden.run.weighing.weights import chosen_detector
from waywarden.store.port import RecordStore
from waywarden.terms.errors import WaywardenError
from waywarden.terms.kinds import ALL_CLASSES
from waywarden.terms.places import City
from waywarden.terms.records import TrafficInterval
from waywarden.web.accounts.beside import Beside

LONG_S = 90.0
BIN_MIN = 1
Truth = Counter[str]
"""How often each movement really happened."""


@dataclass(frozen=True, slots=True)
class DemoJob:
    """What the demo is to do. ``port`` None leaves the page out; ``city_file`` None makes a street up.

    ``roads`` says whether a town is made up as well and driven; never where there is a ``city_file``.
    """

    city_file: Path | None
    folder: Path
    seed: int
    port: int | None
    weights: Path | None = None
    open_page: bool = False
    roads: bool = True


def demo(job: DemoJob) -> int:
    """Make a street up (or take a city), count it, drive a town, say how right it was, serve; return the exit code.

    Ctrl-C ends what is going on; what was counted and found until then is shown and served.
    """
    named, method = chosen_detector("street", job.weights)
    truth: Truth | None = None
    try:
        job.folder.mkdir(parents=True, exist_ok=True)
        city_file = job.city_file
        if city_file is None:
            city_file, truth = _make_up(job)
    except OSError as error:
        raise WaywardenError(
            f"cannot write to {job.folder} ({error.strerror}): free some space, or pass another --folder"
        ) from error
    city = read_city(city_file)
    store_file = job.folder / _store_name(city_file)
    store = open_kept(store_file, city)
    counting = CountJob(city, city_file.parent, named, method, BIN_MIN, store)
    counted = _count(counting, city)
    judge_counted(store, city, [record for each in counted for record in each.records])
    for each in counted:
        if each.records:
            tables.print(_counts_table(each.camera_id, each.records, truth))
    code = say_troubles([(each.camera_id, each.trouble) for each in counted])
    shown: Path | None = None
    if counting.stop.is_set():
        notes.print("[yellow]the counting was ended:[/] what was counted until then is kept")
        code = INTERRUPTED
    elif job.roads and job.city_file is None:
        shown = job.folder / "shown"
        code = _drive(TownJob(job.folder, job.seed, city_file, store_file, shown)) or code
    if job.port is not None:
        _serve(job, city, store, beside_counts(store_file, shown=shown if shown and shown.is_dir() else None))
    return code


def _drive(job: TownJob) -> int:
    try:
        show_town(job)
    except KeyboardInterrupt:
        notes.print("[yellow]the driving was ended:[/] what was found until then is kept; run again to go on")
        return INTERRUPTED
    except WaywardenError as trouble:
        return say_troubles([("town", trouble)])
    return 0


def _count(job: CountJob, city: City) -> list[CameraCount]:
    names = [camera.id for camera in city.cameras]
    notes.print(f"counting {escape(', '.join(names))} (Ctrl-C ends the counting)")
    with progress(names, notes) as shown:
        return count(replace(job, on_seal=shown.seal, on_progress=shown.done), city.cameras)


def _serve(job: DemoJob, city: City, store: RecordStore, beside: Beside) -> None:
    def ready(url: str) -> None:
        if not url.endswith(f":{job.port}/"):
            notes.print(f"port {job.port} cannot be had, so another one was taken")
        notes.print(f"the map is at [bold]{url}[/] (Ctrl-C ends it); what the camera keeps: [bold]{url}keeps[/]")
        if job.open_page:
            webbrowser.open(url)

    address = or_free("127.0.0.1", job.port or 0)
    serve(city, store, address=address, ready=ready, beside=beside)


def _make_up(job: DemoJob) -> tuple[Path, Truth]:
    """Return the city file of a made-up street and how often each movement really happened there.

    The street is drawn by a program of its own: it stands above this room.
    """
    notes.print(f"making up a street of {LONG_S:g} s in {job.folder}")
    words = [sys.executable, "-P", "-m", "waywarden.testing", str(job.folder), str(job.seed), str(LONG_S)]
    with (
        Progress(console=notes, transient=True, disable=not notes.is_terminal) as bars,
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as drawing,  # noqa: S603
    ):
        task = bars.add_task("drawing")
        for line in drawing.stdout or ():
            done, _, frames = line.partition("/")
            bars.update(task, completed=int(done), total=int(frames))
        words_of_trouble = drawing.stderr.read().strip().splitlines() if drawing.stderr else []
    if drawing.returncode:
        why = words_of_trouble[-1] if words_of_trouble else f"code {drawing.returncode}"
        raise WaywardenError(f"the made-up street could not be drawn into {job.folder} ({why}): pass another --folder")
    named = job.folder / f"street-{job.seed}"
    return named.with_suffix(".toml"), Counter(json.loads(named.with_suffix(".truth.json").read_text("utf-8")))


def _store_name(city_file: Path) -> str:
    """Return the name of a city's own store: two cities may have cameras of the same name."""
    place = hashlib.sha256(str(city_file.resolve()).encode()).hexdigest()[:8]
    return f"{city_file.stem}-{place}.sqlite"


def _counts_table(camera_id: str, records: Sequence[TrafficInterval], truth: Truth | None) -> Table:
    """Return counts by movement, or by gate where the camera has no movements, against the truth where it is known."""
    totals = [record for record in records if record.vehicle_class == ALL_CLASSES]
    has_movements = any(record.movement_id for record in totals)
    counted: Counter[str] = Counter()
    for record in totals:
        if has_movements == bool(record.movement_id):
            counted[record.movement_id or f"{record.gate_id} {record.direction}"] += record.count
    table = Table("movement" if has_movements else "gate", title=f"Counts of {escape(camera_id)}")
    table.add_column("counted", justify="right")
    true = truth or Truth()
    if truth:
        table.add_column("truth", justify="right")
    for name in sorted(counted | true):
        row = [escape(name), str(counted[name])]
        if truth:
            right = counted[name] == true[name]
            row.append(f"[green]{true[name]}[/]" if right else f"[yellow]{true[name]}[/]")
        if counted[name] or true[name]:
            table.add_row(*row)
    total = [str(counted.total())] + ([str(true.total())] if truth else [])
    table.add_row("[bold]all[/]", *(f"[bold]{n}[/]" for n in total))
    return table
