"""Boxes as others have them: what is said twice counts once."""

from __future__ import annotations

from pathlib import Path

import pytest

from run.command_line import ask
from run.test_boxes import GATE, counts, written
from waywarden.exchange.mot import MotBox
from waywarden.run.counting.others import once_each
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
