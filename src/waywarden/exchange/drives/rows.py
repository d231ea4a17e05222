"""Positions as CSV: a column each for time, latitude and longitude, and for speed, heading and error where known.

Names of columns are those of ``COLUMNS``, with any unit in brackets after them, as phones' loggers write them
(``Latitude (°)``). A time is ISO 8601 with its zone, or seconds since 1970 (UTC), or seconds since the recording began.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from waywarden.exchange.drives.fixes import drive_positions, instant_s
from waywarden.terms.drives import DrivePositions, Fix

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "time": ("time", "at", "timestamp", "time_s"),
    "lat": ("lat", "latitude", "lat_deg"),
    "lon": ("lon", "longitude", "lng", "lon_deg"),
    "speed_mps": ("speed_mps", "speed", "velocity"),
    "heading_deg": ("heading_deg", "heading", "course", "bearing", "direction"),
    "sigma_m": ("sigma_m", "accuracy", "horizontal accuracy"),
}
"""Each column with the names that it may have, in lower case and without its unit."""
OPTIONAL = ("speed_mps", "heading_deg", "sigma_m")
LEAST_EPOCH_S = 1e8
"""Smaller numbers of seconds (before March 1973) are counted from the beginning of the recording."""


def from_rows(raw: bytes, began: datetime | None = None) -> DrivePositions:
    """Read the positions.

    Parameters
    ----------
    raw : bytes
        The file, UTF-8.
    began : datetime, optional
        When the recording began (UTC), for times that count from there.

    Raises
    ------
    ValueError
        What was wanted: a column, a number, or when the recording began.
    """
    try:
        lines = csv.reader(raw.decode("utf-8-sig").splitlines())
        rows = list(lines)
    except (UnicodeDecodeError, csv.Error) as fault:
        raise ValueError(f"it is no CSV in UTF-8: {fault}") from fault
    if not rows:
        raise ValueError("it is empty: a header and rows were wanted")
    return drive_positions(_fixes(rows, _places(rows[0]), began))


def _places(header: Sequence[str]) -> dict[str, int]:
    """Return where each known column stands."""
    named = [name.partition("(")[0].strip().lower() for name in header]
    found = {column: next((named.index(each) for each in names if each in named), -1)
             for column, names in COLUMNS.items()}  # fmt: skip
    missing = [column for column, place in found.items() if place < 0 and column not in OPTIONAL]
    if missing:
        raise ValueError(
            f"it has no column {' or '.join(COLUMNS[missing[0]])}; its header is {','.join(header)[:80]!r}"
        )
    return {column: place for column, place in found.items() if place >= 0}


def _fixes(rows: Sequence[Sequence[str]], places: Mapping[str, int], began: datetime | None) -> Iterator[Fix]:
    for number, row in enumerate(rows[1:], start=2):
        if not row:
            continue
        try:
            told = {column: row[place] for column, place in places.items()}
            yield _fix(told, began)
        except (IndexError, ValueError) as fault:
            cut = "; it is the last one, so the file was cut short" if number == len(rows) else ""
            raise ValueError(f"line {number}: {fault}{cut}") from fault


def _fix(told: Mapping[str, str], began: datetime | None) -> Fix:
    speed, heading, sigma = (_number(told.get(column, "")) for column in OPTIONAL)
    # Phones write -1 for a speed or a heading that they do not know.
    return Fix(
        _seconds(told["time"], began), _number(told["lon"]), _number(told["lat"]),
        speed if speed >= 0 else math.nan, heading if heading >= 0 else math.nan, sigma if sigma >= 0 else math.nan,
    )  # fmt: skip


def _number(text: str) -> float:
    return float(text) if text.strip() else math.nan


def _seconds(text: str, began: datetime | None) -> float:
    try:
        seconds = float(text)
    except ValueError:
        return instant_s(text)
    if seconds >= LEAST_EPOCH_S:
        return seconds
    if began is None:
        raise ValueError(f"the time {text.strip()} counts from an unknown beginning: say with --began when that was")
    return began.timestamp() + seconds
