"""``python -m waywarden.testing.road.felt FIRST LAST``: a made-up road both seen and felt, and its holes fused.

A car drives over the very potholes that are in the pictures: a wheel goes through those that lie in its path. What the
pictures show is the truth with a share missed, false holes and places that are off as `placing` says of a windscreen;
jolts are found in what the phone felt. Prints one JSON object.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from waywarden.pavement.ride.jolts import EARLY_S, LATE_S, find_jolts
from waywarden.pavement.ride.ride import as_ride
from waywarden.pavement.same.fuse import fuse
from waywarden.terms.distress import DistressSighting, Way
from waywarden.testing.rides.made_up import STEP_M, Driven, RideAsked, driven_over, iso_profile
from waywarden.testing.road.damage import Pothole
from waywarden.testing.road.drive import Asked, Drive

Reals = npt.NDArray[np.float64]

WHEELS_M = (-0.75, 0.75)
"""Right of the camera, which is in the middle of the car."""
WALL_M = 0.05
GD_M3 = 50e-6
FELT_DEPTH_M = 0.008
"""A hole that a wheel went through: it takes the mean of both wheels' paths down by as much."""
SEEN_SHARE, FALSE_A_KM, SEEN_SE_M = 0.8, 6, 0.25
START = datetime(2026, 3, 1, 8, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FeltRoad:
    """A ride over a made-up road, its potholes, and when front wheels went through each (NaN: past it)."""

    driven: Driven
    holes: tuple[Pothole, ...]
    hit_s: Reals


def felt_road(drive: Drive, slowest_kmh: float = 30.0, fastest_kmh: float = 60.0) -> FeltRoad:
    """Return the ride of a car that took the pictures of ``drive``."""
    asked = RideAsked(drive.asked.seed, drive.asked.metres, slowest_kmh, fastest_kmh)
    place_m = np.arange(0, drive.asked.metres + 60, STEP_M)
    road_m, holes, passed_by = profile(drive, place_m)
    driven = driven_over(asked, place_m, road_m)
    hit = [float(np.interp(hole.centroid_m[1], driven.along_m, driven.at_s, right=np.nan)) for hole in holes]
    return FeltRoad(driven, holes, np.where(passed_by, np.nan, hit))


def profile(drive: Drive, place_m: Reals) -> tuple[Reals, tuple[Pothole, ...], npt.NDArray[np.bool_]]:
    """Return how high the road is at ``place_m`` (k,), every ``STEP_M``, its potholes, and past which a car drives."""
    rng = np.random.default_rng((drive.asked.seed, 31))
    road_m = iso_profile(rng, len(place_m), GD_M3)
    holes = tuple(each for each in drive.damage if isinstance(each, Pothole))
    sunk = [_sunk_m(drive, hole, place_m) for hole in holes]
    for span, down in sunk:
        road_m[span] -= down
    return road_m, holes, np.array([down.max(initial=0) < FELT_DEPTH_M for _, down in sunk], np.bool_)


def _sunk_m(drive: Drive, hole: Pothole, place_m: Reals) -> tuple[slice, Reals]:
    """Return which places a hole spans, and how far down it takes the mean of both wheels there."""
    box = hole.box
    span = slice(*np.searchsorted(place_m, (box.from_m, box.to_m)))
    along = place_m[span]
    middle = np.array([drive.right_m(float(each)) for each in along])
    down = [np.clip(hole.inside_m(middle + wheel, along) / WALL_M, 0, 1) * hole.depth_m for wheel in WHEELS_M]
    return span, np.asarray(sum(down, np.zeros(len(along))) / 2, np.float64)


def scored(seeds: range, metres: float = 1000.0) -> dict[str, object]:
    """Return how many holes that were seen and felt are fused, and how many of those fused are of one hole."""
    right = said = true = felt = seen = 0
    for seed in seeds:
        road = felt_road(Drive(Asked(seed, metres)))
        seen_as, felt_as = _sightings(road, np.random.default_rng((seed, 32)), metres)
        both = set(seen_as.values()) & set(felt_as.values()) - {None}
        for each in fuse((one for one in seen_as), (one for one in felt_as)):
            if each.seen_id is not None and each.felt_id is not None:
                said += 1
                of = {one.sighting_id: hole for one, hole in (*seen_as.items(), *felt_as.items())}
                right += of[each.seen_id] is not None and of[each.seen_id] == of[each.felt_id]
        true, felt, seen = true + len(both), felt + len(felt_as), seen + len(seen_as)
    return {
        "made_up": True,
        "seeds": f"{seeds[0]}-{seeds[-1]}",
        "seen": seen,
        "jolts": felt,
        "seen_and_felt": true,
        "fused": said,
        "fused_precision": round(right / max(said, 1), 4),
        "fused_recall": round(right / max(true, 1), 4),
    }


Holes = dict[DistressSighting, int | None]
"""Of which hole each sighting is, None for a false one."""


def _sightings(road: FeltRoad, rng: np.random.Generator, metres: float) -> tuple[Holes, Holes]:
    """Return what was seen and what was felt."""
    driven = road.driven
    seen: Holes = {}
    for number, hole in enumerate(road.holes):
        if rng.random() < SEEN_SHARE and hole.centroid_m[1] < metres:
            at_m = hole.centroid_m[1] + float(rng.normal(0, SEEN_SE_M))
            seen[_sighting(f"seen-{number}", at_m, 0.0, hole)] = number
    for number in range(rng.poisson(FALSE_A_KM * metres / 1000)):
        seen[_sighting(f"false-{number}", float(rng.uniform(0, metres)), 0.0, road.holes[0])] = None
    felt: Holes = {}
    ride = as_ride(driven.felt_s, driven.felt_mps2, driven.fixed_s, driven.told_mps)
    for number, jolt in enumerate(find_jolts(ride)):
        of = [i for i, hit in enumerate(road.hit_s) if -EARLY_S <= jolt.at_s - hit <= LATE_S]
        at_m = float(np.interp(jolt.at_s, driven.at_s, driven.along_m))
        felt[_sighting(f"felt-{number}", at_m, jolt.at_s, None)] = of[0] if of else None
    return seen, felt


def _sighting(name: str, chainage_m: float, at_s: float, hole: Pothole | None) -> DistressSighting:
    at = START + timedelta(seconds=at_s)
    kind, extent = (None, None) if hole is None else (hole.kind, hole.extent_m2)
    return DistressSighting(name, "pass-1", "made-up-road", Way.ALONG, chainage_m, at, kind, extent)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(scored(range(int(sys.argv[1]), int(sys.argv[2]) + 1))) + "\n")
