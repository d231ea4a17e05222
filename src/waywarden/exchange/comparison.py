"""A comparison with a survey as sheets: what each place is off by, and every interval."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from waywarden.exchange.sheets import Look, Row, Share, Sheet
from waywarden.exchange.tmc import clock
from waywarden.traffic.measures.compare import Compared, PlaceError, by_place, place_of

_HEAD = ("place", "class", "compared", "not watched", "surveyed", "counted", "error", "mean |error|", "GEH under 5")


def comparison_sheets(compared: Sequence[Compared], time_zone: ZoneInfo) -> list[Sheet]:
    """Return a summary by place and class, and a sheet of every surveyed interval."""
    notes = (
        "Error is counted less surveyed, by surveyed; mean |error| is that of single intervals, in road users.",
        "GEH is of hourly flows (TAG unit M3.1): under 5 is good for a flow, and 85 % of flows should be.",
        "What we did not watch is not compared. The survey has errors of its own, which nobody knows here.",
    )
    summary = [Row(_HEAD, Look.HEAD), *(_row(one) for one in by_place(compared)), Row([])]
    return [
        Sheet("Summary", [*summary, *(Row([note], Look.NOTE) for note in notes)]),
        Sheet("Intervals", _intervals(compared, time_zone)),
    ]


def _row(one: PlaceError) -> Row:
    share = one.error_share
    return Row(
        [
            one.place,
            one.vehicle_class,
            one.compared,
            one.not_watched,
            one.surveyed,
            one.counted,
            None if share is None else Share(share),
            one.absolute_error / one.compared if one.compared else None,
            Share(one.under_five / one.compared) if one.compared else None,
        ]
    )


def _intervals(compared: Sequence[Compared], time_zone: ZoneInfo) -> list[Row]:
    rows = [Row(["place", "class", "date", "start", "minutes", "surveyed", "counted", "error", "GEH"], Look.HEAD)]
    for one in compared:
        there = one.surveyed
        off = None if one.counted is None else one.counted - there.count
        when = [*clock(there.start, time_zone), there.duration_s / 60]
        rows.append(Row([place_of(there), there.vehicle_class, *when, there.count, one.counted, off, one.geh]))
    return rows
