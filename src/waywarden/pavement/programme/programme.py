"""A programme and what comes of it: the conditions year by year, beside what others would do with the same money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from waywarden.pavement.programme.optimum import UNHURRIED, Effort, Owed, Prices, missing, optimum, owed, prices
from waywarden.pavement.programme.options import Floats, Network, Numbers, Options, network_of, options_of, treated
from waywarden.pavement.programme.rivals import greedy, worst_first
from waywarden.pavement.programme.rules import PavementSection, Rules

POOR = 40.0
"""At this and under TM 5-623 calls pavement poor."""
OURS, NOTHING = "programme", "nothing"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of one way of spending the money.

    Parameters
    ----------
    name : str
    options : (c,) int64
        What is done.
    benefit, cost : float
        In all.
    condition : (years + 1,) float64
        The mean by area, today and at the end of each year.
    poor_share : float
        The share of all area that is poor at the end.
    floors_missed : int
        How many floors are not held.
    """

    name: str
    options: Numbers
    benefit: float
    cost: float
    condition: Floats
    poor_share: float
    floors_missed: int


@dataclass(frozen=True, slots=True)
class Programme:
    """The programme, what it was chosen from and at which prices. ``outcomes`` begins with it; the others follow.

    The most there is could be ``gap`` (a share) more; ``stopped``: time was up before this was as little as is wanted.
    """

    network: Network
    rules: Rules
    options: Options
    budgets: tuple[float, ...]
    floors: tuple[Owed, ...]
    prices: Prices
    gap: float
    ends: Floats
    outcomes: tuple[Outcome, ...]
    stopped: bool = False

    @property
    def chosen(self) -> Numbers:
        """The numbers of the chosen options."""
        return self.outcomes[0].options


def programme(
    sections: Sequence[PavementSection], rules: Rules, budgets: Sequence[float], effort: Effort = UNHURRIED
) -> Programme:
    """Return the programme of the most benefit within ``budgets``, one a year.

    ValueError where the floors cannot be held: it says which are missed, and by how much. OutOfTimeError, which is one,
    where ``effort`` was too little to say.
    """
    network = network_of(sections, rules)
    options = options_of(network, rules, len(budgets))
    floors = owed(network, options, rules.floors, budgets)
    chosen = optimum(options, budgets, floors, effort)
    if chosen is None:
        raise ValueError(_cannot(floors, missing(options, budgets, floors)))
    ways = {
        OURS: chosen.options,
        "greedy": greedy(options, budgets),
        "worst first": worst_first(network, options, budgets),
        NOTHING: np.empty(0, np.int64),
    }
    courses = {name: course(network, rules, options, way) for name, way in ways.items()}
    outcomes = [
        _outcome(name, way, network, options, (courses[name][: len(budgets) + 1], floors)) for name, way in ways.items()
    ]
    return Programme(
        network, rules, options, tuple(budgets), tuple(floors), prices(options, budgets, floors), chosen.gap,
        courses[OURS][len(budgets)], tuple(outcomes), chosen.stopped,
    )  # fmt: skip


def course(network: Network, rules: Rules, options: Options, chosen: Numbers) -> Floats:
    """Return (counted_years + 1, n): the conditions at the end of each year if ``chosen`` is done; row 0 is today."""
    found = network.untreated.copy()
    done = np.stack([options.treatment[chosen], options.year[chosen]], axis=1)
    for treatment, year in np.unique(done, axis=0):
        here = options.section[chosen[(done == (treatment, year)).all(axis=1)]]
        found[:, here] = treated(network, rules.treatments[treatment], int(year))[:, here]
    return found


def _outcome(
    name: str, chosen: Numbers, network: Network, options: Options, came_to: tuple[Floats, Sequence[Owed]]
) -> Outcome:
    conditions, floors = came_to
    share = network.area_m2 / network.area_m2.sum()
    # A part in a million is the solver's own tolerance.
    missed = [each for each in floors if each.amount[chosen].sum() < each.least * (1 - 1e-6)]
    return Outcome(
        name, chosen, float(options.benefit[chosen].sum()), float(options.cost[chosen].sum()), conditions @ share,
        float(share[conditions[-1] <= POOR].sum()), len(missed),
    )  # fmt: skip


def _cannot(floors: Sequence[Owed], lacking: Floats) -> str:
    short = [
        f"{each.what} of {each.ward} ({part:.0%} of it missing)"
        for each, part in zip(floors, lacking, strict=True)
        if part > 1e-6
    ]
    which = ", ".join(short) or "it would take treating sections in part"
    return f"no programme holds all floors within the budget: {which}; lower them, or raise the budget"
