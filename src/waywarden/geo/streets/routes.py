"""The shortest way from the end of one street segment to the start of another, as far as asked (Dijkstra, 1959)."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heappop, heappush

from waywarden.geo.streets.network import Network

Directed = tuple[int, bool]
"""A street segment's number, and whether it is driven along."""
TURN_BACK_M = 50.0
"""A turn back into the segment that one came from is as unlikely as a detour of so many metres. Tuned on seeds 1 to 8
of ``bench/map_matching.py``."""


class Routes:
    """Distances from the ends of directed segments, found once and kept."""

    def __init__(self, streets: Network) -> None:
        self._network = streets
        self._known: dict[Directed, tuple[float, Mapping[Directed, float]]] = {}

    def from_end_of(self, directed: Directed, most_m: float) -> Mapping[Directed, float]:
        """Return the metres from the end of ``directed`` to the start of each directed segment within ``most_m``."""
        reach_m, known = self._known.get(directed, (-1.0, {}))
        if reach_m < most_m:
            # A little farther than was asked: the next fix asks for a little more.
            reach_m = max(1.5 * most_m, 200.0)
            known = self._search(directed, reach_m)
            self._known[directed] = reach_m, known
        return known

    def _search(self, directed: Directed, most_m: float) -> dict[Directed, float]:
        segments, leaving = self._network.segments, self._network.leaving
        found: dict[Directed, float] = {}
        number, along = directed
        heap = [(TURN_BACK_M if next_ == (number, not along) else 0.0, next_)
                for next_ in leaving[segments[number].to_node if along else segments[number].from_node]]  # fmt: skip
        heap.sort()
        while heap:
            far_m, (number, along) = heappop(heap)
            if (number, along) in found:
                continue
            found[number, along] = far_m
            segment = segments[number]
            after_m = far_m + segment.length_m
            if after_m > most_m:
                continue
            for next_ in leaving[segment.to_node if along else segment.from_node]:
                if next_ not in found:
                    heappush(heap, (after_m + (TURN_BACK_M if next_ == (number, not along) else 0.0), next_))
        return found
