"""Manual counts as CSV, as a survey's spreadsheet is saved: a row a place, class and time. Read only.

No standard fixes it, so a header does: ``start`` and ``count`` must be there, ``gate`` or ``movement`` too;
``direction`` (both ways if empty), ``vehicle_class`` (``all`` if empty) and ``duration_s`` or ``duration_min`` (15
minutes if neither) may be. Other columns are left alone, so tidy rows are read as well. A time without a zone is on
the city's clock.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from waywarden.terms.kinds import ALL_CLASSES
from waywarden.terms.records import Direction
from waywarden.traffic.measures.compare import Surveyed

USUAL_S = 900
_NEEDED = ("start", "count")


def from_manual(text: str, time_zone: ZoneInfo) -> list[Surveyed]:
    """Read the counts of a file; ValueError names the line, and what was wanted there."""
    lines = text.removeprefix("\ufeff").splitlines()
    separator = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
    reader = csv.DictReader(lines, delimiter=separator, strict=True)
    names = [name.strip().lower() for name in reader.fieldnames or []]
    missing = [name for name in _NEEDED if name not in names]
    if not {"gate", "movement"} & set(names):
        missing.append("gate or movement")
    if missing:
        raise ValueError(f"line 1: the header has no column {', '.join(missing)}; it has {', '.join(names) or 'none'}")
    reader.fieldnames = names
    found: list[Surveyed] = []
    try:
        found.extend(_surveyed({name: cell or "" for name, cell in row.items() if name}, time_zone) for row in reader)
    except (ValueError, OverflowError, csv.Error) as fault:
        raise ValueError(f"line {reader.line_num}: {fault}") from fault
    if not found:
        raise ValueError("there is no count in it")
    return found


def _surveyed(row: Mapping[str, str], time_zone: ZoneInfo) -> Surveyed:
    gate, movement = row.get("gate", "").strip(), row.get("movement", "").strip()
    if bool(gate) == bool(movement):
        raise ValueError("a count is of a gate or of a movement: fill in exactly one of the two")
    direction = row.get("direction", "").strip().lower()
    count = int(row["count"])
    if count < 0:
        raise ValueError(f"a count is 0 or more, got {count}")
    return Surveyed(
        gate_id=gate or None,
        direction=Direction(direction) if direction else None,
        movement_id=movement or None,
        vehicle_class=row.get("vehicle_class", "").strip() or ALL_CLASSES,
        start=_start(row["start"].strip(), time_zone),
        duration_s=_duration_s(row),
        count=count,
    )


def _start(text: str, time_zone: ZoneInfo) -> datetime:
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=at.tzinfo or time_zone).astimezone(UTC)


def _duration_s(row: Mapping[str, str]) -> int:
    seconds, minutes = row.get("duration_s", "").strip(), row.get("duration_min", "").strip()
    duration_s = int(seconds) if seconds else round(60 * float(minutes)) if minutes else USUAL_S
    if duration_s <= 0:
        raise ValueError(f"a duration is more than 0 seconds, got {duration_s}")
    return duration_s
