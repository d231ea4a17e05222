"""The commands that begin with a drive: each calls one job and says what came of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import numpy as np
import typer

from waywarden.geo.drives.clock import ClockOffset, clock_offset
from waywarden.geo.drives.motion import length_m, speeds_mps
from waywarden.run.cameras import utc
from waywarden.run.city.config import read_city
from waywarden.run.road.commands import TIMES
from waywarden.run.road.drives.reading import Drive, read_drive, spelt
from waywarden.run.spoken import say_troubles
from waywarden.terms.errors import WaywardenError

Drives = Annotated[list[Path], typer.Argument(help="Drives: .gpx, .csv, .mp4, or folders of pictures.")]
Began = Annotated[
    datetime | None,
    typer.Option(formats=TIMES, metavar="TIME", help="When a CSV file's recording began, if it counts from there."),
]
MOST_OFFSET_S = 4000.0
"""Clocks are rarely further apart than an hour of summer time and some minutes."""


def positions_command(
    drives: Drives,
    city_file: Annotated[Path | None, typer.Option("--city", help="City whose zone cameras without one keep.")] = None,
    began: Began = None,
    against: Annotated[
        Path | None, typer.Option(help="A drive with a speed of its own, to find how far its clock is off.")
    ] = None,
) -> None:
    """Read drives and print as CSV where, when and how far each went, and what is known of its clock."""
    zone = None if city_file is None else ZoneInfo(read_city(city_file).time_zone)
    other = None if against is None else read_drive(against, utc(began), zone)
    troubles: list[tuple[str, WaywardenError | None]] = []
    typer.echo("drive,fixes,without_fix,from,until,length_m,sigma_m,clock")
    for path in drives:
        try:
            typer.echo(row(_said(read_drive(path, utc(began), zone), other)))
        except WaywardenError as trouble:
            troubles.append((path.name, trouble))
    raise typer.Exit(say_troubles(troubles))


def _said(drive: Drive, other: Drive | None) -> list[str]:
    got = drive.positions
    sigmas = got.sigma_m[~np.isnan(got.sigma_m)]
    sigma = f"{np.median(sigmas):.1f}" if len(sigmas) else ""
    clock = drive.clock if other is None else _clock_against(drive, other)
    return [
        drive.path.name, str(len(got)), str(got.without_fix), spelt(got.at_s[0]), spelt(got.at_s[-1]),
        f"{length_m(got):.0f}", sigma, clock,
    ]  # fmt: skip


def _clock_against(drive: Drive, other: Drive) -> str:
    mine, theirs = ((each.positions.at_s, speeds_mps(each.positions)) for each in (drive, other))
    found = clock_offset(mine, theirs, MOST_OFFSET_S)
    if isinstance(found, ClockOffset):
        return f"add {found.offset_s:+.1f} s to the clock of {other.path.name} (correlation {found.correlation:.2f})"
    return found


def row(cells: Iterable[str]) -> str:
    """Return one line of CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def add_drives(road: typer.Typer) -> None:
    """Add these commands to ``waywarden road``."""
    road.command("positions")(positions_command)
