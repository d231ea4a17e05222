"""What is asked of the road half of the API, read strictly."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from starlette.datastructures import QueryParams

from waywarden.store.now.wanted import Box, DefectFilter
from waywarden.terms.distress import DistressKind, Severity, Way
from waywarden.terms.ledger import State
from waywarden.web.problems import QueryError, nearest

LIST_LIMIT, LIST_MOST = 100, 1000
MAP_LIMIT, MAP_MOST = 3000, 5000
MOST_OFFSET = 2**53
FILTERS: dict[str, str] = {
    "kind": "only these kinds of distress, with commas between",
    "state": "only these states, with commas between",
    "severity": "only these severities, with commas between: low, medium, high",
    "street": "only this street, by its id",
    "order": "only what is on this work order",
    "waiting": "'yes': only what is known and not mended; 'no': only what is not",
    "within": "only in the box west,south,east,north, in degrees",
}
SORTS = ("known", "newest")
PAGING: dict[str, str] = {
    "sort": "'known': longest known first (as a rule); 'newest': last known first",
    "limit": f"how many at most (1 to {LIST_MOST}, {LIST_LIMIT} when not given)",
    "offset": "how many to skip; the answer's 'next' has it right",
}
MAP_PARAMETERS: dict[str, str] = {
    "within": FILTERS["within"],
    "limit": f"how many at most (1 to {MAP_MOST}, {MAP_LIMIT} when not given)",
}
CELL_PARAMETERS: dict[str, str] = {**FILTERS, "step": "size of a cell in degrees, 0.0001 to 10"}
INSPECTION_PARAMETERS: dict[str, str] = {
    "street": "the street, by its id: wanted",
    "way": "only this way: along, against",
    "at": "only stretches that hold this chainage, in metres",
    "limit": PAGING["limit"],
}
_Word = TypeVar("_Word", bound=StrEnum)


def read_filter(params: QueryParams) -> DefectFilter:
    """Return which defects are asked for; QueryError says what is wrong."""
    waiting = _one_word(params, "waiting", ("yes", "no"))
    return DefectFilter(
        _words(params, "kind", DistressKind),
        _words(params, "state", State),
        _words(params, "severity", Severity),
        params.get("street"),
        params.get("order"),
        None if waiting is None else waiting == "yes",
        read_box(params),
    )


def read_sort(params: QueryParams) -> bool:
    """Return whether the newest are to come first."""
    return _one_word(params, "sort", SORTS) == "newest"


def read_way(params: QueryParams) -> Way | None:
    """Return the way that is asked for."""
    word = _one_word(params, "way", tuple(Way))
    return None if word is None else Way(word)


def read_box(params: QueryParams) -> Box | None:
    """Return the box ``within``, None where none is given."""
    given = params.get("within")
    if given is None:
        return None
    wish = f"'within' wants west,south,east,north in degrees, as in -1.6,53.7,-1.4,53.9; got '{given}'"
    try:
        west, south, east, north = (float(word) for word in given.split(","))
    except ValueError as error:
        raise QueryError(wish) from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise QueryError(wish)
    return west, south, east, north


def read_number(params: QueryParams, name: str, bounds: tuple[float, float]) -> float | None:
    """Return a number within ``bounds``, None where it is not given."""
    given = params.get(name)
    if given is None:
        return None
    low, high = bounds
    try:
        value = float(given)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise QueryError(f"'{name}' must be a number from {low:g} to {high:g}; got '{given}'")
    return value


def _words(params: QueryParams, name: str, known: type[_Word]) -> frozenset[_Word]:
    given = params.get(name)
    words = [] if given is None else given.split(",")
    return frozenset(known(_checked(word, name, known)) for word in words)


def _one_word(params: QueryParams, name: str, known: Iterable[str]) -> str | None:
    given = params.get(name)
    return None if given is None else _checked(given, name, known)


def _checked(word: str, name: str, known: Iterable[str]) -> str:
    names = [str(each) for each in known]
    if word not in names:
        raise QueryError(f"there is no {name} '{word}': {nearest(word, names)}")
    return word
