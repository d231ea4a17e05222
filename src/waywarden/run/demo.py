"""``waywarden demo``: count a street whose truth is known, print count against truth, and open the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from waywarden.run.city.config import read_city
from waywarden.run.count import CountJob, count
from waywarden.run.serve import serve
from waywarden.run.shown import progress
from waywarden.run.weights import chosen_detector
from waywarden.store.sqlite import open_store
from waywarden.terms.errors import WaywardenError
from waywarden.terms.kinds import ALL_CLASSES
from waywarden.terms.records import TrafficInterval
from waywarden.testing.street import made_up_street
from waywarden.testing.truth import Truth

SIZE_PX = (640, 360)
RATE_HZ = 12.5
LONG_S = 120.0
BIN_MIN = 1


@dataclass(frozen=True, slots=True)
class DemoJob:
    """What the demo is to do. ``port`` None leaves the page out; ``city_file`` None makes a street up."""

    city_file: Path | None
    folder: Path
    seed: int
    port: int | None
    weights: Path | None = None


def demo(job: DemoJob, notes: Console) -> None:
    """Make a street up (or take a city), count it, say how right it was, and serve the page."""
    try:
        job.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WaywardenError(
            f"cannot make the folder {job.folder} ({error.strerror}): pass another --folder"
        ) from error
    truth: Truth | None = None
    city_file = job.city_file
    if city_file is None:
        city_file, truth = _make_up(job, notes)
    city = read_city(city_file)
    named, method = chosen_detector("motion", job.weights)
    store = open_store(job.folder / "records.sqlite")
    with progress([camera.id for camera in city.cameras], notes) as shown:
        counting = CountJob(
            city, city_file.parent, named, method, BIN_MIN, store, on_seal=shown.seal, on_progress=shown.done
        )
        counted = count(counting, city.cameras)
    for each in counted:
        notes.print(_counts_table(each.camera_id, each.records, truth))
        if each.trouble is not None:
            raise each.trouble
    if job.port is not None:
        serve(city, store, address=("127.0.0.1", job.port), ready=lambda url: _say_open(url, notes))


def _make_up(job: DemoJob, notes: Console) -> tuple[Path, Truth]:
    clip, city_file = job.folder / f"street-{job.seed}.mp4", job.folder / "city.toml"
    street = made_up_street(seed=job.seed, seconds=LONG_S, size=SIZE_PX, rate_hz=RATE_HZ)
    if not clip.exists():
        half = clip.with_suffix(".part.mp4")
        with_bar = iter(track(range(street.frame_count), "making up a street", console=notes, transient=True))

        def drawn(_done: int, _all: int) -> None:
            next(with_bar, None)

        street.write(half, drawn)
        half.rename(clip)
    city_file.write_text(street.city_toml(clip.name), encoding="utf-8")
    return city_file, street.truth


def _counts_table(camera_id: str, records: Sequence[TrafficInterval], truth: Truth | None) -> Table:
    """Return counts by movement, or by gate where the camera has no movements, against the truth where it is known."""
    totals = [record for record in records if record.vehicle_class == ALL_CLASSES]
    has_movements = any(record.movement_id for record in totals)
    counted: Counter[str] = Counter()
    for record in totals:
        if has_movements == bool(record.movement_id):
            counted[record.movement_id or f"{record.gate_id} {record.direction}"] += record.count
    table = Table("movement" if has_movements else "gate", "counted", title=f"Counts of {camera_id}")
    true = Counter(movement.movement_id for movement in truth.movements) if truth else Counter[str]()
    if truth:
        table.add_column("truth")
    for name in sorted(counted | true):
        row = [name, str(counted[name])]
        if truth:
            right = counted[name] == true[name]
            row.append(f"[green]{true[name]}[/]" if right else f"[yellow]{true[name]}[/]")
        if counted[name] or true[name]:
            table.add_row(*row)
    total = [str(counted.total())] + ([str(true.total())] if truth else [])
    table.add_row("[bold]all[/]", *(f"[bold]{n}[/]" for n in total))
    return table


def _say_open(url: str, notes: Console) -> None:
    notes.print(f"\nthe map is at [bold]{url}[/] (Ctrl-C ends it); what the camera keeps: [bold]{url}keeps[/]")
