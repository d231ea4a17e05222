"""Fixtures for every room, and the rule that nothing is skipped under CI."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None)  # no test is timed
settings.load_profile("house")

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real material; skip, loudly, where it is not there, but never under CI."""
    folder = Path(os.environ.get("WAYWARDEN_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"the shared material is not at {folder}: under CI it must be")
        pytest.skip(f"NOT RUN: the shared material is not at {folder} (set WAYWARDEN_SHARED)")
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test into a failed one under CI."""
    report = yield
    return _not_skipped(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a file skipped as a whole into a failure under CI."""
    report = yield
    return _not_skipped(report)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the tests measured: whatever they recorded as ``record_property("measured", line)``."""
    for report in terminalreporter.stats.get("passed", []):
        for name, line in report.user_properties:
            if name == "measured":
                terminalreporter.write_line(f"measured: {line}")


def _not_skipped(report: Report) -> Report:
    if report.outcome == "skipped" and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped under CI, where nothing may be: {report.longrepr}"
    return report
