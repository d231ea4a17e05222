"""The command line: ``waywarden COMMAND``. Every command calls one job of ``run`` and says what came of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from waywarden.run import cameras, demo, serve, weights
from waywarden.run.city.config import read_city
from waywarden.run.count import CameraCount, CountJob, chosen_cameras, count
from waywarden.run.drawing import drawing_for
from waywarden.run.export import check_out, export, write_rows
from waywarden.run.sealing.sealed import still_sealed
from waywarden.run.shown import cameras_table, progress, pulling, weights_table
from waywarden.store.nothing import NoRecords
from waywarden.store.port import IntervalFilter, RecordStore
from waywarden.store.sqlite import open_store
from waywarden.terms.errors import ConfigError, WaywardenError
from waywarden.terms.places import Camera
from waywarden.terms.records import HealthState
from waywarden.traffic.tally import BINS_MIN

INTERRUPTED = 130
STILL_S = 120.0
"""A still is the median of at most this much of a camera."""

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Counts traffic with the cameras a city already has. It measures streets, never people.",
)
cameras_app = typer.Typer(no_args_is_help=True, help="Look at the cameras of a city.")
weights_app = typer.Typer(no_args_is_help=True, help="Fetch and list the weights of object detectors.")
app.add_typer(cameras_app, name="cameras")
app.add_typer(weights_app, name="weights")

notes = Console(stderr=True, highlight=False, soft_wrap=True)

CityFile = Annotated[Path, typer.Option("--city", help="The city's description (city.toml).")]
CameraId = Annotated[str | None, typer.Option("--camera", help="Only this camera.")]
StoreFile = Annotated[Path, typer.Option("--store", help="The file that holds the records (SQLite).")]
Out = Annotated[str, typer.Option("--out", help="'-' for CSV on standard output, or a .csv or .parquet file.")]
WeightsPath = Annotated[
    Path | None, typer.Option("--weights", help="A file of weights, or a folder that holds one network.")
]


@contextmanager
def spoken() -> Iterator[None]:
    """Say a WaywardenError in one line and end with its exit code."""
    try:
        yield
    except WaywardenError as error:
        fail(error)
    except BrokenPipeError:
        raise typer.Exit(1) from None


def fail(error: WaywardenError) -> NoReturn:
    """Print what is wrong, and end."""
    notes.print(f"[bold red]waywarden:[/] {escape(str(error))}")
    raise typer.Exit(error.exit_code)


@app.command("count")
def count_command(  # noqa: PLR0913, PLR0917 - a parameter an option
    city_file: CityFile,
    camera: CameraId = None,
    weights_path: WeightsPath = None,
    detector: Annotated[str, typer.Option(help="'motion' needs no weights; --weights takes its place.")] = "motion",
    bin_min: Annotated[int, typer.Option("--bin", help="Minutes of an interval.")] = 15,
    store_file: Annotated[Path | None, typer.Option("--store", help="Also keep the records in this file.")] = None,
    out: Out = "-",
) -> None:
    """Count a city's cameras and write tidy rows. Ends with 0 only if every camera was read to its end."""
    with spoken():
        check_out(out)
        if bin_min not in BINS_MIN:
            raise ConfigError(f"--bin wants minutes that divide the hour ({BINS_MIN}), got {bin_min}")
        city = read_city(city_file)
        chosen = chosen_cameras(city, camera)
        named, method = weights.chosen_detector(detector, weights_path)
        store: RecordStore | None = open_store(store_file) if store_file else None
        with progress([c.id for c in chosen], notes) as shown:
            job = CountJob(
                city, city_file.parent, named, method, bin_min, store, on_seal=shown.seal, on_progress=shown.done
            )
            counted = count(job, chosen)
        write_rows([record for each in counted for record in each.records], out, sys.stdout.buffer)
        _say_health(counted)
        if job.stop.is_set():
            notes.print("[yellow]interrupted:[/] what was counted until then is kept")
            raise typer.Exit(INTERRUPTED)
        _end_with_troubles([(each.camera_id, each.trouble) for each in counted])


@app.command("serve")
def serve_command(
    city_file: CityFile,
    store_file: StoreFile = Path("waywarden.sqlite"),
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8765,
) -> None:
    """Serve the map page and the API."""
    with spoken():
        city = read_city(city_file)
        store = open_store(store_file)
        serve.serve(city, store, address=(host, port), ready=lambda url: notes.print(f"the map is at [bold]{url}[/]"))


