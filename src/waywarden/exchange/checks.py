"""Checks of counts as they are handed out: each with the error that it gives, and a sum over all gates of a day.

Errors are in per cent of the true count, -2.0 where two in a hundred are missing, with their 95 % interval
(``traffic.audit.error`` says by which method). Lines of the CSV end in a bare line feed, as tidy rows do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from itertools import groupby

from waywarden.exchange.tidy import quoted
from waywarden.terms.kinds import ALL_CLASSES
from waywarden.terms.records import IntervalCheck
from waywarden.traffic.audit.error import error_of


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check as it is handed out. ``gate`` and ``direction`` are None for the sum over all gates, both ways.

    The three errors are None where the second count has nobody.
    """

    camera: str
    gate: str | None
    direction: str | None
    vehicle_class: str
    start: datetime
    duration_s: int
    checker: str
    checked_s: float
    agreed: int
    missed: int
    extra: int
    error_percent: float | None
    error_low_percent: float | None
    error_high_percent: float | None


COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(CheckRow))


def check_rows(checks: Iterable[IntervalCheck]) -> Iterator[CheckRow]:
    """Yield for each day of a camera and checker, which come together, its sum and then its rows."""
    for _, group in groupby(checks, key=lambda one: (one.start, one.camera_id, one.checker)):
        day = list(group)
        whole = [one for one in day if one.vehicle_class == ALL_CLASSES]
        yield _row(whole, of_gate=False)
        yield from (_row([one], of_gate=True) for one in day)


def check_lines(checks: Iterable[IntervalCheck]) -> Iterator[str]:
    r"""Yield the header and then one line for each row, each ending in ``\n``."""
    yield ",".join(COLUMNS) + "\n"
    for row in check_rows(checks):
        yield ",".join(quoted(_spelt(cell)) for cell in astuple(row)) + "\n"


def _spelt(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat().replace("+00:00", "Z")
    return "" if cell is None else str(cell)


def _row(checks: Sequence[IntervalCheck], *, of_gate: bool) -> CheckRow:
    first = checks[0]
    agreed, missed, extra = (sum(getattr(one, name) for one in checks) for name in ("agreed", "missed", "extra"))
    error = error_of(agreed, missed, extra)
    percent = (None,) * 3 if error is None else [round(100 * each, 1) for each in (error.share, error.low, error.high)]
    return CheckRow(
        first.camera_id,
        first.gate_id if of_gate else None,
        first.direction.value if of_gate else None,
        first.vehicle_class,
        first.start.astimezone(UTC),
        first.duration_s,
        first.checker.value,
        round(first.checked_s, 1),
        agreed,
        missed,
        extra,
        *percent,
    )
