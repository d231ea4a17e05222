"""MOT rows in, boxes out: with and without a header, in the widths there are, and what is wrong with a bad file."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waywarden.exchange.mot import MotBox, from_mot
from waywarden.terms.kinds import Kind

CAR = MotBox(1, 7, 10.0, 20.0, 40.0, 30.0, 0.5, Kind.CAR)


@pytest.mark.parametrize(
    "text",
    [
        "1,7,10,20,40,30,0.5,2",
        "1,7,10,20,40,30,0.5,car",
        "1, 7, 10.0, 20.0, 40, 30, 0.50, Car\r\n",
        "1,7,10,20,40,30,0.5,2,1.0",
        "\ufeffframe,id,x,y,w,h,score,class\n1,7,10,20,40,30,0.5,2",
        "frame_id,track_id,bb_left,bb_top,bb_width,bb_height,conf,class_id\n1,7,10,20,40,30,0.5,2",
        "class,frame,id,score,x,y,w,h\n\n2,1,7,0.5,10,20,40,30\n\n",
        "# boxes\n1.0,7.0,1e1,2e1,40,30,.5,2.0",
    ],
)
def test_however_it_is_written_it_is_the_same_box(text: str) -> None:
    assert from_mot(text) == [CAR]


def test_the_classic_ten_columns_have_no_class() -> None:
    (box,) = from_mot("1,-1,912.3,484.1,97.2,109.5,0.9,-1,-1,-1")
    assert (box.number, box.score, box.kind) == (-1, 0.9, Kind.UNCLASSIFIED)
    (placed,) = from_mot("1,3,912,484,97,109,1,2,3,0")  # metres of the world, not a class
    assert placed.kind is Kind.UNCLASSIFIED


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("0", Kind.PEDESTRIAN), ("1", Kind.BICYCLE), ("3", Kind.MOTORCYCLE), ("5", Kind.BUS), ("7", Kind.TRUCK),
        ("67", Kind.UNCLASSIFIED), ("-1", Kind.UNCLASSIFIED), ("", Kind.UNCLASSIFIED),
        ("cell phone", Kind.UNCLASSIFIED),
        ("person", Kind.PEDESTRIAN), ("VAN", Kind.VAN), ("vehicle", Kind.VEHICLE),
    ],
)  # fmt: skip
def test_a_class_is_a_number_of_coco_or_a_name_and_never_costs_a_box(cell: str, kind: Kind) -> None:
    assert [box.kind for box in from_mot(f"1,1,0,0,9,9,1,{cell}")] == [kind]


@pytest.mark.parametrize(("cell", "score"), [("-1", 1.0), ("", 1.0), ("1", 1.0), ("0.3", 0.3), ("97", 1.0)])
def test_no_score_is_a_sure_one(cell: str, score: float) -> None:
    assert [box.score for box in from_mot(f"1,1,0,0,9,9,{cell}")] == [score]


def test_a_score_of_nothing_is_not_considered_unless_all_are() -> None:
    parked, drives = "1,1,0,0,9,9,0,2\n", "1,2,50,0,9,9,1,2\n"
    assert [box.number for box in from_mot(parked + drives)] == [2]
    assert [(box.number, box.score) for box in from_mot(parked)] == [(1, 1.0)]


def test_rows_come_in_order_of_frames() -> None:
    assert [box.frame for box in from_mot("3,1,0,0,9,9\n0,1,0,0,9,9\n2,1,0,0,9,9")] == [0, 2, 3]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no box in it: write a line frame,id,x,y,w,h,score,class for each"),
        ("frame,id,x,y,w,h\n", "there is no box"),
        ("hello\n", "line 1: the columns frame,id,x,y,w,h,score,class were wanted, got hello"),
        ("1,1,0,0,9,9\n2,1,0,0,9\n", "line 2: frame,id,x,y,w,h and perhaps"),
        ("1,1,0,0,9,9\n2,1,zero,0,9,9\n", 'line 2: x is a number, got "zero"'),
        ("1,1,0,0,9,nan\n", 'line 1: h is a number, got "nan"'),
        ("1,1,0,0,0,9\n", "line 1: a box is wider"),
        ("-4,1,0,0,9,9\n", "line 1: a frame is a whole number from 0 to 1e+09, got -4"),
        ("1.5,1,0,0,9,9\n", "line 1: a frame is a whole number"),
        ("1,1,0,0,9,9,sure\n", 'line 1: score is a number, got "sure"'),
        ('1,1,0,0,9,"9\n', "line 1: "),
        ("1,1,0,0,9,9\n1" + "0" * 400 + ",1,0,0,9,9\n", "line 2: frame is a number"),
        ("1" + "0" * 12 + ",1,0,0,9,9\n", "line 1: a frame is a whole number from 0 to 1e+09"),
        ("1,1,0,0,9,9\n2,1e30,0,0,9,9\n", "line 2: an id is at most 4611686018427387904, got 1e+30"),
        ("1,1,0,-1e300,9,9\n", "line 1: a box is within 1e+06 pixels, got 1e+300"),
        ("1,1,0,0,9,1e7\n", "line 1: a box is within 1e+06 pixels, got 1e+07"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as fault:
        from_mot(text)
    assert str(fault.value).startswith(said)
    assert "\n" not in str(fault.value)


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_whatever_comes_is_read_or_refused_with_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert from_mot(text)
