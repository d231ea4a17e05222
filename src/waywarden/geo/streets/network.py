"""A network of streets as a linear reference: chainages along lines, cut into street segments where streets meet.

Streets meet where their lines share a point, to a ten-millionth of a degree (a centimetre). A bridge shares none with
what is under it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from pyproj import Geod

from waywarden.geo.projection import local_plane
from waywarden.terms.drives import Floats
from waywarden.terms.places import LonLat
from waywarden.terms.streets import Oneway, Street

Numbers = npt.NDArray[np.int64]
CELL_M = 50.0
"""Of the grid in which pieces are looked up: about as far as one looks for a street."""
_GEOD = Geod(ellps="WGS84")


class StreetSegment(NamedTuple):
    """What lies of a street between two junctions: from one chainage to another, from one node to another."""

    street: int
    from_m: float
    to_m: float
    from_node: int
    to_node: int

    @property
    def length_m(self) -> float:
        """How long it is."""
        return self.to_m - self.from_m


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The straight pieces of all lines, ``p`` of them.

    ``start_m`` and ``end_m`` are (p, 2) metres east and north of the network's middle; ``segment`` (p,) the number of
    the street segment; ``from_m`` (p,) the chainage at its start, and ``length_m`` (p,) by chainage.
    """

    start_m: Floats
    end_m: Floats
    segment: Numbers
    from_m: Floats
    length_m: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Streets as a linear reference. Made by ``network``.

    ``version`` is a hash of all that is said of the streets but their lanes: the same streets have the same one, in any
    order.
    ``leaving[node]`` are the directed segments that can be driven from there: the segment's number, and whether along.
    """

    streets: tuple[Street, ...]
    version: str
    segments: tuple[StreetSegment, ...]
    pieces: Pieces
    leaving: tuple[tuple[tuple[int, bool], ...], ...]
    number_of: Mapping[str, int]
    to_metres: Callable[[Floats], Floats]
    cells: Mapping[tuple[int, int], Numbers]
    of_segment: Mapping[int, Numbers]

    def near(self, xy_m: Floats, reach_m: float) -> Numbers:
        """Return the numbers of the pieces that may be within ``reach_m`` of a point (2,), and of some others."""
        low = np.floor((xy_m - reach_m) / CELL_M).astype(int)
        high = np.floor((xy_m + reach_m) / CELL_M).astype(int)
        found = [self.cells[cell] for cell in _cells(low, high) if cell in self.cells]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)


def may_be_driven(street: Street, *, along: bool) -> bool:
    """Return whether the street is open that way."""
    return street.oneway is Oneway.BOTH or (street.oneway is Oneway.ALONG) == along


def network(streets: Iterable[Street]) -> Network:
    """Return the linear reference of ``streets``.

    Raises
    ------
    ValueError
        There are none, two have one id, or one has no length.
    """
    given = tuple(sorted((_cleaned(each) for each in streets), key=lambda each: each.street_id))
    if not given:
        raise ValueError("a network has a street at least")
    number_of = {street.street_id: number for number, street in enumerate(given)}
    if len(number_of) < len(given):
        twice = next(one.street_id for one, two in pairwise(given) if one.street_id == two.street_id)
        raise ValueError(f"two streets have the id {twice}: give each its own")
    middle = np.array([street.line[0] for street in given]).mean(axis=0)
    to_metres = local_plane(float(middle[0]), float(middle[1]))
    nodes = _nodes(given)
    segments, pieces = _cut(given, nodes, to_metres)
    leaving: list[list[tuple[int, bool]]] = [[] for _ in nodes]
    for number, each in enumerate(segments):
        for along, start in ((True, each.from_node), (False, each.to_node)):
            if may_be_driven(given[each.street], along=along):
                leaving[start].append((number, along))
    of_segment = _grouped(pieces.segment)
    return Network(
        given, version_of(given), segments, pieces, tuple(map(tuple, leaving)), number_of, to_metres,
        _grid(pieces), of_segment,
    )  # fmt: skip


def version_of(streets: Iterable[Street]) -> str:
    """Return the first 16 digits of the SHA-256 of the streets, in order of their ids.

    Lanes are left out: a place on a street is the same place when somebody counts its lanes.
    """
    digest = hashlib.sha256()
    for each in sorted(streets, key=lambda one: one.street_id):
        told = [each.street_id, each.name, each.street_class, each.oneway.value, each.line]
        digest.update(json.dumps(told, separators=(",", ":")).encode())
    return digest.hexdigest()[:16]


def chainages_m(line: Sequence[LonLat]) -> Floats:
    """Return (n,) the distance of each point from the first, along the line, on the WGS 84 ellipsoid."""
    lon, lat = np.array(line, np.float64).T
    steps = _GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]
    return np.concatenate([[0.0], np.cumsum(steps)])


def length_m(street: Street) -> float:
    """Return how long a street is."""
    return float(chainages_m(street.line)[-1])


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """A place on a street, and the ends of the straight piece it is on: each (2,) longitude and latitude."""

    lon_lat: Floats
    before: Floats
    after: Floats


def spot(street: Street, chainage_m: float) -> Spot:
    """Return where on a street a chainage is; ValueError beyond its ends."""
    where_m = chainages_m(street.line)
    if not -0.01 <= chainage_m <= where_m[-1] + 0.01:
        raise ValueError(f"the street goes to {where_m[-1]:.1f} m, there is no {chainage_m:.1f} m on it")
    piece = int(np.clip(np.searchsorted(where_m, chainage_m, "right") - 1, 0, len(where_m) - 2))
    share = np.clip((chainage_m - where_m[piece]) / (where_m[piece + 1] - where_m[piece]), 0.0, 1.0)
    before, after = np.array(street.line[piece]), np.array(street.line[piece + 1])
    return Spot(before + share * (after - before), before, after)


def _cleaned(street: Street) -> Street:
    """Return the street with points to a ten-millionth of a degree, and none twice in a row."""
    rounded = [(round(lon, 7), round(lat, 7)) for lon, lat in street.line]
    kept = [number for number in range(1, len(rounded)) if rounded[number] != rounded[number - 1]]
    if not kept:
        raise ValueError(f"street {street.street_id} has no length: leave it out")
    line = (rounded[0], *(rounded[number] for number in kept))
    lanes = tuple(street.lanes[number - 1] for number in kept) if street.lanes else ()
    return Street(street.street_id, line, street.name, street.street_class, street.oneway, lanes)


def _nodes(streets: Sequence[Street]) -> dict[LonLat, int]:
    """Return the points where streets begin, end or meet, numbered."""
    uses = Counter(point for street in streets for point in street.line)
    ends = {point for street in streets for point in (street.line[0], street.line[-1])}
    return {point: number for number, point in enumerate(dict.fromkeys(
        point for street in streets for point in street.line if uses[point] > 1 or point in ends
    ))}  # fmt: skip


def _cut(
    streets: Sequence[Street], nodes: Mapping[LonLat, int], to_metres: Callable[[Floats], Floats]
) -> tuple[tuple[StreetSegment, ...], Pieces]:
    segments: list[StreetSegment] = []
    starts, ends, of, begins, lengths = [], [], [], [], []
    for number, street in enumerate(streets):
        where_m = chainages_m(street.line)
        xy_m = to_metres(np.array(street.line, np.float64))
        cuts = [at for at, point in enumerate(street.line) if point in nodes]
        for first, last in pairwise(cuts):
            one, two = nodes[street.line[first]], nodes[street.line[last]]
            segments.append(StreetSegment(number, float(where_m[first]), float(where_m[last]), one, two))
            starts.append(xy_m[first:last])
            ends.append(xy_m[first + 1 : last + 1])
            of.append(np.full(last - first, len(segments) - 1))
            begins.append(where_m[first:last])
            lengths.append(np.diff(where_m[first : last + 1]))
    together = (np.concatenate(each) for each in (starts, ends, of, begins, lengths))
    return tuple(segments), Pieces(*together)


def _grouped(segment: Numbers) -> dict[int, Numbers]:
    """Return the pieces of each segment; they stand together."""
    cuts = np.flatnonzero(np.diff(segment)) + 1
    return {int(segment[each[0]]): each for each in np.split(np.arange(len(segment)), cuts)}


def _grid(pieces: Pieces) -> dict[tuple[int, int], Numbers]:
    """Return for each cell the pieces whose bounding box is in it."""
    low = np.floor(np.minimum(pieces.start_m, pieces.end_m) / CELL_M).astype(int)
    high = np.floor(np.maximum(pieces.start_m, pieces.end_m) / CELL_M).astype(int)
    found: dict[tuple[int, int], list[int]] = {}
    for number, (one, two) in enumerate(zip(low, high, strict=True)):
        for cell in _cells(one, two):
            found.setdefault(cell, []).append(number)
    return {cell: np.array(numbers, np.int64) for cell, numbers in found.items()}


def _cells(low: npt.NDArray[np.int_], high: npt.NDArray[np.int_]) -> Iterator[tuple[int, int]]:
    for x in range(int(low[0]), int(high[0]) + 1):
        for y in range(int(low[1]), int(high[1]) + 1):
            yield x, y
