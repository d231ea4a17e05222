"""The demo's road half: a made-up town is driven four times, mended in between, and what was found meets its truth.

Each drive goes in by the commands that anybody has, and they are said. The town is drawn and scored by a program of
its own, which stands above this room: nothing here knows the truth before it is compared.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from waywarden.pavement.same.place import is_sure
from waywarden.run.road.drives.inspecting import id_of
from waywarden.run.road.drives.reading import read_drive
from waywarden.run.road.ledger import judge, read_entries, write_all
from waywarden.run.road.policy_file import read_policy
from waywarden.run.road.ride import jolt_lines, read_recorded
from waywarden.run.spoken import notes, tables
from waywarden.store.drives import open_drives
from waywarden.terms.distress import Role
from waywarden.terms.errors import WaywardenError
from waywarden.terms.ledger import Fact, LedgerFact, spelt

STREETS, DRIVES = 3, 4
ORDERED_AFTER, MENDED_AFTER = timedelta(days=14), timedelta(days=30)
"""When a crew is sent, and when it is done, after the drive that found the damage."""
FELT_WITHIN_S = 0.5
"""A jolt is of a hole if it was felt within so long of a front wheel's going through it."""
PROGRAM = Path(sys.executable).with_name("waywarden")


@dataclass(frozen=True, slots=True)
class TownJob:
    """Where the town is drawn, which town it is, the city and the store that it goes into, and the folder of plans."""

    folder: Path
    seed: int
    city_file: Path
    store_file: Path
    shown: Path


def show_town(job: TownJob) -> None:
    """Draw the town, take its drives in, mend what is to be mended, send crews, and print found against truth.

    Done again, it goes on where it was ended. KeyboardInterrupt is let through.
    """
    town = _draw(job)
    truth = json.loads((town / "truth.json").read_text("utf-8"))
    felt: Counter[str] = Counter()
    mended = {each["mended_after"] for each in truth["damage"]}
    for number, drive in enumerate(truth["drives"]):
        folder = town / drive["folder"]
        _take_in(job, town, folder, truth["camera"])
        felt.update(_felt(folder, drive["hit_s"]))
        if number in mended:
            _mend(job, town, number, datetime.fromisoformat(drive["began"]))
        _judge(job, town)
    _plan(job)
    found = json.loads(_testing("score", town / "truth.json", job.store_file))
    for table in town_tables(found, felt):
        tables.print(table)
    tables.print(town_sentence(found))


def _draw(job: TownJob) -> Path:
    """Return the folder of the town."""
    notes.print(f"making up a town of {STREETS} streets, driven {DRIVES} times, in {escape(str(job.folder))}")
    said = job.folder
    words = ["draw", str(job.folder), str(job.seed), str(STREETS), str(DRIVES)]
    with Progress(console=notes, transient=True, disable=not notes.is_terminal) as bars:
        task = bars.add_task("drawing")
        for line in _lines(_program(words)):
            done, slash, pictures = line.partition("/")
            if slash and done.isdigit():
                bars.update(task, completed=int(done), total=int(pictures))
            else:
                said = Path(line)
    return said


def _take_in(job: TownJob, town: Path, folder: Path, camera: Mapping[str, float]) -> None:
    """Survey a drive, unless the store and the ledger have all of it."""
    if _is_in(job.store_file, folder):
        notes.print(f"{folder.name} is in already")
        return
    mounting = [f"--{key.replace('_', '-')}={value:.3f}" for key, value in camera.items()]
    words = ["survey", folder, "--network", town / "streets.geojson", "--city", job.city_file,
             "--store", job.store_file, *mounting, "--dry"]  # fmt: skip
    _say(*words)
    for row in csv.DictReader(_lines([str(PROGRAM), *map(str, words)])):
        notes.print(f"{row['drive']}: surely on {row['surely_m']} m of street, {row['seen']} sightings of damage")


def _is_in(store_file: Path, folder: Path) -> bool:
    drive_id = id_of(read_drive(folder).positions)
    with closing(open_drives(store_file)) as store:
        mine = {each.sighting_id for each in store.sightings_of(drive_id) if is_sure(each)}
        known = any(each == drive_id for each, _, _ in store.left_by_drives())
    told = (json.loads(entry.fact.told).get("sighting_id") for entry in read_entries(store_file))
    return known and mine <= set(told)


def _felt(folder: Path, hit_s: Sequence[float]) -> Counter[str]:
    """Return how many holes there were under a wheel, how many were felt, and how many jolts were of none."""
    _say("road", "ride", folder / "phone", "--jolts")
    jolts_s = [float(line.partition(",")[0]) for line in list(jolt_lines(read_recorded(folder / "phone")))[1:]]
    felt = sum(any(abs(jolt - hit) <= FELT_WITHIN_S for jolt in jolts_s) for hit in hit_s)
    false = sum(all(abs(jolt - hit) > FELT_WITHIN_S for hit in hit_s) for jolt in jolts_s)
    return Counter({"true": len(hit_s), "felt": felt, "false": false})


