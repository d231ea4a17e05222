"""How far the cameras are, on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from waywarden.run.seal import Seal


class CameraProgress:
    """A bar per camera, and one line about the seal."""

    def __init__(self, bars: Progress, camera_ids: Sequence[str]) -> None:
        self._bars = bars
        self._tasks = {camera_id: bars.add_task(camera_id, total=1.0) for camera_id in camera_ids}
        self._said: set[str] = set()

    def seal(self, seal: Seal) -> None:
        """Say which seal holds, once."""
        line = seal.describe()
        if line not in self._said:
            self._said.add(line)
            self._bars.console.print(f"[dim]{line}[/]")

    def done(self, camera_id: str, share: float) -> None:
        """Move a camera's bar; a negative share is a live stream, which has no end."""
        self._bars.update(self._tasks[camera_id], completed=share, total=1.0 if share >= 0 else None)


@contextmanager
def progress(camera_ids: Sequence[str], console: Console) -> Iterator[CameraProgress]:
    """Show a bar for each camera while the block runs; nothing but plain lines where there is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        yield CameraProgress(bars, camera_ids)
