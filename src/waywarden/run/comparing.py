"""The job that lays our counts beside a survey: what each place is off by, on the terminal and as sheets."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from waywarden.exchange.comparison import comparison_sheets
from waywarden.exchange.surveys.manual import from_manual
from waywarden.exchange.surveys.opendatacam import from_opendatacam
from waywarden.run.export import check_out, write_bytes
from waywarden.run.sheets import WRITERS
from waywarden.store.port import IntervalFilter, RecordStore
from waywarden.terms.errors import ConfigError
from waywarden.terms.places import Camera, City, Gate
from waywarden.traffic.measures.compare import Compared, Surveyed, compare

READ = (".csv", ".json")


def compare_survey(store: RecordStore, city: City, camera: Camera, survey: Path, out: str | None) -> list[Compared]:
    """Compare the stored counts of ``camera`` with the file ``survey``; write sheets to ``out`` where it is given.

    Raises
    ------
    ConfigError
        If the survey cannot be read, or names a place that the camera does not have.
    """
    if out is not None:
        check_out(out, WRITERS)
    surveyed = read_survey(survey, ZoneInfo(city.time_zone), camera.gates)
    _refuse_other_places(surveyed, camera, survey)
    since = min(one.start for one in surveyed)
    until = max(one.start + timedelta(seconds=one.duration_s) for one in surveyed)
    compared = compare(surveyed, store.intervals(IntervalFilter(camera.id, since=since, until=until)))
    if out is not None:
        sheets = comparison_sheets(compared, ZoneInfo(city.time_zone))
        write_bytes([WRITERS.get(Path(out).suffix.lower(), WRITERS[".csv"])(sheets)], out, sys.stdout.buffer)
    return compared


def read_survey(survey: Path, time_zone: ZoneInfo, gates: Sequence[Gate] = ()) -> list[Surveyed]:
    """Read a survey by the end of its name; ``gates`` say which way is which. ConfigError says what is wrong."""
    if survey.suffix.lower() not in READ:
        raise ConfigError(f"cannot read a survey from {survey}: the name must end in {' or '.join(READ)}")
    try:
        text = survey.read_bytes().decode("utf-8-sig")
        return from_opendatacam(text, gates) if survey.suffix.lower() == ".json" else from_manual(text, time_zone)
    except OSError as fault:
        raise ConfigError(f"cannot read the survey {survey}: {fault.strerror}; check the path") from fault
    except ValueError as fault:
        raise ConfigError(f"cannot read the survey {survey}: {fault}") from fault


def _refuse_other_places(surveyed: Sequence[Surveyed], camera: Camera, survey: Path) -> None:
    gates, movements = {gate.id for gate in camera.gates}, {movement.id for movement in camera.movements}
    for one in surveyed:
        known, place = (gates, one.gate_id) if one.gate_id is not None else (movements, one.movement_id)
        if place not in known:
            what = "gate" if one.gate_id is not None else "movement"
            raise ConfigError(
                f'{survey} has a {what} "{place}", which camera "{camera.id}" does not; it has '
                f"{', '.join(sorted(known)) or 'none'}: rename it there"
            )
