"""Recordings of a phone's sensors as the app phyphox exports them: one CSV a sensor, the unit in each column's name.

``Accelerometer.csv``: "Time (s)","X (m/s^2)","Y (m/s^2)","Z (m/s^2)", with gravity. ``Location.csv``: "Time (s)",
"Latitude (°)","Longitude (°)",…,"Velocity (m/s)",… (https://phyphox.org; the data of Meszaros are of this form).
Separators may be commas, semicolons or tabs.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from waywarden.terms.errors import SourceError

FELT = ("Time", "X", "Y", "Z")
FIXED = ("Time", "Latitude", "Longitude", "Velocity")
UNITS = {"Time": "s", "X": "m/s^2", "Y": "m/s^2", "Z": "m/s^2", "Latitude": "°", "Longitude": "°", "Velocity": "m/s"}

Row = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PhoneRecording:
    """What a phone felt, and where and how fast it was.

    ``felt`` are rows of time in s and acceleration along the phone's axes in m/s2, with gravity; ``fixed`` are rows of
    time in s, latitude and longitude in degrees, and speed in m/s, below 0 where it is not known.
    """

    felt: tuple[Row, ...]
    fixed: tuple[Row, ...]


def read_phone(accelerometer: str, location: str) -> PhoneRecording:
    """Return the recording of two CSV texts.

    Raises
    ------
    SourceError
        If a column is missing, is in another unit, or holds something that is no number; or time runs back.
    """
    return PhoneRecording(_table(accelerometer, FELT, "Accelerometer.csv"), _table(location, FIXED, "Location.csv"))


def write_phone(recording: PhoneRecording) -> tuple[str, str]:
    """Return a recording as two CSV texts, accelerometer and location."""
    return _text(FELT, recording.felt, 5), _text(FIXED, recording.fixed, 7)


def _text(names: tuple[str, ...], rows: Sequence[Row], digits: int) -> str:
    head = ",".join(f'"{name} ({UNITS[name]})"' for name in names)
    return "\n".join([head, *(",".join(f"{value:.{digits}f}" for value in row) for row in rows), ""])


def _table(text: str, names: tuple[str, ...], file: str) -> tuple[Row, ...]:
    """Return the named columns, a row of them for each of the text that is all numbers."""
    lines = text.lstrip("\ufeff").splitlines()
    head = lines[0] if lines else ""
    separator = max(",;\t", key=head.count)
    columns = [_column(next(csv.reader([head], delimiter=separator), []), name, file) for name in names]
    rows = _numbers(csv.reader(lines[1:], delimiter=separator), columns, file)
    if any(after[0] < before[0] for before, after in pairwise(rows)):
        raise SourceError(f"{file} runs back in time: export the recording again")
    return tuple(rows)


def _column(head: list[str], name: str, file: str) -> int:
    found = [i for i, each in enumerate(head) if each.strip().split(" (")[0] == name]
    if not found:
        raise SourceError(f"{file} wants a column {name} ({UNITS[name]}), and has {', '.join(head) or 'nothing'}")
    unit = head[found[0]].strip().partition(" (")[2].rstrip(")")
    if unit != UNITS[name]:
        raise SourceError(f"{file} wants {name} in {UNITS[name]}, and has it in {unit or 'no unit'}: convert it")
    return found[0]


def _numbers(rows: Iterable[list[str]], columns: list[int], file: str) -> list[Row]:
    found = []
    for number, row in enumerate(rows, start=2):
        if not any(row):
            continue
        try:
            a, b, c, d = (float(row[column]) for column in columns)
        except (ValueError, IndexError):
            raise SourceError(f"{file}, line {number}: numbers were wanted, got {','.join(row)[:60]!r}") from None
        if math.isfinite(a + b + c + d):
            found.append((a, b, c, d))
    return found
