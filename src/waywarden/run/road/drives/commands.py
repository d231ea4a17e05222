"""The commands that begin with a drive: each calls one job and says what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import numpy as np
import typer

from waywarden.exchange.tidy import quoted
from waywarden.geo.drives.clock import ClockOffset, clock_offset
from waywarden.geo.drives.motion import length_m, speeds_mps
from waywarden.geo.streets.network import Network
from waywarden.geo.streets.update import mapped
from waywarden.run.city.config import read_city
from waywarden.run.counting.keeping import open_kept
from waywarden.run.road.drives.driven import Driven, driven
from waywarden.run.road.drives.inspecting import Said
from waywarden.run.road.drives.looking import Look, look_in_rows, no_look, read_sightings, said_of_strange
from waywarden.run.road.drives.network_file import read_network
from waywarden.run.road.drives.places_file import read_places
from waywarden.run.road.drives.reading import MOST_OFFSET_S, Drive, read_drive, spelt
from waywarden.run.road.drives.renewing import renew
from waywarden.run.road.drives.riding import with_ride
from waywarden.run.road.drives.survey import Surveyed, SurveyJob, into_ledger, survey
from waywarden.run.road.now.following import bring_up_to_date, keep_streets
from waywarden.run.road.pictures.keeping import keep_of_drive
from waywarden.run.road.surface.look import Mounting
from waywarden.run.road.surface.on_drives import look_at_pictures
from waywarden.run.road.surface.score import own
from waywarden.run.spoken import TIMES, StoreFile, notes, say_troubles, utc
from waywarden.store.drives import StretchFilter, open_drives
from waywarden.terms.distress import Way
from waywarden.terms.errors import ConfigError, WaywardenError
from waywarden.terms.inspections import Inspection

Drives = Annotated[list[Path], typer.Argument(help="Drives: .gpx, .csv, .mp4, or folders of pictures.")]
Began = Annotated[
    datetime | None,
    typer.Option(formats=TIMES, metavar="TIME", help="When a CSV file's recording began, if it counts from there."),
]


class Kerb(StrEnum):
    """Which side of who drives lane 1 is on: the right where traffic drives on the right."""

    LEFT = "left"
    RIGHT = "right"


LaneDriven = Annotated[
    int | None, typer.Option("--lane", help="In which lane these drives were, from the kerb (1).", min=1, max=12)
]
KerbSide = Annotated[
    Kerb | None,
    typer.Option("--kerb", help="On which side of the driver lane 1 is; else only the driven lane is told."),
]
drives_app = typer.Typer()
"""Commands of ``waywarden road`` that begin with a drive or a network."""
survey_app = typer.Typer()
"""``waywarden survey``."""

ZoneOf = Annotated[
    Path | None, typer.Option("--city", help="City whose time cameras keep that write theirs without a zone.")
]
NetworkFile = Annotated[Path, typer.Option("--network", help="The street network: .geojson, .gpkg or .osm.pbf.")]


@drives_app.command("positions")
def positions_command(
    drives: Drives,
    city_file: ZoneOf = None,
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
    return ",".join(quoted(cell) for cell in cells)


@drives_app.command("network")
def network_command(
    network_file: Annotated[Path, typer.Argument(help="The street network: .geojson, .gpkg or .osm.pbf.")],
    places: Annotated[
        Path | None, typer.Option(help="CSV: street,way,chainage_m; places on --old, to be found on this one.")
    ] = None,
    old: Annotated[Path | None, typer.Option(help="The edition that --places, or what is in --store, are of.")] = None,
    store_file: Annotated[
        Path | None, typer.Option("--store", help="Move what drives left in this store from --old to this network.")
    ] = None,
) -> None:
    """Say what a street network holds; or map places, or a whole store, of an older edition to it, as CSV."""
    if (old is not None) != ((places is None) != (store_file is None)):
        raise ConfigError("--old goes with --places or with --store: what is on it, and is to be found on the new one")
    streets = read_network(network_file)
    if store_file is not None and old is not None:
        _renew(store_file, read_network(old), streets)
        return
    if places is None or old is None:
        length_km = sum(each.length_m for each in streets.segments) / 1000.0
        typer.echo("version,streets,segments,length_km")
        typer.echo(f"{streets.version},{len(streets.streets)},{len(streets.segments)},{length_km:.1f}")
        return
    typer.echo("street,way,chainage_m,new_street,new_way,new_chainage_m,why_not")
    for each in mapped(read_network(old), streets, read_places(places)):
        new = ["", "", ""] if each.new is None else [each.new.street_id, each.new.way, f"{each.new.chainage_m:.1f}"]
        typer.echo(row([each.old.street_id, each.old.way, f"{each.old.chainage_m:.1f}", *new, each.why_not]))


def _renew(store_file: Path, old: Network, streets: Network) -> None:
    typer.echo("pass,street,way,from_m,to_m,network,why_not")
    with closing(open_drives(store_file)) as store:
        for each in renew(store, old, streets):
            one = each.inspection
            stretch = [one.street_id, one.way, f"{one.from_m:.1f}", f"{one.to_m:.1f}"]
            typer.echo(row([one.pass_id, *stretch, one.network, each.why_not]))
    keep_streets(store_file, streets)
    bring_up_to_date(store_file, None)


@drives_app.command("match")
def match_command(drives: Drives, network_file: NetworkFile, city_file: ZoneOf = None, began: Began = None) -> None:
    """Say as CSV which streets each drive was on, which way, from where to where, and how sure that is."""
    zone = None if city_file is None else ZoneInfo(read_city(city_file).time_zone)
    streets = read_network(network_file)
    troubles: list[tuple[str, WaywardenError | None]] = []
    typer.echo("drive,street,way,from_m,to_m,from,until,confidence,decided")
    for path in drives:
        try:
            for each in driven(streets, read_drive(path, utc(began), zone).positions):
                typer.echo(row(spelt_stretch(path, each)))
        except WaywardenError as trouble:
            troubles.append((path.name, trouble))
    raise typer.Exit(say_troubles(troubles))


def spelt_stretch(path: Path, each: Driven) -> list[str]:
    """Return the cells of one row of ``waywarden road match``."""
    one = each.stretch
    return [
        path.name, one.street_id, one.way, f"{one.low_m:.1f}", f"{one.high_m:.1f}", spelt(each.from_s),
        spelt(each.until_s), f"{one.confidence:.2f}", "yes" if one.decided else "no",
    ]  # fmt: skip


@survey_app.command("survey")
def survey_command(  # noqa: PLR0913, PLR0917 - a parameter an option
    drives: Drives,
    network_file: NetworkFile,
    city_file: Annotated[Path, typer.Option("--city", help="The city's description (city.toml).")],
    store_file: StoreFile = Path("waywarden.sqlite"),
    sightings: Annotated[Path | None, typer.Option(help="CSV of damage that was seen on these drives.")] = None,
    seen_share: Annotated[
        float, typer.Option(help="Share of the surface that whoever made --sightings could see.", min=0, max=1)
    ] = 1.0,
    wet: Annotated[
        bool | None, typer.Option("--wet/--dry", help="Whether the road was wet; not known if left out.")
    ] = None,
    began: Began = None,
    height_m: Annotated[
        float | None, typer.Option(help="Of the camera over the road: look for damage on folders of pictures.")
    ] = None,
    tilt_deg: Annotated[float, typer.Option(help="How far the camera looks down.")] = 0.0,
    wide_deg: Annotated[float, typer.Option(help="How much the picture shows from side to side.")] = 70.0,
    weights: Annotated[Path | None, typer.Option(help="A network for road damage, instead of our own.")] = None,
    ride: Annotated[
        Path | None, typer.Option(help="What a phone felt on this one drive, as phyphox exports it.")
    ] = None,
    ride_began: Annotated[
        datetime | None,
        typer.Option(formats=TIMES, metavar="TIME", help="When its clock was at 0; found by speed if left out."),
    ] = None,
    keep_pictures: Annotated[  # noqa: FBT002
        bool, typer.Option("--keep-pictures", help="Keep a redacted picture of the road around each damage.")
    ] = False,
    lane: LaneDriven = None,
    kerb: KerbSide = None,
) -> None:
    """Take survey drives in: which streets were looked at, what was found, and what that means for each defect."""
    _refuse_odd_looks(sightings, height_m, keep_pictures=keep_pictures)
    city = read_city(city_file)
    look = _look_in(sightings, _readable(drives, utc(began), ZoneInfo(city.time_zone)), seen_share, wet=wet)
    if height_m is not None:
        mounting = Mounting(height_m, tilt_deg, wide_deg)
        look = look_at_pictures(weights or own(), mounting, ZoneInfo(city.time_zone), wet)
    if ride is not None:
        _refuse_ride_alone(drives, look)
        look = with_ride(look, ride, utc(ride_began))
    streets = read_network(network_file)
    open_kept(store_file, city).close()
    store = open_drives(store_file)
    keep = keep_of_drive if keep_pictures else None
    job = SurveyJob(streets, look, store, store_file, ZoneInfo(city.time_zone), utc(began), keep,
                    Said(lane, None if kerb is None else kerb is Kerb.RIGHT))  # fmt: skip
    typer.echo("drive,id,passes,surely_m,unsure_m,seen,unplaced,trouble")
    surveyed = list(_told(survey(job, drives)))
    entries = into_ledger(job, surveyed)
    elsewhere = store.on_other_networks(streets.version)
    if elsewhere:
        notes.print(
            f"{elsewhere} inspections are on other editions of the network and are not compared with: "
            "'waywarden road network NEW --old OLD --store FILE' moves them"
        )
    notes.print(f"{len(entries)} facts written into the ledger")
    raise typer.Exit(say_troubles([(each.path.name, each.trouble) for each in surveyed]))


def _look_in(sightings: Path | None, drives: Iterable[Drive], seen_share: float, *, wet: bool | None) -> Look:
    """Return a look into a file; say before anything is stored how many of its sightings are of none of the drives."""
    if sightings is None:
        return no_look
    rows = read_sightings(sightings)
    told = said_of_strange(rows, list(drives))
    if told:
        notes.print(told)
    return look_in_rows(rows, sightings.name, seen_share=seen_share, wet=wet)


def _readable(paths: Iterable[Path], began: datetime | None, zone: ZoneInfo) -> Iterator[Drive]:
    """Yield the drives that can be read; what is wrong with the others is said when their turn comes."""
    for path in paths:
        with suppress(WaywardenError):
            yield read_drive(path, began, zone)


def _told(surveyed: Iterable[Surveyed]) -> Iterator[Surveyed]:
    """Yield what came of each drive once it has been said."""
    for each in surveyed:
        typer.echo(row(_spelt_drive(each)))
        if each.kept is not None:
            notes.print(f"{each.path.name}: {each.kept.said()}")
        if each.told:
            notes.print(f"{each.path.name}: {each.told}")
        yield each


def _refuse_odd_looks(sightings: Path | None, height_m: float | None, *, keep_pictures: bool) -> None:
    if keep_pictures and height_m is None:
        raise ConfigError("--keep-pictures is for drives on whose pictures damage is looked for: give --height-m too")
    if height_m is not None and sightings is not None:
        raise ConfigError("damage comes from --sightings or from pictures (--height-m): leave one out")


def _refuse_ride_alone(drives: list[Path], look: Look) -> None:
    if len(drives) != 1 or look is no_look:
        raise ConfigError("--ride is of one drive, beside --height-m or --sightings: give that drive alone, with them")


def _spelt_drive(each: Surveyed) -> list[str]:
    if each.left is None:
        return [each.path.name, *[""] * 6, str(each.trouble)]
    left = each.left
    return [
        each.path.name, left.drive_id, str(len(left.inspections)), f"{each.decided_m:.0f}", f"{each.undecided_m:.0f}",
        str(len(left.sightings)), str(left.unplaced), "",
    ]  # fmt: skip


@drives_app.command("now")
def now_command(network_file: NetworkFile, store_file: StoreFile = Path("waywarden.sqlite")) -> None:
    """Work out anew, for the map, where every defect is and how it and every street stand."""
    keep_streets(store_file, read_network(network_file))
    notes.print(f"{bring_up_to_date(store_file, None)} defects")


@drives_app.command("seen")
def seen_command(
    street: Annotated[str, typer.Option(help="Id of the street.")],
    chainage: Annotated[float, typer.Option(help="Metres along the street.")],
    way: Annotated[Way | None, typer.Option(help="Only this way.")] = None,
    store_file: StoreFile = Path("waywarden.sqlite"),
    every: Annotated[bool, typer.Option("--all", help="Every pass, not only the last look of each way.")] = False,  # noqa: FBT002
) -> None:
    """Say as CSV when this place was last looked at, and what was found on that stretch; the newest first."""
    store = open_drives(store_file, read_only=True)
    asked = [each for each in Way if way in {None, each}]
    typer.echo("street,way,from_m,to_m,at,pass,network,speed_kmh,light,wet,seen_share,found,method,lane")
    for each in asked:
        found = store.inspections(StretchFilter(street, each, chainage, chainage))
        looks = [one for one in found if one.found is not None] or found
        for one in found if every else looks[:1]:
            typer.echo(row(spelt_inspection(one, chainage)))


def spelt_inspection(one: Inspection, chainage_m: float) -> list[str]:
    """Return the cells of one row of ``waywarden road seen``: ``none`` was found, or it was ``not looked for``.

    The lane is that at the place that was asked for; empty where it is not known.
    """
    lane = one.lane_at(chainage_m)
    kinds = (
        "not looked for" if one.found is None else " ".join(f"{kind}:{count}" for kind, count in one.found) or "none"
    )
    wet = {None: "", True: "yes", False: "no"}[one.wet]
    return [
        one.street_id, one.way, f"{one.from_m:.1f}", f"{one.to_m:.1f}", one.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        one.pass_id, one.network, f"{one.mean_speed_mps * 3.6:.0f}", one.light, wet, f"{one.seen_share:g}", kinds,
        one.method, "" if lane is None else str(lane),
    ]  # fmt: skip
