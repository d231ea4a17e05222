"""The same damage is the same damage: exact where it can be known, and as good as promised where it cannot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pavement.made_up import hole, ids, one_pass, sighting
from waywarden.pavement.same.looks import Looks
from waywarden.pavement.same.merge import FREE, Pass
from waywarden.pavement.same.places import find_places
from waywarden.terms.distress import DistressKind, Way
from waywarden.testing.drives.made_up import FALSE_ALARM, Drives, Scene, made_up_drives
from waywarden.testing.drives.scoring import dbscan, nearest, one_to_one, ours, score

SPACED_M = [20.0, 55.0, 75.0, 130.0, 160.0, 200.0, 260.0]
TUNED_ON = range(1, 11)
HELD_OUT = (201, 202)


def test_exact_places_are_found_exactly() -> None:
    found = find_places([each for turn in range(3) for each in one_pass(turn, SPACED_M)])
    assert [len(place.sightings) for place in found] == [3] * 7
    assert [place.chainage_m for place in found] == pytest.approx(SPACED_M, abs=0.2)
    assert all(place.confirmed for place in found)


@pytest.mark.parametrize("off_m", [0.0, 0.4, 1.0, 3.0])
@pytest.mark.parametrize("passes", [2, 3, 6])
def test_the_only_hole_of_a_street_is_one_however_near_the_passes_agree(off_m: float, passes: int) -> None:
    (place,) = find_places([sighting(0, turn, 333.25 + off_m * (turn % 2)) for turn in range(passes)])
    assert len(place.sightings) == passes


def test_the_only_two_holes_of_a_street_stay_two() -> None:
    found = find_places([each for turn in range(3) for each in one_pass(turn, [100.0, 106.0])])
    assert [len(place.sightings) for place in found] == [3, 3]


@pytest.mark.parametrize("off_m", [-9.0, -5.0, 5.0, 9.0])
def test_a_pass_that_is_off_as_a_whole_is_still_right(off_m: float) -> None:
    """Farther than half way to the next damage: each alone would be given to its neighbour."""
    passes = [one_pass(0, SPACED_M), one_pass(1, SPACED_M), one_pass(2, [each + off_m for each in SPACED_M])]
    found = find_places([each for one in passes for each in one])
    assert ids(found) == {frozenset(one[i].sighting_id for one in passes) for i in range(7)}


def test_new_damage_is_new_and_missed_damage_is_the_same() -> None:
    passes = [one_pass(0, SPACED_M), one_pass(1, SPACED_M[1:]), one_pass(2, [*SPACED_M[:4], 145.0, *SPACED_M[4:]])]
    found = find_places([each for one in passes for each in one])
    assert len(found) == 8
    (new,) = [place for place in found if abs(place.chainage_m - 145.0) < 1]
    assert not new.confirmed
    assert [len(place.sightings) for place in found][:2] == [2, 3]


def test_damage_that_came_late_keeps_its_place() -> None:
    late = [one_pass(turn, SPACED_M if turn < 6 else [*SPACED_M, 300.0]) for turn in range(8)]
    (new,) = [place for place in find_places([s for one in late for s in one]) if place.chainage_m > 290]
    assert len(new.sightings) == 2


def test_streets_and_ways_are_never_mixed() -> None:
    here = one_pass(0, SPACED_M)
    there = one_pass(1, SPACED_M, way=Way.AGAINST)
    elsewhere = one_pass(2, SPACED_M, street_id="high-street")
    assert ids(find_places([*here, *there, *elsewhere])) == {frozenset({s.sighting_id}) for s in
                                                             (*here, *there, *elsewhere)}  # fmt: skip


def test_a_crack_is_not_taken_for_the_hole_beside_it() -> None:
    def beside(turn: int, off_m: float) -> list:
        rest = one_pass(turn, [60.0 + off_m, 110.0 + off_m, 170.0 + off_m])
        crack = sighting(8, turn, 21.5 + off_m, kind=DistressKind.EDGE_CRACKING, extent_m2=4.0)
        return [hole(7, turn, 20.0 + off_m), crack, *rest]

    found = find_places([*beside(0, 0.0), *beside(1, 0.0), hole(7, 2, 21.0), *one_pass(2, [60.5, 110.5, 170.5])])
    (holes,) = [place for place in found if place.sightings[0].kind is DistressKind.POTHOLE]
    assert len(holes.sightings) == 3


@settings(max_examples=15)
@given(st.randoms(use_true_random=False), st.integers(0, 50))
def test_the_order_in_which_sightings_come_changes_nothing(chance, seed: int) -> None:
    drives = made_up_drives(Scene(seed=seed, defects=8, passes=3))
    mixed = list(drives.sightings)
    chance.shuffle(mixed)
    assert find_places(mixed) == find_places(drives.sightings)


@settings(max_examples=15)
@given(st.integers(0, 1000), st.sampled_from([3.0, 8.0, 20.0]), st.booleans())
def test_every_sighting_is_of_one_place_and_no_pass_sees_a_place_twice(seed: int, spacing_m: float, alike) -> None:
    drives = made_up_drives(Scene(seed=seed, spacing_m=spacing_m, defects=10, passes=4, alike=alike))
    found = find_places(drives.sightings)
    assert sorted(s.sighting_id for place in found for s in place.sightings) == sorted(
        s.sighting_id for s in drives.sightings
    )
    assert all(len({s.pass_id for s in place.sightings}) == len(place.sightings) for place in found)


def test_what_a_person_placed_stays() -> None:
    passes = [one_pass(turn, SPACED_M) for turn in range(3)]
    every = [each for one in passes for each in one]
    apart = {passes[0][2].sighting_id: "old", passes[1][2].sighting_id: "new", passes[2][2].sighting_id: "new"}
    found = {place.placed_as: place for place in find_places(every, apart) if place.placed_as}
    assert ids([found["old"]]) == {frozenset({passes[0][2].sighting_id})}
    assert ids([found["new"]]) == {frozenset({passes[1][2].sighting_id, passes[2][2].sighting_id})}
    far = {passes[0][0].sighting_id: "one", passes[1][6].sighting_id: "one"}
    (both,) = [place for place in find_places(every, far) if place.placed_as == "one"]
    assert set(far) <= {one.sighting_id for one in both.sightings}


def test_one_pass_cannot_see_a_defect_twice() -> None:
    seen = one_pass(0, SPACED_M)
    with pytest.raises(ValueError, match="was said to see both twice"):
        find_places(seen, {seen[0].sighting_id: "both", seen[1].sighting_id: "both"})


def test_nothing_seen_is_nowhere() -> None:
    assert find_places([]) == ()


def test_a_pass_is_in_order_and_whole() -> None:
    looks = Looks(np.array([FREE, FREE]), np.array([0.0, 0.0]))
    with pytest.raises(ValueError, match="sort them first"):
        Pass(np.array([2.0, 1.0]), looks, np.array([FREE, FREE]))
    with pytest.raises(ValueError, match="as many kinds"):
        Pass(np.array([2.0]), looks, np.array([FREE]))


def test_as_good_as_promised_on_seeds_that_nothing_was_tuned_on() -> None:
    assert not set(HELD_OUT) & set(TUNED_ON)
    for alike in (False, True):
        drives = [made_up_drives(Scene(seed=seed, alike=alike)) for seed in HELD_OUT]
        scores = [score(each, ours(each)) for each in drives]
        assert np.mean([each.f1 for each in scores]) >= 0.90
        assert abs(np.mean([each.count_ratio for each in scores]) - 1) <= 0.05
        plain = [max(score(each, way(each)).f1 for way in (dbscan, nearest, one_to_one)) for each in drives]
        assert np.mean(plain) < 0.85, "the drives have become easy"


def test_scores_by_hand() -> None:
    """Two defects and a false alarm: a a b / a b x, grouped (a a)(a b)(b)(x)."""
    sightings = (*one_pass(0, [1.0, 5.0]), *one_pass(1, [1.0, 5.0]), *one_pass(2, [1.0, 9.0]))
    drives = Drives(sightings, (0, 1, 0, 1, 0, FALSE_ALARM), 2)
    got = score(drives, ["p", "r", "p", "q", "q", "x"])
    assert (got.precision, got.recall) == (1 / 2, 1 / 4)  # said: p, q; true: three pairs of 0, one of 1; right: p
    assert got.f1 == pytest.approx(2 / 6)
    assert got.count_ratio == 2 / 2
    perfect = score(drives, [*drives.true_defect[:5], "x"])
    assert (perfect.f1, perfect.count_ratio) == (1.0, 1.0)


def test_drives_are_as_asked() -> None:
    scene = Scene(seed=4, defects=400, spacing_m=20.0)
    drives = made_up_drives(scene)
    assert made_up_drives(scene) == drives
    true = [each for each in drives.true_defect if each != FALSE_ALARM]
    assert len(true) / (800 * 6) == pytest.approx(0.8, abs=0.02)
    assert (len(drives.true_defect) - len(true)) / (800 * 6) == pytest.approx(0.1, abs=0.02)
    named = replace(scene, alike=True)
    assert all(one.kind is None and one.extent_m2 is None for one in made_up_drives(named).sightings)


def test_drift_is_as_asked() -> None:
    """Two passes without misses see the same damage: half their difference's variance is that of the drift."""
    scene = Scene(sigma_m=4.0, defects=3000, passes=2, missed_share=0.0, false_share=0.0, white_m=1e-6)
    drives = made_up_drives(scene)
    where = np.array([one.chainage_m for one in drives.sightings]).reshape(2, 2, 3000)[0]
    off = where[0] - where[1]
    assert np.sqrt(np.mean(off**2) / 2) == pytest.approx(4.0, rel=0.15)
    lag = 15  # times 20 m is the correlation length
    assert np.corrcoef(off[:-lag], off[lag:])[0, 1] == pytest.approx(np.exp(-1), abs=0.15)
