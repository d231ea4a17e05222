"""``waywarden programme``, as a stranger uses it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from run.command_line import Said, ask, ended, started

TREATMENTS = """
version = "2026-1"
counted_years = 15

[[traffic]]
vehicles_per_day = 2000
weight = 1.5

[[wear]]
hierarchy = "main"
from_condition = 0
points_a_year = 3.0

[[wear]]
hierarchy = "local"
from_condition = 0
points_a_year = 2

[[treatment]]
name = "crack sealing"
cost_per_m2 = 1.2
from_condition = 65
to_condition = 90
adds = 4
wear_factor = 0.7
holds_years = 4

[[treatment]]
name = "thin overlay"
cost_per_m2 = 18
from_condition = 35
to_condition = 70
resets_to = 90

[floor]
ward_share = 0.1
ward_condition = 45
wards = { north = 50 }
"""
SECTIONS = """section,street,ward,area_m2,condition,hierarchy,vehicles_per_day
s1,"High Street, upper",north,1200,62,main,9000
s2,Mill Lane,north,800,48,local,300
s3,Mill Lane,south,900,80,local,300
s4,Quay,south,700,20,local,100
s5,Quay,south,700,67,main,100
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "sections.csv").write_text(SECTIONS, "utf-8")
    (tmp_path / "treatments.toml").write_text(TREATMENTS, "utf-8")
    return tmp_path / "sections.csv", tmp_path / "treatments.toml"


def asked(files: tuple[Path, Path], *more: object) -> Said:
    words = more if "--budget" in more else ("--budget", 15000, *more)
    return ask("programme", "--sections", files[0], "--treatments", files[1], *words)


def test_rows_comparison_and_drawing(files: tuple[Path, Path], tmp_path: Path) -> None:
    said = asked(
        files, "--years", 3, "--first-year", 2027, "--plot", tmp_path / "p.svg", "--budget", "15000,22000,9000"
    )
    assert said.code == 0
    rows = {row["section"]: row for row in csv.DictReader(io.StringIO(said.out))}
    assert list(rows) == ["s1", "s2", "s3", "s4", "s5"]
    assert rows["s1"]["street"] == "High Street, upper"
    assert (rows["s1"]["year"], rows["s1"]["treatment"], rows["s1"]["cost"]) == ("2028", "thin overlay", "21600.00")
    assert rows["s1"]["condition_end"] == "84.0"  # 90 in 2028, two years at 3
    assert rows["s4"]["reason"] == "no treatment is for its condition in these years"
    assert all(row["reason"] for row in rows.values())
    table = "\n".join(said.lines)
    assert [name for name in ("programme", "greedy", "worst first", "nothing") if name not in table] == []
    assert "proven to within" in table
    drawing = ET.parse(tmp_path / "p.svg").getroot()
    texts = [each.text for each in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert {"today", "2027", "2029", "programme", "worst first"} <= set(texts)


def test_nothing_but_rows_on_standard_output(files: tuple[Path, Path], tmp_path: Path) -> None:
    """The solver's own library writes below Python: only a process of its own shows it."""
    said = ended(
        started("programme", "--sections", files[0], "--treatments", files[1], "--budget", 15000, "--years", 2)
    )
    assert said.code == 0
    assert said.out.startswith("section,street,ward,")
    assert len(said.out.splitlines()) == 6


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("counted_years", "counted_yaers", 'did you mean "counted_years"'),
        ("counted_years = 15", "counted_years = 0", "counted_years of 1"),
        ("cost_per_m2 = 18", "cost_per_m2 = 0", "a cost over 0"),
        ("to_condition = 70", "to_condition = 35", "from_condition under to_condition"),
        ("resets_to = 90", "resets_to = 101", "resets to 100 at most"),
        ("points_a_year = 2", "points_a_year = -2", "points_a_year is a weight"),
        ('hierarchy = "local"', 'hierarchy = "lane"', 'how "local" wears'),
        ("ward_share = 0.1", "ward_share = 2", "ward_share of 0 to 1"),
        ("north = 50", "north = 99", "condition of north"),
        ("north = 50", 'north = "good"', "floor.wards.north is a weight"),
    ],
)
def test_treatments_with_a_mistake_say_which(files, was: str, becomes: str, said: str) -> None:
    files[1].write_text(TREATMENTS.replace(was, becomes, 1), "utf-8")
    answer = asked(files)
    assert (answer.code, len(answer.lines), answer.out) == (2, 1, "")
    assert said in answer.lines[0]


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("section,street", "name,street", "wants the columns"),
        ("1200,62", "1200,162", "line 2: section s1 wants"),
        ("1200,62", "wide,62", "line 2"),
        ("s2,Mill", "s1,Mill", "has section s1 twice"),
    ],
)
def test_sections_with_a_mistake_say_which(files, was: str, becomes: str, said: str) -> None:
    files[0].write_text(SECTIONS.replace(was, becomes, 1), "utf-8")
    answer = asked(files)
    assert (answer.code, len(answer.lines), answer.out) == (2, 1, "")
    assert said in answer.lines[0]


