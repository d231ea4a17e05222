"""Plants a violation into a copy of the tree and asks a lock about it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from house.reading import ROOT, SOURCE

TOOLS = Path(sys.executable).parent
QUIET = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "400"}


def copy_of_the_tree(folder: Path) -> Path:
    """Copy pyproject.toml and our Python files into ``folder``; return the copy's ``src``."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    source = folder / "src"
    shutil.copytree(SOURCE / "waywarden", source / "waywarden", ignore=shutil.ignore_patterns("static", "__pycache__"))
    return source


def plant(source: Path, planted: Mapping[str, str]) -> None:
    """Write each text to its file below ``source``/waywarden; what is there stays, and the text is added to its end."""
    for name, text in planted.items():
        path = source / "waywarden" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text("utf-8") if path.exists() else '"""Planted."""\n'
        path.write_text(f"{before}\n{text}\n", "utf-8")
        init = path.parent / "__init__.py"
        if not init.exists():
            init.write_text('"""Planted."""\n', "utf-8")


def contracts(source: Path, *only: str) -> tuple[int, str]:
    """Run the import contracts (all, or those named) over ``source``; return the exit code and what was said."""
    chosen = [word for name in only for word in ("--contract", name)]
    run = subprocess.run(
        [TOOLS / "lint-imports", "--no-cache", "--no-logo", "--config", ROOT / "pyproject.toml", *chosen],
        cwd=source.parent,
        env={**os.environ, **QUIET, "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = re.sub(r"\s+", " ", run.stdout + run.stderr)
    return run.returncode, said


def ruff_says(path: Path) -> set[str]:
    """Return the codes of ruff's findings in ``path``, under this project's settings."""
    run = subprocess.run(
        [
            TOOLS / "ruff",
            "check",
            "--no-cache",
            "--output-format",
            "concise",
            "--config",
            ROOT / "pyproject.toml",
            path,
        ],
        env={**os.environ, **QUIET},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode in {0, 1}, run.stderr
    return set(re.findall(r":\d+:\d+: ([A-Z]+[0-9]+)", run.stdout))