@app.command("gates")
def gates_command(
    city_file: CityFile,
    port: Annotated[int, typer.Option(help="Port to listen on, on this machine only.")] = 8766,
    weights_path: WeightsPath = None,
) -> None:
    """Draw gates and calibration points on a still without road users, and save them into city.toml."""
    with spoken():
        named, _ = weights.chosen_detector("motion", weights_path)
        city = read_city(city_file)

        def still(camera: Camera) -> bytes:
            with notes.status(f"looking at {camera.id} until its road users have gone by"):
                return still_sealed(camera, city_file.parent, STILL_S, named).jpeg

        drawing = drawing_for(city_file, read_city, still)

        def ready(url: str) -> None:
            for camera in city.cameras:
                notes.print(f"draw the gates of {camera.id} at [bold]{url}draw/{camera.id}?token={drawing.token}[/]")

        serve.serve(city, NoRecords(), address=("127.0.0.1", port), drawing=drawing, ready=ready)


@app.command("export")
def export_command(
    store_file: StoreFile = Path("waywarden.sqlite"),
    out: Out = "-",
    camera: CameraId = None,
    since: Annotated[datetime | None, typer.Option(help="From this time on (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option(help="Before this time (UTC).")] = None,
) -> None:
    """Write stored intervals as tidy rows."""
    with spoken():
        wanted = IntervalFilter(camera_id=camera, since=cameras.utc(since), until=cameras.utc(until))
        rows = export(open_store(store_file, read_only=True), wanted, out)
        notes.print(f"{rows} rows")


@app.command("demo")
def demo_command(
    city_file: Annotated[
        Path | None, typer.Option("--city", help="Count this city instead of a made-up street.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its clip and its records.")] = Path("demo"),
    seed: Annotated[int, typer.Option(help="Which made-up street.")] = 1,
    port: Annotated[int, typer.Option(help="Port of the page.")] = 8765,
    serve_page: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the page when counted.")] = True,  # noqa: FBT002
    weights_path: WeightsPath = None,
) -> None:
    """Count a made-up street, print count against truth, and open the page."""
    with spoken():
        demo.demo(demo.DemoJob(city_file, folder, seed, port if serve_page else None, weights_path), notes)


@cameras_app.command("check")
def cameras_check(city_file: CityFile, camera: CameraId = None, weights_path: WeightsPath = None) -> None:
    """Open each camera; say its size, rate and codec, and what it costs to count it."""
    with spoken():
        city = read_city(city_file)
        named, _ = weights.chosen_detector("motion", weights_path)
        checked = cameras.check(chosen_cameras(city, camera), city_file.parent, named)
        notes.print(cameras_table(checked))
        _end_with_troubles([(each.camera_id, each.trouble) for each in checked])


@weights_app.command("list")
def weights_list() -> None:
    """List the networks that can be fetched, and which of them are here."""
    with spoken():
        notes.print(weights_table(weights.listed()))


@weights_app.command("pull")
def weights_pull(
    name: Annotated[str, typer.Argument(help="Name from 'waywarden weights list'.")],
    base_url: Annotated[str | None, typer.Option(help="A mirror to fetch from instead of the official place.")] = None,
) -> None:
    """Fetch a network's official files, check their hashes, and keep them."""
    with spoken():
        with pulling(notes) as on_progress:
            paths = weights.pull(name, on_progress=on_progress, base_url=base_url)
        notes.print(f"kept in {paths[0].parent}; count with --weights {paths[0]}")


def _say_health(counted: Sequence[CameraCount]) -> None:
    for each in counted:
        for health in each.health:
            if health.state != HealthState.OK:
                notes.print(f"[yellow]{each.camera_id}:[/] {escape(health.reason)}")


def _end_with_troubles(troubles: Sequence[tuple[str, WaywardenError | None]]) -> None:
    """Say each camera's trouble in a line; end with the first one's exit code if there is any."""
    found = [(camera_id, trouble) for camera_id, trouble in troubles if trouble is not None]
    for camera_id, trouble in found:
        notes.print(f"[bold red]{camera_id}:[/] {escape(str(trouble))}")
    if found:
        raise typer.Exit(found[0][1].exit_code)
