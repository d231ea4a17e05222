"""What may be kept, what lives for one picture, and how troubles are said."""

from __future__ import annotations

import copy
import pickle
from dataclasses import fields, replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waywarden.terms import errors
from waywarden.terms.kinds import ALL_CLASSES, KINDS, Kind, kind_number
from waywarden.terms.pictures import RedactedJpeg
from waywarden.terms.records import CameraHealth, Direction, TrafficInterval
from waywarden.terms.transient import Crossing, Detections, Passage

AT = datetime(2026, 6, 1, 7, tzinfo=UTC)
JPEG = b"\xff\xd8 made up \xff\xd9"
INTERVAL = TrafficInterval("cam", "a", Direction.FORWARD, None, "car", AT, 900, 900.0, 3, None, None, "motion-1")


def _detections(  # noqa: PLR0913, PLR0917 - one for each thing that can be wrong
    xyxy=(1, 4), score=(1,), kind=(1,), at=AT, number=0, kinds=np.int8, floats=np.float32
):
    return Detections("cam", at, 0.1, np.zeros(xyxy, floats), np.zeros(score, np.float32), np.full(kind, number, kinds))


def test_every_trouble_has_an_exit_code_of_its_own():
    family = [error for error in vars(errors).values() if isinstance(error, type)]
    codes = [error.exit_code for error in family]
    assert len(set(codes)) == len(codes)
    assert all(0 < code < 126 for code in codes)


@given(st.sampled_from(Kind))
def test_the_number_of_a_kind_leads_back_to_it(kind):
    assert KINDS[kind_number(kind)] is kind
    assert kind != ALL_CLASSES


@pytest.mark.parametrize(
    "wrong",
    [
        {"gate_id": None},
        {"movement_id": "a-b"},
        {"gate_id": None, "movement_id": "a-b"},
        {"direction": None},
        {"start": datetime(2026, 6, 1)},  # noqa: DTZ001 - that is what is refused
        {"count": -1},
        {"observed_s": -0.1},
        {"observed_s": 900.1},
    ],
)
def test_an_impossible_interval_is_refused(wrong):
    with pytest.raises(ValueError, match=r"interval|start|impossible"):
        replace(INTERVAL, **wrong)


def test_an_interval_of_a_movement_has_no_direction():
    movement = replace(INTERVAL, gate_id=None, direction=None, movement_id="a-b")
    assert movement.count == INTERVAL.count


def test_nothing_kept_or_handed_on_names_a_road_user():
    named = {"id", "track", "track_id", "plate", "person", "face", "box", "xyxy_px", "trajectory", "colour"}
    for kept in (TrafficInterval, CameraHealth, Crossing, Passage):
        assert not named & {field.name for field in fields(kept)}


@pytest.mark.parametrize(
    "wrong",
    [
        {"xyxy": (1, 5)},
        {"xyxy": (2, 4)},
        {"floats": np.float64},
        {"score": (2,)},
        {"kind": (2,)},
        {"kinds": np.int64},
        {"number": -1},
        {"number": len(KINDS)},
        {"at": datetime(2026, 6, 1)},  # noqa: DTZ001 - that is what is refused
    ],
)
def test_detections_of_a_wrong_shape_kind_or_clock_are_refused(wrong):
    with pytest.raises(ValueError, match=r"must"):
        _detections(**wrong)


@given(st.integers(0, 50))
def test_detections_are_as_many_as_their_boxes(n):
    assert len(_detections((n, 4), (n,), (n,))) == n


def test_a_redacted_still_needs_the_redactor():
    with pytest.raises(TypeError, match="redact"):
        RedactedJpeg(JPEG, 320, 240)


def test_nothing_that_looks_like_the_redactors_key_is_taken():
    with pytest.raises(TypeError, match="redact"):
        RedactedJpeg(JPEG, 320, 240, key="REDACTION_KEY")


@pytest.mark.parametrize("leave", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_redacted_still_is_neither_pickled_nor_copied(leave):
    still = object.__new__(RedactedJpeg)
    with pytest.raises(TypeError, match="not pickled or copied"):
        leave(still)
