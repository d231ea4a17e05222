"""OpenStreetMap cuts a street into many ways; here those of one street are joined into one line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from waywarden.terms.places import LonLat
from waywarden.terms.streets import Lanes, Oneway, Street


class Line(NamedTuple):
    """Points, and the lanes of each piece between two of them."""

    points: tuple[LonLat, ...]
    lanes: tuple[Lanes, ...]

    @property
    def turned(self) -> Line:
        """The same, the other way round."""
        return Line(self.points[::-1], tuple(each.turned for each in reversed(self.lanes)))

    def then(self, more: Line) -> Line:
        """Return the line with another that begins where it ends."""
        return Line(self.points + more.points[1:], self.lanes + more.lanes)


def joined(streets: Iterable[Street]) -> list[Street]:
    """Return streets of which those of one name, class and oneway that meet end to end are one.

    They are joined where exactly two of them end; of a one-way street, where one goes on as the other comes. The street
    has the id of the way whose number is the smallest, and its direction. Streets without a name stay as they are.
    """
    alike: defaultdict[tuple[str, str, Oneway], list[Street]] = defaultdict(list)
    alone = []
    for each in streets:
        if each.name and each.line[0] != each.line[-1]:
            alike[each.name, each.street_class, each.oneway].append(each)
        else:
            alone.append(each)
    return alone + [one for group in alike.values() for one in _joined_group(sorted(group, key=_age))]


def _age(street: Street) -> tuple[int, str]:
    number = street.street_id.rpartition("/")[2]
    return (int(number) if number.isdigit() else 0), street.street_id


def _joined_group(group: Sequence[Street]) -> list[Street]:
    """Join the streets of one name; the first ones name the result."""
    at: defaultdict[LonLat, list[int]] = defaultdict(list)
    for number, each in enumerate(group):
        at[each.line[0]].append(number)
        at[each.line[-1]].append(number)
    taken: set[int] = set()
    found = []
    for number, each in enumerate(group):
        if number in taken:
            continue
        taken.add(number)
        line = _onward(group, at, taken, _line_of(each))
        if each.oneway is Oneway.BOTH:
            line = _onward(group, at, taken, line.turned).turned
        else:
            line = _backward(group, at, taken, line)
        lanes = line.lanes if any(one != Lanes() for one in line.lanes) else ()
        found.append(Street(each.street_id, line.points, each.name, each.street_class, each.oneway, lanes))
    return found


def _line_of(street: Street) -> Line:
    return Line(street.line, street.lanes or (Lanes(),) * (len(street.line) - 1))


def _onward(group: Sequence[Street], at: dict[LonLat, list[int]], taken: set[int], line: Line) -> Line:
    """Return the line with what follows its end. The numbers that are used up are added to ``taken``."""
    while True:
        more = _next(group, at, taken, line.points[-1], ahead=True)
        if more is None:
            return line
        line = line.then(more)


def _backward(group: Sequence[Street], at: dict[LonLat, list[int]], taken: set[int], line: Line) -> Line:
    while True:
        more = _next(group, at, taken, line.points[0], ahead=False)
        if more is None:
            return line
        line = more.then(line)


def _next(
    group: Sequence[Street], at: dict[LonLat, list[int]], taken: set[int], end: LonLat, *, ahead: bool
) -> Line | None:
    """Return the line of the one street that goes on from ``end`` (or leads to it), None where there is none."""
    others = [number for number in at[end] if number not in taken]
    if len(at[end]) != 2 or len(others) != 1:
        return None
    line = _line_of(group[others[0]])
    turned = line.points[0] != end if ahead else line.points[-1] != end
    if turned and group[others[0]].oneway is not Oneway.BOTH:
        return None
    taken.add(others[0])
    return line.turned if turned else line
