"""Tracks that people drew in CVAT and that OpenTrafficCam made are counted as any other boxes are."""

from __future__ import annotations

import bz2
import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from run.command_line import ask
from run.test_boxes import HUMAN, SHARED, counts
from waywarden.exchange.mot import MotBox
from waywarden.exchange.surveys.cvat import from_cvat
from waywarden.exchange.surveys.otflow import from_otflow
from waywarden.exchange.surveys.ottrk import from_ottrk
from waywarden.terms.kinds import Kind
from waywarden.terms.places import Gate, Movement

GATE = ("--gate", "0,100,300,100")


@pytest.mark.parametrize("name", sorted(HUMAN))
def test_what_people_drew_in_cvat_is_what_people_counted(name: str) -> None:
    found = sorted((SHARED / "data/tfl").glob(f"*{name}.xml"))
    if not found:
        if os.environ.get("CI"):
            pytest.fail(f"{name}.xml is not at {SHARED}: under CI it must be there")
        pytest.skip(f"NOT RUN: {name}.xml is not at {SHARED}")
    y, ((least_down, most_down), (least_up, most_up)) = HUMAN[name]
    down, up = counts(ask("count", "--mot", found[0], "--fps", 25, "--gate", f"0,{y},352,{y}"))
    assert least_down <= down <= most_down
    assert least_up <= up <= most_up


def ottrk(version: str = "1.2", **change: Any) -> dict[str, Any]:
    """Return a file in which one car drives down over y = 100, in the form of OTVision's ``dataformat``."""
    centred = version == "1.0"
    boxes = [
        {
            "class": "car", "confidence": 0.8, "x": 150.0 if centred else 130.0, "y": y - (15 if centred else 30),
            "w": 40.0, "h": 30.0, "frame": frame, "occurrence": 1582200000.0 + frame / 20, "track-id": 3,
        }
        for frame, y in enumerate(range(40, 180, 5), start=1)
    ]  # fmt: skip
    video = {"filename": "x", "filetype": ".mp4", "recorded_fps": 20.0}
    return {"metadata": {"otdet_version": version, "video": video}, "data": {"detections": boxes}, **change}


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_an_ottrk_of_any_version_has_the_same_boxes_and_says_its_rate(tmp_path: Path, version: str) -> None:
    boxes, rate_hz = from_ottrk(json.dumps(ottrk(version)))
    assert boxes[0] == MotBox(1, 3, 130.0, 10.0, 40.0, 30.0, 0.8, Kind.CAR)
    assert rate_hz == 20
    (tmp_path / "x.ottrk").write_bytes(bz2.compress(json.dumps(ottrk(version)).encode()))
    assert counts(ask("count", "--mot", tmp_path / "x.ottrk", *GATE)) == (1, 0)


CVAT = (
    '<annotations><track id="4" label="vehicle">'
    '<box frame="0" outside="{}" xtl="1" ytl="2" xbr="{}" ybr="8">{}</box></track></annotations>'
)


