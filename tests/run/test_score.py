"""How good weights are: the arithmetic by hand, the layouts, the command."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from run.command_line import ask
from waywarden.run.weighing import score, weights
from waywarden.run.weighing.cover import cover
from waywarden.run.weighing.known import find_known, kind_named, without_picture
from waywarden.run.weighing.precision import (
    VEHICLES,
    Compared,
    Known,
    average_precision,
    best_score,
    compared,
    recall_at,
    reliability,
)
from waywarden.sight.redact import KEPT, STILL
from waywarden.terms.errors import ConfigError
from waywarden.terms.kinds import Kind, kind_number
from waywarden.terms.transient import Detections
from waywarden.testing.street import made_up_street

AT = datetime(2026, 6, 1, tzinfo=UTC)
CAR = kind_number(Kind.CAR)


def seen(*boxes: tuple[float, ...], kind: int = CAR) -> Detections:
    """Return detections of rows (left, top, right, bottom, score)."""
    rows = np.array(boxes, np.float32).reshape(-1, 5)
    return Detections("a", AT, 0.0, rows[:, :4], rows[:, 4], np.full(len(rows), kind, np.int8))


def known(*boxes: tuple[float, ...], ignored: tuple[tuple[float, ...], ...] = (), kind: int = CAR) -> Known:
    areas = np.array(ignored, np.float32).reshape(-1, 4)
    return Known(np.array(boxes, np.float32).reshape(-1, 4), np.full(len(boxes), kind, np.int8), areas)


def test_average_precision_is_the_one_worked_out_by_hand() -> None:
    # right at .9, wrong at .8, right at .7, one of three never found: 1/3 * 1 + 1/3 * 2/3 = 5/9
    true = known((0, 0, 20, 20), (50, 50, 80, 80), (100, 100, 130, 130))
    said = seen((0, 0, 20, 20, 0.9), (200, 0, 220, 20, 0.8), (50, 50, 80, 80, 0.7))
    found = compared([(said, true)], VEHICLES)
    assert found.answers == [(pytest.approx(0.9), 1), (pytest.approx(0.8), 0), (pytest.approx(0.7), 1)]
    assert average_precision(found) == pytest.approx(5 / 9)
    assert recall_at(found) == pytest.approx(1 / 3)
    assert recall_at(found, 0.6) == pytest.approx(2 / 3)
    assert best_score(found) == pytest.approx(0.7)


def test_a_road_user_found_twice_is_right_once() -> None:
    found = compared([(seen((0, 0, 20, 20, 0.9), (1, 0, 21, 20, 0.8)), known((0, 0, 20, 20)))], VEHICLES)
    assert [right for _, right in found.answers] == [1, 0]


def test_what_is_too_small_or_lies_where_nobody_knows_is_neither_right_nor_wrong() -> None:
    true = known((0, 0, 6, 6), (50, 50, 80, 80), ignored=((100, 100, 150, 150),))
    said = seen((0, 0, 6, 6, 0.9), (105, 105, 140, 140, 0.8), (50, 50, 80, 80, 0.7))
    found = compared([(said, true)], VEHICLES)
    assert (found.wanted, len(found.answers)) == (1, 1)
    assert average_precision(found) == 1.0


def test_a_car_found_as_a_bus_is_a_vehicle_and_no_car() -> None:
    pairs = [(seen((0, 0, 20, 20, 0.9), kind=kind_number(Kind.BUS)), known((0, 0, 20, 20)))]
    assert average_precision(compared(pairs, VEHICLES)) == 1.0
    assert average_precision(compared(pairs, [Kind.CAR])) == 0.0
    assert average_precision(compared(pairs, [Kind.TRUCK])) is None


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), max_size=40), st.integers(1, 60))
def test_average_precision_lies_between_nothing_and_all_and_does_not_like_a_wrong_one(
    answers: list[tuple[float, int]], wanted: int
) -> None:
    wanted = max(wanted, sum(right for _, right in answers))
    ap = average_precision(Compared(answers, wanted))
    worse = average_precision(Compared([(1.1, 0), *answers], wanted))
    assert ap is not None
    assert worse is not None
    assert 0 <= worse <= ap <= 1
    assert sum(band["n"] for band in reliability(Compared(answers, wanted))) == len(answers)


def test_cover_asks_for_most_of_each_box_and_says_what_it_costs() -> None:
    true = known((40, 40, 60, 60), (100, 40, 160, 60))
    said = seen((40, 40, 60, 60, 0.15), (100, 40, 120, 60, 0.9))  # the second hides a third of its box
    told = cover([(said, true)], [(200, 100)], STILL)
    assert told["covered"] == 0.5
    assert 0.04 < told["hidden_share"] < 0.12
    assert cover([(seen((40, 40, 60, 60, 0.08)), true)], [(200, 100)], STILL)["covered"] == 0.0
    assert cover([(seen((40, 40, 60, 60, 0.08)), true)], [(200, 100)], KEPT)["covered"] == 0.5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return two made-up pictures with their true boxes as YOLO text."""
    made = tmp_path_factory.mktemp("labelled")
    street = made_up_street(7, seconds=40, rate_hz=0.1)
    for name in ("images", "labels"):
        (made / name).mkdir()
    (made / "classes.txt").write_text("person\nbicycle\nmotorbike\ncar\nvan\nbus\ntruck\n")
    for number in (1, 3):
        cv2.imwrite(str(made / f"images/{number}.png"), street.frame(number)[..., ::-1])
        true = street.truth.boxes(number)
        size = np.array([640, 360] * 2)
        rows = [
            f"{kind} {' '.join(f'{v:.6f}' for v in ((b[:2] + b[2:]) / 2 / size[:2]).tolist())} "
            f"{' '.join(f'{v:.6f}' for v in ((b[2:] - b[:2]) / size[:2]).tolist())}"
            for kind, b in zip(true.kind, true.xyxy_px, strict=True)
        ]
        (made / f"labels/{number}.txt").write_text("\n".join(rows) + "\n")
    return made