@pytest.mark.parametrize(
    "words",
    [
        ("--budget", "much"),
        ("--budget", "1,2"),
        ("--budget", "0"),
        ("--out", "x.txt"),
        ("--plot", "x.png"),
        ("--years", 16),
    ],
)
def test_what_cannot_be_is_said_in_one_line(files, words: tuple[object, ...]) -> None:
    answer = asked(files, *words)
    assert (answer.code, len(answer.lines), answer.out) == (2, 1, "")


def test_the_pages_budgets_are_told_one_by_one_and_each_is_what_it_would_be_alone(files, tmp_path: Path) -> None:
    shown = tmp_path / "programme.json"
    said = asked(files, "--years", 3, "--first-year", 2027, "--budget", 20000, "--for-page", shown)
    assert said.code == 0
    told = json.loads(shown.read_text("utf-8"))
    notes = " ".join(" ".join(said.lines).split())
    assert f"{len(told['budgets'])} of 10 budgets hold all floors" in notes
    assert "1 of 10, 4,000 a year: too little for the floors" in notes
    assert "10 of 10, 40,000 a year: proven to within 0.0" in notes
    assert [each["budget"] for each in told["budgets"]] == sorted(each["budget"] for each in told["budgets"])
    assert all(each["gap"] <= 0.001 and not each["stopped"] for each in told["budgets"])
    for one in told["budgets"]:
        alone = asked(files, "--years", 3, "--first-year", 2027, "--budget", one["budget"])
        rows = list(csv.DictReader(io.StringIO(alone.out)))
        cost = sum(float(row["cost"]) for row in rows)
        assert one["ways"][0]["cost"] == pytest.approx(cost)
        assert [(each["section"], each["treatment"]) for each in one["choices"]] == [
            (row["section"], row["treatment"]) for row in rows
        ]


def test_too_little_time_is_told_and_is_not_taken_for_floors_that_cannot_be_held() -> None:
    from waywarden.pavement.programme.optimum import Effort, OutOfTimeError
    from waywarden.pavement.programme.programme import programme
    from waywarden.pavement.programme.rules import Floors, PavementSection, Rules, Treatment

    sections = [
        PavementSection(f"s{n}", "a", f"w{n % 3}", 100.0 + 7 * (n * n % 61), 30.0 + n * 37 % 60, "local", 100.0)
        for n in range(400)
    ]
    treatments = tuple(Treatment(f"t{k}", 3.0 + 5 * k, 0, 101, adds=5.0 + 9 * k) for k in range(4))
    rules = Rules("x", 10, {"local": {0.0: 2.0}}, {}, treatments, Floors(0.5, 40.0))
    with pytest.raises(OutOfTimeError, match="give it longer"):
        programme(sections, rules, [20000.0] * 5, Effort(limit_s=0.0))
    whole = programme(sections, rules, [60000.0] * 5)
    assert not whole.stopped
    again = programme(sections, rules, [60000.0] * 5, Effort(limit_s=0.0, start=whole.chosen))
    assert again.stopped or again.gap <= 0.001
    assert again.outcomes[0].benefit == pytest.approx(whole.outcomes[0].benefit)
