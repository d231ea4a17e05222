"""Surveys of others, read: manual counts and OpenDataCam's counter data."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from waywarden.exchange.surveys.manual import from_manual
from waywarden.exchange.surveys.opendatacam import areas_as_gates, from_opendatacam
from waywarden.exchange.tidy import to_csv
from waywarden.terms.places import Gate
from waywarden.terms.records import Direction, TrafficInterval
from waywarden.traffic.measures.compare import Surveyed, compare

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 5, 5, 5, 0, tzinfo=UTC)


def test_a_manual_count_is_read_as_a_spreadsheet_saves_it() -> None:
    text = "\ufeffStart;Gate;Direction;Vehicle_class;Duration_min;Count;Remark\n"
    text += "2026-05-05T07:00;n;forward;car;60;12;rain\n2026-05-05T07:00;n;;;;3;\n"
    assert from_manual(text, BERLIN) == [
        Surveyed("n", Direction.FORWARD, None, "car", AT, 3600, 12),
        Surveyed("n", None, None, "all", AT, 900, 3),
    ]


def test_tidy_rows_are_a_survey_too() -> None:
    rows = [
        TrafficInterval("c", "n", Direction.BACKWARD, None, "all", AT, 900, 900, 5, None, None, "m"),
        TrafficInterval("c", None, None, "n-s", "all", AT, 900, 900, 4, None, None, "m"),
    ]
    compared = compare(from_manual(to_csv(rows).decode(), BERLIN), rows)
    assert [one.counted for one in compared] == [one.surveyed.count for one in compared] == [5, 4]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: the header has no column start, count, gate or movement; it has none"),
        ("start,count\n", "no column gate or movement"),
        ("start,gate,count\n", "there is no count in it"),
        ("start,gate,count\n2026-05-05,n,three\n", "line 2: .*'three'"),
        ("start,gate,count\n2026-05-05,n,-3\n", "line 2: a count is 0 or more, got -3"),
        ("start,gate,movement,count\n2026-05-05,n,m,3\n", "line 2: a count is of a gate or of a movement"),
        ("start,gate,count\nsoon,n,3\n", "line 2: .*soon"),
        ("start,gate,direction,count\n2026-05-05,n,north,3\n", "line 2: .*north"),
        ("start,gate,duration_min,count\n2026-05-05,n,0,3\n", "line 2: a duration is more than 0"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        from_manual(text, BERLIN)


def crossed(minute: float, name: str = "car") -> dict[str, Any]:
    at = (AT + timedelta(minutes=minute)).isoformat().replace("+00:00", "Z")
    return {
        "timestamp": at,
        "area": "94afa4f8",
        "name": name,
        "id": 7,
        "bearing": 155,
        "countingDirection": "rightleft_bottomtop",
    }


def recording(history: list[Any]) -> str:
    """Return counter data in the form of OpenDataCam's own documentation, from 07:05 to 07:50."""
    times = {"dateStart": "2026-05-05T05:05:00.000Z", "dateEnd": "2026-05-05T05:50:00.000Z"}
    areas = {"94afa4f8": {"color": "yellow", "name": "north", "location": {}}}
    return json.dumps([{"_id": "5cc3", **times, "areas": areas, "counterSummary": {}, "counterHistory": history}])


@pytest.mark.parametrize("nested", [True, False])
def test_opendatacam_in_whole_quarters_also_empty_ones(nested: bool) -> None:  # noqa: FBT001
    history = [crossed(minute) for minute in (6, 16, 17, 29.9, 46)] + [crossed(20, "person")]
    found = from_opendatacam(recording([[one] for one in history] if nested else history))
    assert found == [
        Surveyed("north", None, None, name, AT + timedelta(minutes=minute), 900, count)
        for minute, counts in ((15, {"all": 4, "car": 3, "pedestrian": 1}), (30, {"all": 0, "car": 0, "pedestrian": 0}))
        for name, count in counts.items()
    ]


@pytest.mark.parametrize("text", ["{}", "[3]", '[{"dateStart": "x"}]', "not json", recording([{"area": "a"}])])
def test_what_is_no_counter_data_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no counter data|Expecting"):
        from_opendatacam(text)


# The example of OpenDataCam's apidoc, ``Counter data``: drawn in a browser of 1280x666 over a video of 1280x720.
DOCUMENTED = {
    "location": {
        "point1": {"x": 241, "y": 549}, "point2": {"x": 820, "y": 513}, "refResolution": {"w": 1280, "h": 666},
    },
    "name": "test",
    "computed": {
        "a": 0.06721747654390149, "b": -609.7129253605938, "xBounds": {"xMin": 241, "xMax": 820},
        "lineBearings": [151.14243038407085, 331.14243038407085],
    },
}  # fmt: skip


def test_a_documented_line_becomes_a_gate_in_pixels_of_the_video() -> None:
    (gate,) = areas_as_gates(json.dumps([{"areas": {"94afa4f8": DOCUMENTED}}]))
    assert gate.id == "test"
    assert gate.from_px == pytest.approx((241, 549 * 720 / 666), abs=0.1)
    assert gate.to_px == pytest.approx((820, 513 * 720 / 666), abs=0.1)
    assert areas_as_gates(json.dumps({"94afa4f8": DOCUMENTED})) == [gate]
    with pytest.raises(ValueError, match="no areas of OpenDataCam"):
        areas_as_gates('[{"areas": {"a": {"name": "x"}}}]')
    for empty in ("[]", "{}"):
        with pytest.raises(ValueError, match=r"^it has no area: draw a line there$"):
            areas_as_gates(empty)
    with pytest.raises(ValueError, match=r"^it has no areas of OpenDataCam: it is built otherwise, with a list"):
        areas_as_gates("[[1]]")


@pytest.mark.parametrize(
    ("from_px", "to_px", "down_or_right"),
    [
        ((0, 50), (100, 60), Direction.FORWARD),
        ((100, 60), (0, 50), Direction.BACKWARD),
        ((50, 100), (40, 0), Direction.FORWARD),
        ((40, 0), (50, 100), Direction.BACKWARD),
    ],
)
def test_a_way_is_told_by_the_gate_of_the_same_name(from_px, to_px, down_or_right: Direction) -> None:
    history = [crossed(16), crossed(17), {**crossed(18), "countingDirection": "leftright_topbottom"}]
    found = from_opendatacam(recording(history), [Gate("north", from_px, to_px)])
    counts = {one.direction: one.count for one in found if one.vehicle_class == "all" and one.count}
    other = Direction.BACKWARD if down_or_right is Direction.FORWARD else Direction.FORWARD
    assert counts == {None: 3, down_or_right: 1, other: 2}
    assert {one.direction for one in from_opendatacam(recording(history))} == {None}
    without = [{name: value for name, value in crossed(16).items() if name != "countingDirection"}]
    assert {one.direction for one in from_opendatacam(recording(without), [Gate("north", from_px, to_px)])} == {None}
