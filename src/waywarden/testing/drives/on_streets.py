"""Made-up drives over a real network, of which it is known where they were.

A drive takes streets at random, turns back only in dead ends, keeps to the right of streets that are driven both ways,
and stops now and then. Where a one-way street ends at the edge of the network it begins anew elsewhere, ten minutes
later. Its GPS error drifts in each direction as a first-order Gauss-Markov process, with white noise on top; or is a
real one that is handed in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.geo.streets.network import Network, spot
from waywarden.terms.drives import Floats
from waywarden.terms.streets import Oneway

LANE_M = 2.0
CORRELATION_S = 40.0
WHITE_M = 0.5
SLOWEST_MPS, FASTEST_MPS = 4.0, 12.0
STOP_SHARE = 0.25
"""Of junctions at which the drive stops, before it reaches them."""
STOPS_S = 8
ELSEWHERE_S = 600.0


@dataclass(frozen=True, slots=True, eq=False)
class TrueDrive:
    """A drive at one fix a second: where it was (segment, way, chainage), and where its GPS had it (n, 2)."""

    at_s: Floats
    segment: npt.NDArray[np.int64]
    along: npt.NDArray[np.bool_]
    chainage_m: Floats
    said_m: Floats


def made_up_drive(streets: Network, seed: int, sigma_m: float, seconds: int = 300) -> TrueDrive:
    """Return a drive with a GPS error of ``sigma_m`` in each direction. The same seed takes the same way."""
    drive = _true_drive(streets, np.random.default_rng([seed, 0]), seconds)
    rng = np.random.default_rng([seed, 1])
    return with_error(drive, gauss_markov(rng, len(drive.at_s), sigma_m) + rng.normal(0, WHITE_M, drive.said_m.shape))


def with_error(drive: TrueDrive, error_m: Floats) -> TrueDrive:
    """Return the drive with an error (n, 2) on what its GPS says."""
    return TrueDrive(drive.at_s, drive.segment, drive.along, drive.chainage_m, drive.said_m + error_m)


def gauss_markov(rng: np.random.Generator, count: int, sigma_m: float) -> Floats:
    """Return (count, 2) a drifting error at one a second."""
    kept = np.exp(-1.0 / CORRELATION_S)
    steps = rng.normal(0.0, sigma_m, (count, 2))
    error = np.empty_like(steps)
    for i in range(count):
        error[i] = kept * error[i - 1] + np.sqrt(1.0 - kept**2) * steps[i] if i else steps[i]
    return error


def _true_drive(streets: Network, rng: np.random.Generator, seconds: int) -> TrueDrive:
    number, along = _somewhere(streets, rng)
    segment: list[int] = []
    at_s: list[float] = []
    ways, chainages, places = [], [], []
    driven_m, speed_mps, waiting_s = 0.0, float(rng.uniform(SLOWEST_MPS, FASTEST_MPS)), 0
    pause_s, stops = 0.0, False
    while len(segment) < seconds:
        one = streets.segments[number]
        if driven_m > one.length_m:
            onward = _onward(streets, rng, number, along=along)
            driven_m = driven_m - one.length_m if onward else 0.0
            pause_s += 0.0 if onward else ELSEWHERE_S
            number, along = onward or _somewhere(streets, rng)
            speed_mps = float(rng.uniform(SLOWEST_MPS, FASTEST_MPS))
            stops = bool(rng.random() < STOP_SHARE)
            continue
        chainage_m = one.from_m + driven_m if along else one.to_m - driven_m
        at_s.append(pause_s + len(at_s))
        segment.append(number)
        ways.append(along)
        chainages.append(chainage_m)
        places.append(_on_lane(streets, number, chainage_m, along=along))
        if stops and driven_m + speed_mps > one.length_m:
            waiting_s, stops = STOPS_S, False
        waiting_s, driven_m = (waiting_s - 1, driven_m) if waiting_s else (0, driven_m + speed_mps)
    return TrueDrive(np.array(at_s), np.array(segment), np.array(ways), np.array(chainages), np.array(places))


def _somewhere(streets: Network, rng: np.random.Generator) -> tuple[int, bool]:
    """Return a directed segment by its length, of what can be left again."""
    lengths = np.array([each.length_m for each in streets.segments])
    while True:
        number = int(rng.choice(len(lengths), p=lengths / lengths.sum()))
        directed = [(each, along) for node in streets.leaving for each, along in node if each == number]
        if directed:
            return directed[int(rng.integers(len(directed)))]


def _onward(streets: Network, rng: np.random.Generator, number: int, *, along: bool) -> tuple[int, bool] | None:
    """Return the directed segment that is taken next, None where no one leads on."""
    one = streets.segments[number]
    ways = streets.leaving[one.to_node if along else one.from_node]
    forward = [each for each in ways if each[0] != number] or list(ways)
    return forward[int(rng.integers(len(forward)))] if forward else None


def _on_lane(streets: Network, number: int, chainage_m: float, *, along: bool) -> Floats:
    street = streets.streets[streets.segments[number].street]
    at = spot(street, chainage_m)
    place, before, after = streets.to_metres(np.array([at.lon_lat, at.before, at.after]))
    east, north = (after - before) / np.hypot(*(after - before)) * (1.0 if along else -1.0)
    right = np.array([north, -east])
    return np.asarray(place + (LANE_M if street.oneway is Oneway.BOTH else 0.0) * right, np.float64)
