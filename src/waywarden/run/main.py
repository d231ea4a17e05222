"""The command line: ``waywarden COMMAND``. Every command calls one job of ``run`` and says what came of it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from waywarden.run import cameras, comparing, demo, serve, sheets
from waywarden.run.accounts.commands import accounts_app
from waywarden.run.accounts.provider.told import SignInWords, read_told
from waywarden.run.accounts.signing_in import read_origin, say_who_signs_in
from waywarden.run.checking import command as checking
from waywarden.run.checking.exported import export_checks
from waywarden.run.city.config import read_city
from waywarden.run.counting.boxes import boxes_job, count_boxes, refuse_words_of_a_city, refuse_words_of_boxes
from waywarden.run.counting.count import CameraCount, CountJob
from waywarden.run.counting.keeping import open_kept, refuse_odd_bins, refuse_other_bins
from waywarden.run.counting.local import chosen_cameras, count
from waywarden.run.drawing import drawing_for
from waywarden.run.export import STDOUT, check_out, chosen_qualities, export, write_rows
from waywarden.run.judging import judge_counted, judge_stored
from waywarden.run.road.commands import road_app
from waywarden.run.road.drives.commands import drives_app, survey_app
from waywarden.run.road.ledger_commands import ledger_app, policy_app
from waywarden.run.sealing.sealed import about_sealed
from waywarden.run.sealing.still import still_sealed
from waywarden.run.showing.site import beside_counts
from waywarden.run.shown import cameras_table, comparison_table, progress, pulling, quality_table, weights_table
from waywarden.run.spoken import (
    INTERRUPTED,
    STREET,
    CameraId,
    CityFile,
    Detector,
    StoreFile,
    WeightsPath,
    notes,
    say_troubles,
    tables,
    utc,
)
from waywarden.run.starting.root import root
from waywarden.run.watching.command import watch_app
from waywarden.run.watching.metrics import beside, figures_of
from waywarden.run.weighing import known, score, weights
from waywarden.run.works.commands import orders_app, programme_app
from waywarden.run.works.defects import defects_app
from waywarden.store.nothing import NoRecords
from waywarden.store.port import CheckFilter, IntervalFilter
from waywarden.store.sqlite import open_store
from waywarden.terms.errors import ConfigError
from waywarden.terms.kinds import ALL_CLASSES
from waywarden.terms.places import Camera
from waywarden.terms.records import HealthState

STILL_S = 120.0
"""A still is the median of at most this much of a camera, unless the user says otherwise."""
TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]

app = root()
cameras_app = typer.Typer(help="Look at the cameras of a city.")
weights_app = typer.Typer(help="Fetch and list the weights of object detectors.")
app.add_typer(cameras_app, name="cameras")
app.add_typer(weights_app, name="weights")
road_app.add_typer(drives_app)
app.add_typer(survey_app)
app.add_typer(watch_app)
app.add_typer(defects_app)
app.add_typer(road_app, name="road")
app.add_typer(ledger_app, name="ledger")
app.add_typer(policy_app, name="policy")
app.add_typer(programme_app)
app.add_typer(orders_app, name="orders")
app.add_typer(accounts_app, name="accounts")

Out = Annotated[str, typer.Option("--out", help="'-' for CSV on standard output, or a .csv or .parquet file.")]


@app.command("count")
def count_command(  # noqa: PLR0913, PLR0917 - a parameter an option
    city_file: Annotated[Path | None, typer.Option("--city", help="The city's description (city.toml).")] = None,
    camera: CameraId = None,
    weights_path: WeightsPath = None,
    detector: Detector = STREET,
    bin_min: Annotated[int, typer.Option("--bin", help="Minutes of an interval.")] = 15,
    store_file: Annotated[Path | None, typer.Option("--store", help="Also keep the records in this file.")] = None,
    out: Out = "-",
    sparing: Annotated[bool, typer.Option("--sparing", help="Look only when traffic asks for it.")] = False,  # noqa: FBT002
    mot: Annotated[Path | None, typer.Option(help="Count the boxes of this MOT file instead of a city.")] = None,
    fps: Annotated[float | None, typer.Option(help="Frames a second of the MOT file.")] = None,
    gate: Annotated[list[str] | None, typer.Option(help="Of --mot: 'x1,y1,x2,y2' in pixels; may be repeated.")] = None,
) -> None:
    """Count a city's cameras and write tidy rows. Ends with 0 only if every camera was read to its end."""
    check_out(out)
    refuse_odd_bins(bin_min)
    if mot is not None:
        city_words = {"--city": city_file, "--camera": camera, "--weights": weights_path, "--store": store_file}
        odd_words = {"--detector": detector if detector != STREET else None, "--sparing": sparing or None}
        refuse_words_of_a_city({**city_words, **odd_words})
        write_rows(count_boxes(boxes_job(mot, fps, gate or [], bin_min)), out, sys.stdout.buffer)
        return
    refuse_words_of_boxes({"--fps": fps, "--gate": gate or None})
    if city_file is None:
        what = "count wants --city; or --mot, with --fps and --gate"
        raise ConfigError(f"{what}: 'waywarden count --help' says what they are")
    city = read_city(city_file)
    chosen = chosen_cameras(city, camera)
    _say_gateless(chosen)
    named, method = weights.chosen_detector(detector, weights_path, sparing=sparing)
    store = open_kept(store_file, city) if store_file else None
    if store is not None:
        refuse_other_bins(store, chosen, bin_min)
    with progress([c.id for c in chosen], notes) as shown:
        job = CountJob(city, city_file.parent, named, method, bin_min, store, sparing=sparing)
        job = replace(job, on_seal=shown.seal, on_progress=shown.done)
        counted = count(job, chosen)
    _say_health(counted)
    _say_inferred(counted)
    code = say_troubles([(each.camera_id, each.trouble) for each in counted])
    if job.stop.is_set():
        notes.print("[yellow]interrupted:[/] what was counted until then is kept")
        code = INTERRUPTED
    rows = [record for each in counted for record in each.records]
    if rows or code == 0:  # a file of an earlier count is not replaced with nothing
        write_rows(rows, out, sys.stdout.buffer)
    if store is not None:
        judge_counted(store, city, rows)
    raise typer.Exit(code)


