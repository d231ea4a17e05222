"""In which lane a street was driven and damage lies: as far as it is known, and never further."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waywarden.exchange.networks.lane_words import lanes_of
from waywarden.geo.streets.joining import joined
from waywarden.geo.streets.lanes import LANE_M, lane_of, lanes_driven, lanes_there
from waywarden.geo.streets.network import length_m, network, version_of
from waywarden.terms.distress import Way
from waywarden.terms.road.lanes import LaneStretch
from waywarden.terms.streets import Lanes, Oneway, Street

EAST_DEG = 1 / 55_800
LINE = tuple((25.0 + x * EAST_DEG, 60.0) for x in (0, 100, 200, 300))
ONE_THEN_TWO = Street("s", LINE, "High Street", "main", lanes=(Lanes(1, 1), Lanes(2, 1), Lanes(None, 1)))
COUNTS = st.none() | st.integers(1, 4)


@pytest.mark.parametrize(
    ("oneway", "tags", "lanes"),
    [
        (Oneway.BOTH, (None, None, None), Lanes()),
        (Oneway.BOTH, ("2", None, None), Lanes(1, 1)),
        (Oneway.BOTH, ("4", None, None), Lanes(2, 2)),
        (Oneway.BOTH, ("1", None, None), Lanes(1, 1)),
        (Oneway.BOTH, ("3", None, None), Lanes()),
        (Oneway.BOTH, ("3", "2", "1"), Lanes(2, 1)),
        (Oneway.BOTH, ("3", "2", None), Lanes(2, None)),
        (Oneway.BOTH, ("2;3", None, None), Lanes()),
        (Oneway.BOTH, ("many", "0", "99"), Lanes()),
        (Oneway.ALONG, (3, None, None), Lanes(3, 0)),
        (Oneway.ALONG, (None, "2", None), Lanes(2, 0)),
        (Oneway.AGAINST, (2.0, None, None), Lanes(0, 2)),
    ],
)
def test_what_tags_say(oneway: Oneway, tags: tuple[object, ...], lanes: Lanes) -> None:
    assert lanes_of(oneway, *tags) == lanes


def test_where_there_is_one_lane_it_is_that_and_elsewhere_only_what_the_drive_says() -> None:
    end_m = round(length_m(ONE_THEN_TWO), 1)
    ends = [round(end_m * n / 3, 1) for n in range(4)]
    whole = (0.0, end_m)

    def driven(way: Way, said: int | None) -> list[tuple[float, float, int]]:
        found = lanes_driven(ONE_THEN_TWO, way, whole, said)
        return [(round(each.from_m, 0), round(each.to_m, 0), each.lane) for each in found]

    at = [round(each, 0) for each in ends]
    assert driven(Way.AGAINST, None) == driven(Way.AGAINST, 1) == [(at[0], at[3], 1)]
    assert driven(Way.AGAINST, 2) == [(at[0], at[3], 1)]
    assert driven(Way.ALONG, None) == [(at[0], at[1], 1)]
    assert driven(Way.ALONG, 1) == [(at[0], at[3], 1)]
    assert driven(Way.ALONG, 2) == [(at[0], at[1], 1), (at[1], at[3], 2)]
    assert driven(Way.ALONG, 3) == [(at[0], at[1], 1), (at[2], at[3], 3)]
    assert lanes_driven(replace(ONE_THEN_TWO, lanes=()), Way.ALONG, whole) == ()
    assert [lanes_there(ONE_THEN_TWO, Way.ALONG, m) for m in (50, 150, 250, 1e6)] == [1, 2, None, None]


@given(driven=COUNTS, lanes=COUNTS, right_m=st.none() | st.floats(-20, 20), kerb=st.none() | st.booleans())
def test_a_lane_is_one_that_there_is_and_never_told_from_nothing(
    *, driven: int | None, lanes: int | None, right_m: float | None, kerb: bool | None
) -> None:
    lane = lane_of(driven, lanes, right_m, kerb_right=kerb)
    if lane is None:
        return
    assert 1 <= lane
    if right_m is None:
        assert (lane, lanes) == (1, 1)
        return
    assert driven is not None
    assert lane == driven or kerb is not None
    assert lane <= max(driven, lanes or 0)
    # In the mirror, with the kerb on the other side, it is the same lane.
    assert lane == lane_of(driven, lanes, -right_m, kerb_right=None if kerb is None else not kerb)


def test_neighbours_are_told_by_the_side_of_the_kerb() -> None:
    def lane(right_m: float, **more: bool) -> int | None:
        return lane_of(2, 3, right_m, **more)

    assert [lane(x) for x in (0.0, 1.2, -1.2, 1.5, LANE_M)] == [2, 2, 2, None, None]
    assert [lane(x, kerb_right=True) for x in (LANE_M, -LANE_M, 2 * LANE_M, -2 * LANE_M)] == [1, 3, None, None]
    assert [lane(x, kerb_right=False) for x in (LANE_M, -LANE_M)] == [3, 1]
    assert lane_of(2, None, -LANE_M, kerb_right=True) is None  # it may be the other way's
    assert lane_of(2, None, LANE_M, kerb_right=True) == 1


def test_joined_streets_keep_the_lanes_of_each_piece_also_turned() -> None:
    one = Street("way/1", LINE[:2], "High Street", "main", lanes=(Lanes(2, 1),))
    two = Street("way/2", LINE[1:3][::-1], "High Street", "main", lanes=(Lanes(3, 4),))
    three = Street("way/3", LINE[2:], "High Street", "main")
    (got,) = joined([one, two, three])
    assert got.line == LINE
    assert got.lanes == (Lanes(2, 1), Lanes(4, 3), Lanes())
    assert joined([three])[0].lanes == ()


def test_lanes_do_not_make_another_edition_and_stay_with_their_pieces() -> None:
    bare = replace(ONE_THEN_TWO, lanes=())
    assert version_of([bare]) == version_of([ONE_THEN_TWO])
    twice = Street("s", (LINE[0], LINE[0], *LINE[1:]), lanes=(Lanes(9, 9), *ONE_THEN_TWO.lanes))
    assert network([twice]).streets[0].lanes == ONE_THEN_TWO.lanes
    with pytest.raises(ValueError, match="lanes for 1 of its 3"):
        replace(ONE_THEN_TWO, lanes=(Lanes(),))
    with pytest.raises(ValueError, match="lane 0"):
        LaneStretch(0.0, 1.0, 0)