def test_boxes_come_back_from_yolo_text_as_they_were(folder: Path) -> None:
    (stills,) = find_known(folder)
    true = made_up_street(7, seconds=40, rate_hz=0.1).truth.boxes(3)
    read = stills.known(1, (640, 360))
    np.testing.assert_allclose(read.boxes, true.xyxy_px, atol=1e-2)
    assert read.kinds.tolist() == true.kind.tolist()


def test_the_command_says_how_good_our_weights_are_as_json(folder: Path) -> None:
    said = ask("weights", "score", "--folder", folder)
    assert said.code == 0
    told = json.loads(said.out)
    assert {"ap50", "recall_at_p90", "by_class", "ms_per_inference", "redaction", "reliability"} <= told.keys()
    assert told["pictures"] == 2
    assert told["boxes"] > 5
    assert 0.5 < told["ap50"] <= 1
    assert told["ms_per_inference"] > 0


def labelled(where: Path, rows: str | bytes, classes: str | bytes | None = None, suffix: str = ".txt") -> Path:
    """Return a folder of one picture, which nobody looks at, with these labels."""
    for name in ("images", "labels"):
        (where / name).mkdir(parents=True)
    (where / "images/a.webp").touch()
    (where / f"labels/a{suffix}").write_bytes(rows.encode() if isinstance(rows, str) else rows)
    if classes is not None:
        (where / "classes.txt").write_bytes(classes.encode() if isinstance(classes, str) else classes)
    return where


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("7 .5 .5 .1 .1", "below 7, for so many classes there are; got 7"),
        ("-1 .5 .5 .1 .1", "whole number from 0"),
        ("3.7 .5 .5 .1 .1", "whole number from 0"),
        ("1e30 .5 .5 .1 .1", "got 1e30"),
        ("nan .5 .5 .1 .1", "numbers were wanted"),
        ("inf .5 .5 .1 .1", "numbers were wanted"),
        ("3 nan .5 .1 .1", "numbers were wanted"),
        ("3,.5,.5,.1,.1", "got 1 columns"),
        ("3 .5 .5 .1", "got 4 columns"),
        ("\n".join(["3 .5 .5 .1"] * 5), "got 4 columns"),
        ("3 .1 .1 .2 .1 .2 .2 .1 .2", "an outline is no box"),
        ("3 300 200 40 40", "divide pixels by its size"),
        ("3 .5 .5 -.1 .1", "0 to 1"),
        ("3 .5 .5 0 .1", "above 0"),
        (b"3 .5 .5 .1 .1 \xff", "not UTF-8"),
    ],
)
def test_a_row_that_is_no_box_is_refused_with_its_file_and_line(tmp_path: Path, row: str | bytes, words: str) -> None:
    rows = b"3 .5 .5 .1 .1\n\n" + (row if isinstance(row, bytes) else row.encode())
    (stills,) = find_known(labelled(tmp_path, rows))
    with pytest.raises(ConfigError) as caught:
        stills.known(0, (100, 100))
    assert f"{tmp_path / 'labels/a.txt'}, line 3: " in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize("suffix", [".txt", ".TXT"])
