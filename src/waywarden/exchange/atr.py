"""The view of an automatic traffic recorder (ATR): each gate and direction over time, by class, with speeds.

The recorder lies across a road and counts what passes over it, so a gate and direction is a recorder of its own. Laid
out as the FHWA Traffic Monitoring Guide's volume, classification and speed records are read: a row an interval.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from waywarden.exchange.sheets import Cell, Look, Row, Share, Sheet, sheet_name
from waywarden.exchange.tidy import kmh
from waywarden.exchange.tmc import clock, gate_name, half_day
from waywarden.terms.kinds import ALL_CLASSES
from waywarden.terms.places import Camera, Gate
from waywarden.terms.records import BinKey, Direction, TrafficInterval, bin_of
from waywarden.traffic.measures.peak import PeakHour, QuarterCount, peak_hours
from waywarden.traffic.measures.turning import QUARTER_S, quarter_of

Recorder = tuple[str, Direction]
Qualities = Mapping[BinKey, str]
"""The quality of each bin; one that is not there has not been judged."""

_NOTES = (
    "Forward is to the right of who stands at a gate's start and looks at its end.",
    "Counts and peaks are of all classes, those on foot included where they are counted.",
    "The mean is weighed by count; v85s cannot be added up, so no total has one.",
)


@dataclass(frozen=True, slots=True)
class _Line:
    """One interval of one recorder: its row ``all`` and the counts of the classes."""

    sums: TrafficInterval
    by_class: Mapping[str, int]


def atr_sheets(
    camera: Camera, intervals: Iterable[TrafficInterval], time_zone: ZoneInfo, qualities: Qualities
) -> list[Sheet]:
    """Return a summary and a sheet for each gate and direction of ``camera`` that was watched."""
    rows = [row for row in intervals if row.camera_id == camera.id and row.direction is not None]
    classes = sorted({row.vehicle_class for row in rows} - {ALL_CLASSES})
    recorders = [(gate, way) for gate in camera.gates for way in Direction]
    lines = {(gate.id, way): _lines(rows, (gate.id, way)) for gate, way in recorders}
    sheets = [_summary(camera, recorders, lines, time_zone)]
    for gate, way in recorders:
        if lines[gate.id, way]:
            name = sheet_name(f"{gate_name(gate)} {way}", [sheet.name for sheet in sheets])
            table = [_cells(line, classes, time_zone, qualities) for line in lines[gate.id, way]]
            sheets.append(Sheet(name, [_head(classes), *table, _total(lines[gate.id, way], classes)]))
    return sheets


def _lines(rows: Iterable[TrafficInterval], recorder: Recorder) -> list[_Line]:
    by_start: defaultdict[datetime, dict[str, TrafficInterval]] = defaultdict(dict)
    for row in rows:
        if (row.gate_id, row.direction) == recorder:
            by_start[row.start][row.vehicle_class] = row
    return [
        _Line(cells[ALL_CLASSES], {name: row.count for name, row in cells.items() if name != ALL_CLASSES})
        for _, cells in sorted(by_start.items())
        if ALL_CLASSES in cells
    ]


def _head(classes: Sequence[str]) -> Row:
    return Row(["date", "start", "watched", *classes, "all", "mean km/h", "v85 km/h", "quality"], Look.HEAD)


def _cells(line: _Line, classes: Sequence[str], time_zone: ZoneInfo, qualities: Qualities) -> Row:
    sums = line.sums
    counts = [line.by_class.get(name, 0) for name in classes]
    watched = Share(sums.observed_s / sums.duration_s)
    speeds = [kmh(sums.mean_speed_mps), kmh(sums.v85_mps)]
    return Row([*clock(sums.start, time_zone), watched, *counts, sums.count, *speeds, qualities.get(bin_of(sums))])


def _total(lines: Sequence[_Line], classes: Sequence[str]) -> Row:
    counts = [sum(line.by_class.get(name, 0) for line in lines) for name in classes]
    watched = Share(sum(line.sums.observed_s for line in lines) / sum(line.sums.duration_s for line in lines))
    count = sum(line.sums.count for line in lines)
    return Row(["total", None, watched, *counts, count, _mean_kmh(lines)], Look.TOTAL)


def _mean_kmh(lines: Sequence[_Line]) -> float | None:
    """Return the mean speed, weighed by count; v85s cannot be added up, so there is no total of them."""
    known = [line.sums for line in lines if line.sums.mean_speed_mps is not None and line.sums.count]
    weight = sum(sums.count for sums in known)
    return kmh(sum(sums.count * (sums.mean_speed_mps or 0.0) for sums in known) / weight) if weight else None


def _summary(
    camera: Camera,
    recorders: Sequence[tuple[Gate, Direction]],
    lines: Mapping[Recorder, Sequence[_Line]],
    time_zone: ZoneInfo,
) -> Sheet:
    rows = [Row([f"Recorder view: {camera.name or camera.id}"], Look.TITLE), Row(["camera", camera.id])]
    rows += [Row(["clock", str(time_zone)]), Row([])]
    rows.append(Row(["gate", "direction", "intervals", "watched", "count", "mean km/h"], Look.HEAD))
    for gate, way in recorders:
        found = lines[gate.id, way]
        total: list[Cell] = list(_total(found, ()).cells[2:]) if found else []
        rows.append(Row([gate_name(gate), way.value, len(found), *total]))
    rows += [Row([]), Row(["gate", "direction", "peak", "date", "start", "count", "PHF"], Look.HEAD)]
    for gate, way in recorders:
        for half, peak in _peaks(lines[gate.id, way], time_zone):
            day, begins = clock(peak.start, time_zone)
            rows.append(Row([gate_name(gate), way.value, half, day, begins, peak.count, peak.phf]))
    rows += [Row([]), *(Row([line], Look.NOTE) for line in _NOTES)]
    return Sheet("Summary", rows)


def _peaks(lines: Sequence[_Line], time_zone: ZoneInfo) -> list[tuple[str, PeakHour]]:
    """Return the peak hours of each morning and afternoon; none of intervals that do not divide the quarter."""
    if any(QUARTER_S % line.sums.duration_s for line in lines):
        return []
    quarters: dict[datetime, list[TrafficInterval]] = {}
    for line in lines:
        quarters.setdefault(quarter_of(line.sums.start), []).append(line.sums)
    counts = [
        QuarterCount(at, sum(row.count for row in rows), sum(row.observed_s for row in rows) / QUARTER_S)
        for at, rows in quarters.items()
    ]
    return [(half, peak) for (_, half), peak in peak_hours(counts, half_day(time_zone))]
