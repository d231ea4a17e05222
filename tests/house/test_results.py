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
        for name in ("record", "bars", "road_bars", "traffic_bars", "results", "made_up_streets", "command"):
            sys.modules.pop(name, None)


def test_a_part_is_written_anew_and_the_others_stay(tmp_path: Path) -> None:
    from results import put

    page = tmp_path / "results.md"
    put("road", "## Roads\n\nfirst", page)
    put("traffic", "## Traffic\n\n| a |", page)
    put("road", "## Roads\n\nsecond", page)
    text = page.read_text("utf-8")
    assert text.startswith("# Results\n")
    assert "first" not in text
    assert text.count("not measured yet") == 1  # of the third part
    assert text.index("## Traffic\n\n| a |") < text.index("## Roads\n\nsecond")
    put("road", "## Roads\n\nsecond", page)
    assert page.read_text("utf-8") == text


def test_a_figure_says_which_commit_it_is_of_and_whether_what_it_measures_is_still_the_same() -> None:
    from record import EARLIER, NEVER, page, state
    from road_bars import ROAD

    told = {"rows": [["one thing", "0.9 or more", "0.95", True]], "commit": "abc1234", "circumstances": "Then."}
    never, earlier, now = ROAD[:3]
    assert state(earlier) != state(now)
    text = page("Roads", [(never, None), (earlier, told | {"state": "old"}), (now, told | {"state": state(now)})])
    assert "## Roads: 2 of 2 bars hold" in text
    assert "(1 of 3 commands). Never measured: 1." in text
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    assert [NEVER in line for line in lines] == [True, False, False]
    assert ["abc1234" in line for line in lines] == [False, True, True]
    assert [EARLIER in line for line in lines] == [False, True, False]


def test_names_of_what_is_measured_are_one_each_and_their_programs_and_rooms_are_there() -> None:
    from record import PARTS

    every = [one for _, some in PARTS.values() for one in some]
    assert len({one.name for one in every}) == len(every)
    files = [word for one in every for word in one.words if word.startswith(("bench/", "train/"))]
    assert all((ROOT / file).is_file() for file in files)
    assert all((ROOT / "src/waywarden" / room).is_dir() for one in every for room in one.rooms)
    for one in every:
        assert one.line[0] in {sys.executable, "cat"} or one.line[0].endswith("waywarden")


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
    from bars import all_of, said

    rows = all_of([("a", "a_f1", 0.9), ("b", "b_f1", 0.9), ("c", "c_f1", None)])(
        json.dumps({"a_f1": 0.9, "b_f1": 0.8999, "c_f1": 0.1})
    )
    assert [row[3] for row in rows] == [True, False, None]
    assert said("x", "y")("z\nmade in 2.7 CPU-s, wanted under 2: DOES NOT HOLD")[0][2:] == (
        "made in 2.7 CPU-s, wanted under 2", False,
    )  # fmt: skip


def test_what_the_benches_of_traffic_print_is_read() -> None:
    from traffic_bars import CAMERAS, audited, by_condition, learnt, remembered, turned

    table = "┃ turn ┃ true ┃\n│ through │ 213 │ 190 │ 20 │ 3 │ 0 │ 2 │\n│ all  │ 848 │ 800 │ 40 │ 8 │ 1 │ 0 │"
    assert turned(table)[0][2:] == ("3 of 213 missed (2 hidden at a gate), 0 false; 190 seen, 20 inferred", False)
    assert [row[3] for row in turned(table.replace("│ 3 │", "│ 2 │"))] == [True, False]
    assert [row[3] for row in turned(table.replace("through", "left"))] == [None, False]
    lines = (
        "0.25 h of the street: 250.0 MB\n"
        "each hour of the street watched for 98%: -0.13 MB an hour that is watched\n"
        "16 cameras of 352x288: at most 280 MB; bar 400\n"
        "slope after the first third of 0.5 h: -0.12 MB an hour of the street; bar 1"
    )
    slopes = [("-0.12 MB an hour", True), ("-0.13 MB an hour watched", None)]
    assert [row[2:] for row in remembered(lines)] == [("280 MB", True), *slopes]
    assert not remembered(lines.replace("-0.12", "+1.02"))[1][3]
    audit = "street 11: ... so 1.4 % more for 1.5 %\nall: CountError(share=0.125, low=-0.2153, high=0.7081)"
    assert [row[2] for row in audited(audit)] == ["+12.5 % (-21.5 to +70.8)", "1.4 % more"]
    assert by_condition("night is 0.79 of day")[0][3] is False
    voted = {"car": [9, 10], "bus": [1, 1], "truck": [0, 1]}
    scores = {f"tfl {camera}": {"int8": {"ap50": 0.74, "class_by_vote": voted}} for camera in CAMERAS}
    ap50, votes = learnt(json.dumps(scores))
    assert ap50[2:] == ("0.740 (06514 0.740, 03601 0.740, 03604 0.740)", False)
    assert votes[2:] == ("30 of 36 (83%)", False)
    assert all(holds for *_, holds in learnt((ROOT / "train/scores.json").read_text("utf-8")))
