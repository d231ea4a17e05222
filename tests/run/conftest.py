"""A small clip, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from waywarden.testing.checks_source import write_clip


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return three seconds of a block that crosses the middle of the picture, time and again."""
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", [n / 25 for n in range(75)])


@pytest.fixture(scope="session")
def minute(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a minute of the same, at 10 Hz."""
    return write_clip(tmp_path_factory.mktemp("clips") / "minute.mp4", [n / 10 for n in range(600)], rate_hz=10)
