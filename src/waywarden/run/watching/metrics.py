"""The figures of a running ``watch``, in the text format of Prometheus.

Format: Prometheus, "Exposition formats", text format 0.0.4. The file is for its node exporter's textfile collector, and
for ``waywarden serve``, which shows it at ``/metrics`` beside its own. Figures are of cameras, never of a road user.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from waywarden.run.sealing.child import Handle
from waywarden.run.watching.camera import CameraWatch
from waywarden.run.watching.keeper import Keeper
from waywarden.terms.records import HealthState
from waywarden.web.metrics import escaped

HELP: tuple[tuple[str, str, str], ...] = (
    ("frames_total", "counter", "Pictures in which the street could be seen and was looked at."),
    ("watched_seconds_total", "counter", "Seconds of street time that were watched."),
    ("lost_seconds_total", "counter", "Watched seconds that had to be dropped with their counts."),
    ("starts_total", "counter", "How often looking at the camera was begun."),
    ("lag_seconds", "gauge", "How much later than it was taken the newest picture was counted."),
    ("picture_age_seconds", "gauge", "How long ago the newest picture was taken."),
    ("cpu_seconds_total", "counter", "Processor seconds spent on the camera since it was begun."),
    ("health", "gauge", "1 for the state that the camera is in."),
)
"""Name, kind and meaning of every figure of a camera; names begin with ``waywarden_camera_``."""

_TICKS_HZ = os.sysconf("SC_CLK_TCK")


def cpu_s(handle: Handle) -> float | None:
    """Return the processor seconds of who looks so far (``proc(5)``: utime and stime); None where it is gone."""
    who = f"{handle.pid}" if handle.thread is None else f"{handle.pid}/task/{handle.thread}"
    try:
        fields = Path(f"/proc/{who}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / _TICKS_HZ


class Metrics:
    """The figures of all cameras and of the store, as they were when they were last taken."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {}
        self._store: list[str] = []

    def of(self, watches: Sequence[CameraWatch], keeper: Keeper) -> Metrics:
        """Take the figures."""
        self._lines = {name: [] for name, _, _ in HELP}
        for each in watches:
            self._of_camera(each, keeper.lost_s[each.camera.id])
        self._store = [
            "# HELP waywarden_store_waiting_rows Rows that wait in memory until the store takes them.",
            "# TYPE waywarden_store_waiting_rows gauge",
            f"waywarden_store_waiting_rows {keeper.waiting_rows}",
            "# HELP waywarden_watch_timestamp_seconds When these figures were taken.",
            "# TYPE waywarden_watch_timestamp_seconds gauge",
            f"waywarden_watch_timestamp_seconds {datetime.now(UTC).timestamp():.0f}",
        ]
        return self

    def text(self) -> str:
        """Return them in Prometheus' text format."""
        return "\n".join([*self._camera_lines(), *self._store]) + "\n"

    def write(self, path: Path) -> None:
        """Replace the file ``path``, whole; OSError where that cannot be done (a full disk)."""
        beside = path.with_name(f".{path.name}.part")
        try:
            beside.write_text(self.text(), "utf-8")
            beside.replace(path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise

    def _of_camera(self, watch: CameraWatch, lost_s: float) -> None:
        figures, name = watch.figures, watch.camera.id
        now = datetime.now(UTC)
        age_s = None if figures.last_at is None else (now - figures.last_at).total_seconds()
        used_s = None if watch.process is None else cpu_s(watch.process)
        for figure, value in (
            ("frames_total", figures.frames),
            ("watched_seconds_total", figures.watched_s),
            ("lost_seconds_total", lost_s),
            ("starts_total", figures.starts),
            ("lag_seconds", figures.lag_s),
            ("picture_age_seconds", age_s),
            ("cpu_seconds_total", used_s),
        ):
            if value is not None:
                self._lines[figure].append(f'waywarden_camera_{figure}{{camera="{escaped(name)}"}} {value:.10g}')
        for state in HealthState:
            here = int(state is figures.state)
            self._lines["health"].append(f'waywarden_camera_health{{camera="{escaped(name)}",state="{state}"}} {here}')

    def _camera_lines(self) -> Iterable[str]:
        for name, kind, words in HELP:
            yield f"# HELP waywarden_camera_{name} {words}"
            yield f"# TYPE waywarden_camera_{name} {kind}"
            yield from self._lines.get(name, ())


def figures_of(path: Path) -> str:
    """Return what a running ``watch`` wrote to ``path``; nothing where none runs."""
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""


def beside(store_file: Path) -> Path:
    """Return where the figures are, unless somebody says otherwise."""
    return store_file.with_name(f"{store_file.name}.prom")