def _mend(job: TownJob, town: Path, drive: int, began: datetime) -> None:
    """Write down what the crew was sent to and mended after a drive; what is written already stays as it is."""
    works = json.loads(_testing("mended", town / "truth.json", job.store_file, drive))
    told = [json.loads(entry.fact.told) for entry in read_entries(job.store_file)]
    done = {each["order_id"] for each in told if "order_id" in each}
    known = [each for each in works if each["defect"] is not None and each["order"] not in done]
    now = datetime.now(UTC)
    facts = [
        LedgerFact(
            each["defect"], fact, began + later, now, Role.FOREMAN, policy="made-up-1",
            told=spelt({"order_id": each["order"]}),
        )
        for each in known
        for fact, later in ((Fact.ORDERED, ORDERED_AFTER), (Fact.REPAIRED, MENDED_AFTER))
    ]  # fmt: skip
    if facts:
        write_all(job.store_file, facts)
    if works:
        unknown = sum(each["defect"] is None for each in works)
        notes.print(f"a crew mended {len(works)} places; {unknown} of them nobody had found")


def _judge(job: TownJob, town: Path) -> None:
    _say("ledger", "judge", "--policy", town / "policy.toml", "--store", job.store_file)
    for entry in judge(job.store_file, read_policy(town / "policy.toml"), datetime.now(UTC)):
        notes.print(f"{escape(entry.fact.defect_id)} {entry.fact.fact}")


def _plan(job: TownJob) -> None:
    """Route two crews past what still waits, for the page."""
    job.shown.mkdir(exist_ok=True)
    jobs = job.shown / "jobs.csv"
    _run("defects", "--waiting", "--store", job.store_file, "--out", job.shown / "defects.geojson", "--jobs", jobs)
    if len(jobs.read_text("utf-8").splitlines()) > 1:
        _run("orders", "plan", "--jobs", jobs, "--crews", 2, "--reach-m", 10, "--out", job.shown / "orders.csv",
             "--for-page", job.shown / "plan.json")  # fmt: skip


def _run(*words: object) -> None:
    """Say a command and run it; what it prints is not shown."""
    _say(*words)
    for _ in _lines([str(PROGRAM), *map(str, words)]):
        pass


def _say(*words: object) -> None:
    """Say the command that does what is done now."""
    notes.print(f"[dim]waywarden {escape(' '.join(map(str, words)))}[/]")


def _testing(*words: object) -> str:
    return "\n".join(_lines(_program(words)))


def _program(words: Iterable[object]) -> list[str]:
    return [sys.executable, "-P", "-m", "waywarden.testing.town", *map(str, words)]


def _lines(words: Sequence[str]) -> Iterable[str]:
    """Yield what a program prints; WaywardenError with its last word where it fails."""
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:  # noqa: S603
        for line in running.stdout or ():
            yield line.rstrip("\n")
        said = running.stderr.read().strip().splitlines() if running.stderr else []
    if running.returncode:
        why = said[-1] if said else f"code {running.returncode}"
        raise WaywardenError(f"the made-up town cannot be shown ({why}): pass another --folder, or --no-roads")


def town_tables(found: Mapping[str, Any], felt: Mapping[str, int]) -> list[Table]:
    """Return the tables of what was found, by kind, and of what became of repairs, from what the scoring says."""
    kinds = Table("damage", title="Road damage of the made-up town: found against truth")
    for head in ("true", "found", "seen by one drive or more", "false"):
        kinds.add_column(head, justify="right")
    for name, each in found["kinds"].items():
        cells = (each["true"], each["found"], each["seen_once_or_more"], each["false"])
        kinds.add_row(name.replace("_", " "), *map(str, cells))
    kinds.add_row("potholes that a wheel felt", str(felt["true"]), str(felt["felt"]), "", str(felt["false"]))
    repairs = Table("the ledger says", title="Repairs, judged by the drives after them")
    for head in ("rightly", "wrongly"):
        repairs.add_column(head, justify="right")
    told = found["repairs"]
    for said in ("verified", "reopened"):
        repairs.add_row(said, str(told[f"{said}_right"]), str(told[f"{said}_wrong"]))
    repairs.add_row("nothing yet", str(told["open"]), "")
    repairs.add_row("the place was never found", "", str(told["not_in_ledger"]))
    return [kinds, repairs]


def town_sentence(found: Mapping[str, Any]) -> str:
    """Return in some lines how well sightings were told apart and placed."""
    where = found["position_error_median_m"]
    place = "none was found" if where is None else f"{where:.1f} m off, nine of ten {found['position_error_p90_m']:.1f}"
    return (
        f"{found['sightings']} sightings, {found['true_sightings']} of them of true damage; pairwise F1 of their names "
        f"{found['pairwise_f1']:.2f}, among true ones {found['pairwise_f1_among_true_sightings']:.2f}\n"
        f"places of what was found: {place}\n"
        f"{found['suspected_by_one_pass']} places that one drive alone saw are suspected, no more"
    )
