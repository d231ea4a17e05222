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
WHOLE = {
    "Time": ("time", "time_s", "t", "timestamp"),
    "X": ("ax", "acc_x", "accel_x", "acceleration x", "x"),
    "Y": ("ay", "acc_y", "accel_y", "acceleration y", "y"),
    "Z": ("az", "acc_z", "accel_z", "acceleration z", "z"),
    "Latitude": ("lat", "latitude"),
    "Longitude": ("lon", "lng", "longitude"),
    "Velocity": ("speed", "speed_mps", "velocity"),
}
"""The columns of a recording in one file with the names that each may have, in lower case; others are passed over."""
HELD_S = 1.0
"""A position that stays the same is one anew so often: the phone may stand."""

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


def read_whole(text: str, file: str) -> PhoneRecording:
    """Return the recording of one CSV text that has acceleration and positions side by side, in columns of ``WHOLE``.

    A unit in brackets after a name has to be that of ``UNITS``; without one it is taken for it. Positions come more
    rarely than acceleration: their cells are empty in between, or hold the last position.

    Raises
    ------
    SourceError
        As ``read_phone``.
    """
    lines = text.lstrip("\ufeff").splitlines()
    head = lines[0] if lines else ""
    separator = max(",;\t", key=head.count)
    places = [_whole_column(next(csv.reader([head], delimiter=separator), []), name, file) for name in WHOLE]
    felt: list[Row] = []
    fixed: list[Row] = []
    for number, row in enumerate(csv.reader(lines[1:], delimiter=separator), start=2):
        if any(row):
            at, x, y, z, latitude, longitude, speed = _cells(row, places, f"{file}, line {number}")
            felt += [(at, x, y, z)] if math.isfinite(at + x + y + z) else []
            here = (at, latitude, longitude, speed if math.isfinite(speed) else -1.0)
            anew = not fixed or here[1:] != fixed[-1][1:] or at - fixed[-1][0] >= HELD_S
            fixed += [here] if math.isfinite(at + latitude + longitude) and anew else []
    if any(after[0] < before[0] for rows in (felt, fixed) for before, after in pairwise(rows)):
        raise SourceError(f"{file} runs back in time: export the recording again")
    return PhoneRecording(tuple(felt), tuple(fixed))


def _whole_column(head: list[str], name: str, file: str) -> int:
    told = [each.strip().partition(" (") for each in head]
    found = next((i for i, each in enumerate(told) if each[0].lower() in WHOLE[name]), None)
    if found is None:
        raise SourceError(f"{file} wants a column {' or '.join(WHOLE[name])}, and has {', '.join(head) or 'nothing'}")
    unit = told[found][2].rstrip(")")
    if unit not in {"", UNITS[name]}:
        raise SourceError(f"{file} wants {told[found][0]} in {UNITS[name]}, and has it in {unit}: convert it")
    return found


def _cells(row: list[str], places: list[int], where: str) -> list[float]:
    """Return the numbers of a row, NaN for an empty cell."""
    try:
        return [float(row[place]) if row[place].strip() else math.nan for place in places]
    except (ValueError, IndexError):
        raise SourceError(f"{where}: numbers were wanted, got {','.join(row)[:60]!r}") from None


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
