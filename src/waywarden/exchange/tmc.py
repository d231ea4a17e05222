"""The turning movement count as a traffic engineer lays it out: by approach and turn, in quarters of an hour.

No standard fixes the form; this is the common one of count contractors and of the ITE Manual of Transportation
Engineering Studies, chapter on intersection counts: a summary, all motor vehicles, heavy vehicles, bicycles by
approach, people on foot, and the peak hours with their factors (HCM equation 4-2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from waywarden.exchange.sheets import Cell, Look, Row, Share, Sheet
from waywarden.terms.places import Camera, Gate
from waywarden.traffic.measures.arms import arm_gates
from waywarden.traffic.measures.peak import HOUR_QUARTERS, PeakHour, peak_hour_factor, peak_hours
from waywarden.traffic.measures.turning import MOTOR, Group, Quarter, TurningCount

Qualities = Mapping[datetime, str]
"""The quality of each quarter by its start (UTC); one that is not there has not been judged."""

LEADING = ("date", "start", "watched")


def tmc_sheets(count: TurningCount, time_zone: ZoneInfo, qualities: Qualities) -> list[Sheet]:
    """Return the sheets of a junction's count; ``time_zone`` is that of the clock it is shown in."""
    return [
        _summary(count, time_zone, qualities),
        _table("All vehicles", count, MOTOR, time_zone, qualities),
        _table("Heavy vehicles", count, (Group.HEAVY,), time_zone, qualities),
        _table("Bicycles", count, (Group.BICYCLE,), time_zone, qualities),
        _on_foot(count, time_zone, qualities),
        _peaks(count, time_zone, qualities),
    ]


def gate_name(gate: Gate) -> str:
    """Return the name of a gate for people."""
    return gate.name or gate.id


def clock(at: datetime, time_zone: ZoneInfo) -> tuple[Cell, Cell]:
    """Return the day and the time of day of ``at`` on the city's clock."""
    local = at.astimezone(time_zone)
    return local.date(), local.time()


def half_day(time_zone: ZoneInfo) -> Callable[[datetime], tuple[date, str]]:
    """Return what says to which morning or afternoon a time belongs, as engineers report AM and PM peaks."""
    return lambda at: (at.astimezone(time_zone).date(), "AM" if at.astimezone(time_zone).hour < 12 else "PM")


def _summary(count: TurningCount, time_zone: ZoneInfo, qualities: Qualities) -> Sheet:
    camera, quarters = count.camera, count.quarters
    rows = [Row([f"Turning movement count: {camera.name or camera.id}"], Look.TITLE), Row(["camera", camera.id])]
    if quarters:
        rows += [
            Row(["from", *clock(quarters[0].start, time_zone)]),
            Row(["to, quarter that begins", *clock(quarters[-1].start, time_zone)]),
            Row(["clock", str(time_zone)]),
            Row(["watched", Share(sum(min(one.watched, 1.0) for one in quarters) / len(quarters))]),
        ]
    doubtful = sum(word == "doubtful" for word in qualities.values())
    rows += [Row(["quarters of doubtful quality", doubtful]), Row([])]
    rows += [Row(["approach", "vehicles", "heavy", "bicycles"], Look.HEAD), *_by_approach(count), Row([])]
    rows.append(Row(["peak hour", "date", "start", "vehicles", "PHF", "heavy"], Look.HEAD))
    for part, peak in _found_peaks(count, time_zone):
        heavy = _heavy_share(count, count.movement_ids, _hour(count, peak))
        rows.append(Row([part, *clock(peak.start, time_zone), peak.count, peak.phf, heavy]))
    rows += [Row([]), *(Row([line], Look.NOTE) for line in _notes(count))]
    return Sheet("Summary", rows)


def _notes(count: TurningCount) -> Iterator[str]:
    yield "Counts are what was seen and are never scaled up. An empty cell was not watched; 0 was watched and empty."
    yield "A peak hour is four wholly watched quarters; PHF is its count by 4 times its busiest one (HCM eq. 4-2)."
    yield "Left, through and right are read from where the gates stand; the destination beside them is counted."
    if not count.tells_heavy:
        yield "The class scheme does not keep buses and trucks apart: heavy vehicles are not known."


def _by_approach(count: TurningCount) -> Iterator[Row]:
    for approach in count.approaches:
        movements = tuple(movement.id for movement, _ in approach.movements)
        yield Row([gate_name(approach.gate), *_group_totals(count, movements)])
    yield Row(["junction", *_group_totals(count, count.movement_ids)], Look.TOTAL)


def _group_totals(count: TurningCount, movements: Sequence[str]) -> list[Cell]:
    vehicles = sum(one.count(movements) for one in count.quarters)
    heavy = _heavy_share(count, movements, count.quarters)
    return [vehicles, heavy, sum(one.count(movements, (Group.BICYCLE,)) for one in count.quarters)]


def _heavy_share(count: TurningCount, movements: Sequence[str], quarters: Sequence[Quarter]) -> Share | None:
    vehicles = sum(one.count(movements) for one in quarters)
    if not count.tells_heavy or vehicles == 0:
        return None
    return Share(sum(one.count(movements, (Group.HEAVY,)) for one in quarters) / vehicles)


