"""Recordings of a phone's sensors as the app phyphox exports them: one CSV a sensor, the unit in each column's name.

``Accelerometer.csv``: "Time (s)","X (m/s^2)","Y (m/s^2)","Z (m/s^2)", with gravity. ``Location.csv``: "Time (s)",
"Latitude (°)","Longitude (°)",…,"Velocity (m/s)",… (https://phyphox.org; the data of Meszaros are of this form).
Separators may be commas, semicolons or tabs.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.terms.errors import SourceError

Reals = npt.NDArray[np.float64]

FELT = ("Time", "X", "Y", "Z")
FIXED = ("Time", "Latitude", "Longitude", "Velocity")
UNITS = {"Time": "s", "X": "m/s^2", "Y": "m/s^2", "Z": "m/s^2", "Latitude": "°", "Longitude": "°", "Velocity": "m/s"}


@dataclass(frozen=True, slots=True)
class PhoneRecording:
    """What a phone felt, (n,) and (n, 3), and where and how fast it was, (m,) each; speed is below 0 if not known."""

    felt_s: Reals
    felt_mps2: Reals
    fixed_s: Reals
    latitude_deg: Reals
    longitude_deg: Reals
    speed_mps: Reals


def read_phone(accelerometer: str, location: str) -> PhoneRecording:
    """Return the recording of two CSV texts.

    Raises
    ------
    SourceError
        If a column is missing, is in another unit, or holds something that is no number; or time runs back.
    """
    felt, fixed = _table(accelerometer, FELT, "Accelerometer.csv"), _table(location, FIXED, "Location.csv")
    return PhoneRecording(felt[:, 0], felt[:, 1:], *fixed.T)


def write_phone(recording: PhoneRecording) -> tuple[str, str]:
    """Return a recording as two CSV texts, accelerometer and location."""
    felt = np.column_stack((recording.felt_s, recording.felt_mps2))
    fixed = (recording.fixed_s, recording.latitude_deg, recording.longitude_deg, recording.speed_mps)
    return _text(FELT, felt, 5), _text(FIXED, np.column_stack(fixed), 7)


def _text(names: tuple[str, ...], values: Reals, digits: int) -> str:
    head = ",".join(f'"{name} ({UNITS[name]})"' for name in names)
    return "\n".join([head, *(",".join(f"{value:.{digits}f}" for value in row) for row in values), ""])


def _table(text: str, names: tuple[str, ...], file: str) -> Reals:
    """Return (n, len(names)) the named columns."""
    lines = text.lstrip("\ufeff").splitlines()
    head = lines[0] if lines else ""
    separator = max(",;\t", key=head.count)
    columns = [_column(next(csv.reader([head], delimiter=separator), []), name, file) for name in names]
    rows = _numbers(csv.reader(lines[1:], delimiter=separator), columns, file)
    if np.any(np.diff(rows[:, 0]) < 0):
        raise SourceError(f"{file} runs back in time: export the recording again")
    return rows


def _column(head: list[str], name: str, file: str) -> int:
    found = [i for i, each in enumerate(head) if each.strip().split(" (")[0] == name]
    if not found:
        raise SourceError(f"{file} wants a column {name} ({UNITS[name]}), and has {', '.join(head) or 'nothing'}")
    unit = head[found[0]].strip().partition(" (")[2].rstrip(")")
    if unit != UNITS[name]:
        raise SourceError(f"{file} wants {name} in {UNITS[name]}, and has it in {unit or 'no unit'}: convert it")
    return found[0]


def _numbers(rows: Iterable[list[str]], columns: list[int], file: str) -> Reals:
    found = []
    for number, row in enumerate(rows, start=2):
        if not any(row):
            continue
        try:
            found.append([float(row[column]) for column in columns])
        except (ValueError, IndexError):
            raise SourceError(f"{file}, line {number}: numbers were wanted, got {','.join(row)[:60]!r}") from None
    values = np.array(found, np.float64).reshape(-1, len(columns))
    return values[np.isfinite(values).all(axis=1)]
