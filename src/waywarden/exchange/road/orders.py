"""Work orders as tidy rows (CSV, RFC 4180), and as crews' sheets to be printed (HTML, PDF)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from waywarden.exchange.printed.blocks import Block, Heading, NewPage, Words, rows_of
from waywarden.exchange.road.page import page, table
from waywarden.exchange.tidy import quoted
from waywarden.pavement.orders.jobs import Visit
from waywarden.pavement.orders.plan import Plan, Stop

COLUMNS = "crew,stop,order,street,chainage_m,arrive,leave,minutes,priority,defects"


@dataclass(frozen=True, slots=True)
class Day:
    """When the shift begins, the place's own time, and the names of orders, crew by crew in the order of stops."""

    begins: datetime
    order_ids: tuple[tuple[str, ...], ...]


def orders_csv(plan: Plan, day: Day) -> Iterator[str]:
    """Yield the lines of the CSV: each crew's stops in order, then what no crew has time for, without a crew."""
    yield COLUMNS + "\n"
    for crew, (stops, names) in enumerate(zip(plan.crews, day.order_ids, strict=True), 1):
        for number, (stop, name) in enumerate(zip(stops, names, strict=True), 1):
            come, go = clock_of(day, stop.arrive_minutes), clock_of(day, stop.leave_minutes)
            yield _row([str(crew), str(number), name], stop.visit, [come, go])
    for visit in plan.left:
        yield _row(["", "", ""], visit, ["", ""])


def _row(head: Sequence[str], visit: Visit, clock: Sequence[str]) -> str:
    first, defects = visit.jobs[0], " ".join(job.defect_id for job in visit.jobs)
    cells = [*head, first.street, f"{first.chainage_m:g}", *clock, f"{visit.minutes:g}", f"{visit.priority:g}", defects]
    return ",".join(quoted(cell) for cell in cells) + "\n"


def sheets_html(plan: Plan, day: Day) -> str:
    """Return a page to be printed: a sheet for each crew, with room for what was done.

    What is written on it by hand goes into the ledger by ``waywarden ledger write``. It has no room for a name.
    """
    sheets = [
        f"<section><h1>{_title(crew, day)}</h1><p>{_hours(len(stops), day, back)}</p>"
        + "".join(
            _stop(number, stop, name, day) for number, (stop, name) in enumerate(zip(stops, names, strict=True), 1)
        )
        + "</section>"
        for crew, (stops, names, back) in enumerate(zip(plan.crews, day.order_ids, plan.back_minutes, strict=True), 1)
    ]
    return page(f"Work orders {day.begins:%Y-%m-%d}", "".join(sheets))


def sheets_said(plan: Plan, day: Day) -> list[Block]:
    """Return the same sheets as blocks, for a PDF: each crew begins a page."""
    said: list[Block] = []
    for crew, (stops, names, back) in enumerate(zip(plan.crews, day.order_ids, plan.back_minutes, strict=True), 1):
        said += [NewPage(), Heading(1, _title(crew, day)), Words(_hours(len(stops), day, back))]
        for number, (stop, name) in enumerate(zip(stops, names, strict=True), 1):
            said += [
                Heading(2, _head(number, stop)),
                Words(_when(stop, name, day)),
                rows_of(HEAD, _job_rows(stop), lines=2),
            ]
    return said


def _title(crew: int, day: Day) -> str:
    return f"Crew {crew}, {day.begins:%Y-%m-%d}"


def _hours(stops: int, day: Day, back: float) -> str:
    return f"Leaves at {day.begins:%H:%M}, back at {clock_of(day, back)}; {stops} stops."


def _head(number: int, stop: Stop) -> str:
    first = stop.visit.jobs[0]
    return f"{number}. {first.street}, {first.chainage_m:g} m"


def _when(stop: Stop, name: str, day: Day) -> str:
    return f"{clock_of(day, stop.arrive_minutes)} to {clock_of(day, stop.leave_minutes)}, order {name}"


def _job_rows(stop: Stop) -> list[list[str]]:
    return [
        [job.defect_id, f"{job.chainage_m:g}", f"{job.latitude:.6f}, {job.longitude:.6f}", f"{job.minutes:g}", *BLANK]
        for job in stop.visit.jobs
    ]


def _stop(number: int, stop: Stop, name: str, day: Day) -> str:
    head, when = escape(_head(number, stop)), escape(_when(stop, name, day))
    return f'<div class="stop"><h2>{head}</h2><p>{when}</p>{table(HEAD, _job_rows(stop))}</div>'


HEAD = ("defect", "chainage, m", "latitude, longitude", "minutes", "what was done", "material", "done at")
BLANK = ("☐ safe ☐ temporary ☐ lasting", "", "")


def clock_of(day: Day, minutes: float) -> str:
    """Return the time of day so many minutes after the shift began."""
    return f"{day.begins + timedelta(minutes=round(minutes)):%H:%M}"
