"""Under CI nothing is skipped: a test that wants a tool or material that is not there fails."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from house.reading import ROOT

SKIPPING = {
    "called": "import pytest\ndef test_it():\n    pytest.skip('no tool')\n",
    "marked": "import pytest\n@pytest.mark.skip(reason='no tool')\ndef test_it():\n    pass\n",
    "marked_if": "import pytest\n@pytest.mark.skipif(True, reason='no tool')\ndef test_it():\n    pass\n",
    "import": "import pytest\ndef test_it():\n    pytest.importorskip('no_such_tool')\n",
    "whole_file": "import pytest\nno = pytest.importorskip('no_such_tool')\ndef test_it():\n    pass\n",
    "fixture": "import pytest\n@pytest.fixture\ndef it():\n    pytest.skip('no')\ndef test_it(it):\n    pass\n",
    "shared": "def test_it(shared):\n    pass\n",
}


def run(folder: Path, planted: dict[str, str], *, ci: bool) -> tuple[int, str]:
    """Run test files beside a copy of this project's conftest; return the exit code and what was said."""
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text("utf-8"), "utf-8")
    for name, text in planted.items():
        (folder / f"test_{name}.py").write_text(text, "utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "CI"))}
    environment["WAYWARDEN_SHARED"] = str(folder / "nowhere")
    if ci:
        environment["CI"] = "true"
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-rA",
        "--continue-on-collection-errors",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        folder,
        folder,
    ]
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


def test_every_way_to_skip_is_a_failure_under_ci(tmp_path: Path) -> None:
    code, said = run(tmp_path, {**SKIPPING, "sound": "def test_it():\n    pass\n"}, ci=True)
    assert code != 0
    failed = set(re.findall(r"^(?:FAILED|ERROR) .*?test_(\w+)\.py", said, re.MULTILINE))
    assert failed == set(SKIPPING), said
    assert "1 passed" in said
    assert "SKIPPED" not in said


def test_a_skip_is_a_skip_elsewhere(tmp_path: Path) -> None:
    code, said = run(tmp_path, SKIPPING, ci=False)
    assert code == 0, said
    assert f"{len(SKIPPING)} skipped" in said


def test_ci_runs_what_a_person_runs() -> None:
    text = (ROOT / ".ci" / "run").read_text("utf-8")
    assert text.rstrip().endswith("exec make test")
    assert "export CI=true" in text
