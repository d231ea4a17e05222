"""``waywarden road ride`` and its fellows, as a stranger uses them."""

from __future__ import annotations

import csv
import json
import lzma
from pathlib import Path

import pytest

from run.command_line import ask
from waywarden.pavement.ride.roughness import Roughness
from waywarden.run.road.ride import BORDERS_FILE, read_borders
from waywarden.testing.rides.__main__ import write
from waywarden.testing.rides.made_up import RideAsked


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three rides over one road in one car, and recordings of roads of three classes."""
    folder = tmp_path_factory.mktemp("rides")
    for number in range(3):
        write(RideAsked(31, 600, gd_m3=40e-6, speeds_seed=number), folder / f"again-{number}")
    for name, gd_m3 in (("rsq_q1", 8e-6), ("rsq_q2", 40e-6), ("rsq_q3", 200e-6)):
        for number in range(2):
            asked = RideAsked(40 + number, 800, potholes_a_km=0, gd_m3=gd_m3, vehicle_seed=1)
            write(asked, folder / name / f"0{number}")
    return folder


def test_roughness_and_jolts_are_printed_as_csv(recordings: Path) -> None:
    said = ask("road", "ride", recordings / "again-0")
    rows = list(csv.DictReader(said.out.splitlines()))
    assert said.code == 0
    assert {row["roughness"] for row in rows} <= {str(each) for each in Roughness}
    assert [float(row["to_s"]) for row in rows[:2]] == [5.0, 10.0]
    jolted = list(csv.DictReader(ask("road", "ride", "--jolts", recordings / "again-0").out.splitlines()))
    truth = json.loads((recordings / "again-0" / "truth.json").read_text())["potholes_at_s"]
    assert len(truth) > 2
    assert all(min(abs(float(row["at_s"]) - each) for row in jolted) < 0.5 for each in truth)


def test_iri_comes_only_with_a_calibration_and_says_whose_it_is(recordings: Path, tmp_path: Path) -> None:
    again = [recordings / f"again-{number}" for number in range(3)]
    assert "iri" not in ask("road", "ride", again[0]).out
    made = ask("road", "ride-calibrate", *again, "--vehicle", "van 3", "--iri", 3.0)
    (tmp_path / "van.json").write_text(made.out)
    rows = list(csv.DictReader(ask("road", "ride", again[0], "--calibration", tmp_path / "van.json").out.splitlines()))
    assert {row["calibrated_for_vehicle"] for row in rows} == {"van 3"}
    assert all(0.5 < float(row["estimated_iri_mm_per_m"]) < 9 for row in rows)
    assert all(float(row["estimated_iri_se_mm_per_m"]) > 0 for row in rows)
    few = ask("road", "ride-calibrate", *again[:2], "--vehicle", "van 3", "--iri", 3.0)
    assert (few.code, len(few.lines)) == (6, 1)
    for given, iri in (((again[0],) * 3, 3.0), (again, "nan"), (again, "inf")):
        wrong = ask("road", "ride-calibrate", *given, "--vehicle", "van 3", "--iri", iri)
        assert (wrong.code, len(wrong.lines), wrong.out) == (6, 1, "")
    (tmp_path / "bad.json").write_text("{}")
    bad = ask("road", "ride", again[0], "--calibration", tmp_path / "bad.json")
    assert (bad.code, len(bad.lines)) == (6, 1)


def test_held_out_recordings_are_scored(recordings: Path) -> None:
    said = json.loads(ask("road", "ride-score", "--recordings", recordings).out)
    assert (said["recordings"], said["ways_to_hold_out"]) == (6, 8)
    assert said["roughness_macro_f1"] >= 0.9
    lacking = ask("road", "ride-score", "--recordings", recordings / "again-0")
    assert (lacking.code, len(lacking.lines)) == (3, 1)


def test_made_up_rides_are_scored_and_said_to_be_made_up() -> None:
    said = json.loads(ask("road", "ride-score", "--seeds", "201-201").out)
    assert said["made_up"] is True
    assert said["pothole_f1"] > 0.8
    assert ask("road", "ride-score", "--seeds", "9-3").code == 2
    assert ask("road", "ride-score", "--seeds", "nine").code == 2


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda text: "\n".join(_in_g(line) for line in text.splitlines()), "that is g"),
        (lambda text: text[:2000], "record longer"),
        (lambda _: "\x00\x01", "wants a column"),
    ],
)
def test_a_recording_that_will_not_do_is_diagnosed_in_one_line(spoil, why, recordings: Path, tmp_path: Path) -> None:
    good = recordings / "again-1"
    (tmp_path / "Location.csv").write_text((good / "Location.csv").read_text())
    spoilt = spoil((good / "Accelerometer.csv").read_text())
    (tmp_path / "Accelerometer.csv.xz").write_bytes(lzma.compress(spoilt.encode()))
    said = ask("road", "ride", tmp_path)
    assert (said.code, len(said.lines), said.out) == (3, 1, "")
    assert why in said.lines[0]


def _times(text: str, column: int, factor: float, more: float = 0.0) -> str:
    head, *rows = (line.split(",") for line in text.splitlines())
    for row in rows:
        row[column] = f"{float(row[column]) * factor + more:.7f}"
    return "\n".join(",".join(row) for row in [head, *rows])


@pytest.mark.parametrize(
    ("name", "column", "factor", "more", "why"),
    [
        ("Location.csv", 3, 3.6, 0.0, "they are in km/h"),
        ("Location.csv", 0, 1.0, 3600.0, "by one clock"),
        ("Accelerometer.csv", 0, 1000.0, 0.0, "that is ms"),
    ],
)
def test_units_and_clocks_that_do_not_fit_are_diagnosed(  # noqa: PLR0913, PLR0917 - a parameter a column
    name: str, column: int, factor: float, more: float, why: str, recordings: Path, tmp_path: Path
) -> None:
    for each in ("Accelerometer.csv", "Location.csv"):
        text = (recordings / "again-1" / each).read_text()
        (tmp_path / each).write_text(_times(text, column, factor, more) if each == name else text)
    said = ask("road", "ride", tmp_path)
    assert (said.code, len(said.lines), said.out) == (3, 1, "")
    assert why in said.lines[0]


@pytest.mark.parametrize("held", [True, False])
def test_one_file_of_all_columns_says_the_same(held: bool, recordings: Path, tmp_path: Path) -> None:  # noqa: FBT001
    folder, file = recordings / "again-1", tmp_path / "ride.csv"
    felt, fixed = (
        [line.split(",") for line in (folder / name).read_text().splitlines()[1:]]
        for name in ("Accelerometer.csv", "Location.csv")
    )
    rows, number = [], -1
    for at, *axes in felt:
        new = number + 1 < len(fixed) and float(fixed[number + 1][0]) <= float(at)
        number += new
        here = fixed[number][1:] if new or (held and number >= 0) else ["", "", ""]
        rows.append(",".join([at, *axes, "0", "0", "0", *here]))
    head = "time (s),ax (m/s^2),ay,az,gx,gy,gz,lat,lon,speed"
    file.write_text("\n".join([head, *rows]))
    one, two = (list(csv.DictReader(ask("road", "ride", each).out.splitlines())) for each in (file, folder))
    assert [row["roughness"] for row in one] == [row["roughness"] for row in two]
    assert {row["roughness"] for row in one} - {""}
    file.write_text("\n".join([head.replace("m/s^2", "g"), *rows]))
    assert "has it in g" in ask("road", "ride", file).lines[0]
    assert "there is no" in ask("road", "ride", tmp_path / "nowhere").lines[0]


def test_a_folder_without_a_recording_is_told_what_it_wants(tmp_path: Path) -> None:
    said = ask("road", "ride", tmp_path)
    assert (said.code, len(said.lines)) == (3, 1)
    assert "Accelerometer.csv" in said.lines[0]


def test_the_borders_that_come_with_it_hold_their_scores() -> None:
    borders, told = read_borders(), json.loads(BORDERS_FILE.read_text())
    assert borders.uneven < borders.rough
    assert told["scores_of_held_out_recordings"]["roughness_macro_f1"] >= 0.8


def _in_g(line: str) -> str:
    if line.startswith('"'):
        return line
    at, *felt = line.split(",")
    return ",".join([at, *(f"{float(value) / 9.80665:.5f}" for value in felt)])
