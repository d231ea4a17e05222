"""What others do with the same money: the worst first, and the most benefit for its cost first. Neither sees floors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from waywarden.pavement.programme.options import Floats, Network, Numbers, Options

NONE = -1
"""Of a section for which nothing is chosen."""
ROUNDS = 50
"""So often at most is something better looked for with the money that is left; it ends sooner, as a rule after five."""


def worst_first(network: Network, options: Options, budgets: Sequence[float]) -> Numbers:
    """Return the options that are taken where each year the worst sections come first, each with its best treatment."""
    condition = network.untreated[options.year, options.section]
    order = np.lexsort((-options.benefit, options.section, condition, options.year))
    visit = options.year[order] * len(network.sections) + options.section[order]
    _, first = np.unique(visit, return_index=True)
    left, chosen = np.array(budgets, np.float64), np.full(len(network.sections), NONE)
    for number in order[np.sort(first)]:
        if chosen[options.section[number]] == NONE:
            _take(int(number), chosen, left, options)
    return np.sort(chosen[chosen != NONE])


def greedy(options: Options, budgets: Sequence[float]) -> Numbers:
    """Return the options that are taken where what brings the most for its cost always comes first.

    Once that is through, what brings more than what was taken does, for the money that it costs more, takes its
    place while money is left, again by the ratio of the two (incremental benefit/cost).
    """
    left = np.array(budgets, np.float64)
    chosen = np.full(int(options.section.max(initial=-1)) + 1, NONE)
    for _ in range(ROUNDS):
        if not sum(_take(int(number), chosen, left, options) for number in _better(chosen, options)):
            break
    return np.sort(chosen[chosen != NONE])


def _better(chosen: Numbers, options: Options) -> Numbers:
    """Return the options that bring more than what is chosen of their section, by how much for a unit of money."""
    there = np.flatnonzero(chosen != NONE)
    benefit, cost = np.zeros(len(chosen)), np.zeros(len(chosen))
    benefit[there], cost[there] = options.benefit[chosen[there]], options.cost[chosen[there]]
    more = options.benefit - benefit[options.section]
    dearer: Floats = np.maximum(options.cost - cost[options.section], 1e-9 * options.cost + 1e-300)
    order = np.argsort(-more / dearer, kind="stable")
    return np.asarray(order[more[order] > 1e-9 * options.benefit[order]])


def _take(number: int, chosen: Numbers, left: Floats, options: Options) -> bool:
    """Put option ``number`` in its section's place and pay for it, if that is better and there is the money."""
    section, year, before = options.section[number], options.year[number], chosen[options.section[number]]
    back = 0.0 if before == NONE or options.year[before] != year else options.cost[before]
    gains = before == NONE or options.benefit[number] > options.benefit[before]
    if not gains or options.cost[number] > left[year] + back:
        return False
    if before != NONE:
        left[options.year[before]] += options.cost[before]
    left[year] -= options.cost[number]
    chosen[section] = number
    return True
