"""OpenStreetMap cuts a street into many ways; here those of one street are joined into one line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from waywarden.terms.places import LonLat
from waywarden.terms.streets import Oneway, Street

Line = tuple[LonLat, ...]


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
        line = _onward(group, at, taken, each.line)
        if each.oneway is Oneway.BOTH:
            line = _onward(group, at, taken, line[::-1])[::-1]
        else:
            line = _backward(group, at, taken, line)
        found.append(Street(each.street_id, line, each.name, each.street_class, each.oneway))
    return found


def _onward(group: Sequence[Street], at: dict[LonLat, list[int]], taken: set[int], line: Line) -> Line:
    """Return the line with what follows its end. The numbers that are used up are added to ``taken``."""
    while True:
        more = _next(group, at, taken, line[-1], ahead=True)
        if not more:
            return line
        line += more[1:]


def _backward(group: Sequence[Street], at: dict[LonLat, list[int]], taken: set[int], line: Line) -> Line:
    while True:
        more = _next(group, at, taken, line[0], ahead=False)
        if not more:
            return line
        line = more[:-1] + line


def _next(group: Sequence[Street], at: dict[LonLat, list[int]], taken: set[int], end: LonLat, *, ahead: bool) -> Line:
    """Return the line of the one street that goes on from ``end`` (or leads to it), empty where there is none."""
    others = [number for number in at[end] if number not in taken]
    if len(at[end]) != 2 or len(others) != 1:
        return ()
    line = group[others[0]].line
    turned = line[0] != end if ahead else line[-1] != end
    if turned and group[others[0]].oneway is not Oneway.BOTH:
        return ()
    taken.add(others[0])
    return line[::-1] if turned else line
