"""What is in ``deploy``: units that systemd takes and calls safe, and a recipe of known steps."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from house.reading import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
WORST_EXPOSURE = 1.5
"""Of 10; systemd calls up to 2.0 "OK" and hardly any service has less than 1."""


def systemd_analyze(*words: object) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("NOT RUN: systemd-analyze is not on this machine")
    return subprocess.run([program, *map(str, words)], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_takes_the_unit(tmp_path: Path, unit: Path) -> None:
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text("utf-8").replace("/opt/waywarden/bin/waywarden", "/bin/true"))
    checked = systemd_analyze("verify", copy)
    assert (checked.returncode, [line for line in checked.stderr.splitlines() if unit.name in line]) == (0, [])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_calls_the_unit_safe(unit: Path) -> None:
    checked = systemd_analyze("security", "--offline=true", "--no-pager", unit)
    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", checked.stdout)
    assert exposure is not None, checked.stderr
    assert float(exposure[1]) <= WORST_EXPOSURE


def test_the_watch_is_stopped_gently_and_started_always() -> None:
    text = (DEPLOY / "waywarden.service").read_text("utf-8")
    settings = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    assert settings["Restart"] == "always"
    assert int(settings["TimeoutStopSec"]) > 5
    assert (settings["Type"], settings["KillMode"], settings["User"]) == ("notify", "mixed", "waywarden")
    assert "time-sync.target" in settings["After"]
    assert "landlock_restrict_self" in text


def test_the_recipe_copies_what_there_is_and_runs_as_nobody_special() -> None:
    steps = re.sub(r"\\\n", " ", (DEPLOY / "Containerfile").read_text("utf-8")).splitlines()
    copied = [
        word for step in steps if step.startswith("COPY ") and "--from" not in step for word in step.split()[1:-1]
    ]
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert [step for step in steps if step.startswith("USER ")] == ["USER waywarden"]
    assert all(
        "--require-hashes" in step or "/wheel/" in step or "pip wheel" in step for step in steps if "pip " in step
    )
    assert any(step.startswith("HEALTHCHECK") for step in steps)
