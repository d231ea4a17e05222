"""Why each section gets what it gets: what it brings for its cost, beside what the last unit of money brings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from waywarden.pavement.programme.options import Floats
from waywarden.pavement.programme.programme import Programme
from waywarden.pavement.programme.rules import PavementSection, Treatment


@dataclass(frozen=True, slots=True)
class Line:
    """What the programme does with one section, and why. ``year`` counts from 1; None where nothing is done.

    ``benefit_per_cost`` is of what is done, or of the best that is not; None where nothing could be.
    """

    section: PavementSection
    year: int | None
    treatment: Treatment | None
    cost: float
    condition_end: float
    benefit_per_cost: float | None
    reason: str


def lines_of(made: Programme) -> list[Line]:
    """Return a line a section, in the order in which they were given."""
    return list(_lines(made))


def _lines(made: Programme) -> Iterator[Line]:
    options = made.options
    gain = _gains(made)
    chosen = {int(options.section[number]): int(number) for number in made.chosen}
    bounds = np.searchsorted(options.section, np.arange(len(made.network.sections) + 1))
    for number, section in enumerate(made.network.sections):
        mine = np.arange(bounds[number], bounds[number + 1])
        end = float(made.ends[number])
        if number in chosen:
            one = chosen[number]
            treatment = made.rules.treatments[options.treatment[one]]
            year, cost = int(options.year[one]), float(options.cost[one])
            yield Line(section, year + 1, treatment, cost, end, _ratio(made, one), _why(made, one, float(gain[one])))
        elif len(mine) == 0:
            yield Line(section, None, None, 0.0, end, None, "no treatment is for its condition in these years")
        else:
            best = int(mine[np.argmax(gain[mine])])
            yield Line(section, None, None, 0.0, end, _ratio(made, best), _why_not(made, best, float(gain[best])))


def _gains(made: Programme) -> Floats:
    """Return (m,): the benefit of each option less what its money would bring elsewhere, floors counted in."""
    paid = made.prices.money[made.options.year] * made.options.cost
    for price, floor in zip(made.prices.floor, made.floors, strict=True):
        paid = paid - price * floor.amount
    return np.asarray(made.options.benefit - paid)


def _ratio(made: Programme, option: int) -> float:
    return float(made.options.benefit[option] / made.options.cost[option])


def _bar(made: Programme, option: int) -> str:
    year = int(made.options.year[option])
    brings, last = _ratio(made, option), made.prices.money[year]
    return f"{brings:.3g} for a unit of money, where the last unit of year {year + 1} brings {last:.3g}"


def _why(made: Programme, option: int, gain: float) -> str:
    year, section = int(made.options.year[option]), int(made.options.section[option])
    treatment = made.rules.treatments[made.options.treatment[option]]
    worth = made.options.benefit[option] >= made.prices.money[year] * made.options.cost[option]
    for_floor = [
        f"the floor of {floor.ward} ({floor.what})"
        for price, floor in zip(made.prices.floor, made.floors, strict=True)
        if price > 0 and floor.amount[option] > 0
    ]
    why = f"brings {_bar(made, option)}"
    if not worth and for_floor:
        why = f"for {' and '.join(for_floor)}: {why}"
    elif gain < 0:
        why = f"fits into money that is left: {why}"
    later = made.network.untreated[year + 1][section]
    return why + (f"; a year later it is too worn for {treatment.name}" if later < treatment.from_condition else "")


def _why_not(made: Programme, option: int, gain: float) -> str:
    name = made.rules.treatments[made.options.treatment[option]].name
    if made.options.cost[option] > made.budgets[made.options.year[option]]:
        return f"its best, {name}, costs more than a whole year's money"
    best = f"its best, {name} in year {made.options.year[option] + 1}, brings {_bar(made, option)}"
    return best if gain <= 0 else f"{best}; it was as good as the last chosen, and no money was left for it"
