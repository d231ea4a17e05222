"""``waywarden road …``, but for what begins with a drive: each command calls one job and says what came of it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from waywarden.exchange.tidy import quoted
from waywarden.run.road import names, ride_commands
from waywarden.run.road.redaction import redaction
from waywarden.run.road.simulate import simulate, table
from waywarden.run.road.surface.look import Mounting, look_at_folder
from waywarden.run.road.surface.score import own, score
from waywarden.run.spoken import StoreFile, instant, notes
from waywarden.terms.distress import KeptChange, Role
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


@road_app.command("score")
def score_command(
    pictures: Annotated[Path, typer.Option(help="A folder of pictures of roads.")],
    truth: Annotated[Path, typer.Option(help="A folder with what is known of each.")],
    layout: Annotated[str, typer.Option("--format", help="dnit: PNG masks; voc: boxes in XML.")],
    weights: Annotated[
        Path | None, typer.Option(help="A network for road damage; the one that comes with Waywarden if left out.")
    ] = None,
) -> None:
    """Score a network on pictures of roads whose damage is known, and print one JSON object."""
    typer.echo(json.dumps(score(pictures, truth, layout, weights or own()), indent=1))


@road_app.command("redaction")
def redaction_command(
    clips: Annotated[Path, typer.Option("--clips", help="Clips, or pictures, on which people have drawn vehicles.")],
    weights: Annotated[
        Path | None, typer.Option(help="A network for road users; the one that comes with Waywarden if left out.")
    ] = None,
    every: Annotated[int, typer.Option(help="Look only at every so manieth picture.", min=1)] = 1,
) -> None:
    """Say how many vehicles the redactor of kept pictures covers, and how much it hides for that, as JSON."""
    typer.echo(json.dumps(redaction(clips, every, weights), indent=1))


@road_app.command("look")
def look_command(
    pictures: Annotated[Path, typer.Argument(help="A folder of pictures of a road, taken from a vehicle.")],
    weights: Annotated[
        Path | None, typer.Option(help="A network for road damage; the one that comes with Waywarden if left out.")
    ] = None,
    height_m: Annotated[float | None, typer.Option(help="Of the camera over the road.")] = None,
    tilt_deg: Annotated[float, typer.Option(help="How far the camera looks down.")] = 0.0,
    wide_deg: Annotated[float, typer.Option(help="How much the picture shows from side to side.")] = 70.0,
) -> None:
    """Print as CSV what damage is to be seen on pictures of a road and, with --height-m, where on the road it is."""
    mounting = None if height_m is None else Mounting(height_m, tilt_deg, wide_deg)
    for line in look_at_folder(pictures, weights or own(), mounting, notes.print):
        typer.echo(line)


road_app.command("ride")(ride_commands.ride_command)
road_app.command("ride-score")(ride_commands.ride_score_command)
road_app.command("ride-calibrate")(ride_commands.ride_calibrate_command)


@road_app.command("name")
def road_name(
    sightings: Annotated[Path, typer.Option(help="CSV of all sightings of their streets; docs/road.md lists columns.")],
    store_file: StoreFile = Path("waywarden.sqlite"),
) -> None:
    """Tell sightings apart, give each the name of its defect, and print what changed."""
    _say_changes(names.name_sightings(store_file, sightings))


@road_app.command("merge")
def road_merge(
    keep: Annotated[str, typer.Argument(help="The defect whose name stays.")],
    gone: Annotated[str, typer.Argument(help="The defect that is the same.")],
    role: Annotated[Role, typer.Option(help="On whose word.")] = Role.INSPECTOR,
    store_file: StoreFile = Path("waywarden.sqlite"),
) -> None:
    """Write down that two defects are one. No later estimate takes them apart."""
    _say_changes(names.merge(store_file, keep, gone, names.Word(role)))


@road_app.command("split")
def road_split(
    sightings: Annotated[list[str], typer.Argument(help="Sightings of one defect that are of another.")],
    role: Annotated[Role, typer.Option(help="On whose word.")] = Role.INSPECTOR,
    store_file: StoreFile = Path("waywarden.sqlite"),
) -> None:
    """Write down that some sightings of a defect are of another one. No later estimate puts them together."""
    _say_changes(names.split(store_file, sightings, names.Word(role)))


@road_app.command("undo")
def road_undo(
    number: Annotated[int, typer.Argument(help="The change that is taken back; 'waywarden road changes' lists them.")],
    role: Annotated[Role, typer.Option(help="On whose word.")] = Role.INSPECTOR,
    store_file: StoreFile = Path("waywarden.sqlite"),
) -> None:
    """Take a change of names back. It stays written down, and so does this."""
    _say_changes(names.undo(store_file, number, names.Word(role)))


@road_app.command("names")
def road_names(store_file: StoreFile = Path("waywarden.sqlite")) -> None:
    """Print the defect of every sighting as CSV: sighting,defect."""
    called = names.names(store_file)
    typer.echo("sighting,defect")
    for sighting, defect in sorted(called.items()):
        typer.echo(f"{quoted(sighting)},{quoted(defect)}")


@road_app.command("changes")
def road_changes(store_file: StoreFile = Path("waywarden.sqlite")) -> None:
    """Print every change of names as CSV, and check that nobody changed them."""
    _say_changes(names.kept_changes(store_file))


def _say_changes(changes: Sequence[KeptChange]) -> None:
    """Print changes as CSV, a row for each defect that sightings went from and to."""
    typer.echo("number,change,role,undoes,recorded,from,to,sightings,account")
    for each in changes:
        one = each.change
        ways = Counter((move.from_id or "", move.to_id) for move in one.moves if move.from_id != move.to_id)
        undoes = "" if one.undoes is None else one.undoes
        for (was, now), moved in sorted(ways.items()):
            typer.echo(
                f"{one.number},{one.change},{one.role},{undoes},{instant(each.recorded_at)},{quoted(was)},"
                f"{quoted(now)},{moved},{one.account}"
            )