@app.command("compare")
def compare_command(
    survey: Annotated[Path, typer.Argument(help="A manual count (.csv), or OpenDataCam's counter data (.json).")],
    city_file: CityFile,
    camera: Annotated[str, typer.Option(help="The camera that watched the same street.")],
    store_file: StoreFile = Path("waywarden.sqlite"),
    out: Annotated[str | None, typer.Option(help="Also write sheets: a .csv or .xlsx file, or '-'.")] = None,
) -> None:
    """Compare stored counts with a survey: the error and the GEH statistic of each place and class."""
    city = read_city(city_file)
    (chosen,) = chosen_cameras(city, camera)
    store = open_store(store_file, read_only=True)
    compared = comparing.compare_survey(store, city, chosen, survey, out)
    if out != STDOUT:
        tables.print(comparison_table(compared))


@app.command("quality")
def quality_command(
    city_file: CityFile, store_file: StoreFile = Path("waywarden.sqlite"), camera: CameraId = None
) -> None:
    """Judge every stored interval anew, and say how many are good, usable and doubtful, and why."""
    city = read_city(city_file)
    store = open_kept(store_file, city, must_exist=True)
    judged = [judge_stored(store, city, each) for each in chosen_cameras(city, camera)]
    tables.print(quality_table(judged))


@app.command("serve")
def serve_command(  # noqa: PLR0913, PLR0917 - a parameter an option
    city_file: CityFile,
    store_file: StoreFile = Path("waywarden.sqlite"),
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8765,
    origin: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where the page is opened, if a proxy is before it: https://…")
    ] = "",
    shown: Annotated[
        Path | None, typer.Option(help="Folder with plan.json, policy.json, programme.json: shown on the road's page.")
    ] = None,
    sign_in: Annotated[
        str, typer.Option(metavar="ISSUER", help="OpenID provider at which accounts may sign in, too: https://…")
    ] = "",
    client_id: Annotated[str, typer.Option(metavar="ID", help="Under which the provider knows this server.")] = "",
    secret_file: Annotated[
        Path | None, typer.Option("--client-secret", metavar="FILE", help="Holds the secret that goes with it.")
    ] = None,
) -> None:
    """Serve the map pages and the API."""
    city, origin = read_city(city_file), read_origin(origin)
    told = read_told(SignInWords(sign_in, client_id, secret_file), origin, os.environ)
    store = open_kept(store_file, city)
    say_who_signs_in()
    if told is not None:
        notes.print(f"{told.host} sends browsers back to {told.redirect_uri}")
    serve.serve(
        city,
        store,
        address=(host, port),
        ready=lambda url: notes.print(f"the map is at [bold]{url}[/]"),
        beside=beside_counts(store_file, origin, shown, lambda: figures_of(beside(store_file)), told),
    )


