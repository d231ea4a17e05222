"""``waywarden programme``: which sections are treated with what, in which year, under a budget."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from waywarden.exchange.road.for_page import programmes_json
from waywarden.exchange.road.programme import conditions_svg, programme_csv
from waywarden.pavement.programme.optimum import Effort, OutOfTimeError
from waywarden.pavement.programme.programme import Programme, programme
from waywarden.pavement.programme.reasons import lines_of
from waywarden.run.export import check_out, write_bytes
from waywarden.run.works.treatments_file import read_rules, read_sections
from waywarden.terms.errors import ConfigError

SHARES = (0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0)
"""Of the budget that was given: what the page's slider stops at."""


@dataclass(frozen=True, slots=True)
class ProgrammeJob:
    """What was asked for. ``budgets`` are one a year; ``first_year`` is what year 1 is called."""

    sections: Path
    treatments: Path
    budgets: tuple[float, ...]
    first_year: int
    out: str
    plot: str | None
    for_page: str | None = None


def budgets_of(text: str, years: int) -> tuple[float, ...]:
    """Return the budget of each year: one figure for all of them, or one each; ConfigError where it is neither."""
    try:
        given = [float(word) for word in text.split(",")]
    except ValueError:
        given = []
    if len(given) not in {1, years} or not all(0 < each < float("inf") for each in given):
        raise ConfigError(f"--budget wants a year's money, or {years} figures with commas between, got {text!r}")
    return tuple(given * years if len(given) == 1 else given)


def make_programme(job: ProgrammeJob) -> Programme:
    """Make the programme, write its rows and its drawing, and return it; ConfigError where it cannot be made."""
    check_out(job.out, [".csv"])
    if job.plot is not None:
        check_out(job.plot, [".svg"])
    sections, rules = read_sections(job.sections), read_rules(job.treatments)
    try:
        with _stoppable():
            made = programme(sections, rules, job.budgets)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    rows = (line.encode() for line in programme_csv(lines_of(made), job.first_year))
    write_bytes(rows, job.out, sys.stdout.buffer)
    if job.plot is not None:
        write_bytes([conditions_svg(made.outcomes, job.first_year).encode()], job.plot, sys.stdout.buffer)
    return made


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one budget of the page's slider: a programme, or why there is none; and the seconds it took."""

    number: int
    budgets: tuple[float, ...]
    made: Programme | None
    took_s: float
    why_not: str = ""


def make_for_page(job: ProgrammeJob, whole: Programme, limit_s: float, tell: Callable[[Step], None]) -> list[Programme]:
    """Make the programme of each budget of ``SHARES``, write them for the page, and return those that hold all floors.

    ``whole`` is that of all the money, which is made already. Each of the others is looked for in ``limit_s`` seconds,
    beginning with what the one before it does, and is told as it comes. ConfigError where none can be made.
    """
    if job.for_page is None:
        return []
    check_out(job.for_page, [".json"])
    made: list[Programme] = []
    for number, share in enumerate(SHARES, 1):
        began = time.monotonic()
        budgets = tuple(share * each for each in job.budgets)
        try:
            one = whole if budgets == whole.budgets else _one(whole, budgets, made, limit_s)
        except ValueError as error:
            tell(Step(number, budgets, None, time.monotonic() - began, _short(error)))
            continue
        made.append(one)
        tell(Step(number, budgets, one, time.monotonic() - began))
    if not made:
        raise ConfigError("no programme holds all floors with twice the money either: lower them, or raise the budget")
    write_bytes([programmes_json(made, job.first_year)], job.for_page, sys.stdout.buffer)
    return made


def _one(whole: Programme, budgets: tuple[float, ...], made: list[Programme], limit_s: float) -> Programme:
    start = made[-1].chosen if made else None
    with _stoppable():
        return programme(whole.network.sections, whole.rules, budgets, Effort(limit_s, start))


def _short(error: ValueError) -> str:
    return str(error) if isinstance(error, OutOfTimeError) else "too little for the floors"


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let Ctrl-C end the program at once: the solver does not listen while it works, and nothing is half written."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
