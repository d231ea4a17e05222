"""Everything `make test` runs, in order, each with a heading and its time; the tests come last.

Every step runs even when one before it failed, so that one run shows all there is to mend.
The exit code is 0 only if all of them passed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin" if (ROOT / ".venv").is_dir() else Path(sys.executable).parent
STATIC = "waywarden/web/static/index.html"
Step = Callable[[], bool]


def command(*words: str, folder: Path = ROOT) -> Step:
    """Return a step that runs one program; a name found beside this Python is taken from there."""

    def run() -> bool:
        program = str(BIN / words[0]) if (BIN / words[0]).exists() else words[0]
        if shutil.which(program) is None:
            print(f"{words[0]} is not there; run `make test`, which installs it")
            return False
        environment = dict(os.environ, PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}")
        return subprocess.run([program, *words[1:]], cwd=folder, env=environment, check=False).returncode == 0

    return run


def wheel_holds_the_page() -> bool:
    """Build the wheel and look into it: the page, the type marker and the licence must be inside."""
    folder = ROOT / ".build" / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    if not command("hatchling", "build", "-t", "wheel", "-d", str(folder))():
        return False
    (wheel,) = folder.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    wanted = ["waywarden/py.typed", *([STATIC] if (ROOT / "page" / "package.json").exists() else [])]
    missing = [name for name in wanted if name not in names]
    if not any(name.endswith("LICENSE") for name in names):
        missing.append("LICENSE")
    print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB, {len(names)} files")
    if missing:
        print(f"the wheel lacks {', '.join(missing)}")
    return not missing


def page_steps() -> list[tuple[str, Step]]:
    """Return the page's own checks: those of its scripts that it has."""
    page = ROOT / "page"
    if not (page / "package.json").exists():
        return []
    return [
        ("page: types", command("npm", "run", "--silent", "--if-present", "check", folder=page)),
        ("page: tests", command("npm", "run", "--silent", "--if-present", "test", folder=page)),
    ]


def steps() -> list[tuple[str, Step]]:
    """Return what is checked before the tests, in order."""
    return [
        ("ruff", command("ruff", "check", "--quiet", "--output-format", "concise", ".")),
        ("ruff format", command("ruff", "format", "--check", "--quiet", "--output-format", "concise", ".")),
        ("mypy", command("mypy")),
        ("import contracts", command("lint-imports", "--no-logo")),
        ("dead code (vulture)", command("vulture")),
        ("dependencies (deptry)", command("deptry", ".")),
        ("spelling (codespell)", command("codespell")),
        ("documentation", command("mkdocs", "build", "--strict", "--quiet", "--site-dir", str(ROOT / "site"))),
        *page_steps(),
        ("wheel", wheel_holds_the_page),
    ]


def take(name: str, step: Step) -> bool:
    """Run one step under its heading; say whether it passed and how long it took."""
    print(f"== {name}", flush=True)
    began = time.monotonic()
    passed = step()
    print(f"   {'ok' if passed else 'FAILED'}, {time.monotonic() - began:.1f} s", flush=True)
    return passed


def main() -> int:
    """Run every step; return 0 if all passed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--no-tests", action="store_true", help="only read the code, run no tests")
    asked = options.parse_args()
    failed = [name for name, step in steps() if not take(name, step)]
    if failed:
        print(f"FAILED: {', '.join(failed)}", flush=True)
    if asked.no_tests:
        return 1 if failed else 0
    print("== tests", flush=True)
    passed = command("pytest", "-n", "2", "--dist", "loadgroup")()
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