@app.command("gates")
def gates_command(
    city_file: CityFile,
    camera: CameraId = None,
    port: Annotated[int, typer.Option(help="Port to listen on, on this machine only.")] = 8766,
    weights_path: WeightsPath = None,
    seconds: Annotated[float, typer.Option(help="How much of a camera the still looks at, at most.")] = STILL_S,
) -> None:
    """Draw gates and calibration points on a still without road users, and save them into city.toml."""
    if seconds <= 0:
        raise ConfigError(f"--seconds is how long a still looks, more than 0, got {seconds:g}")
    city = read_city(city_file)
    chosen = chosen_cameras(city, camera)
    named, _ = weights.chosen_detector(STREET, weights_path)

    def still(one: Camera) -> bytes:
        notes.print(f"looking at {one.id} for {seconds:g} s of it, until its road users have gone by")
        return still_sealed(one, city_file.parent, seconds, named).jpeg

    def picture_px(one: Camera) -> tuple[int, int]:
        facts = about_sealed(one, city_file.parent)
        return facts.width, facts.height

    drawing = drawing_for(city_file, read_city, still, picture_px)

    def ready(url: str) -> None:
        for one in chosen:
            address = f"{url}draw/{one.id}?token={drawing.token}"
            notes.print(f"draw the gates of {one.id} at [bold]{address}[/]")
        notes.print("Ctrl-C ends it")

    serve.serve(city, NoRecords(), address=("127.0.0.1", port), local=drawing, ready=ready)


@app.command("audit")
def audit_command(
    camera: Annotated[str, typer.Argument(help="The camera whose counts are checked.")],
    city_file: CityFile,
    store_file: StoreFile = Path("waywarden.sqlite"),
    weights_path: WeightsPath = None,
    minutes: Annotated[int, typer.Option(help="How many minutes, chosen at random.")] = 5,
    port: Annotated[int, typer.Option(help="Port to listen on, on this machine only.")] = 8767,
) -> None:
    """Count some minutes by hand, on silhouettes, and learn how far the counts are off."""
    city = read_city(city_file)
    (chosen,) = chosen_cameras(city, camera)
    order = checking.Order(city, chosen, city_file.parent, weights_path, minutes, store_file)
    checking.run(order, port)


@app.command("export")
def export_command(  # noqa: PLR0913, PLR0917 - a parameter an option
    store_file: StoreFile = Path("waywarden.sqlite"),
    out: Out = "-",
    camera: CameraId = None,
    tmc: Annotated[bool, typer.Option("--tmc", help="A turning movement count: sheets, as .csv or .xlsx.")] = False,  # noqa: FBT002
    atr: Annotated[bool, typer.Option("--atr", help="Each gate as a traffic recorder: sheets, .csv or .xlsx.")] = False,  # noqa: FBT002
    checks: Annotated[bool, typer.Option("--checks", help="How right counts are, by day, instead of counts.")] = False,  # noqa: FBT002
    city_file: Annotated[Path | None, typer.Option("--city", help="The city, for --tmc and --atr.")] = None,
    quality: Annotated[
        str | None, typer.Option(help="Only rows of these qualities ('good,usable', 'all'), and columns that say it.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=TIMES, metavar="TIME", help="From this time on, as rows have it.")
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=TIMES, metavar="TIME", help="Before this time; a day alone is its midnight."),
    ] = None,
) -> None:
    """Write stored intervals as tidy rows, or as the sheets of a turning movement count or of recorders."""
    layout = sheets.chosen_layout(tmc=tmc, atr=atr, city_given=city_file is not None)
    store = open_store(store_file, read_only=True)
    known = sorted(store.newest_starts())
    if camera is not None and camera not in known:
        raise ConfigError(f'{store_file} holds no rows of a camera "{camera}"; it has {", ".join(known) or "none"}')
    qualities = chosen_qualities(quality)
    if checks:
        if layout is not None or qualities:
            raise ConfigError("--checks goes without --tmc, --atr and --quality: leave them out")
        days = export_checks(store, CheckFilter(camera, utc(since), utc(until)), out)
        notes.print(f"{days} checks")
        return
    wanted = IntervalFilter(camera_id=camera, since=utc(since), until=utc(until), qualities=qualities)
    if layout is not None and city_file is not None:
        sheets.export_sheets(store, read_city(city_file), wanted, layout, out)
        return
    rows = export(store, wanted, out, with_quality=quality is not None)
    notes.print(f"{rows} rows")


