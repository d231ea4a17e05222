"""``waywarden count --mot``: a file of boxes is counted as a video is, however numbered, and a bad one is said."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from pathlib import Path

import pytest

from run.command_line import Said, ask
from waywarden.testing.counting.scenarios import TOLD, View, mot_csv, scene

GATE = ("--gate", "100,240,540,240")
SHARED = Path(os.environ.get("WAYWARDEN_SHARED", Path(__file__).resolve().parents[3] / "shared"))
HUMAN = {"06514": (180, [(6, 6), (0, 0)]), "03601": (180, [(6, 7), (3, 3)]), "03604": (160, [(9, 11), (2, 2)])}


def rows_of(said: Said) -> list[dict[str, str]]:
    assert (said.code, said.lines) == (0, [])
    return list(csv.DictReader(io.StringIO(said.out)))


def counts(said: Said, gate: str = "gate") -> tuple[int, int]:
    ways = Counter[str]()
    for row in rows_of(said):
        if (row["gate"], row["vehicle_class"]) == (gate, "all"):
            ways[row["direction"]] += int(row["count"])
    return ways["forward"], ways["backward"]


def written(folder: Path, text: str) -> Path:
    path = folder / "boxes.csv"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(("number", "given", "rate_hz", "first_frame"), [
    (number, n % 2 == 0, (5.0, 12.5, 30.0)[n % 3], n % 5 // 2) for n, number in enumerate(sorted(TOLD))
])  # fmt: skip
def test_the_scenarios_are_counted_through_the_command(
    tmp_path: Path, number: str, rate_hz: float, first_frame: int, *, given: bool
) -> None:
    told = scene(number, View(rate_hz=rate_hz, given=given))
    path = written(tmp_path, mot_csv(told, first_frame))
    assert counts(ask("count", "--mot", path, "--fps", rate_hz, *GATE)) == told.truth


def test_the_rows_are_those_of_a_count(tmp_path: Path) -> None:
    path = written(tmp_path, mot_csv(scene("12", View())))
    rows = rows_of(ask("count", "--mot", path, "--fps", 30, *GATE))
    assert list(rows[0]) == (
        [
            "camera",
            "gate",
            "direction",
            "movement",
            "vehicle_class",
            "start",
            "duration_s",
            "observed_s",
            "count",
            "mean_speed_kmh",
            "v85_kmh",
        ]
    )
    told = [(row["camera"], row["gate"], row["direction"], row["vehicle_class"], row["count"]) for row in rows]
    assert told == [
        ("boxes", "gate", "forward", "all", "1"),
        ("boxes", "gate", "forward", "car", "1"),
        ("boxes", "gate", "backward", "all", "0"),
    ]
    assert {(row["start"], row["duration_s"], row["observed_s"]) for row in rows} == {
        ("1970-01-01T00:00:00Z", "900", "2.4")
    }


def test_empty_stretches_are_watched_and_several_gates_have_names(tmp_path: Path) -> None:
    early, late = (mot_csv(scene("01", View(given=True)), first) for first in (1, 30 * 60))
    said = ask("count", "--mot", written(tmp_path, early + late), "--fps", 30, "--bin", 1,
               *GATE, "--gate", "high = 640,100,0,100")  # fmt: skip
    rows = rows_of(said)
    assert [
        row["observed_s"]
        for row in rows
        if (row["gate"], row["direction"], row["vehicle_class"]) == ("gate-1", "forward", "all")
    ] == ["60", "2.37"]
    assert counts(said, "gate-1") == (2, 0)
    assert counts(said, "high") == (0, 2)


def test_a_class_without_a_name_is_counted(tmp_path: Path) -> None:
    text = mot_csv(scene("01", View())).replace("car", "67")
    rows = rows_of(ask("count", "--mot", written(tmp_path, text), "--fps", 30, *GATE))
    assert ("unclassified", "1") in [(row["vehicle_class"], row["count"]) for row in rows]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--fps", "30"), 2, "--gate"),
        ((*GATE,), 2, "--fps"),
        (("--fps", "0", *GATE), 2, "--fps"),
        (("--fps", "1e-9", *GATE), 2, "boxes.csv (0.1 to 1000), got 1e-09"),
        (("--fps", "1e-12", *GATE), 2, "--fps"),
        (("--fps", "1001", *GATE), 2, "--fps"),
        (("--fps", "nan", *GATE), 2, "--fps"),
        (("--fps", "30", "--gate", "1,2,3"), 2, 'got "1,2,3"'),
        (("--fps", "30", "--gate", "1,2,1,2"), 2, "two different points"),
        (("--fps", "30", "--gate", "a=1,2,3,4", "--gate", "a=1,2,3,5"), 2, "different names"),
        (("--fps", "30", *GATE, "--city", "city.toml"), 2, "without --city"),
        (("--fps", "30", *GATE, "--store", "x.sqlite", "--camera", "a"), 2, "without --camera, --store"),
        (("--fps", "30", *GATE, "--sparing"), 2, "without --sparing"),
        (("--fps", "30", *GATE), 3, "line 1: "),
    ],
)
def test_what_was_asked_wrongly_is_one_line(tmp_path: Path, words: tuple[str, ...], code: int, said: str) -> None:
    answer = ask("count", "--mot", written(tmp_path, "no boxes\n"), *words)
    assert (answer.code, answer.out, len(answer.lines)) == (code, "", 1)
    assert said in answer.lines[0]


def test_a_file_of_more_than_a_year_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "1,1,0,0,9,9\n10000000,1,0,0,9,9\n")
    answer = ask("count", "--mot", path, "--fps", 0.1, *GATE)
    assert (answer.code, answer.out, len(answer.lines)) == (3, "", 1)
    assert "1157 days later at 0.1 frames a second" in answer.lines[0]


def test_a_file_that_is_not_there_or_no_text_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(bytes(range(256)))
    for name, said in (("nothing.csv", "No such file"), ("film.mp4", "no text")):
        answer = ask("count", "--mot", tmp_path / name, "--fps", 30, *GATE)
        assert (answer.code, answer.out, len(answer.lines)) == (3, "", 1)
        assert said in answer.lines[0]
    assert ask("count").code == 2
    for words, said in ((("--fps", 3), "--fps:"), (("--fps", 3, *GATE), "--fps and --gate:")):
        answer = ask("count", "--city", "x.toml", *words)
        assert (answer.code, answer.out, len(answer.lines)) == (2, "", 1)
        assert f"only --mot, a file of boxes, goes with {said}" in answer.lines[0]


@pytest.mark.parametrize("number", sorted(HUMAN))
def test_tracks_that_people_drew_are_counted_as_people_did(number: str) -> None:
    """External truth: dev_counts.json; between the count of the boxes' middles and that of their lower sides."""
    clips = list((SHARED / "data/tfl").glob(f"*{number}.mot.txt"))
    if not clips and not os.environ.get("CI"):
        pytest.skip(f"the human tracks are not at {SHARED}")
    y, wanted = HUMAN[number]
    got = counts(ask("count", "--mot", clips[0], "--fps", 25, "--gate", f"0,{y},352,{y}"))
    assert all(low <= each <= high for each, (low, high) in zip(got, wanted, strict=True))
