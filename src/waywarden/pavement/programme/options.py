"""What could be done: every treatment of every section in every year, with its cost and its benefit.

Deterministic: a section in this condition wears by so much in a year, and a treatment does just what its rules say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.pavement.programme.rules import BEST, PavementSection, Rules, Treatment

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


class Wear:
    """Points lost in a year, looked up for all sections at once."""

    def __init__(self, sections: Sequence[PavementSection], rules: Rules) -> None:
        ranks = sorted({each.hierarchy for each in sections})
        strange = [rank for rank in ranks if rank not in rules.wear]
        if strange:
            raise ValueError(
                f'treatments {rules.version} do not say how "{strange[0]}" wears: they know {", ".join(rules.wear)}'
            )
        widest = max(len(rules.wear[rank]) for rank in ranks)
        self._from = np.full((len(ranks), widest), np.inf)
        self._points = np.zeros((len(ranks), widest))
        for row, rank in enumerate(ranks):
            known = sorted(rules.wear[rank].items())
            self._from[row, : len(known)] = [start for start, _ in known]
            self._points[row, : len(known)] = [points for _, points in known]
        self._rank = np.array([ranks.index(each.hierarchy) for each in sections])

    def a_year(self, condition: Floats, factor: float = 1.0) -> Floats:
        """Return the conditions (n,) a year later."""
        step = (condition[:, None] >= self._from[self._rank]).sum(axis=1) - 1
        # Below the lowest step that the rules have, wear is that of the lowest.
        lost = self._points[self._rank, np.maximum(step, 0)]
        return np.asarray(np.maximum(condition - factor * lost, 0.0))


@dataclass(frozen=True, slots=True)
class Network:
    """The ``n`` sections as arrays.

    Parameters
    ----------
    sections : sequence of PavementSection
    wards : tuple of str
        In order of their names.
    ward : (n,) int64
        Number in ``wards``.
    area_m2, weight : (n,) float64
    wear : Wear
    untreated : (counted_years + 1, n) float64
        The condition at the end of each year if nothing is done; row 0 is today's.
    """

    sections: Sequence[PavementSection]
    wards: tuple[str, ...]
    ward: Numbers
    area_m2: Floats
    weight: Floats
    wear: Wear
    untreated: Floats


@dataclass(frozen=True, slots=True)
class Options:
    """What could be done, ``m`` things. Of each section at most one is.

    Parameters
    ----------
    section, treatment : (m,) int64
        Numbers of the section and of the treatment.
    year : (m,) int64
        0 is the first year of the programme. It is done at the year's beginning.
    cost : (m,) float64
    benefit : (m,) float64
        Points of condition x years x m2 x weight of traffic, over what comes of doing nothing.
    end_gain : (m,) float64
        Points x m2 that the section is better at the end of the programme's last year.
    """

    section: Numbers
    treatment: Numbers
    year: Numbers
    cost: Floats
    benefit: Floats
    end_gain: Floats


def network_of(sections: Sequence[PavementSection], rules: Rules) -> Network:
    """Return the sections as arrays; ValueError if there is none, or the rules lack the wear of one."""
    if not sections:
        raise ValueError("a programme is for a section at least: none was given")
    wards = tuple(sorted({each.ward for each in sections}))
    wear = Wear(sections, rules)
    untreated = [np.array([each.condition for each in sections])]
    for _ in range(rules.counted_years):
        untreated.append(wear.a_year(untreated[-1]))
    return Network(
        sections, wards, np.array([wards.index(each.ward) for each in sections]),
        np.array([each.area_m2 for each in sections]), np.array([rules.weight(each) for each in sections]),
        wear, np.array(untreated),
    )  # fmt: skip


def treated(network: Network, treatment: Treatment, year: int) -> Floats:
    """Return (counted_years + 1, n): the conditions at the end of each year if all are treated in ``year``."""
    course = list(network.untreated[: year + 1])
    now = np.clip(course[-1] + treatment.adds, treatment.resets_to, BEST)
    for since in range(len(network.untreated) - 1 - year):
        now = network.wear.a_year(now, treatment.wear_factor if since < treatment.holds_years else 1.0)
        course.append(now)
    return np.array(course)


def options_of(network: Network, rules: Rules, years: int) -> Options:
    """Return all that could be done in ``years`` years and does any good, in order of sections.

    ValueError if benefit is counted over fewer years than the programme has.
    """
    if not 0 < years <= rules.counted_years:
        raise ValueError(f"a programme has 1 to counted_years, {rules.counted_years}, years; {years} were asked for")
    parts = [
        _of_one(network, treatment, number, year, years)
        for number, treatment in enumerate(rules.treatments)
        for year in range(years)
    ]
    joined = [np.concatenate([getattr(part, name) for part in parts]) for name in Options.__slots__]
    order = np.lexsort(tuple(joined[2::-1]))
    return Options(*(column[order] for column in joined))


def _of_one(network: Network, treatment: Treatment, number: int, year: int, years: int) -> Options:
    course = treated(network, treatment, year)
    better = course - network.untreated
    benefit = better[1:].sum(axis=0) * network.area_m2 * network.weight
    before = network.untreated[year]
    fits = (before >= treatment.from_condition) & (before < treatment.to_condition) & (benefit > 0)
    (section,) = np.nonzero(fits)
    return Options(
        section, np.full_like(section, number), np.full_like(section, year),
        network.area_m2[section] * treatment.cost_per_m2, benefit[section],
        (better[years] * network.area_m2)[section],
    )  # fmt: skip
