"""``waywarden cameras check``: what a camera is, what it costs, and a bad one beside a good one."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from run.command_line import ask, write_city
from waywarden.run import cameras
from waywarden.run.city.config import read_city
from waywarden.run.sealing.sealed import watch_sealed
from waywarden.run.spoken import utc
from waywarden.sight.ports import SourceFacts
from waywarden.terms.errors import SourceError


def test_it_says_size_rate_codec_length_and_cost(tmp_path: Path, clip: Path) -> None:
    path = write_city(tmp_path, ("a", f'"{clip}"'))
    (found,) = cameras.check(read_city(path).cameras, tmp_path, "motion")
    assert found.trouble is None
    assert found.facts is not None
    assert (found.facts.width, found.facts.height, found.facts.rate_hz, found.facts.codec) == (64, 48, 25, "h264")
    assert found.facts.duration_s is not None
    assert abs(found.facts.duration_s - 3) < 0.1
    assert found.cpu_ms is None or found.cpu_ms < 1000


def test_a_bad_camera_beside_a_good_one(tmp_path: Path, clip: Path) -> None:
    said = ask("cameras", "check", "--city", write_city(tmp_path, ("bad", '"none.mp4"'), ("good", f'"{clip}"')))
    assert said.code == SourceError.exit_code
    (line,) = said.lines
    assert line.startswith("bad: ")
    assert "64 x 48" in said.out
    assert max(map(len, said.out.splitlines())) <= 80


def test_a_recording_too_short_to_tell_its_cost(tmp_path: Path, clip: Path) -> None:
    path = write_city(tmp_path, ("a", f'"{clip}"'))
    watched_s, _ = cameras._look(watch_sealed(read_city(path).cameras[0], tmp_path, "motion"), 0.2)
    assert abs(watched_s - 0.2) < 0.05


def test_how_many_fit_and_whose_picture_is_too_wide() -> None:
    wide = SourceFacts(1920, 1080, 25.0, "h264", None)
    one, other = cameras.Checked("wide", wide, 4.0), cameras.Checked("small", replace(wide, width=640), 0.8)
    assert one.fits == 10 * (os.cpu_count() or 1)
    assert other.fits == 50 * (os.cpu_count() or 1)
    assert cameras.Checked("unknown", wide, None).fits is None
    (line,) = cameras.advice([one, other, cameras.Checked("broken")])
    assert line.startswith("wide: ")


def test_a_time_without_a_zone_is_taken_for_utc() -> None:
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert utc(None) is None
    assert utc(noon.replace(tzinfo=None)) == noon
    assert utc(noon.astimezone(timezone(timedelta(hours=2)))) == noon
