"""A programme as tidy rows (CSV, RFC 4180), and what came of it as a drawing (SVG)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from waywarden.exchange.tidy import quoted
from waywarden.pavement.programme.programme import NOTHING, Outcome
from waywarden.pavement.programme.reasons import Line

COLUMNS = "section,street,ward,area_m2,condition,year,treatment,cost,condition_end,benefit_per_cost,reason"
WIDE, HIGH, EDGE, KEY = 560, 320, 46, 110
COLOURS = ("#0b6e99", "#c2571a", "#4d7c2a", "#777777")


def programme_csv(lines: Iterable[Line], first_year: int) -> Iterator[str]:
    """Yield the lines of the CSV, a row a section. ``first_year`` is the calendar's name of year 1, or 1."""
    yield COLUMNS + "\n"
    for line in lines:
        one = line.section
        year = "" if line.year is None else line.year + first_year - 1
        cells = [
            quoted(one.section_id), quoted(one.street), quoted(one.ward), f"{one.area_m2:g}", f"{one.condition:g}",
            year, quoted(line.treatment.name if line.treatment else ""), f"{line.cost:.2f}",
            f"{line.condition_end:.1f}", "" if line.benefit_per_cost is None else f"{line.benefit_per_cost:.3g}",
            quoted(line.reason),
        ]  # fmt: skip
        yield ",".join(str(cell) for cell in cells) + "\n"


def comparison_rows(outcomes: Sequence[Outcome]) -> list[tuple[str, ...]]:
    """Return the head and a row for each way of spending the money."""
    head = ("way", "benefit", "cost", "condition at the end", "poor at the end", "floors missed")
    most = outcomes[0].benefit or 1.0
    return [
        head,
        *(
            (each.name, f"{each.benefit / most:.3f}", f"{each.cost:.0f}", f"{each.condition[-1]:.1f}",
             f"{each.poor_share:.1%}", str(each.floors_missed))
            for each in outcomes
        ),
    ]  # fmt: skip


def conditions_svg(outcomes: Sequence[Outcome], first_year: int) -> str:
    """Return a drawing: the mean condition (visual PCI, by area) at each year's end, a line for each way."""
    years = len(outcomes[0].condition) - 1
    across, up = WIDE - 2 * EDGE - KEY, HIGH - 2 * EDGE
    values = [float(value) for each in outcomes for value in each.condition]
    low, high = 10 * int(min(values) // 10), min(10 * int(max(values) // 10 + 1), 100)

    def at(year: float, condition: float) -> tuple[float, float]:
        return EDGE + year / years * across, HIGH - EDGE - (condition - low) / (high - low) * up

    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" font-family="sans-serif" font-size="12">',
        f"<title>{escape('Mean condition by area under each way of spending the same money')}</title>",
        f'<rect width="{WIDE}" height="{HIGH}" fill="#fff"/>',
        _line([at(0, high), at(0, low), at(years, low)], "#333", 1.0),
    ]
    for condition in range(low, high + 1, 10):
        x, y = at(0, condition)
        drawn.append(_text((x - 8, y + 4), str(condition), "end"))
    for year in range(years + 1):
        x, y = at(year, low)
        drawn.append(_text((x, y + 18), "today" if year == 0 else str(year + first_year - 1), "middle"))
    for colour, each in zip(COLOURS, outcomes, strict=False):
        points = [at(year, float(value)) for year, value in enumerate(each.condition)]
        drawn.append(_line(points, colour, 2.0, dashed=each.name == NOTHING))
    drawn += _names(outcomes, [at(years, float(each.condition[-1])) for each in outcomes])
    drawn.append(_text((EDGE - 30, EDGE - 18), "mean visual PCI", "start"))
    return "\n".join([*drawn, "</svg>", ""])


def _names(outcomes: Sequence[Outcome], ends: Sequence[tuple[float, float]]) -> list[str]:
    """Return the lines' names at their ends, moved down where two would stand on one another."""
    found, free = [], 0.0
    for number in sorted(range(len(ends)), key=lambda one: ends[one][1]):
        x, y = ends[number]
        free = max(y + 4, free)
        found.append(_text((x + 8, free), outcomes[number].name, "start", COLOURS[number]))
        free += 15
    return found


def _line(points: Sequence[tuple[float, float]], colour: str, width: float, *, dashed: bool = False) -> str:
    listed = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = ' stroke-dasharray="4 4"' if dashed else ""
    return f'<polyline points="{listed}" stroke="{colour}" stroke-width="{width:g}"{dash} fill="none"/>'


def _text(at: tuple[float, float], text: str, anchor: str, colour: str = "#333") -> str:
    return f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
