"""What the command line shows: bars while work is going on, tables when it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from waywarden.run.cameras import Checked
from waywarden.run.judging import Judged
from waywarden.run.weighing.weights import Listed
from waywarden.terms.records import Doubt, Quality
from waywarden.traffic.measures.compare import Compared, by_place


class CameraProgress:
    """A bar per camera, and one line about the seal."""

    def __init__(self, bars: Progress, camera_ids: Sequence[str]) -> None:
        self._bars = bars
        self._tasks = {camera_id: bars.add_task(escape(camera_id), total=1.0) for camera_id in camera_ids}
        self._said: set[str] = set()

    def seal(self, line: str) -> None:
        """Say which seal holds, once."""
        if line not in self._said:
            self._said.add(line)
            self._bars.console.print(f"[dim]{line}[/]")

    def done(self, camera_id: str, share: float) -> None:
        """Move a camera's bar; a negative share is a live stream, which has no end."""
        self._bars.update(self._tasks[camera_id], completed=max(share, 0.0), total=1.0 if share >= 0 else None)


@contextmanager
def progress(camera_ids: Sequence[str], console: Console) -> Iterator[CameraProgress]:
    """Show a bar for each camera while the block runs; nothing but plain lines where there is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        yield CameraProgress(bars, camera_ids)


@contextmanager
def pulling(console: Console) -> Iterator[Callable[[str, int, int | None], None]]:
    """Show a bar for each file that is fetched while the block runs."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def on_progress(name: str, there: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=there, total=total)

        yield on_progress


def weights_table(listed: Sequence[Listed]) -> Table:
    """Return the networks that can be fetched, a row each; names are whole, for they are there to be copied."""
    table = Table("network", "licence", "here?", title="Weights")
    for each in listed:
        name = f"{escape(each.network.name)}\n[dim]by {escape(each.network.publisher)}[/]"
        table.add_row(name, each.network.licence, str(each.state))
    return table


def cameras_table(checked: Sequence[Checked]) -> Table:
    """Return what ``cameras check`` found, a row a camera."""
    table = Table("camera", "size", "rate", "codec", "length", "cost a frame", "fit here", title="Cameras")
    table.columns[0].overflow = "fold"
    for each in checked:
        if each.facts is None:
            table.add_row(escape(each.camera_id), "[red]cannot be counted[/]")
            continue
        facts, cost = each.facts, each.cpu_ms
        table.add_row(
            escape(each.camera_id),
            f"{facts.width} x {facts.height}",
            f"{facts.rate_hz:g} Hz",
            facts.codec,
            "live" if facts.duration_s is None else f"{facts.duration_s:.0f} s",
            "too short to tell" if cost is None else f"{cost:.1f} ms",
            "" if each.fits is None else str(each.fits),
        )
    return table


def comparison_table(compared: Sequence[Compared]) -> Table:
    """Return what each place and class is off by, against a survey."""
    heads = ("place", "class", "compared", "not watched", "surveyed", "counted", "error", "GEH under 5")
    table = Table(*heads, title="Against the survey")
    table.columns[0].overflow = "fold"
    for one in by_place(compared):
        share = "" if one.error_share is None else f"{one.error_share:+.1%}"
        under = f"{one.under_five} of {one.compared}"
        numbers = (one.compared, one.not_watched, one.surveyed, one.counted)
        table.add_row(escape(one.place), escape(one.vehicle_class), *map(str, numbers), share, under)
    return table


def quality_table(judged: Sequence[Judged]) -> Table:
    """Return how far the intervals of each camera can be trusted, and what the checks object to."""
    table = Table("camera", "intervals", *(quality.value for quality in Quality), "doubts", title="Quality")
    table.columns[0].overflow = "fold"
    for each in judged:
        shares = [f"{each.qualities[quality] / max(1, each.bins):.1%}" for quality in Quality]
        doubts = ", ".join(f"{doubt} {each.doubts[doubt]}" for doubt in Doubt if each.doubts[doubt])
        table.add_row(escape(each.camera_id), str(each.bins), *shares, doubts or "none")
    return table
