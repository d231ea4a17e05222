"""The job that lays stored intervals out as engineers read them: turning movement counts, recorders; CSV or XLSX."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from waywarden.exchange.atr import atr_sheets
from waywarden.exchange.sheets import Sheet, sheets_csv
from waywarden.exchange.tmc import tmc_sheets
from waywarden.geo.homography import Homography
from waywarden.geo.projection import calibrate
from waywarden.run.export import STDOUT, check_out, write_bytes
from waywarden.run.workbook import to_xlsx
from waywarden.store.port import IntervalFilter, RecordStore
from waywarden.terms.errors import CalibrationError, ConfigError
from waywarden.terms.places import Camera, City
from waywarden.terms.records import Quality, bin_of
from waywarden.traffic.measures.turning import quarter_of, turning_count


class Layout(StrEnum):
    """Which sheets are made."""

    TMC = "--tmc"
    ATR = "--atr"


WRITERS: Mapping[str, Callable[[list[Sheet]], bytes]] = MappingProxyType({".csv": sheets_csv, ".xlsx": to_xlsx})
"""How sheets are written, by the end of the file's name."""


def chosen_layout(*, tmc: bool, atr: bool, city_given: bool) -> Layout | None:
    """Return what was asked for, None for tidy rows; ConfigError where it does not fit together."""
    if tmc and atr:
        raise ConfigError("--tmc and --atr are two different sets of sheets: ask for one of them at a time")
    layout = Layout.TMC if tmc else Layout.ATR if atr else None
    if layout is not None and not city_given:
        raise ConfigError(f"{layout} wants --city FILE: the names, the movements and the clock stand in it")
    if layout is None and city_given:
        raise ConfigError("--city is for --tmc and --atr; tidy rows need none: leave it out, or ask for one of the two")
    return layout


def export_sheets(store: RecordStore, city: City, wanted: IntervalFilter, layout: Layout, out: str) -> None:
    """Write one camera's sheets to ``out``: ``-`` for CSV on standard output, or a .csv or .xlsx file.

    Raises
    ------
    ConfigError
        If several cameras could be meant, the camera has no movements (``--tmc``), or its intervals do not fit.
    """
    check_out(out, WRITERS)
    camera = _only_camera(city, wanted)
    intervals = store.intervals(replace(wanted, camera_id=camera.id))
    if not intervals:
        raise ConfigError(f'the store holds no rows of camera "{camera.id}" in that time: count it first, or ask wider')
    zone = ZoneInfo(city.time_zone)
    if layout is Layout.TMC:
        if not camera.movements:
            raise ConfigError(f'camera "{camera.id}" has no movements in city.toml: add some, or ask for --atr')
        try:
            count = turning_count(camera, intervals, city.class_scheme, homography_of(camera))
        except ValueError as fault:
            raise ConfigError(str(fault)) from fault
        sheets = tmc_sheets(count, zone, _worst_by_quarter(store, wanted, camera))
    else:
        judged = store.qualities(replace(wanted, camera_id=camera.id))
        sheets = atr_sheets(camera, intervals, zone, {bin_of(one): one.quality.value for one in judged})
    raw = sheets_csv(sheets) if out == STDOUT else WRITERS[Path(out).suffix.lower()](sheets)
    write_bytes([raw], out, sys.stdout.buffer)


def _worst_by_quarter(store: RecordStore, wanted: IntervalFilter, camera: Camera) -> dict[datetime, str]:
    """Return the quality of each quarter: the worst of its movements'."""
    found: dict[datetime, Quality] = {}
    order = list(Quality)
    for one in store.qualities(replace(wanted, camera_id=camera.id)):
        if one.movement_id is not None:
            at = quarter_of(one.start)
            found[at] = max(one.quality, found.get(at, Quality.GOOD), key=order.index)
    return {at: quality.value for at, quality in found.items()}


def homography_of(camera: Camera) -> Homography | None:
    """Return picture to metres, None where the camera is not calibrated well enough."""
    try:
        return calibrate(camera.calibration) if camera.calibration else None
    except CalibrationError:
        return None


def _only_camera(city: City, wanted: IntervalFilter) -> Camera:
    chosen = [camera for camera in city.cameras if wanted.camera_id in {None, camera.id}]
    if len(chosen) != 1:
        known = ", ".join(camera.id for camera in city.cameras)
        raise ConfigError(f"sheets are of one camera: give one of {known} with --camera")
    return chosen[0]
