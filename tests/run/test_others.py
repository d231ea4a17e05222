"""Boxes as others have them: what is said twice counts once, and somebody's low scores are as good as ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from run.command_line import ask
from run.test_boxes import GATE, counts, written
from waywarden.exchange.mot import MotBox
from waywarden.run.counting.others import on_our_scale, once_each
from waywarden.terms.kinds import Kind
from waywarden.testing.counting.scenarios import View, mot_csv, scene


def rows(number: str, *, given: bool) -> list[list[str]]:
    return [line.split(",") for line in mot_csv(scene(number, View(given=given))).split()]


def counted(folder: Path, *parts: list[list[str]]) -> tuple[int, int]:
    text = "\n".join(",".join(row) for part in parts for row in part)
    return counts(ask("count", "--mot", written(folder, text), "--fps", 30, *GATE))


def box(left: float = 100.0, score: float = 1.0, number: int = -1, kind: Kind = Kind.CAR, frame: int = 1) -> MotBox:
    return MotBox(frame, number, left, 50.0, 40.0, 30.0, score, kind)


@pytest.mark.parametrize("given", [False, True], ids=["boxes", "tracks"])
@pytest.mark.parametrize("number", ["01", "03", "08", "16"])
def test_two_boxes_on_one_vehicle_are_one_vehicle(tmp_path: Path, number: str, *, given: bool) -> None:
    once = rows(number, given=given)
    again = [[*row[:2], str(float(row[2]) + 1), *row[3:6], "0.6", "truck"] for row in once]
    assert counted(tmp_path, once, again) == scene(number, View()).truth


def test_two_numbers_on_one_place_are_two(tmp_path: Path) -> None:
    once = rows("01", given=True)
    assert counted(tmp_path, once, [[row[0], "77", *row[2:]] for row in once]) == (2, 0)


def test_the_surest_stays_and_the_rest_keep_their_order() -> None:
    weak, sure, apart = box(102, 0.6, kind=Kind.TRUCK), box(100, 0.9), box(115, 0.95)
    assert once_each([weak, sure, apart]) == [sure, apart]
    assert once_each([weak, apart]) == [weak, apart]


def test_a_rider_and_what_is_ridden_stay_and_so_do_numbers_that_differ_or_are_apart() -> None:
    rides = [box(kind=Kind.PEDESTRIAN), box(101, kind=Kind.MOTORCYCLE)]
    followed = [box(number=1), box(number=2), box()]
    apart = [box(number=1), box(130, number=1)]
    assert [once_each(each) for each in (rides, followed, apart)] == [rides, followed, apart]
    assert once_each([box(number=1), box(112, number=1)]) == [box(number=1)]


@pytest.mark.parametrize("score", ["0.05", "0.3", "0.45", "0.9"])
def test_a_file_of_low_scores_is_counted_as_one_of_high_ones(tmp_path: Path, score: str) -> None:
    low = [[*row[:6], score, *row[7:]] for row in rows("16", given=False)]
    assert counted(tmp_path, low) == (2, 0)


def test_scores_are_put_on_our_scale_by_the_surest_ones_of_the_file() -> None:
    low = [box(score=score, frame=frame) for frame, score in enumerate((0.1, 0.15, 0.3, 0.5, 0.5))]
    assert [each.score for each in on_our_scale(low)] == pytest.approx([1 / 6, 0.25, 0.5, 9 / 14, 9 / 14])


def test_a_file_that_has_some_sure_boxes_keeps_its_scores() -> None:
    chaff = [box(60.0 * n, 0.04, frame=frame) for frame in range(100) for n in range(9)]
    some = [box(score=0.9, frame=frame) for frame in range(3)]
    mixed = sorted(chaff + some, key=lambda each: each.frame)
    assert on_our_scale(mixed) == mixed
    followed = [box(score=0.2, number=3)]
    assert on_our_scale(followed) == followed