def test_a_mark_at_the_begin_a_confidence_and_a_suffix_in_capitals_change_nothing(tmp_path: Path, suffix: str) -> None:
    rows = "\ufeff1 .5 .5 .2 .2\r\n0 1.002 .5 .1 .1 .93\n"
    (stills,) = find_known(labelled(tmp_path, rows, "\ufeffcar\r\nbus \n\n\n", suffix))
    known_there = stills.known(0, (100, 100))
    assert known_there.kinds.tolist() == [kind_number(Kind.BUS), CAR]
    np.testing.assert_allclose(known_there.boxes[0], [40, 40, 60, 60], atol=1e-4)


@pytest.mark.parametrize(
    ("classes", "line", "words"),
    [
        ("car\nheavy truck\n", 2, '"heavy truck"'),
        ("car\n\nbus\n", 2, "an empty line"),
        (b"car\nbus\np\xe9destrian\n", 3, "not UTF-8"),
    ],
)
def test_a_name_that_is_no_class_of_ours_is_refused_and_shifts_none(
    tmp_path: Path, classes: str | bytes, line: int, words: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        find_known(labelled(tmp_path, "0 .5 .5 .1 .1", classes))
    assert f"{tmp_path / 'classes.txt'}, line {line}" in str(caught.value)
    assert words in str(caught.value)


def test_the_classes_above_a_folder_are_found_from_wherever_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labelled(tmp_path / "of" / "mine", "0 .5 .5 .1 .1")
    (tmp_path / "classes.txt").write_text("truck\n")
    for here, named in ((".", "of/mine"), ("of", "mine"), ("of/mine", "."), ("of", tmp_path / "of/mine")):
        monkeypatch.chdir(tmp_path / here)
        (stills,) = find_known(Path(named))
        assert stills.kinds == (Kind.TRUCK,)


def test_labels_without_a_picture_are_said_and_are_no_error(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert without_picture(folder) == without_picture(tmp_path / "nowhere") == ()
    labelled(tmp_path, "3 .5 .5 .1 .1")
    (tmp_path / "labels/zz.txt").touch()
    (tmp_path / "labels/classes.txt").touch()
    monkeypatch.setattr(score, "score", lambda *_: {})
    said = ask("weights", "score", "--folder", tmp_path)
    assert (said.code, said.out) == (0, "{}\n")
    assert said.lines == ["1 of the label files belong to no picture and say nothing, the first is zz.txt"]


def test_a_network_is_not_asked_for_classes_it_has_no_word_for(folder: Path, shared: Path) -> None:
    told = score.score(folder, shared / "weights/person-vehicle-bike-detection-2004.xml")
    assert told["by_class"]["car"] is None
    assert told["ap50"] > 0
    assert None not in score.score(folder, weights.own())["by_class"].values()


def test_a_box_of_a_clip_that_has_no_corners_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    box = '<box frame="0" outside="0" xtl="1" ytl="2" xbr="wide" ybr="4"/>'
    (tmp_path / "a.xml").write_text(f"<annotations><track>{box}</track></annotations>")
    with pytest.raises(ConfigError, match=r"a\.xml has a box without its frame or corners as numbers .*wide"):
        find_known(tmp_path)


@pytest.mark.parametrize(
    ("plant", "words"),
    [
        (lambda f: (f / "images").mkdir(), ("holds no picture",)),
        (lambda _: None, ("holds no labelled pictures", "images/", "CVAT")),
        (lambda f: (f / "broken.xml").write_text("<a") and (f / "broken.mp4").touch(), ("broken.xml", "not CVAT")),
    ],
)
def test_a_folder_in_no_known_layout_is_one_line(tmp_path: Path, plant: object, words: tuple[str, ...]) -> None:
    plant(tmp_path)  # type: ignore[operator]
    said = ask("weights", "score", "--folder", tmp_path)
    assert said.code == 2
    assert len(said.wrong) == 1
    assert [word for word in words if word not in said.wrong[0]] == []


def test_a_misspelt_class_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean truck"):
        kind_named("trukc", "classes.txt")
