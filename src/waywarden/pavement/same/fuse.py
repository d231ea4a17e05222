"""What a picture showed and what a wheel felt, of one pass: the same hole, or two things.

Both know their place by the same GPS, which has drifted the same way; what sets them apart is only how well a picture
tells distance and a jolt tells time. So a pass's own sightings are brought together first, and what is left goes on to
`merge` as one sighting a hole.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import lap
import numpy as np
import numpy.typing as npt

from waywarden.terms.distress import DistressKind, DistressSighting, Way

Reals = npt.NDArray[np.float64]

JOLTS_SHARE = {DistressKind.POTHOLE: 0.6, DistressKind.BUMPS_AND_SAGS: 0.5, DistressKind.PATCHING: 0.1}
"""How often a wheel feels what a picture shows. Assumed: a wheel goes past some holes, and over cracks."""
OTHER_SHARE = 0.03
SEEN_SE_M, FELT_SE_M = 0.3, 0.6
"""How well places are told, GPS drift aside: by a picture (`geo.ground`, 5 to 9 m ahead), and by a jolt.

Tuned on the seeds 1 to 10 of ``python -m waywarden.testing.road.felt``; docs/road.md shows others.
"""


@dataclass(frozen=True, slots=True)
class Fused:
    """One sighting, and the sightings that it was made of; None where nothing was seen, or nothing felt.

    What was both seen and felt has the picture's name, kind, extent and score, the strength of the jolt, and a place
    between the two.
    """

    sighting: DistressSighting
    seen_id: str | None
    felt_id: str | None


def fuse(
    seen: Iterable[DistressSighting], felt: Iterable[DistressSighting], seen_se_m: float = SEEN_SE_M,
    felt_se_m: float = FELT_SE_M,
) -> tuple[Fused, ...]:  # fmt: skip
    """Return every sighting once, those of the same hole as one; by pass, then by place.

    Parameters
    ----------
    seen, felt : iterables of DistressSighting
        By pictures, and by jolts, whose kind is None. Of any number of passes: only those of one pass, street and way
        are brought together, each with at most one other, so that together they are likeliest.
    seen_se_m, felt_se_m : float
        Standard errors of their places along the street, GPS drift aside.

    Raises
    ------
    ValueError
        If a jolt has a kind: nobody feels one.
    """
    lines: defaultdict[tuple[str, str, Way], tuple[list[DistressSighting], list[DistressSighting]]]
    lines = defaultdict(lambda: ([], []))
    for each in seen:
        lines[each.pass_id, each.street_id, each.way][0].append(each)
    for each in felt:
        if each.kind is not None:
            raise ValueError(f"{each.sighting_id} was felt, and has a kind: leave it out (None)")
        lines[each.pass_id, each.street_id, each.way][1].append(each)
    found: list[Fused] = []
    for line in sorted(lines):
        one = _of_one_line(*lines[line], seen_se_m, felt_se_m)
        found += sorted(one, key=lambda each: (each.sighting.chainage_m, each.sighting.sighting_id))
    return tuple(found)


def _of_one_line(
    seen: Sequence[DistressSighting], felt: Sequence[DistressSighting], seen_se_m: float, felt_se_m: float
) -> list[Fused]:
    pairs = _pairs(seen, felt, math.hypot(seen_se_m, felt_se_m))
    taken = set(pairs.values())
    share = felt_se_m**2 / (seen_se_m**2 + felt_se_m**2)
    found = [Fused(each, None, each.sighting_id) for j, each in enumerate(felt) if j not in taken]
    for i, each in enumerate(seen):
        if i not in pairs:
            found.append(Fused(each, each.sighting_id, None))
            continue
        jolt = felt[pairs[i]]
        between_m = each.chainage_m * share + jolt.chainage_m * (1 - share)
        lane = each.lane if each.lane is not None else jolt.lane
        both = replace(each, chainage_m=between_m, jolt_mps2=jolt.jolt_mps2, lane=lane)
        found.append(Fused(both, each.sighting_id, jolt.sighting_id))
    return found


def _pairs(seen: Sequence[DistressSighting], felt: Sequence[DistressSighting], apart_m: float) -> dict[int, int]:
    """Return which of ``felt`` belongs to which of ``seen``, where that is likelier than that none does."""
    if not seen or not felt:
        return {}
    gain = np.maximum(_gains(seen, felt, apart_m), 0.0)
    _, column_of, _ = lap.lapjv(-gain, extend_cost=True)
    chosen = {i: int(column_of[i]) for i in range(len(seen))}
    return {i: j for i, j in chosen.items() if 0 <= j < len(felt) and gain[i, j] > 0}


def _gains(seen: Sequence[DistressSighting], felt: Sequence[DistressSighting], apart_m: float) -> Reals:
    """Return (seen, felt) the log-odds that two are the same hole, against that a jolt happens to be there."""
    off_m = np.subtract.outer([each.chainage_m for each in seen], [each.chainage_m for each in felt])
    every = [each.chainage_m for each in (*seen, *felt)]
    a_metre = len(felt) / max(float(np.ptp(every)), 100.0)
    share = np.array([_share(each.kind) for each in seen])
    prior = np.log(share / (1 - share))[:, None]
    place = -0.5 * (off_m / apart_m) ** 2 - math.log(apart_m * math.sqrt(2 * math.pi) * a_metre)
    return np.asarray(prior + place, np.float64)


def _share(kind: DistressKind | None) -> float:
    return OTHER_SHARE if kind is None else JOLTS_SHARE.get(kind, OTHER_SHARE)
