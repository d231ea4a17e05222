"""What an installation holds: its size, its pins, and that it calls nobody when it is imported."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from house.reading import ROOT, SOURCE, modules, project

LARGEST_MB = 450
LEFT_OUT = {"openvino-telemetry"}
"""Asked for by openvino, never installed by our pins and never imported: it reports to its maker."""

LISTEN = """
import sys
def tell(what, details):
    if what in {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}:
        print("CALLED", what, details[-1], file=sys.stderr)
sys.addaudithook(tell)
"""


def closure() -> list[importlib.metadata.Distribution]:
    """Return every distribution that a plain installation of Waywarden holds, in the order they are asked for."""
    found: dict[str, importlib.metadata.Distribution] = {}
    waiting = [Requirement(each) for each in project()["project"]["dependencies"]]
    while waiting:
        asked = waiting.pop(0)
        name = re.sub(r"[-_.]+", "-", asked.name).lower()
        if name in found or name in LEFT_OUT or (asked.marker and not asked.marker.evaluate({"extra": ""})):
            continue
        found[name] = importlib.metadata.distribution(name)
        waiting += [Requirement(each) for each in found[name].requires or []]
    return list(found.values())


def size_mb(distribution: importlib.metadata.Distribution) -> float:
    """Return the size of a distribution's files; what Python compiles on the way is left out."""
    paths = (Path(file.locate()) for file in distribution.files or [] if file.suffix != ".pyc")
    return sum(path.stat().st_size for path in paths if path.exists()) / 1e6


def test_the_installation_is_small(record_property: Callable[[str, object], None]) -> None:
    sizes = {each.name: size_mb(each) for each in closure()}
    own = sum(path.stat().st_size for path in (SOURCE / "waywarden").rglob("*") if path.is_file()) / 1e6
    total = sum(sizes.values()) + own
    largest = sorted(sizes, key=lambda name: -sizes[name])[:4]
    named = ", ".join(f"{name} {sizes[name]:.0f}" for name in largest)
    told = f"installed {total:.0f} MB of {LARGEST_MB} in {len(sizes)} packages ({named}, ours {own:.1f})"
    record_property("measured", told)
    assert sizes["openvino"] > 50, "the files of openvino were not found: this measures nothing"
    assert total < LARGEST_MB


@pytest.mark.parametrize("name", ["runtime", "build", "page", "dev"])
def test_every_pin_has_its_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert lines
    assert [line for line in lines if not re.match(r"[a-z0-9._-]+==[^ ]+ (; .+ )?\\$", line)] == []
    hashed = re.split(r"\n(?=\S)", text)
    assert [each for each in hashed if "==" in each and "--hash=sha256:" not in each] == []
    assert not re.search(r"://|--(extra-)?index-url|--find-links| @ |file:", text)


def test_the_pins_hold_what_is_asked_for() -> None:
    pinned = (ROOT / "requirements" / "runtime.txt").read_text("utf-8")
    versions = dict(re.findall(r"^([a-z0-9._-]+)==([^ ]+)", pinned, re.MULTILINE))
    for each in map(Requirement, project()["project"]["dependencies"]):
        assert each.specifier.contains(versions[each.name.lower()])
    assert not LEFT_OUT & set(versions)


def called(code: str) -> list[str]:
    """Run ``code`` in a fresh Python that tells of every connection, bind and look-up of a name."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    words = [sys.executable, "-c", LISTEN + code]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return [line for line in done.stderr.splitlines() if line.startswith("CALLED")]


def test_importing_every_module_calls_nobody() -> None:
    # A migration script runs when alembic runs it, and only then.
    names = [module.name for module in modules() if ".migrations." not in module.name]
    names = [name for name in names if not name.endswith("__main__")]
    wanted = "\n".join(f"import {name}" for name in names)
    assert called(f"{wanted}\nassert not any(n.startswith('openvino_telemetry.') for n in sys.modules)\n") == []


def test_asking_for_help_calls_nobody() -> None:
    pytest.importorskip("waywarden.run.main")
    code = "sys.argv = ['waywarden', '--help']\nfrom waywarden.run.main import app\napp(standalone_mode=False)\n"
    assert called(code) == []


def test_a_planted_call_is_heard() -> None:
    code = "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 9), 0.1)\nexcept OSError:\n    pass\n"
    assert any("socket.connect" in line for line in called(code))
