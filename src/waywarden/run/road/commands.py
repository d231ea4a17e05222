"""``waywarden road …``: each command calls one job and says what came of it."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from waywarden.run.road.simulate import simulate, table
from waywarden.terms.errors import ConfigError

road_app = typer.Typer(help="Road damage.")


@road_app.callback()
def road() -> None:
    """Road damage."""


@road_app.command("simulate")
def simulate_command(
    sigma_m: Annotated[float, typer.Option(help="Standard deviation of the drift of GPS along the street.")] = 3.0,
    spacing_m: Annotated[float, typer.Option(help="Mean distance from one damage to the next.")] = 20.0,
    passes: Annotated[int, typer.Option(help="How many passes there and back.")] = 6,
    seed: Annotated[int, typer.Option(help="Which made-up street.")] = 1,
    whole_table: Annotated[bool, typer.Option("--table", help="Print the whole table instead (minutes).")] = False,  # noqa: FBT002
    seeds: Annotated[str, typer.Option(help="The seeds of the table: first-last.")] = "101-150",
) -> None:
    """Tell the sightings of made-up drives apart and print, as JSON, how well that went."""
    if whole_table:
        given = re.fullmatch(r"(\d+)-(\d+)", seeds)
        if given is None:
            raise ConfigError(f"--seeds wants the first and the last seed, as in 101-150, got {seeds!r}")
        lines = table(int(given[1]), int(given[2]))
    else:
        lines = simulate(sigma_m, spacing_m, passes, seed)
    for line in lines:
        typer.echo(line)
