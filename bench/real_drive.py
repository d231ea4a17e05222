"""The shared minute of a real drive (comma2k19): its arrays by name."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import numpy as np

SHARED = Path(os.environ.get("WAYWARDEN_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data"
COMMA = SHARED / "road" / "gps_samples" / "comma2k19_example1_imu_gnss_can_pose.tar.xz"


def comma2k19() -> dict[str, np.ndarray]:
    """Return every array of the drive, by its path in the archive."""
    with tarfile.open(COMMA) as archive:
        files = {each.name: archive.extractfile(each) for each in archive.getmembers() if each.isfile()}
        return {name: np.load(io.BytesIO(file.read())) for name, file in files.items() if file is not None}
