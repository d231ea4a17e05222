"""One made-up ride: a profile of ISO 8608 with potholes and what is none, and what a phone in a car feels of it.

What is made up, and why it is not easy:

* The profile is of ISO 8608, waviness 2, of a roughness drawn between classes A and the middle of C.
* Speeds wander between the given ones, change within a few seconds, and are told once a second with an error.
* Cars differ: springs, dampers, tyres and wheels are each 20 % off the golden car's (one standard deviation), and the
  phone lies askew. The rear wheels follow the front ones, a wheelbase later, and are felt less.
* Potholes differ in depth, length and shape; a wheel hits their middle or but their edge.
* Manholes and patches that stand out or lie deep by millimetres, sealed joints, and humps are felt too, and are none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.pavement.ride.quarter_car import GOLDEN, QuarterCar, body_mps2, iri_mm_per_m
from waywarden.pavement.ride.ride import GRAVITY_MPS2

Reals = npt.NDArray[np.float64]

STEP_M, RATE_HZ, PHONE_HZ = 0.02, 500.0, 100.0
TYRE_M = 0.14
"""A tyre touches the road over so long, and feels no more than the mean of it."""
GD_M3 = (12e-6, 200e-6)
"""Roughness at 0.1 cycles a metre: the geometric means of ISO 8608 are 16 (A), 64 (B) and 256 (C), times 1e-6 m3."""


@dataclass(frozen=True, slots=True)
class RideAsked:
    """What is asked for: a seed, how long, how fast, and how many potholes and other unevennesses a km.

    Another ``speeds_seed`` is another ride over the same road, another ``vehicle_seed`` another car.
    """

    seed: int
    metres: float = 4000.0
    slowest_kmh: float = 30.0
    fastest_kmh: float = 60.0
    potholes_a_km: float = 10.0
    others_a_km: float = 12.0
    gd_m3: float | None = None
    vehicle_seed: int | None = None
    speeds_seed: int = 0


@dataclass(frozen=True, slots=True)
class MadeUpRide:
    """What the phone recorded, and the truth.

    Parameters
    ----------
    felt_s, felt_mps2 : (n,), (n, 3) float64
    fixed_s, speed_mps : (m,) float64
    hit_s, hit_speed_mps : (k,) float64
        When a front wheel reached each pothole's middle, and how fast.
    other_s : (j,) float64
        The same of what is no pothole.
    iri_mm_per_m : float
        Of the profile without what lies on it.
    """

    felt_s: Reals
    felt_mps2: Reals
    fixed_s: Reals
    speed_mps: Reals
    hit_s: Reals
    hit_speed_mps: Reals
    other_s: Reals
    iri_mm_per_m: float


def made_up_ride(asked: RideAsked) -> MadeUpRide:
    """Return the ride of ``asked``. The same question gives the same ride."""
    rng = np.random.default_rng((asked.seed, 11))
    gd_m3 = asked.gd_m3 or float(np.exp(rng.uniform(*np.log(GD_M3))))
    place_m = np.arange(0, asked.metres + 60, STEP_M)
    bare_m = iso_profile(rng, len(place_m), gd_m3)
    holes_m = _spaced(rng, asked.metres, asked.potholes_a_km)
    depth_m = np.clip(np.exp(rng.normal(np.log(0.04), 0.4, len(holes_m))), 0.02, 0.1)
    others_m = _spaced(rng, asked.metres, asked.others_a_km)
    others_m = others_m[np.abs(others_m[:, None] - holes_m[None]).min(axis=1, initial=np.inf) > 12]
    road_m = bare_m + _holes(rng, place_m, holes_m, depth_m) + _others(rng, place_m, others_m)
    driven = driven_over(asked, place_m, road_m)
    hit_s, other_s = (np.interp(places, driven.along_m, driven.at_s) for places in (holes_m, others_m))
    return MadeUpRide(
        driven.felt_s, driven.felt_mps2, driven.fixed_s, driven.told_mps, hit_s,
        np.interp(hit_s, driven.at_s, driven.speed_mps), other_s, iri_mm_per_m(bare_m, STEP_M),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Driven:
    """A ride over a profile: when the front wheels were where, at ``RATE_HZ``, and what the phone recorded.

    ``at_s``, ``along_m``, ``speed_mps`` are (k,), ``felt_s`` and ``felt_mps2`` (n,) and (n, 3), ``fixed_s`` and
    ``told_mps`` (m,).
    """

    at_s: Reals
    along_m: Reals
    speed_mps: Reals
    felt_s: Reals
    felt_mps2: Reals
    fixed_s: Reals
    told_mps: Reals


def driven_over(asked: RideAsked, place_m: Reals, road_m: Reals) -> Driven:
    """Return the ride over a profile ``road_m`` (k,) high at ``place_m`` (k,), every ``STEP_M``."""
    rng = np.random.default_rng((asked.seed, 14, asked.speeds_seed))
    vehicle = np.random.default_rng((asked.seed if asked.vehicle_seed is None else asked.vehicle_seed, 12))
    at_s, along_m, speed_mps = _driven(rng, asked)
    felt = _felt(vehicle, place_m, road_m, along_m, rng)
    seconds = np.arange(0, at_s[-1], 1.0)
    told = np.maximum(np.interp(seconds, at_s, speed_mps) + rng.normal(0, 0.3, len(seconds)), 0)
    phone = slice(None, None, int(RATE_HZ / PHONE_HZ))
    return Driven(at_s, along_m, speed_mps, at_s[phone], felt[phone], seconds, told)


def iso_profile(rng: np.random.Generator, points: int, gd_m3: float) -> Reals:
    """Return (points,) heights every ``STEP_M``, of displacement density ``gd_m3`` at 0.1 cycles a metre, waviness 2.

    ISO 8608:2016, 5.1: Gd(n) = Gd(n0) (n / n0)**-2. Waves of 0.1 to 100 m are made.
    """
    wave = np.fft.rfftfreq(points, STEP_M)
    density = np.zeros(len(wave))
    made = (wave > 0.01) & (wave < 10)
    density[made] = gd_m3 * (wave[made] / 0.1) ** -2
    size = np.sqrt(density / (2 * points * STEP_M)) * points
    phase = np.exp(2j * np.pi * rng.random(len(wave)))
    return np.asarray(np.fft.irfft(size * phase, n=points), np.float64)


def _spaced(rng: np.random.Generator, metres: float, a_km: float) -> Reals:
    """Return places at random, none within 12 m of the next."""
    places = np.sort(rng.uniform(30, metres - 30, rng.poisson(a_km * metres / 1000)))
    kept = np.diff(places, prepend=-100.0) > 12
    return np.asarray(places[kept], np.float64)


def _holes(rng: np.random.Generator, place_m: Reals, middle_m: Reals, depth_m: Reals) -> Reals:
    """Return what potholes take off the road: flat floors, steep walls, hit in the middle or at the edge."""
    road_m = np.zeros(len(place_m))
    for middle, depth in zip(middle_m, depth_m, strict=True):
        long, wall, hit = rng.uniform(0.25, 1.0), rng.uniform(0.03, 0.15), rng.uniform(0.6, 1.0)
        inside = long / 2 - np.abs(place_m - middle)
        road_m -= hit * depth * np.clip(inside / wall + 0.5, 0, 1)
    return road_m


def _others(rng: np.random.Generator, place_m: Reals, middle_m: Reals) -> Reals:
    """Return what covers, patches, joints and humps add to the road, or take off it."""
    road_m = np.zeros(len(place_m))
    for middle in middle_m:
        what = rng.random()
        if what < 0.4:  # an iron cover, or a patch
            high, long, wall = rng.choice((-1, 1)) * rng.uniform(0.004, 0.012), rng.uniform(0.6, 3), 0.05
        elif what < 0.8:  # a joint
            high, long, wall = rng.choice((-1, 1)) * rng.uniform(0.004, 0.012), rng.uniform(0.05, 0.12), 0.03
        else:  # a flat hump, or a sag
            high, long, wall = rng.choice((-1, 1)) * rng.uniform(0.02, 0.05), rng.uniform(3, 6), 2.5
        inside = long / 2 - np.abs(place_m - middle)
        road_m += high * np.clip(inside / wall + 0.5, 0, 1)
    return road_m


def _driven(rng: np.random.Generator, asked: RideAsked) -> tuple[Reals, Reals, Reals]:
    """Return time, place and speed at ``RATE_HZ`` until the end of the road."""
    low, high = asked.slowest_kmh / 3.6, asked.fastest_kmh / 3.6
    seconds = int(asked.metres / low) + 10
    wanted = np.repeat(rng.uniform(low, high, seconds // 8 + 2), 8)
    smooth = np.convolve(wanted, np.ones(5) / 5, mode="valid")
    at_s = np.arange(0, len(smooth) - 1, 1 / RATE_HZ)
    speed = np.interp(at_s, np.arange(len(smooth)), smooth)
    along = np.cumsum(speed) / RATE_HZ
    last = int(np.searchsorted(along, asked.metres))
    return at_s[:last], along[:last], speed[:last]


def _felt(
    vehicle: np.random.Generator, place_m: Reals, road_m: Reals, along_m: Reals, noise: np.random.Generator
) -> Reals:
    """Return (n, 3) what the phone feels along its own axes."""
    off = np.exp(vehicle.normal(0, 0.2, 4))
    car = QuarterCar(
        GOLDEN.tyre_per_s2 * off[0], GOLDEN.spring_per_s2 * off[1], GOLDEN.damper_per_s * off[2], 0.15 * off[3]
    )
    over = round(TYRE_M / STEP_M)
    touched = np.convolve(road_m, np.ones(over) / over, mode="same")
    base_m, rear = float(vehicle.uniform(2.4, 2.9)), float(vehicle.uniform(0.3, 0.7))
    up = body_mps2(car, np.interp(along_m, place_m, touched), RATE_HZ)
    up += rear * body_mps2(car, np.interp(along_m - base_m, place_m, touched), RATE_HZ)
    up /= np.hypot(1, rear)
    engine_hz = vehicle.uniform(24, 38)
    up += 0.12 * np.sin(2 * np.pi * engine_hz * np.arange(len(up)) / RATE_HZ)
    axes = np.linalg.qr(np.eye(3) + vehicle.normal(0, 0.25, (3, 3)))[0]
    sway = noise.normal(0, 0.15, (len(up), 2))
    body = np.column_stack((sway, up + GRAVITY_MPS2))
    return np.asarray(body @ axes.T + noise.normal(0, 0.04, body.shape), np.float64)
