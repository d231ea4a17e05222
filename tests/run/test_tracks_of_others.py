"""Tracks that people drew in CVAT and that OpenTrafficCam made are counted as any other boxes are."""

from __future__ import annotations

import bz2
import json
import os
from pathlib import Path
from typing import Any

import pytest

from run.command_line import ask
from run.test_boxes import HUMAN, SHARED, counts
from waywarden.exchange.mot import MotBox
from waywarden.exchange.surveys.cvat import from_cvat
from waywarden.exchange.surveys.ottrk import from_ottrk
from waywarden.terms.kinds import Kind

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
        ("x.xml", CVAT.format(0, 1, "").encode(), "a box lacks width and height at frame 0"),
        ("x.xml", b'<annotations><track id="1"><box frame="1"/></track></annotations>', "a box lacks 'xtl'"),
        ("x.ottrk", b"not packed", "it is no bzip2"),
        ("x.ottrk", bz2.compress(b"{}"), "it is no .ottrk: 'metadata' is missing"),
        ("x.ottrk", bz2.compress(json.dumps(ottrk(data={"detections": []})).encode()), "there is no box in it"),
        ("x.ottrk", bz2.compress(b"\xff"), "it is no text"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, name: str, raw: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(raw)
    asked = ask("count", "--mot", tmp_path / name, "--fps", 25, *GATE)
    assert (asked.code, len(asked.lines)) == (3, 1)
    assert said in asked.lines[0]