def _heads(count: TurningCount) -> list[Row]:
    upper: list[Cell] = [None] * len(LEADING)
    lower: list[Cell] = [*LEADING]
    names = {gate.id: gate_name(gate) for gate in count.camera.gates}
    for approach in count.approaches:
        upper += [f"from {gate_name(approach.gate)}", *([None] * len(approach.movements))]
        lower += [f"{turn} to {names.get(one.to_gate, one.to_gate)}" for one, turn in approach.movements]
        lower.append("approach")
    return [Row([*upper, None, None], Look.HEAD), Row([*lower, "junction", "quality"], Look.HEAD)]


def _columns(count: TurningCount) -> list[tuple[str, ...]]:
    """Return the movements that each column of counts sums: each alone, each approach, the junction."""
    columns: list[tuple[str, ...]] = []
    for approach in count.approaches:
        ids = tuple(movement.id for movement, _ in approach.movements)
        columns += [*((one,) for one in ids), ids]
    return [*columns, count.movement_ids]


def _table(name: str, count: TurningCount, wanted: Sequence[Group], time_zone: ZoneInfo, qualities: Qualities) -> Sheet:
    columns = _columns(count)
    rows = _heads(count)
    for one in count.quarters:
        cells: list[Cell] = [one.count(ids, wanted) if one.watched else None for ids in columns]
        rows.append(Row([*_leading(one, time_zone), *cells, qualities.get(one.start)]))
    totals = [sum(one.count(ids, wanted) for one in count.quarters) for ids in columns]
    rows.append(Row(["total", None, None, *totals], Look.TOTAL))
    rows.append(Row(["of the approach", None, None, *_of_approach(count, totals)]))
    rows.append(Row(["of the junction", None, None, *(_share(one, totals[-1]) for one in totals)]))
    if set(wanted) == set(MOTOR) and count.tells_heavy:
        heavy = [_heavy_share(count, ids, count.quarters) for ids in columns]
        rows.append(Row(["heavy", None, None, *heavy]))
    return Sheet(name, rows)


def _leading(one: Quarter, time_zone: ZoneInfo) -> list[Cell]:
    return [*clock(one.start, time_zone), Share(min(one.watched, 1.0))]


def _of_approach(count: TurningCount, totals: Sequence[int]) -> list[Cell]:
    shares: list[Cell] = []
    at = 0
    for approach in count.approaches:
        width = len(approach.movements)
        shares += [_share(one, totals[at + width]) for one in totals[at : at + width + 1]]
        at += width + 1
    return [*shares, None]


def _share(part: int, whole: int) -> Cell:
    return Share(part / whole) if whole else None


def _on_foot(count: TurningCount, time_zone: ZoneInfo, qualities: Qualities) -> Sheet:
    """People on foot over each gate, both ways. A gate that no movement uses is taken for a crosswalk's."""
    gates = _crosswalks_first(count.camera)
    arms = {gate.id for gate in arm_gates(count.camera)}
    heads = [f"{gate_name(gate)} ({'arm' if gate.id in arms else 'crosswalk'})" for gate in gates]
    rows = [Row([*LEADING, *heads, "all", "quality"], Look.HEAD)]
    for one in count.quarters:
        counts = [one.on_foot_by_gate[gate.id] for gate in gates]
        cells: list[Cell] = [*counts, sum(counts)] if one.watched else [None] * (len(gates) + 1)
        rows.append(Row([*_leading(one, time_zone), *cells, qualities.get(one.start)]))
    totals = [sum(one.on_foot_by_gate[gate.id] for one in count.quarters) for gate in gates]
    rows.append(Row(["total", None, None, *totals, sum(totals)], Look.TOTAL))
    return Sheet("On foot", rows)


def _crosswalks_first(camera: Camera) -> list[Gate]:
    arms = arm_gates(camera)
    return [*(gate for gate in camera.gates if gate not in arms), *arms]


def _found_peaks(count: TurningCount, time_zone: ZoneInfo) -> list[tuple[str, PeakHour]]:
    parts = peak_hours(count.totals(count.movement_ids), half_day(time_zone))
    return [(half, peak) for (_, half), peak in parts]


def _hour(count: TurningCount, peak: PeakHour) -> list[Quarter]:
    first = next(number for number, one in enumerate(count.quarters) if one.start == peak.start)
    return list(count.quarters[first : first + HOUR_QUARTERS])


def _peaks(count: TurningCount, time_zone: ZoneInfo, qualities: Qualities) -> Sheet:
    """Each peak hour of the junction: its quarters, total, factor and heavy share, of every column."""
    columns = _columns(count)
    rows: list[Row] = []
    for part, peak in _found_peaks(count, time_zone):
        hour = _hour(count, peak)
        day, begins = clock(peak.start, time_zone)
        rows += [Row([f"{part} peak hour", day, begins], Look.TITLE), *_heads(count)]
        for one in hour:
            cells = [one.count(ids) for ids in columns]
            rows.append(Row([*_leading(one, time_zone), *cells, qualities.get(one.start)]))
        totals = [sum(one.count(ids) for one in hour) for ids in columns]
        factors = [peak_hour_factor([one.count(ids) for one in hour]) for ids in columns]
        rows += [Row(["total", None, None, *totals], Look.TOTAL), Row(["PHF", None, None, *factors])]
        if count.tells_heavy:
            heavy = [_heavy_share(count, ids, hour) for ids in columns]
            rows.append(Row(["heavy", None, None, *heavy]))
        rows.append(Row([]))
    if not rows:
        rows = [Row(["no hour was watched wholly, so there is no peak hour"], Look.NOTE)]
    return Sheet("Peak hours", rows)