@app.command("demo")
def demo_command(  # noqa: PLR0913, PLR0917 - a parameter an option
    city_file: Annotated[
        Path | None, typer.Option("--city", help="Count this city instead of a made-up street.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its clip and its records.")] = Path("demo"),
    seed: Annotated[int, typer.Option(help="Which made-up street.")] = 1,
    port: Annotated[int, typer.Option(help="Port of the page.")] = 8765,
    serve_page: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the page when counted.")] = True,  # noqa: FBT002
    weights_path: WeightsPath = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in a browser as well.")] = False,  # noqa: FBT002
    roads: Annotated[bool, typer.Option("--roads/--no-roads", help="Drive a made-up town as well.")] = True,  # noqa: FBT002
) -> None:
    """Count a made-up street, drive a made-up town, print what was found against the truth, and serve the page."""
    job = demo.DemoJob(city_file, folder, seed, port if serve_page else None, weights_path, open_page, roads)
    raise typer.Exit(demo.demo(job))


@cameras_app.command("check")
def cameras_check(city_file: CityFile, camera: CameraId = None, weights_path: WeightsPath = None) -> None:
    """Open each camera; say its size, rate and codec, and what it costs to count it."""
    city = read_city(city_file)
    named, _ = weights.chosen_detector(STREET, weights_path, sparing=True)
    checked = cameras.check(chosen_cameras(city, camera), city_file.parent, named, sparing=True)
    tables.print(cameras_table(checked))
    for line in cameras.advice(checked):
        notes.print(line)
    raise typer.Exit(say_troubles([(each.camera_id, each.trouble) for each in checked]))


@weights_app.command("list")
def weights_list() -> None:
    """List the networks that can be fetched, and which of them are here."""
    tables.print(weights_table(weights.listed()))


@weights_app.command("pull")
def weights_pull(
    name: Annotated[str, typer.Argument(help="Name from 'waywarden weights list'.")],
    base_url: Annotated[str | None, typer.Option(help="A mirror to fetch from instead of the official place.")] = None,
) -> None:
    """Fetch a network's official files, check their hashes, and keep them."""
    with pulling(notes) as on_progress:
        paths = weights.pull(name, on_progress=on_progress, base_url=base_url)
    notes.print(f"kept in {paths[0].parent}; count with --weights {paths[0]}")


@weights_app.command("score")
def weights_score(
    folder: Annotated[Path, typer.Option("--folder", help="Pictures whose truth is known; see docs/weights.md.")],
    weights_path: WeightsPath = None,
    every: Annotated[int, typer.Option(help="Score only every so manieth picture.")] = 1,
) -> None:
    """Say how good weights are on labelled pictures, as one JSON object."""
    if every < 1:
        raise ConfigError(f"--every is 1 or more, got {every}: 1 scores every picture")
    graph = weights.own() if weights_path is None else weights.resolve(str(weights_path))
    if lost := known.without_picture(folder):
        notes.print(
            escape(f"{len(lost)} of the label files belong to no picture and say nothing, the first is {lost[0]}")
        )
    typer.echo(json.dumps(score.score(folder, graph, every)))


def _say_gateless(chosen: Sequence[Camera]) -> None:
    for each in chosen:
        if not each.gates:
            notes.print(f"{escape(each.id)}: it has no gate, so nothing is counted: draw one with 'waywarden gates'")


def _say_health(counted: Sequence[CameraCount]) -> None:
    for each in counted:
        for health in each.health:
            if health.state != HealthState.OK:
                notes.print(f"[yellow]{escape(each.camera_id)}:[/] {escape(health.reason)}")


def _say_inferred(counted: Sequence[CameraCount]) -> None:
    for each in counted:
        inferred = sum(row.inferred for row in each.records if row.vehicle_class == ALL_CLASSES)
        if inferred:
            notes.print(f"{escape(each.camera_id)}: {inferred} movements more were inferred; they are not in the rows")
