"""Fixtures for every room."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real material; skip, loudly, where it is not there, but never under CI."""
    folder = Path(os.environ.get("WAYWARDEN_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"the shared material is not at {folder}: under CI it must be")
        pytest.skip(f"NOT RUN: the shared material is not at {folder} (set WAYWARDEN_SHARED)")
    return folder
