"""The command line as a stranger uses it: asked in this process where that does, in one of its own where it must."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from waywarden.run.main import app

PROGRAM = [sys.executable, "-c", "import sys; sys.argv[0] = 'waywarden'; from waywarden.run.main import app; app()"]
CAMERA = """
[[camera]]
id = "{id}"
source = {source}
start = 2026-06-01T12:00:00Z
  [[camera.gate]]
  id = "g"
  from_px = [30, 0]
  to_px = [{x}, 48]
"""
SEALED = "pictures are sealed in by "


@dataclass(frozen=True)
class Said:
    """What came of a command: exit code, standard output and the lines on standard error."""

    code: int
    out: str
    lines: list[str]

    @property
    def wrong(self) -> list[str]:
        """The lines that say what is wrong; which seal holds is no complaint."""
        return [line for line in self.lines if not line.startswith(SEALED)]


def ask(*words: object) -> Said:
    """Run ``waywarden`` in this process; whatever else than an exit it ends with is raised."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Said(result.exit_code, result.stdout, result.stderr.splitlines())


def started(*words: object, stdout: int = subprocess.PIPE, before: Sequence[str] = ()) -> subprocess.Popen[str]:
    """Start ``waywarden`` in a process of its own, behind the words ``before``."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(folder for folder in sys.path if folder)}
    return subprocess.Popen(
        [*before, *PROGRAM, *map(str, words)], stdout=stdout, stderr=subprocess.PIPE, text=True, env=environment
    )


def ended(running: subprocess.Popen[str], timeout_s: float = 60) -> Said:
    """Wait for ``running`` and return what came of it."""
    out, err = running.communicate(timeout=timeout_s)
    return Said(running.returncode, out or "", err.splitlines())


def write_city(folder: Path, *cameras: tuple[str, str], x: int = 30, zone: str = "UTC", more: str = "") -> Path:
    """Write a city.toml of cameras (id, source in TOML), each with one gate down its middle; return its path."""
    text = f'[city]\nname = "T"\ntime_zone = "{zone}"\n'
    text += "".join(CAMERA.format(id=name, source=source, x=x) for name, source in cameras)
    path = folder / "city.toml"
    path.write_text(text + more)
    return path


def children(pid: int) -> list[int]:
    """Return the processes that ``pid`` started and that live."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if int(parent) == pid and state != "Z":
            found.append(int(stat.parent.name))
    return found
