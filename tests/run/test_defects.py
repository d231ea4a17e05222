"""``waywarden defects``: what is printed is what the API says, and what waits becomes a crew's day."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from run.command_line import ask
from waywarden.run.works.orders import JOB_COLUMNS
from waywarden.store.now.asked import open_asked
from waywarden.store.now.wanted import DefectFilter
from waywarden.web.road.published import DEFECT, as_told
from web.made_up_road import made_up_road


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("road") / "records.sqlite"
    made_up_road(path)
    return path


def test_every_defect_is_a_row_as_the_api_has_it(store: Path) -> None:
    said = ask("defects", "--store", store)
    assert said.code == 0
    rows = list(csv.DictReader(io.StringIO(said.out)))
    wanted = [as_told(DEFECT, one) for one in open_asked(store).defects(DefectFilter(), limit=1000)]
    assert [row["defect"] for row in rows] == [one["defect"] for one in wanted]
    for row, one in zip(rows, wanted, strict=True):
        assert row["state"] == one["state"]
        assert row["waiting"] == ("yes" if one["waiting"] else "no")
        longitude, latitude = one["position"]
        assert (float(row["longitude"]), float(row["latitude"])) == (longitude, latitude)
    assert list(rows[0]) == [
        name for told in DEFECT for name in (("longitude", "latitude") if told.name == "position" else (told.name,))
    ]


def test_filters_leave_what_was_asked_for(store: Path) -> None:
    whole = list(csv.DictReader(io.StringIO(ask("defects", "--store", store).out)))
    said = ask(
        "defects", "--store", store, "--waiting", "--kind", "pothole", "--state", "confirmed", "--state", "ordered"
    )
    some = list(csv.DictReader(io.StringIO(said.out)))
    assert some == [row for row in whole if row["kind"] == "pothole" and row["state"] in {"confirmed", "ordered"}]
    assert 0 < len(some) < len(whole)


def test_a_map_has_a_point_for_each(store: Path, tmp_path: Path) -> None:
    assert ask("defects", "--store", store, "--out", tmp_path / "defects.geojson").code == 0
    told = json.loads((tmp_path / "defects.geojson").read_text("utf-8"))
    rows = list(csv.DictReader(io.StringIO(ask("defects", "--store", store).out)))
    assert [each["id"] for each in told["features"]] == [row["defect"] for row in rows]
    first = told["features"][0]
    assert first["geometry"]["coordinates"] == [float(rows[0]["longitude"]), float(rows[0]["latitude"])]
    assert "position" not in first["properties"]
    assert ask("defects", "--store", store, "--out", tmp_path / "LOUD.GEOJSON").code == 0
    assert json.loads((tmp_path / "LOUD.GEOJSON").read_text("utf-8")) == told


def test_what_waits_becomes_jobs_that_a_plan_takes(store: Path, tmp_path: Path) -> None:
    said = ask(
        "defects", "--store", store, "--out", tmp_path / "d.csv", "--jobs", tmp_path / "jobs.csv", "--minutes", 20
    )
    rows = list(csv.DictReader((tmp_path / "d.csv").read_text("utf-8").splitlines()))
    jobs = list(csv.DictReader((tmp_path / "jobs.csv").read_text("utf-8").splitlines()))
    assert tuple(jobs[0]) == JOB_COLUMNS
    assert {job["defect"] for job in jobs} == {row["defect"] for row in rows if row["waiting"] == "yes"}
    assert said.lines[-1].startswith(f"{len(jobs)} jobs of 20 minutes are in ")
    grade = {row["defect"]: row["severity"] for row in rows}
    assert {(grade[job["defect"]] or "medium", job["priority"]) for job in jobs} <= {
        ("low", "1"), ("medium", "2"), ("high", "3"),
    }  # fmt: skip
    plan = ask("orders", "plan", "--jobs", tmp_path / "jobs.csv", "--crews", 2, "--out", tmp_path / "orders.csv")
    assert plan.code == 0
    assert f" of {len(jobs)} jobs " in plan.lines[-1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--store", "none.sqlite"), "there is no store in none.sqlite: pass --store"),
        (("--out", "x.txt"), ".csv or .geojson"),
        (("--kind", "hole"), "hole"),
    ],
)
def test_what_is_wrong_is_one_line(store: Path, words: tuple[str, ...], said: str) -> None:
    wrong = ask("defects", "--store", store, *words)
    assert (wrong.code, len(wrong.wrong)) == (2, 1)
    assert said in wrong.wrong[0]


def test_an_empty_file_is_no_store_and_stays_empty(tmp_path: Path) -> None:
    empty = tmp_path / "empty.sqlite"
    empty.touch()
    said = ask("defects", "--store", empty)
    assert (said.code, len(said.wrong), said.out) == (2, 1, "")
    assert empty.stat().st_size == 0
