"""The programme that brings the most: a mixed-integer linear programme, solved by HiGHS to a proven gap.

Maximise the benefit of what is done, where of each section at most one thing is done, no year costs more than its
budget, and each ward gets what its floors say. HiGHS is given one thread and, unless a limit is asked for, no clock:
the same question has the same answer on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from highspy import (
    HighsLp,
    HighsModelStatus,
    HighsSolution,
    HighsVarType,
    MatrixFormat,
    ObjSense,
    SolutionStatus,
    kHighsInf,
)  # fmt: skip

# Not ``Highs``: that one prints a line on standard output when it is made, before it can be told not to.
from highspy._core import _Highs as Solver

from waywarden.pavement.programme.options import Floats, Network, Numbers, Options
from waywarden.pavement.programme.rules import Floors

GAP = 0.001
"""The benefit is proven to be within so much of the most there is."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A floor of one ward: ``amount`` (m,) of the chosen options adds up to ``least`` at least. ``what`` names it."""

    ward: str
    what: str
    amount: Floats
    least: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """A programme: the numbers of the chosen options, and how far the most there is could lie above it (a share).

    ``stopped``: the time was up before that share was down to ``GAP``.
    """

    options: Numbers
    gap: float
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard the most is looked for: for ``limit_s`` seconds at most, None for no limit, from a programme on.

    ``start`` are the options of a programme that can be, or nearly: that of a little less money, for one.
    """

    limit_s: float | None = None
    start: Numbers | None = None


UNHURRIED = Effort()


class OutOfTimeError(ValueError):
    """The time was up before any programme was found, or it was shown that there is none."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What the last unit of money brings in each year (years,), and the last of what each floor asks for (floors,).

    Shadow prices of the programme in which sections may be treated in part, in benefit.
    """

    money: Floats
    floor: Floats


def owed(network: Network, options: Options, floors: Floors, budgets: Sequence[float]) -> list[Owed]:
    """Return what ``floors`` come to, for the wards that would not hold them anyway."""
    found = []
    ends = network.untreated[len(budgets)]
    for number, ward in enumerate(network.wards):
        area = np.where(network.ward == number, network.area_m2, 0.0)
        here = network.ward[options.section] == number
        money = floors.ward_share * sum(budgets) * float(area.sum() / network.area_m2.sum())
        if money > 0:
            found.append(Owed(ward, "money", np.where(here, options.cost, 0.0), money))
        lacking = floors.condition_of(ward) * float(area.sum()) - float(ends @ area)
        if lacking > 0:
            found.append(Owed(ward, "condition", np.where(here, options.end_gain, 0.0), lacking))
    return found


def optimum(
    options: Options, budgets: Sequence[float], floors: Sequence[Owed], effort: Effort = UNHURRIED
) -> Chosen | None:
    """Return the programme of the most benefit; None where none holds all floors.

    OutOfTimeError where ``effort`` was too little to find any.
    """
    solver = _run(_programme(options, budgets, floors, whole=True), effort)
    status, info = solver.getModelStatus(), solver.getInfo()
    if status == HighsModelStatus.kInfeasible:
        return None
    stopped = status == HighsModelStatus.kTimeLimit
    if stopped and info.primal_solution_status != SolutionStatus.kSolutionStatusFeasible:
        raise OutOfTimeError(f"no programme was found in {effort.limit_s:g} s: give it longer")
    taken = np.flatnonzero(np.array(solver.getSolution().col_value) > 0.5)
    return Chosen(taken, float(info.mip_gap), stopped)


def prices(options: Options, budgets: Sequence[float], floors: Sequence[Owed]) -> Prices:
    """Return the prices of a programme that can be."""
    solver = _run(_programme(options, budgets, floors))
    dual = np.abs(np.array(solver.getSolution().row_dual))
    return Prices(dual[: len(budgets)], dual[len(budgets) : len(budgets) + len(floors)])


def missing(options: Options, budgets: Sequence[float], floors: Sequence[Owed]) -> Floats:
    """Return (floors,): what of each floor is missing, a share of it, where the shares missing are least in all."""
    lp = _programme(options, budgets, floors, lent=True)
    value = np.array(_run(lp).getSolution().col_value)
    return np.asarray(value[len(options.section) :])


def _programme(
    options: Options, budgets: Sequence[float], floors: Sequence[Owed], *, whole: bool = False, lent: bool = False
) -> HighsLp:
    """Return the programme: rows for years, floors and sections, a column an option.

    ``whole``: a section is treated or not. ``lent``: what floors want can be lent, a column each; as little as can be.
    """
    m, years, n = len(options.section), len(budgets), int(options.section.max(initial=-1)) + 1
    of_floors = np.repeat(np.arange(years, years + len(floors)), m)
    row = [options.year, of_floors, years + len(floors) + options.section]
    column = [np.tile(np.arange(m), 2 + len(floors))]
    value = [options.cost, *(each.amount for each in floors), np.ones(m)]
    least = np.array([each.least for each in floors])
    benefit, most = options.benefit, np.ones(m)
    if lent:
        row.append(np.arange(years, years + len(floors)))
        column.append(np.arange(m, m + len(floors)))
        value.append(least)
        benefit, most = np.repeat([0.0, -1.0], [m, len(floors)]), np.repeat([1.0, kHighsInf], [m, len(floors)])
    lp = _columns(np.concatenate(row), np.concatenate(column), np.concatenate(value), benefit)
    lp.col_upper_ = most
    lp.num_row_ = years + len(floors) + n
    lp.row_lower_ = np.concatenate([np.full(years, -kHighsInf), least, np.full(n, -kHighsInf)])
    lp.row_upper_ = np.concatenate([budgets, np.full(len(floors), kHighsInf), np.ones(n)])
    if whole:
        lp.integrality_ = [HighsVarType.kInteger] * m
    return lp


def _columns(row: Numbers, column: Numbers, value: Floats, benefit: Floats) -> HighsLp:
    """Return a programme with these entries of its matrix and this objective, to be maximised."""
    lp = HighsLp()
    lp.num_col_, lp.sense_, lp.col_cost_ = len(benefit), ObjSense.kMaximize, benefit
    lp.col_lower_ = np.zeros(len(benefit))
    there = value != 0
    order = np.lexsort((row[there], column[there]))
    lp.a_matrix_.format_ = MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.searchsorted(column[there][order], np.arange(len(benefit) + 1))
    lp.a_matrix_.index_ = row[there][order]
    lp.a_matrix_.value_ = value[there][order]
    return lp


def _run(lp: HighsLp, effort: Effort = UNHURRIED) -> Solver:
    solver = Solver()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_rel_gap", GAP)
    if effort.limit_s is not None:
        solver.setOptionValue("time_limit", float(effort.limit_s))
    solver.passModel(lp)
    if effort.start is not None:
        known = HighsSolution()
        values = np.zeros(lp.num_col_)
        values[effort.start] = 1.0
        known.col_value = list(values)
        solver.setSolution(known)
    solver.run()
    return solver