def test_a_box_of_cvat() -> None:
    kind = '<attribute name="parked">false</attribute><attribute name="type">motorbike</attribute>'
    assert from_cvat(CVAT.format(0, 5, kind).encode()) == [MotBox(0, 4, 1, 2, 4, 6, 1.0, Kind.MOTORCYCLE)]
    (plain,) = from_cvat(CVAT.format(0, 5, "").encode())
    assert plain.kind is Kind.VEHICLE


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("x.xml", b"no xml", "it is no XML"),
        ("x.xml", b"<html/>", "CVAT's <annotations> was wanted, got <html>"),
        ("x.xml", CVAT.format(1, 5, "").encode(), "there is no box of a track in it"),
        (
            "x.xml",
            CVAT.format(0, 1, "").encode(),
            "a box of track 4 at frame 0: a box is wider and higher than 0, got 0 x 6",
        ),
        ("x.xml", CVAT.format(0, "a", "").encode(), "a box of track 4 at frame 0: xbr is a number, got a"),
        ("x.xml", b'<annotations><track id="1"><box frame="1"/></track></annotations>', "at frame 1: xtl is missing"),
        ("x.ottrk", b"not packed", "it is no bzip2"),
        ("x.ottrk", bz2.compress(b"{}"), "it is no .ottrk: 'metadata' is missing"),
        ("x.ottrk", bz2.compress(b"[1]"), "it is no .ottrk: it is built otherwise, with a list where"),
        (
            "x.ottrk",
            bz2.compress(json.dumps(ottrk(data={"detections": [{"class": "car", "x": "left"}]})).encode()),
            "detection 1: x is a number, got left",
        ),
        (
            "x.ottrk",
            bz2.compress(json.dumps(ottrk()).replace('"frame": 1,', '"frame": 1.5,').encode()),
            "detection 1: frame is a whole number, got 1.5",
        ),
        (
            "x.ottrk",
            bz2.compress(json.dumps(ottrk(data={"detections": []})).encode()),
            "there is no box in it: write it anew",
        ),
        ("x.ottrk", bz2.compress(b"\xff"), "it is no text"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, name: str, raw: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(raw)
    asked = ask("count", "--mot", tmp_path / name, "--fps", 25, *GATE)
    assert (asked.code, len(asked.lines)) == (3, 1)
    assert said in asked.lines[0]


def otflow(**change: Any) -> dict[str, Any]:
    """Return two lines across the way of the car of ``ottrk``, an area, and the flow from the one to the other."""
    sections = [
        {"id": str(n), "name": name, "type": kind, "coordinates": [{"x": 0, "y": y}, {"x": 300, "y": y}]}
        for n, (name, kind, y) in enumerate((("top", "line", 60), ("low", "line", 120), ("stop", "area", 90)), start=1)
    ]
    flows = [{"id": "7", "name": "down", "start": "1", "end": "2", "distance": None}]
    return {"sections": sections, "flows": flows, **change}


def test_the_sections_and_flows_of_an_otflow_are_gates_and_movements(tmp_path: Path) -> None:
    gates, movements = from_otflow(json.dumps(otflow()))
    assert gates == [Gate("top", (0, 60), (300, 60)), Gate("low", (0, 120), (300, 120))]
    assert movements == [Movement("down", "top", "low")]
    (tmp_path / "x.ottrk").write_bytes(bz2.compress(json.dumps(ottrk()).encode()))
    (tmp_path / "x.otflow").write_text(json.dumps(otflow()))
    printed = ask("count", "--mot", tmp_path / "x.ottrk", "--gate", tmp_path / "x.otflow")
    rows = [row for row in csv.DictReader(io.StringIO(printed.out)) if row["vehicle_class"] == "all"]
    found = {(row["gate"], row["direction"], row["movement"]): int(row["count"]) for row in rows}
    assert {place: n for place, n in found.items() if n} == {
        ("top", "forward", ""): 1,
        ("low", "forward", ""): 1,
        ("", "", "down"): 1,
    }


def test_the_otflow_of_the_dresden_survey_has_its_four_gates() -> None:
    file = SHARED / "data/dresden/Testvideo.otflow"
    if not file.is_file():
        if os.environ.get("CI"):
            pytest.fail(f"{file} is not there: under CI it must be")
        pytest.skip(f"NOT RUN: there is no {file}")
    gates, movements = from_otflow(file.read_text())
    assert [gate.id for gate in gates] == ["South", "West", "North", "East"]
    assert movements == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "it is no .otflow: 'sections' is missing"),
        ("[1]", "it is no .otflow: it is built otherwise, with a list where"),
        (json.dumps(otflow(sections=[{"id": "1", "coordinates": [{"x": 1}]}])), 'section "1": y is missing'),
        (json.dumps(otflow(sections=[])), "there is no line among its sections"),
        (json.dumps(otflow(flows=[{"start": "1", "end": "3"}])), "a flow leads from section 1 to 3"),
        (json.dumps(otflow(sections=[{"id": "1", "coordinates": [{"x": 1, "y": 2}]}])), "wants two different ends"),
        ("no json", "Expecting value"),
    ],
)
def test_an_otflow_that_cannot_be_used_is_said_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "x.ottrk").write_bytes(bz2.compress(json.dumps(ottrk()).encode()))
    (tmp_path / "x.otflow").write_text(text)
    asked = ask("count", "--mot", tmp_path / "x.ottrk", "--gate", tmp_path / "x.otflow")
    assert asked.code == 2
    assert said in " ".join(asked.lines)
