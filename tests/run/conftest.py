"""A small clip, made once."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from run.offices import SITE, Clock, Office, made_up_office
from run.provider import CLIENT_ID, CLIENT_SECRET, MadeUpProvider, made_up_provider
from waywarden.run.accounts.provider import links
from waywarden.run.accounts.provider.told import Told
from waywarden.testing.checks_source import write_clip


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return three seconds of a block that crosses the middle of the picture, time and again."""
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", [n / 25 for n in range(75)])


@pytest.fixture(scope="session")
def minute(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a minute of the same, at 5 Hz."""
    return write_clip(tmp_path_factory.mktemp("clips") / "minute.mp4", [n / 5 for n in range(300)], rate_hz=5)


@pytest.fixture(scope="session")
def built_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a made-up office, made once."""
    return made_up_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(built_office: Path, tmp_path: Path) -> Office:
    """Return a made-up office of one's own: a ledger, and an account of each role."""
    return Office(Path(shutil.copy(built_office, tmp_path)), Clock())


@pytest.fixture
def provider() -> Iterator[MadeUpProvider]:
    """Return an OpenID provider on this machine."""
    with made_up_provider() as running:
        yield running


@pytest.fixture
def shop(office: Office, provider: MadeUpProvider, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Return an office that was told of the provider; its hashes cost little."""
    monkeypatch.setattr(links, "slow_hash", lambda text, salt: hashlib.sha256(salt + text.encode()).hexdigest())
    office.origin, office.told = SITE, Told(provider.site, CLIENT_ID, CLIENT_SECRET, SITE)
    return office
