"""``waywarden orders``, as a stranger uses it."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pypdf import PdfReader

from run.command_line import ask
from waywarden.run.road.ledger import read_entries

JOBS = """defect,street,chainage_m,longitude,latitude,minutes,priority
d1,Mill Lane,100,-1.50,53.80,30,5
d2,Mill Lane,120,-1.50,53.80,20,5
d3,"Quay <north>",10,-1.52,53.81,40,9
d4,Far Road,0,-3.50,53.80,10,9
"""


@pytest.fixture
def jobs(tmp_path: Path) -> Path:
    (tmp_path / "jobs.csv").write_text(JOBS, "utf-8")
    return tmp_path / "jobs.csv"


PLAN = ("--crews", 2, "--hours", 4, "--yard", "-1.5,53.8", "--day", "2026-11-30", "--starts", "07:30")


def test_each_crew_has_its_sheet_in_order(jobs: Path, tmp_path: Path) -> None:
    said = ask("orders", "plan", "--jobs", jobs, *PLAN, "--sheet", tmp_path / "s.html")
    assert said.code == 0
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert [row["defects"] for row in rows if not row["crew"]] == ["d4"]
    made = {row["defects"]: row for row in rows if row["crew"]}
    assert set(made) == {"d1 d2", "d3"}
    assert (made["d1 d2"]["minutes"], made["d1 d2"]["priority"]) == ("50", "10")
    assert {row["order"] for row in made.values()} == {"2026-11-30-01", "2026-11-30-02"}
    assert (made["d1 d2"]["arrive"], made["d1 d2"]["leave"]) == ("07:30", "08:20") or made["d1 d2"]["stop"] == "2"
    (line,) = said.lines
    assert line.startswith("priority 19 of 28 served, 3 of 4 jobs in 2 visits")
    texts: list[str] = []
    reader = HTMLParser()
    reader.handle_data = texts.append  # type: ignore[method-assign]
    reader.feed((tmp_path / "s.html").read_text("utf-8"))
    assert [text for text in texts if text.startswith("Crew ")] == ["Crew 1, 2026-11-30", "Crew 2, 2026-11-30"]
    assert sum("Quay <north>, 10 m" in text for text in texts) == 1
    assert "http" not in (tmp_path / "s.html").read_text("utf-8")


def test_a_pdf_has_what_the_page_has(jobs: Path, tmp_path: Path) -> None:
    jobs.write_text(JOBS.replace("Mill Lane", "Łódzka Жукова"), "utf-8")
    for name in ("s.html", "s.pdf"):
        assert ask("orders", "plan", "--jobs", jobs, *PLAN, "--sheet", tmp_path / name).code == 0
    texts: list[str] = []
    reader = HTMLParser()
    reader.handle_data = texts.append  # type: ignore[method-assign]
    reader.feed((tmp_path / "s.html").read_text("utf-8").partition("<body>")[2])
    pages = [page.extract_text() for page in PdfReader(tmp_path / "s.pdf").pages]
    assert [page.startswith(f"Crew {crew}") for crew, page in enumerate(pages, 1)] == [True, True]
    printed = "".join("".join(pages).split())
    assert [text for text in texts if "☐" not in text and "".join(text.split()) not in printed] == []
    assert "safetemporarylasting" in printed


def test_orders_go_into_the_ledger(jobs: Path, tmp_path: Path) -> None:
    store = tmp_path / "records.sqlite"
    refused = ask("orders", "plan", "--jobs", jobs, *PLAN, "--store", store)
    assert (refused.code, len(refused.lines), refused.out) == (9, 1, "")
    assert read_entries(store) == []
    for name in ("d1", "d2", "d3"):
        ask("ledger", "write", name, "confirmed", "--store", store)
    said = ask("orders", "plan", "--jobs", jobs, *PLAN, "--store", store, "--policy", "2026-1")
    rows = {name: row["order"] for row in csv.DictReader(io.StringIO(said.out)) for name in row["defects"].split()}
    told = {entry.fact.defect_id: entry.fact for entry in read_entries(store) if entry.fact.fact == "ordered"}
    assert {name: json.loads(fact.told)["order_id"] for name, fact in told.items()} == {
        name: rows[name] for name in ("d1", "d2", "d3")
    }
    assert {fact.policy for fact in told.values()} == {"2026-1"}
    assert ask("ledger", "states", "--store", store).out.splitlines()[1:] == ["d1,ordered", "d2,ordered", "d3,ordered"]
    again = ask("orders", "plan", "--jobs", jobs, *PLAN, "--store", store)
    names = {row["order"] for row in csv.DictReader(io.StringIO(again.out)) if row["order"]}
    assert names == {"2026-11-30-03", "2026-11-30-04"}


def test_a_matrix_says_how_far_it_is(jobs: Path, tmp_path: Path) -> None:
    places = ("", "d1", "d3", "d4")
    ways = [f"{a},{b},5" for a in places for b in places if a != b]
    (tmp_path / "ways.csv").write_text("\n".join(["from,to,minutes", *ways]), "utf-8")
    said = ask("orders", "plan", "--jobs", jobs, "--hours", 4, "--matrix", tmp_path / "ways.csv")
    assert said.lines[0].startswith("priority 28 of 28 served, 4 of 4 jobs in 3 visits")
    assert said.lines[0].endswith("back after 2.0 h")
    (tmp_path / "ways.csv").write_text("\n".join(["from,to,minutes", *ways[1:]]), "utf-8")
    said = ask("orders", "plan", "--jobs", jobs, "--matrix", tmp_path / "ways.csv")
    assert (said.code, len(said.lines)) == (2, 1)
    assert "no way from the yard to d1" in said.lines[0]


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("defect,street", "name,street", "wants the columns"),
        ("d2,", "d1,", "has defect d1 twice"),
        ("53.81,40", "53.81,0", "line 4: minutes and priority"),
        ("-1.52", "-181", "line 4"),
        ("-1.52", "west", "line 4"),
        (JOBS.partition("\n")[2], "", "a job at least"),
    ],
)
def test_jobs_with_a_mistake_say_which(jobs: Path, was: str, becomes: str, said: str) -> None:
    jobs.write_text(JOBS.replace(was, becomes, 1), "utf-8")
    answer = ask("orders", "plan", "--jobs", jobs)
    assert (answer.code, len(answer.lines), answer.out) == (2, 1, "")
    assert said in answer.lines[0]


@pytest.mark.parametrize("words", [("--yard", "here"), ("--starts", "early"), ("--sheet", "x.docx"), ("--crews", 0)])
def test_what_cannot_be_is_said_in_one_line(jobs: Path, words: tuple[object, ...]) -> None:
    answer = ask("orders", "plan", "--jobs", jobs, *words)
    assert (answer.code, len(answer.lines), answer.out) == (2, 1, "")
