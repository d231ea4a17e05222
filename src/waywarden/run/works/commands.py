"""``waywarden programme`` and ``waywarden orders …``: each command calls one job and says what came of it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from waywarden.exchange.road.programme import comparison_rows
from waywarden.pavement.orders.plan import Working
from waywarden.run.spoken import notes
from waywarden.run.works.orders import OrdersJob, plan_orders, read_matrix
from waywarden.run.works.programme import SHARES, ProgrammeJob, Step, budgets_of, make_for_page, make_programme
from waywarden.terms.errors import ConfigError

programme_app = typer.Typer()
orders_app = typer.Typer(help="Work orders for crews.")


@programme_app.command("programme")
def programme_command(  # noqa: PLR0913, PLR0917 - a parameter an option
    sections: Annotated[Path, typer.Option(help="CSV of pavement sections; docs/road.md lists its columns.")],
    treatments: Annotated[Path, typer.Option(help="What can be done, and how pavement wears (treatments.toml).")],
    budget: Annotated[str, typer.Option(help="Money of a year; or of each, with commas between.")],
    years: Annotated[int, typer.Option(help="How many years.", min=1, max=20)] = 5,
    first_year: Annotated[int, typer.Option(help="What the first year is called.")] = 1,
    out: Annotated[str, typer.Option(help="Where rows go: '-', or a .csv file.")] = "-",
    plot: Annotated[str | None, typer.Option(help="Also draw the conditions that come of it: an .svg file.")] = None,
    for_page: Annotated[
        str | None, typer.Option(help="Also for a fifth to twice the money, for the page's slider: a .json file.")
    ] = None,
    seconds: Annotated[
        float, typer.Option(help="With --for-page: look so long at most for each of those.", min=1)
    ] = 60.0,
) -> None:
    """Choose treatments for pavement sections under a budget, and say why for each; compare with what others do."""
    job = ProgrammeJob(sections, treatments, budgets_of(budget, years), first_year, out, plot, for_page)
    made = make_programme(job)
    if for_page is not None:
        whole = make_for_page(job, made, seconds, _tell)
        notes.print(f"{len(whole)} of {len(SHARES)} budgets hold all floors, and are in {for_page}")
    head, *rows = comparison_rows(made.outcomes)
    table = Table(*head, title=f"treatments {made.rules.version}; proven to within {made.gap:.2%} of the most there is")
    for row in rows:
        table.add_row(*row)
    notes.print(table)


def _tell(step: Step) -> None:
    """Say what came of one budget of the slider."""
    money = ", ".join(f"{each:,.0f}" for each in sorted(set(step.budgets)))
    came = step.why_not
    if step.made is not None:
        came = f"{'stopped, ' if step.made.stopped else ''}proven to within {step.made.gap:.2%} of the most there is"
    notes.print(f"{step.number} of {len(SHARES)}, {money} a year: {came} ({step.took_s:.1f} s)")


@orders_app.callback()
def orders() -> None:
    """Work orders for crews."""


@orders_app.command("plan")
def orders_plan(  # noqa: PLR0913, PLR0917 - a parameter an option
    jobs: Annotated[Path, typer.Option(help="CSV of jobs; docs/road.md lists its columns.")],
    crews: Annotated[int, typer.Option(help="How many crews.", min=1, max=50)] = 1,
    hours: Annotated[float, typer.Option(help="How long a shift is, from the yard and back.", min=0.1, max=24)] = 8.0,
    reach_m: Annotated[float, typer.Option(help="Jobs of one street so near are one visit.", min=0)] = 50.0,
    setup: Annotated[float, typer.Option(help="Minutes that a visit takes besides its jobs.", min=0)] = 0.0,
    yard: Annotated[str | None, typer.Option(help="LON,LAT where crews begin; else the middle of all jobs.")] = None,
    detour: Annotated[float, typer.Option(help="A way is so many times the straight line.", min=1)] = 1.3,
    speed: Annotated[float, typer.Option(help="Kilometres an hour.", min=1)] = 30.0,
    matrix: Annotated[Path | None, typer.Option(help="CSV: from,to,minutes, instead of straight lines.")] = None,
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Of the shift; else tomorrow.")] = None,
    starts: Annotated[str, typer.Option(help="When the shift begins, HH:MM.")] = "08:00",
    out: Annotated[str, typer.Option(help="Where rows go: '-', or a .csv file.")] = "-",
    sheet: Annotated[str | None, typer.Option(help="Also write crews' sheets to be printed: .html or .pdf.")] = None,
    for_page: Annotated[str | None, typer.Option(help="Also write the routes for the page: a .json file.")] = None,
    store_file: Annotated[Path | None, typer.Option("--store", help="Write the orders into this ledger.")] = None,
    policy: Annotated[str, typer.Option(help="Version of the policy in force.")] = "",
) -> None:
    """Plan which crew goes where in which order, so that most priority is served within the shift."""
    ways = None if matrix is None else read_matrix(matrix)
    working = Working(crews, hours * 60, reach_m, setup, _yard(yard), detour, speed, ways)
    begins = datetime.combine(day or datetime.now().astimezone() + timedelta(days=1), _clock(starts))
    plan = plan_orders(OrdersJob(jobs, working, begins, out, sheet, store_file, policy, for_page))
    visits = [stop.visit for stops in plan.crews for stop in stops]
    everything = [*visits, *plan.left]
    notes.print(
        f"priority {plan.priority:g} of {sum(each.priority for each in everything):g} served, "
        f"{sum(len(each.jobs) for each in visits)} of {sum(len(each.jobs) for each in everything)} jobs in "
        f"{len(visits)} visits; crews are back after {', '.join(f'{each / 60:.1f}' for each in plan.back_minutes)} h"
    )


def _clock(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"--starts wants a time of day, as in 08:00, got {text!r}") from error


def _yard(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        longitude, latitude = (float(word) for word in text.split(","))
    except ValueError as error:
        raise ConfigError(f"--yard wants longitude and latitude, as in -1.5,53.8, got {text!r}") from error
    return longitude, latitude
