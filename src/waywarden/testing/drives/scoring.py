"""How well sightings are told apart, against the truth; and the plain ways of doing it, for comparison."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import lap
import numpy as np

from waywarden.pavement.same.place import CONFIRMED_BY_PASSES
from waywarden.pavement.same.places import find_places
from waywarden.terms.distress import DistressSighting, Way
from waywarden.testing.drives.made_up import FALSE_ALARM, Drives

Grouping = Sequence[Hashable]
"""What each sighting was grouped into."""

DBSCAN_M, NEAREST_M, ONE_TO_ONE_M = 5.0, 10.0, 10.0


@dataclass(frozen=True, slots=True)
class Score:
    """Pairwise precision, recall and F1: of the pairs of sightings said to be of one defect, and of those that are.

    ``count_ratio`` is how many defects more than one pass saw, to how many there are.
    """

    precision: float
    recall: float
    f1: float
    count_ratio: float


def score(drives: Drives, grouped: Grouping) -> Score:
    """Return how well ``grouped`` tells the sightings of ``drives`` apart."""
    said = _pairs(Counter(grouped))
    true = _pairs(Counter(each for each in drives.true_defect if each != FALSE_ALARM))
    both = Counter(
        (group, defect) for group, defect in zip(grouped, drives.true_defect, strict=True) if defect != FALSE_ALARM
    )
    right = _pairs(both)
    passes = defaultdict(set)
    for group, one in zip(grouped, drives.sightings, strict=True):
        passes[group].add(one.pass_id)
    counted = sum(len(each) >= CONFIRMED_BY_PASSES for each in passes.values())
    return Score(
        right / said if said else 1.0, right / true if true else 1.0, 2 * right / max(said + true, 1),
        counted / drives.true_defects,
    )  # fmt: skip


def _pairs(sizes: Counter[Any]) -> int:
    return sum(n * (n - 1) // 2 for n in sizes.values())


def ours(drives: Drives) -> Grouping:
    """Group by the project's own merging."""
    of = {one.sighting_id: i for i, place in enumerate(find_places(drives.sightings)) for one in place.sightings}
    return [of[one.sighting_id] for one in drives.sightings]


def dbscan(drives: Drives) -> Grouping:
    """Group what is linked by gaps of at most 5 m (DBSCAN with one neighbour), blind to direction."""
    where = np.array([one.chainage_m for one in drives.sightings])
    order = np.argsort(where)
    groups = np.empty(len(where), np.int64)
    groups[order] = np.cumsum(np.diff(where[order], prepend=where[order[:1]]) > DBSCAN_M)
    return [int(each) for each in groups]


def nearest(drives: Drives) -> Grouping:
    """Group each sighting with the nearest defect so far within 10 m, blind to direction."""
    means: list[tuple[float, int]] = []
    groups = []
    for one in drives.sightings:
        far = [abs(mean - one.chainage_m) for mean, _ in means]
        i = int(np.argmin(far)) if far else 0
        if not far or far[i] > NEAREST_M:
            i = len(means)
            means.append((one.chainage_m, 1))
        else:
            mean, n = means[i]
            means[i] = ((mean * n + one.chainage_m) / (n + 1), n + 1)
        groups.append(i)
    return groups


def one_to_one(drives: Drives) -> Grouping:
    """Group by direction and one to one per pass, within 10 m, at least distance in all; drift is not estimated."""
    groups: dict[str, Hashable] = {}
    for way in Way:
        mean, size = np.empty(0), np.empty(0)
        for sightings in _passes(drives, way):
            where = np.array([one.chainage_m for one in sightings])
            column_of = _assigned(np.abs(where[:, None] - mean))
            for one, column in zip(sightings, column_of, strict=True):
                if column < 0:
                    column, mean, size = len(mean), np.append(mean, one.chainage_m), np.append(size, 0)  # noqa: PLW2901
                mean[column] += (one.chainage_m - mean[column]) / (size[column] + 1)
                size[column] += 1
                groups[one.sighting_id] = (way, int(column))
    return [groups[one.sighting_id] for one in drives.sightings]


def _passes(drives: Drives, way: Way) -> list[list[DistressSighting]]:
    passes: defaultdict[str, list[DistressSighting]] = defaultdict(list)
    for one in drives.sightings:
        if one.way is way:
            passes[one.pass_id].append(one)
    return list(passes.values())


def _assigned(far_m: np.typing.NDArray[np.float64]) -> list[int]:
    """Return for each row its column, -1 where none is near enough."""
    rows, columns = far_m.shape
    if not rows or not columns:
        return [-1] * rows
    cost = np.where(far_m > ONE_TO_ONE_M, 1e6, far_m)
    _, column_of, _ = lap.lapjv(cost, extend_cost=True, cost_limit=2 * ONE_TO_ONE_M)
    return [
        int(column) if 0 <= column < columns and far_m[row, column] <= ONE_TO_ONE_M else -1
        for row, column in enumerate(column_of)
    ]
