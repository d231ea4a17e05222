"""A made-up city for the web room's tests, the built page, and a browser without a window."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext
from starlette.testclient import TestClient

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.web.made_up import MemoryStore, made_up_city, made_up_store  # noqa: E402 - found by the line above
from tests.web.shots import CHROMIUM, PHONE, browser, served  # noqa: E402 - found by the line above

from waywarden.terms.places import City  # noqa: E402 - found by the line above
from waywarden.terms.records import (  # noqa: E402
    Checker,
    Direction,
    IntervalCheck,
)
from waywarden.web.accounts.beside import NOTHING  # noqa: E402
from waywarden.web.answers import STATIC  # noqa: E402 - found by the line above
from waywarden.web.app import create_app  # noqa: E402
from waywarden.web.parts.checks import with_checks  # noqa: E402


def skip_loudly(why: str) -> None:
    """Skip, but never under CI."""
    if os.environ.get("CI"):
        pytest.fail(f"{why}: under CI it must be there")
    pytest.skip(f"NOT RUN: {why}")


@pytest.fixture(scope="session")
def city() -> City:
    return made_up_city()


@pytest.fixture(scope="session")
def store(city: City) -> MemoryStore:
    return made_up_store(city)


@pytest.fixture(scope="session")
def client(city: City, store: MemoryStore) -> TestClient:
    return TestClient(create_app(city, store, beside=with_checks(NOTHING, city, store)), raise_server_exceptions=False)


@pytest.fixture(scope="session")
def page_folder() -> Path:
    """Return page/ with its packages there."""
    folder = ROOT / "page"
    npm = shutil.which("npm")
    if npm is None:
        skip_loudly("npm, which builds the page, is not on this machine")
    if not (folder / "node_modules").is_dir():
        subprocess.run([str(npm), "ci"], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def built_page(request: pytest.FixtureRequest) -> Path:
    """Return the folder of the built page; build it where it is missing."""
    if not (STATIC / "index.html").is_file():
        folder = request.getfixturevalue("page_folder")
        subprocess.run(["npm", "run", "build"], cwd=folder, check=True, capture_output=True)
    return STATIC


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        skip_loudly(f"there is no browser at {CHROMIUM}")
    with browser() as running:
        yield running


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(**PHONE)
    yield context
    context.close()


@pytest.fixture(scope="session")
def site(city: City, store: MemoryStore, built_page: Path) -> Iterator[str]:
    with served(create_app(city, store, beside=with_checks(NOTHING, city, store))) as address:
        yield address


@pytest.fixture
def check() -> IntervalCheck:
    """A day of which ten minutes were counted by hand: 50 passed, two were missed, and one was too many."""
    start = datetime(2026, 6, 1, tzinfo=UTC)
    return IntervalCheck(
        "a", "south", Direction.FORWARD, "all", start, 86400, Checker.MANUAL, 600.0, 48, 2, 1, "street-2"
    )
