"""A drive that was both filmed and felt: what is one hole is one sighting, with both of its scores."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from run.command_line import Said, ask
from waywarden.pavement.ride.jolts import EARLY_S, LATE_S
from waywarden.store.drives import open_drives
from waywarden.terms.distress import DistressKind, Way
from waywarden.testing.rides.recorded import write_recording
from waywarden.testing.road.as_driven import EAST_M, LAT_DEG, LON_DEG
from waywarden.testing.road.drive import Asked, Drive
from waywarden.testing.road.felt import FeltRoad, felt_road

BEGAN = datetime(2026, 3, 2, 11, tzinfo=UTC)
AHEAD_M, METRES = 7.0, 1000.0


@pytest.fixture(scope="module")
def felt() -> FeltRoad:
    return felt_road(Drive(Asked(12, METRES)))


@pytest.fixture(scope="module")
def driven(felt: FeltRoad, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a street, a drive along it, its ride, and every pothole as a picture would have told it."""
    folder, ride = tmp_path_factory.mktemp("driven"), felt.driven
    line = [[LON_DEG - 50 / EAST_M, LAT_DEG], [LON_DEG + (METRES + 100) / EAST_M, LAT_DEG]]
    told = {"street_id": "main", "name": "Main street", "street_class": "local"}
    feature = {"type": "Feature", "properties": told, "geometry": {"type": "LineString", "coordinates": line}}
    (folder / "streets.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    city = '[city]\nname = "Made-up"\ntime_zone = "Europe/Helsinki"\n\n[[camera]]\nid = "none"\nsource = "none.mp4"\n'
    (folder / "city.toml").write_text(city, "utf-8")
    seconds = np.arange(0, ride.at_s[-1], 1.0)
    along, speed = np.interp(seconds, ride.at_s, ride.along_m), np.interp(seconds, ride.at_s, ride.speed_mps)
    rows = [
        f"{(BEGAN + timedelta(seconds=float(s))).isoformat()},{LAT_DEG},{LON_DEG + m / EAST_M:.8f},{v:.2f}"
        for s, m, v in zip(seconds, along, speed, strict=True)
    ]
    (folder / "drive.csv").write_text("\n".join(["time,lat,lon,speed_mps", *rows, ""]), "utf-8")
    seen = [
        f"{(BEGAN + timedelta(seconds=float(np.interp(at_m - AHEAD_M, ride.along_m, ride.at_s)))).isoformat()},"
        f"pothole,0.8,0.3,{AHEAD_M}"
        for at_m in (hole.centroid_m[1] for hole in felt.holes)
        if AHEAD_M < at_m < ride.along_m[-1]
    ]
    (folder / "seen.csv").write_text("\n".join(["time,kind,score,extent_m2,ahead_m", *seen, ""]), "utf-8")
    write_recording(folder / "ride", ride.felt_s, ride.felt_mps2, ride.fixed_s, ride.told_mps)
    return folder


def survey(driven: Path, store: Path, *more: object) -> Said:
    words = ("--network", driven / "streets.geojson", "--city", driven / "city.toml", "--store", store)
    return ask("survey", driven / "drive.csv", *words, *more)


@pytest.mark.parametrize("more", [("--ride-began", "2026-03-02T11:00:00+00:00"), ()], ids=["by a clock", "by speed"])
def test_a_hole_that_was_seen_and_felt_is_one_sighting(
    driven: Path, felt: FeltRoad, tmp_path: Path, more: tuple[str, ...]
) -> None:
    store = tmp_path / "records.sqlite"
    said = survey(driven, store, "--sightings", driven / "seen.csv", "--ride", driven / "ride", *more)
    assert said.code == 0, said.lines
    with closing(open_drives(store)) as drives:
        found = drives.sightings("main", Way.ALONG)
    both = [each for each in found if each.score is not None and each.jolt_mps2 is not None]
    hit_s = felt.hit_s[np.isfinite(felt.hit_s)]
    assert len(both) >= 0.7 * len(hit_s) > 2
    for each in both:
        assert each.kind is DistressKind.POTHOLE
        at_m = each.chainage_m - 50
        nearest = min(felt.holes, key=lambda hole: abs(hole.centroid_m[1] - at_m))
        assert abs(nearest.centroid_m[1] - at_m) < 2.5
        # and it is one that a wheel went through
        hit = felt.hit_s[felt.holes.index(nearest)]
        assert np.isfinite(hit) or min(abs(hit_s - (each.at - BEGAN).total_seconds())) < 3 * (EARLY_S + LATE_S)
    seen = len((driven / "seen.csv").read_text("utf-8").splitlines()) - 1
    assert sum(each.score is not None for each in found) == seen  # none is lost, none is told twice
    assert all(each.kind is None for each in found if each.score is None)


def test_without_a_ride_nothing_is_felt(driven: Path, tmp_path: Path) -> None:
    store = tmp_path / "records.sqlite"
    assert survey(driven, store, "--sightings", driven / "seen.csv").code == 0
    with closing(open_drives(store)) as drives:
        found = drives.sightings("main", Way.ALONG)
    assert found
    assert all((each.score, each.jolt_mps2) == (0.8, None) for each in found)


def test_a_ride_is_of_one_drive_that_somebody_looked_at(driven: Path, tmp_path: Path) -> None:
    for more in ((), ("--sightings", driven / "seen.csv", driven / "drive.csv")):
        said = survey(driven, tmp_path / "records.sqlite", "--ride", driven / "ride", *more)
        assert (said.code, len(said.lines)) == (2, 1)
        assert "--ride is of one drive" in said.lines[0]


@pytest.mark.parametrize("metres", [400.0, 1500.0], ids=["short", "long"])
def test_a_ride_of_another_drive_is_told_in_one_line(driven: Path, tmp_path: Path, metres: float) -> None:
    other = felt_road(Drive(Asked(13, metres))).driven
    write_recording(tmp_path / "ride", other.felt_s, other.felt_mps2, other.fixed_s, other.told_mps)
    said = survey(driven, tmp_path / "r.sqlite", "--sightings", driven / "seen.csv", "--ride", tmp_path / "ride")
    assert said.code == 3
    assert "give --ride-began" in "".join(said.lines)
