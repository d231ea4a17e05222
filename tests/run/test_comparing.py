"""The comparison through the command line, from a survey's file to what an engineer reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from run.command_line import Said, ask, write_city
from waywarden.store.sqlite import open_store
from waywarden.terms.records import Direction, TrafficInterval

T0 = datetime(2026, 5, 5, 5, 0, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write_city(tmp_path, ("a", '"clip.mp4"'), zone="Europe/Berlin")
    store = open_store(tmp_path / "records.sqlite")
    store.append(
        TrafficInterval("a", "g", Direction.FORWARD, None, "all", T0 + timedelta(minutes=15 * at), 900, 900, 20 + at,
                        None, None, "m")
        for at in range(4)
    )  # fmt: skip
    store.close()
    rows = "2026-05-05T07:00,g,forward,25\n2026-05-05T07:15,g,forward,21\n2026-05-05T09:00,g,forward,9\n"
    (tmp_path / "survey.csv").write_text("start,gate,direction,count\n" + rows)
    return tmp_path


def compare(place: Path, *more: object, survey: str = "survey.csv") -> Said:
    given = ["--city", place / "city.toml", "--store", place / "records.sqlite", "--camera", "a"]
    return ask("compare", place / survey, *given, *more)


def test_a_survey_is_compared(place: Path) -> None:
    said = compare(place)
    assert said.code == 0
    # By hand: 41 counted of 46 surveyed; 80 on 100 an hour and 84 on 84 have a GEH of 2.1 and 0; 09:00 was not watched.
    for word in ("forward", "46", "41", "-10.9%", "2 of 2"):
        assert word in " ".join(said.out.split())


def test_and_every_interval_is_in_the_sheets(place: Path) -> None:
    assert compare(place, "--out", place / "c.xlsx").code == 0
    rows = list(openpyxl.load_workbook(place / "c.xlsx")["Intervals"].values)
    assert rows[1][4:] == (15, 25, 20, -5, pytest.approx(2.108, abs=1e-3))
    assert rows[3][4:] == (15, 9, None, None, None)
    assert "g forward,all,2,1,46,41,-0.109,2.5,1\n" in compare(place, "--out", "-").out


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("s.csv", "start,gate,count\n2026-05-05,h,3\n", 'has a gate "h", which camera "a" does not; it has g'),
        ("s.csv", "start,gate,count\n2026-05-05,g,x\n", "line 2:"),
        ("s.json", "{}", "no counter data of OpenDataCam"),
        ("s.txt", "", "must end in .csv or .json"),
        ("none.csv", None, "No such file"),
    ],
)
def test_what_cannot_be_is_one_sentence(place: Path, name: str, text: str | None, said: str) -> None:
    if text is not None:
        (place / name).write_text(text)
    asked = compare(place, survey=name)
    assert asked.code == 2
    assert said in asked.lines[0]
