"""Tidy rows: one row per interval and class, as CSV (RFC 4180) and as the table that Parquet is written from.

Times are RFC 3339 in UTC with ``Z``. Speeds are km/h with one decimal, ``observed_s`` has at most two. A gate's row
leaves ``movement`` empty, a movement's row ``gate`` and ``direction``. Lines end in a bare line feed, which RFC 4180
readers take and shell tools want.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from waywarden.terms.records import BinKey, Direction, IntervalQuality, TrafficInterval, bin_of

_MPS_TO_KMH = 3.6


@dataclass(frozen=True, slots=True)
class TidyRow:
    """One interval in the units and to the decimals in which it is handed out. The fields are the columns."""

    camera: str
    gate: str | None
    direction: str | None
    movement: str | None
    vehicle_class: str
    start: datetime
    duration_s: int
    observed_s: float
    count: int
    mean_speed_kmh: float | None
    v85_kmh: float | None


@dataclass(frozen=True, slots=True)
class JudgedRow(TidyRow):
    """A row that also says how far it can be trusted; both are None where its bin has not been judged."""

    quality: str | None
    doubts: str | None


Qualities = Mapping[BinKey, IntervalQuality]
"""What is known of bins; with it a table has the columns of ``JudgedRow``."""

COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(TidyRow))
JUDGED_COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(JudgedRow))


def tidy_row(one: TrafficInterval) -> TidyRow:
    """Return the row of ``one``; ``method`` is left out."""
    return TidyRow(
        camera=one.camera_id,
        gate=one.gate_id,
        direction=one.direction.value if one.direction else None,
        movement=one.movement_id,
        vehicle_class=one.vehicle_class,
        start=one.start.astimezone(UTC),
        duration_s=one.duration_s,
        observed_s=round(one.observed_s, 2),
        count=one.count,
        mean_speed_kmh=kmh(one.mean_speed_mps),
        v85_kmh=kmh(one.v85_mps),
    )


def judged_row(one: TrafficInterval, qualities: Qualities) -> JudgedRow:
    """Return the row of ``one`` with its quality; doubts are names with a space between them."""
    row = tidy_row(one)
    judged = qualities.get(bin_of(one))
    cells = {name: getattr(row, name) for name in COLUMNS}
    doubts = None if judged is None else " ".join(judged.doubts)
    return JudgedRow(**cells, quality=None if judged is None else judged.quality.value, doubts=doubts)


def csv_lines(intervals: Iterable[TrafficInterval], qualities: Qualities | None = None) -> Iterator[str]:
    r"""Yield the header and then one line per interval, each ending in ``\n``; with ``qualities`` two columns more."""
    yield ",".join(COLUMNS if qualities is None else JUDGED_COLUMNS) + "\n"
    for one in intervals:
        if qualities is None:
            yield ",".join(_cells(tidy_row(one))) + "\n"
        else:
            row = judged_row(one, qualities)
            yield ",".join([*_cells(row), row.quality or "", row.doubts or ""]) + "\n"


def to_csv(intervals: Iterable[TrafficInterval], qualities: Qualities | None = None) -> bytes:
    """Return all the lines as UTF-8."""
    return "".join(csv_lines(intervals, qualities)).encode()


def from_csv(raw: bytes) -> list[TrafficInterval]:
    """Read what ``to_csv`` wrote.

    Speeds and ``observed_s`` come back as they were rounded; ``method`` is not in the table and comes back empty.

    Raises
    ------
    ValueError
        With the number of the line, if the header is another one or a value is impossible.
    """
    # Not splitlines(): that also splits at characters that may stand inside a field.
    lines = raw.decode("utf-8-sig").removesuffix("\n").split("\n")
    reader = csv.reader((line + "\n" for line in lines), strict=True)
    found: list[TrafficInterval] = []
    try:
        _check_header(next(reader))
        found.extend(_interval(cells) for cells in reader)
    except (ValueError, OverflowError, csv.Error) as fault:
        raise ValueError(f"line {reader.line_num}: {fault}") from fault
    return found


def kmh(speed_mps: float | None) -> float | None:
    """Return a speed in km/h to one decimal; None stays None."""
    return None if speed_mps is None else round(speed_mps * _MPS_TO_KMH, 1)


def _cells(row: TidyRow) -> list[str]:
    return [
        quoted(row.camera),
        quoted(row.gate or ""),
        row.direction or "",
        quoted(row.movement or ""),
        quoted(row.vehicle_class),
        row.start.replace(tzinfo=None).isoformat() + "Z",
        str(row.duration_s),
        f"{row.observed_s:.2f}".rstrip("0").rstrip("."),
        str(row.count),
        _one_decimal(row.mean_speed_kmh),
        _one_decimal(row.v85_kmh),
    ]


def _one_decimal(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def quoted(cell: str) -> str:
    """Quote by RFC 4180 section 2, rules 5 to 7, only where needed."""
    if any(character in cell for character in ',"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _check_header(header: list[str]) -> None:
    if tuple(header) != COLUMNS:
        raise ValueError(f"the header {','.join(COLUMNS)} was wanted, got {','.join(header)}")


def _interval(values: list[str]) -> TrafficInterval:
    if len(values) != len(COLUMNS):
        raise ValueError(f"{len(COLUMNS)} fields were wanted, got {len(values)}")
    cells = dict(zip(COLUMNS, values, strict=True))
    direction = Direction(cells["direction"]) if cells["direction"] else None
    return TrafficInterval(
        camera_id=cells["camera"],
        gate_id=cells["gate"] if direction else None,
        direction=direction,
        movement_id=None if direction else cells["movement"],
        vehicle_class=cells["vehicle_class"],
        start=datetime.fromisoformat(cells["start"]).astimezone(UTC),
        duration_s=int(cells["duration_s"]),
        observed_s=float(cells["observed_s"]),
        count=int(cells["count"]),
        mean_speed_mps=_mps(cells["mean_speed_kmh"]),
        v85_mps=_mps(cells["v85_kmh"]),
        method="",
    )


def _mps(speed_kmh: str) -> float | None:
    return float(speed_kmh) / _MPS_TO_KMH if speed_kmh else None
