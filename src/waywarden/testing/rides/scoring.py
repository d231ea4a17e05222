"""How well potholes and roughness of made-up rides are told from what the phone felt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from waywarden.pavement.ride.iri import calibrate, estimated_iri
from waywarden.pavement.ride.jolts import EARLY_S, LATE_S, Hits, find_jolts, score_jolts
from waywarden.pavement.ride.ride import Ride, as_ride
from waywarden.pavement.ride.roughness import windows_of
from waywarden.testing.rides.made_up import GD_M3, MadeUpRide, RideAsked, made_up_ride

SPEEDS_KMH = ((30, 40), (40, 50), (50, 60))
ROUGH_IRI = 4.0
REPEATS = 3
OTHER_ROADS = 3


def felt_by_phone(ride: MadeUpRide) -> Ride:
    """Return the even samples of a made-up recording."""
    return as_ride(ride.felt_s, ride.felt_mps2, ride.fixed_s, ride.speed_mps)


def scored(seeds: Iterable[int]) -> dict[str, object]:
    """Return what came of made-up rides between 30 and 60 km/h, as one JSON object."""
    numbers = list(seeds)
    rides = [made_up_ride(RideAsked(seed)) for seed in numbers]
    each = [_hits(ride) for ride in rides]
    total = sum(each, Hits())
    by_speed = {
        f"f1_{low}_{high}_kmh": round(
            sum((_hits(made_up_ride(RideAsked(seed, 2000, low, high))) for seed in numbers), Hits()).f1, 4
        )
        for low, high in SPEEDS_KMH
    }
    rough = [hits for hits, ride in zip(each, rides, strict=True) if ride.iri_mm_per_m > ROUGH_IRI]
    return {
        "made_up": True,
        "seeds": f"{numbers[0]}-{numbers[-1]}",
        "km": round(sum(ride.felt_s[-1] * ride.speed_mps.mean() for ride in rides) / 1000, 1),
        "potholes": total.felt + total.missed,
        "pothole_f1": round(total.f1, 4),
        "pothole_precision": round(total.felt / max(total.felt + total.false, 1), 4),
        "pothole_recall": round(total.felt / max(total.felt + total.missed, 1), 4),
        "least_f1_of_a_ride": round(min(hits.f1 for hits in each), 4),
        **by_speed,
        "others_felt_share": round(float(np.mean(np.concatenate([_others_felt(ride) for ride in rides]))), 4),
        "f1_where_iri_is_over_4": round(sum(rough, Hits()).f1, 4),
        **_iri_errors(numbers),
    }


def _hits(ride: MadeUpRide) -> Hits:
    return score_jolts([jolt.at_s for jolt in find_jolts(felt_by_phone(ride))], [float(each) for each in ride.hit_s])


def _others_felt(ride: MadeUpRide) -> list[bool]:
    """Return of each cover, joint or hump whether it was taken for a pothole."""
    jolts = [jolt.at_s for jolt in find_jolts(felt_by_phone(ride))]
    return [any(-EARLY_S <= jolt - other <= LATE_S for jolt in jolts) for other in ride.other_s]


def _iri_errors(seeds: list[int]) -> dict[str, float]:
    """Return how far estimated IRIs are off: each vehicle calibrated on one road, and driven over others."""
    off, within = [], 0
    for seed in seeds:
        bare = RideAsked(seed, 1500, potholes_a_km=0, others_a_km=0, vehicle_seed=seed + 1)
        first = made_up_ride(bare)
        again = [made_up_ride(replace(bare, speeds_seed=number)) for number in range(1, REPEATS)]
        calibration = calibrate(
            "made-up", [windows_of(felt_by_phone(each)) for each in (first, *again)], first.iri_mm_per_m
        )
        for number in range(OTHER_ROADS):
            rng = np.random.default_rng((seed, 13, number))
            gd_m3 = float(np.exp(rng.uniform(*np.log(GD_M3))))
            other = made_up_ride(replace(bare, seed=1000 * seed + number, gd_m3=gd_m3))
            got = estimated_iri(calibration, windows_of(felt_by_phone(other)).ln_shake)
            off.append(np.log(got.mm_per_m / other.iri_mm_per_m))
            within += abs(got.mm_per_m - other.iri_mm_per_m) <= 2 * got.se_mm_per_m
    return {
        "iri_error_share": round(float(np.sqrt(np.mean(np.square(off)))), 4),
        "iri_bias_share": round(float(np.mean(off)), 4),
        "iri_within_two_errors_share": round(within / len(off), 4),
    }
