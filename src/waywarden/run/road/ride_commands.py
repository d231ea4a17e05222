"""``waywarden road ride``, ``ride-score`` and ``ride-calibrate``: what a phone on the dashboard felt."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated

import typer

from waywarden.run.road import ride
from waywarden.terms.errors import ConfigError


def ride_command(
    folder: Annotated[Path, typer.Argument(help="A recording: a folder, as phyphox exports it, or one CSV file.")],
    jolts: Annotated[bool, typer.Option("--jolts", help="Print where it jolted instead.")] = False,  # noqa: FBT002
    calibration: Annotated[
        Path | None, typer.Option(help="Of the vehicle (ride-calibrate): adds an estimated IRI.")
    ] = None,
) -> None:
    """Print as CSV how rough the road was, or where it jolted as in a pothole."""
    recorded = ride.read_recorded(folder)
    told = None if calibration is None else ride.read_calibration(calibration)
    lines = ride.jolt_lines(recorded) if jolts else ride.roughness_lines(recorded, ride.read_borders(), told)
    for line in lines:
        typer.echo(line)


def ride_calibrate_command(
    folders: Annotated[list[Path], typer.Argument(help="Three recordings or more of one road.")],
    vehicle: Annotated[str, typer.Option(help="Which vehicle, with which tyres, and where the phone lay.")],
    iri: Annotated[float, typer.Option(help="The road's IRI in mm/m, measured by others.")],
) -> None:
    """Print a vehicle's calibration, as JSON, from rides over a road whose IRI is known."""
    typer.echo(ride.calibration_of(vehicle, folders, iri))


def ride_score_command(
    seeds: Annotated[str, typer.Option(help="Of made-up rides: first-last.")] = "101-150",
    recordings: Annotated[
        Path | None, typer.Option(help="Recordings of roads of known roughness instead (rsq_q1, rsq_q2, rsq_q3).")
    ] = None,
) -> None:
    """Print as JSON how well potholes are felt on made-up rides, or how well roughness is told on recordings."""
    if recordings is not None:
        typer.echo(json.dumps(ride.score_roughness(recordings)))
        return
    given = re.fullmatch(r"(\d+)-(\d+)", seeds)
    if given is None:
        raise ConfigError(f"--seeds wants the first and the last seed, as in 101-150, got {seeds!r}")
    typer.echo(ride.score_made_up(int(given[1]), int(given[2])))
