"""``waywarden programme`` and ``waywarden orders …``: each command calls one job and says what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from waywarden.exchange.road.programme import comparison_rows
from waywarden.run.spoken import notes
from waywarden.run.works.programme import ProgrammeJob, budgets_of, make_programme

programme_app = typer.Typer()


@programme_app.command("programme")
def programme_command(  # noqa: PLR0913, PLR0917 - a parameter an option
    sections: Annotated[Path, typer.Option(help="CSV of pavement sections; docs/road.md lists its columns.")],
    treatments: Annotated[Path, typer.Option(help="What can be done, and how pavement wears (treatments.toml).")],
    budget: Annotated[str, typer.Option(help="Money of a year; or of each, with commas between.")],
    years: Annotated[int, typer.Option(help="How many years.", min=1, max=20)] = 5,
    first_year: Annotated[int, typer.Option(help="What the first year is called.")] = 1,
    out: Annotated[str, typer.Option(help="Where rows go: '-', or a .csv file.")] = "-",
    plot: Annotated[str | None, typer.Option(help="Also draw the conditions that come of it: an .svg file.")] = None,
) -> None:
    """Choose treatments for pavement sections under a budget, and say why for each; compare with what others do."""
    made = make_programme(ProgrammeJob(sections, treatments, budgets_of(budget, years), first_year, out, plot))
    head, *rows = comparison_rows(made.outcomes)
    table = Table(*head, title=f"treatments {made.rules.version}; proven to within {made.gap:.2%} of the most there is")
    for row in rows:
        table.add_row(*row)
    notes.print(table)
