"""docs/results.md: each half writes its part, a figure says which state it is of, readers read what is printed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROAD = (ROOT / "docs/road.md").read_text("utf-8")


@pytest.fixture(scope="module", autouse=True)
def bench() -> object:
    """Let the programs of ``bench`` be imported as they import each other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "bench"))
        yield patch
        for name in ("road_must_hold", "road_bars", "results", "made_up_streets", "command"):
            sys.modules.pop(name, None)


def test_a_part_is_written_anew_and_the_others_stay(tmp_path: Path) -> None:
    from results import put

    page = tmp_path / "results.md"
    put("road", "## Roads\n\nfirst", page)
    put("traffic", "## Traffic\n\n| a |", page)
    put("road", "## Roads\n\nsecond", page)
    text = page.read_text("utf-8")
    assert text.startswith("# Results\n")
    assert text.count("first") == text.count("not measured yet") == 0
    assert text.index("## Traffic\n\n| a |") < text.index("## Roads\n\nsecond")
    put("road", "## Roads\n\nsecond", page)
    assert page.read_text("utf-8") == text


def test_only_figures_of_this_state_count() -> None:
    from road_bars import MEASURED
    from road_must_hold import NOT_MEASURED, page

    told = {"rows": [["one thing", "0.9 or more", "0.95", True]], "circumstances": "Measured then."}
    never, earlier, now = MEASURED[:3]
    text = page([(never, None), (earlier, told | {"state": "old"}), (now, told | {"state": "new"})], "new")
    assert "1 of 1 bars hold" in text
    assert "Of 2 of 3" in text
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    assert [NOT_MEASURED in line for line in lines] == [True, True, False]
    assert ["(0.95)" in line for line in lines] == [False, True, False]


def test_names_of_what_is_measured_are_one_each_and_their_programs_are_there() -> None:
    from road_bars import MEASURED

    assert len({one.name for one in MEASURED}) == len(MEASURED)
    files = [word for one in MEASURED for word in one.words if word.startswith("bench/")]
    assert all((ROOT / file).is_file() for file in files)
    for one in MEASURED:
        assert one.line[0] == sys.executable or one.line[0].endswith("waywarden")


def test_tables_that_the_documentation_shows_are_read() -> None:
    from road_bars import clocks, matched, simulated, surveyed

    same = simulated(ROAD)
    assert len(same) == 9
    assert (
        "same hole, 20 m apart, sigma 3 m",
        "F1 0.90, count ratio within 5 %",
        "F1 0.976, count ratio 1.01",
        True,
    ) in same
    (survey,) = surveyed("| 310 | 30 | 100 | 28 | 1.000 | 1.00 |\n| mean | | | | 0.981 | 1.08 |")
    assert survey[2:] == ("F1 0.981, count ratio 1.08", False)
    assert [row[3] for row in matched(ROAD)] == [True] * 5
    assert clocks("| 2.5 | 50 of 50 | 0.10 | 0.20 |")[0][2] == "50 of 50 found, the largest error 0.20 s"


def test_what_is_below_its_bar_does_not_hold_and_what_has_none_is_told() -> None:
    from road_bars import all_of, said

    rows = all_of([("a", "a_f1", 0.9), ("b", "b_f1", 0.9), ("c", "c_f1", None)])(
        json.dumps({"a_f1": 0.9, "b_f1": 0.8999, "c_f1": 0.1})
    )
    assert [row[3] for row in rows] == [True, False, None]
    assert said("x", "y")("z\nmade in 2.7 CPU-s, wanted under 2: DOES NOT HOLD")[0][2:] == (
        "made in 2.7 CPU-s, wanted under 2", False,
    )  # fmt: skip
