"""The programme: against every programme there is where they can be counted, and by hand where a hand can follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waywarden.pavement.programme.optimum import GAP, owed
from waywarden.pavement.programme.options import Options, network_of, options_of
from waywarden.pavement.programme.programme import course, programme
from waywarden.pavement.programme.reasons import lines_of
from waywarden.pavement.programme.rules import Floors, PavementSection, Rules, Treatment

SEAL = Treatment("seal", 1.0, 60.0, 90.0, adds=10.0)
OVERLAY = Treatment("overlay", 10.0, 0.0, 70.0, resets_to=95.0, wear_factor=0.5, holds_years=2)
RULES = Rules("t", 6, {"local": {0.0: 2.0, 50.0: 4.0}}, {0.0: 1.0, 1000.0: 2.0}, (SEAL, OVERLAY))


def section(name: str, condition: float, area_m2: float = 100.0, ward: str = "north", vehicles: float = 0.0):
    return PavementSection(name, f"street of {name}", ward, area_m2, condition, "local", vehicles)


def test_wear_and_treatment_by_hand() -> None:
    network = network_of([section("a", 65.0), section("b", 3.0)], RULES)
    assert network.untreated[:, 0].tolist() == [65, 61, 57, 53, 49, 47, 45]
    assert network.untreated[:, 1].tolist() == [3, 1, 0, 0, 0, 0, 0]
    options = options_of(network, RULES, 2)
    told = {
        (int(s), int(t), int(y)): (float(c), float(b), float(g))
        for s, t, y, c, b, g in zip(*(getattr(options, name) for name in Options.__slots__), strict=True)
    }
    # Sealed in year 2: 61 + 10, then 67, 63, 59, 55, 51 against 57, 53, 49, 47, 45.
    assert told[0, 0, 1] == (100.0, 100.0 * (10 + 10 + 10 + 8 + 6), 100.0 * 10)
    # Overlaid in year 1: 95, half wear for two years: 93, 91, 87, 83, 79, 75 against 61, 57, 53, 49, 47, 45.
    assert told[0, 1, 0] == (1000.0, 100.0 * (32 + 34 + 34 + 34 + 32 + 30), 100.0 * 34)
    assert (1, 0, 0) not in told, "what is under 60 is not sealed"
    assert len(told) == 2 * 2 + 2


def test_traffic_weighs() -> None:
    quiet, busy = (options_of(network_of([section("a", 65, vehicles=v)], RULES), RULES, 1) for v in (999, 1000))
    assert (busy.benefit == 2 * quiet.benefit).all()


def best_of_all(options: Options, budgets: Sequence[float], sections: int, rules: Rules, made) -> float | None:
    """Try every programme there is."""
    choices = [[None, *np.flatnonzero(options.section == number)] for number in range(sections)]
    best = None
    for pick in product(*choices):
        chosen = np.array([each for each in pick if each is not None], np.int64)
        spent = [options.cost[chosen][options.year[chosen] == year].sum() for year in range(len(budgets))]
        held = all(each.amount[chosen].sum() >= each.least - 1e-9 for each in made)
        if held and all(cost <= budget for cost, budget in zip(spent, budgets, strict=True)):
            best = max(best or 0.0, float(options.benefit[chosen].sum()))
    return best


conditions = st.lists(st.floats(20, 89), min_size=1, max_size=4)


@settings(max_examples=40, deadline=None)
@given(conditions, st.floats(50, 3000), st.sampled_from([0, 40, 60]), st.sampled_from([0, 0.1, 0.6]))
def test_it_is_the_best_of_all_programmes(values, budget: float, least: float, share: float) -> None:
    sections = [section(f"s{i}", each, 50.0 + 30 * i, ("north", "south")[i % 2]) for i, each in enumerate(values)]
    rules = replace(RULES, floors=Floors(share, least))
    network = network_of(sections, rules)
    options = options_of(network, rules, 2)
    floors = owed(network, options, rules.floors, [budget] * 2)
    best = best_of_all(options, [budget] * 2, len(sections), rules, floors)
    if best is None:
        with pytest.raises(ValueError, match="no programme holds all floors"):
            programme(sections, rules, [budget] * 2)
        return
    made = programme(sections, rules, [budget] * 2)
    ours, greedy, worst_first, nothing = made.outcomes
    assert best * (1 - GAP) - 1e-6 <= ours.benefit <= best + 1e-6
    assert ours.floors_missed == 0
    for each in made.outcomes:
        chosen = each.options
        assert len(set(made.options.section[chosen])) == len(chosen), "a section is treated once"
        for year in range(2):
            assert made.options.cost[chosen][made.options.year[chosen] == year].sum() <= budget + 1e-6
    assert nothing.benefit == 0
    if not floors:
        assert max(greedy.benefit, worst_first.benefit) <= ours.benefit * (1 + GAP) + 1e-6


def test_the_worst_comes_first() -> None:
    sections = [section("good", 40.0, vehicles=5000), section("bad", 30.0)]
    made = programme(sections, RULES, [1000.0])
    ours, _, worst_first, _ = made.outcomes
    assert [sections[i].section_id for i in made.options.section[ours.options]] == ["good"]
    assert [sections[i].section_id for i in made.options.section[worst_first.options]] == ["bad"]


def test_greedy_spends_what_is_left_on_what_brings_more() -> None:
    made = programme([section("a", 65.0)], RULES, [1000.0])
    names = [[RULES.treatments[i].name for i in made.options.treatment[each.options]] for each in made.outcomes]
    assert names == [["overlay"], ["overlay"], ["overlay"], []]


def test_a_floor_moves_money_and_is_named_in_the_reason() -> None:
    sections = [section("n", 65.0, vehicles=5000), section("s", 55.0, ward="south")]
    free = programme(sections, RULES, [1000.0])
    owing = replace(RULES, floors=Floors(wards={"south": 80}))
    held = programme(sections, owing, [1000.0])
    assert [line.year for line in lines_of(free)] == [1, None]
    line = lines_of(held)[1]
    assert (line.year, line.treatment) == (1, OVERLAY)
    assert line.reason.startswith("for the floor of south (condition): brings ")
    assert line.condition_end == 93
    assert held.outcomes[0].benefit < free.outcomes[0].benefit
    assert [each.floors_missed for each in held.outcomes] == [0, 1, 0, 1]


def test_every_section_has_a_reason() -> None:
    sections = [
        section("new", 99.0),
        section("big", 50.0, area_m2=1000.0),
        section("worn", 61.0, vehicles=5000),
        section("fine", 70.0),
    ]
    lines = {line.section.section_id: line for line in lines_of(programme(sections, RULES, [150.0]))}
    assert lines["new"].reason == "no treatment is for its condition in these years"
    assert lines["big"].reason == "its best, overlay, costs more than a whole year's money"
    assert lines["worn"].reason.endswith("a year later it is too worn for seal")
    assert lines["fine"].year is None
    assert "no money was left for it" in lines["fine"].reason or "where the last unit" in lines["fine"].reason


def test_conditions_follow_what_is_done() -> None:
    made = programme([section("a", 65.0), section("b", 80.0)], RULES, [1100.0, 1100.0])
    got = course(made.network, RULES, made.options, made.chosen)
    assert (got[0] == made.network.untreated[0]).all()
    assert (got >= made.network.untreated).all()
    gained = ((got - made.network.untreated)[1:] * made.network.area_m2 * made.network.weight).sum()
    assert gained == pytest.approx(made.outcomes[0].benefit)
    assert made.outcomes[0].condition == pytest.approx(got[:3] @ made.network.area_m2 / made.network.area_m2.sum())


@pytest.mark.parametrize(
    ("sections", "rules", "years", "said"),
    [
        ([], RULES, 1, "a section at least"),
        ([section("a", 50)], RULES, 7, "1 to counted_years, 6, years"),
        ([section("a", 50)], Rules("t", 6, {"main": {0.0: 1.0}}, {}, (SEAL,)), 1, 'how "local" wears'),
    ],
)
def test_impossible_programmes_are_refused(sections, rules: Rules, years: int, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        programme(sections, rules, [100.0] * years)


@pytest.mark.parametrize(("area", "condition", "vehicles"), [(0, 50, 0), (1, 101, 0), (1, -1, 0), (1, 50, -1)])
def test_impossible_sections_are_refused(area: float, condition: float, vehicles: float) -> None:
    with pytest.raises(ValueError, match="wants an area"):
        section("a", condition, area, vehicles=vehicles)
