"""Picture and wheel: the same hole once, different ones apart, and nothing lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pavement.made_up import hole, sighting
from waywarden.pavement.same.fuse import fuse
from waywarden.terms.distress import DistressKind
from waywarden.testing.road.felt import scored

PLACES = st.lists(st.floats(0, 200), max_size=8)


def _felt(number, turn, chainage_m):
    return sighting(1000 + number, turn, chainage_m)


@given(PLACES, PLACES)
def test_every_sighting_is_there_once_and_takes_one_other_at_most(seen_m, felt_m):
    seen = [hole(number, 0, place) for number, place in enumerate(seen_m)]
    felt = [_felt(number, 0, place) for number, place in enumerate(felt_m)]
    fused = fuse(seen, felt)
    assert sorted(each.seen_id for each in fused if each.seen_id) == sorted(each.sighting_id for each in seen)
    assert sorted(each.felt_id for each in fused if each.felt_id) == sorted(each.sighting_id for each in felt)
    at = {each.sighting_id: each.chainage_m for each in (*seen, *felt)}
    for each in fused:
        if each.seen_id and each.felt_id:
            low, high = sorted((at[each.seen_id], at[each.felt_id]))
            assert low - 1e-9 <= each.sighting.chainage_m <= high + 1e-9
            assert high - low < 6


def test_what_was_seen_and_felt_keeps_the_pictures_kind_extent_and_name_and_lies_between():
    (one,) = fuse([hole(1, 0, 50.0)], [_felt(1, 0, 50.9)], seen_se_m=0.5, felt_se_m=1.0)
    assert (one.sighting.kind, one.sighting.extent_m2) == (DistressKind.POTHOLE, 0.25)
    assert one.sighting.sighting_id == one.seen_id
    assert one.sighting.chainage_m == pytest.approx(50.0 + 0.9 * 0.25 / 1.25)


def test_what_is_far_apart_or_of_another_pass_stays_apart():
    assert len(fuse([hole(1, 0, 50.0)], [_felt(1, 0, 57.0)])) == 2
    assert len(fuse([hole(1, 0, 50.0)], [_felt(1, 1, 50.0)])) == 2


def test_of_a_hole_and_a_crack_the_hole_was_felt():
    crack = sighting(2, 0, 50.0, kind=DistressKind.LONGITUDINAL_TRANSVERSE_CRACKING)
    fused = {each.seen_id: each.felt_id for each in fuse([hole(1, 0, 50.4), crack], [_felt(1, 0, 50.0)])}
    assert fused["0-along-mill-lane-1"] is not None
    assert fused[crack.sighting_id] is None


def test_a_jolt_with_a_kind_is_refused():
    with pytest.raises(ValueError, match="leave it out"):
        fuse([], [hole(1, 0, 5.0)])


def test_made_up_passes_are_fused_as_they_were_made():
    """Holes 15 m apart on average; each sense misses some, has false ones of its own, and tells places badly."""
    rng = np.random.default_rng(4)
    right = false = both = 0
    for turn in range(30):
        places = np.cumsum(3 + rng.exponential(12, 30))
        is_seen, is_felt = rng.random(30) < 0.8, rng.random(30) < 0.55
        seen_m = [*places[is_seen] + rng.normal(0, 0.3, is_seen.sum()), *rng.uniform(0, places[-1], 3)]
        felt_m = [*places[is_felt] + rng.normal(0, 0.6, is_felt.sum()), *rng.uniform(0, places[-1], 2)]
        of = {f"{turn}-along-mill-lane-{i}": n for i, n in enumerate(np.flatnonzero(is_seen))}
        of |= {f"{turn}-along-mill-lane-{1000 + i}": n for i, n in enumerate(np.flatnonzero(is_felt))}
        fused = fuse(
            [hole(i, turn, m) for i, m in enumerate(seen_m)], [_felt(i, turn, m) for i, m in enumerate(felt_m)]
        )
        for each in fused:
            if each.seen_id and each.felt_id:
                same = each.seen_id in of and of.get(each.felt_id) == of[each.seen_id]
                right, false = right + same, false + (not same)
        both += int((is_seen & is_felt).sum())
    assert right / both > 0.93
    assert right / (right + false) > 0.9


def test_a_made_up_road_that_is_seen_and_felt():
    """The potholes of its pictures, gone over by its wheels; ``python -m waywarden.testing.road.felt`` prints more."""
    got = scored(range(301, 303), metres=800.0)
    assert got["seen_and_felt"] > 8
    assert got["fused_precision"] > 0.7
    assert got["fused_recall"] > 0.8
