"""A made-up ride as a phone would export it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from waywarden.exchange.phone import PhoneRecording, Row, write_phone

Reals = npt.NDArray[np.float64]

METRE_DEG = 1 / 111_195
"""A metre along a meridian: made-up rides go due north from (0, 0)."""


def write_recording(
    folder: Path, felt_s: Reals, felt_mps2: Reals, fixed_s: Reals, speed_mps: Reals, lon_lat_deg: Reals | None = None
) -> None:
    """Write what a phone felt, (n,) and (n, 3), and its speeds, (m,) and (m,), into ``folder``.

    ``lon_lat_deg`` (m, 2) is where it was; due north from (0, 0) if left out.
    """
    north = np.cumsum(speed_mps) * METRE_DEG
    places = np.column_stack((np.zeros(len(north)), north)) if lon_lat_deg is None else lon_lat_deg
    fixed = np.column_stack((fixed_s, places[:, ::-1], speed_mps))
    texts = write_phone(PhoneRecording(_rows(np.column_stack((felt_s, felt_mps2))), _rows(fixed)))
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in zip(("Accelerometer.csv", "Location.csv"), texts, strict=True):
        (folder / name).write_text(text, encoding="utf-8")


def _rows(values: Reals) -> tuple[Row, ...]:
    return tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in values)
