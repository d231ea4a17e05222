"""How often a made-up drive over a real network is put on the right street: prints a table.

    python bench/map_matching.py [--network FILE] [--seeds 101-140]

Truth: the way that was driven (``waywarden.testing.drives.on_streets``). Seeds 1 to 8 are what the constants were tuned
on. The last row adds the error of a real phone (comma2k19: its fixes against the path that was surveyed), turned at
random.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from real_drive import SHARED, comma2k19

from waywarden.exchange.networks.osm_pbf import from_osm_pbf
from waywarden.geo.drives.motion import moved
from waywarden.geo.projection import local_plane
from waywarden.geo.streets.candidates import feet
from waywarden.geo.streets.joining import joined
from waywarden.geo.streets.matching import UNDECIDED, Fixes, Matched, match
from waywarden.geo.streets.network import Network, network
from waywarden.geo.streets.stretches import stretches
from waywarden.testing.drives.on_streets import TrueDrive, made_up_drive, with_error

JUNCTION_M = 10.0
SIGMAS_M = (1.5, 3.0, 6.0, 12.0)
SURE = ((0.0, 0.5), (0.5, 0.8), (0.8, 0.9), (0.9, 0.97), (0.97, 1.01))


def real_error() -> np.ndarray:
    """Return (n, 2) the phone's error a second, east and north."""
    got = comma2k19()
    phone = got["processed_log/GNSS/live_gnss_qcom/value"]
    at_s = got["processed_log/GNSS/live_gnss_qcom/t"]
    lon_lat = np.column_stack([phone[:, 1], phone[:, 0]])
    true = ecef_to_lon_lat(got["global_pose/frame_positions"])
    plane = local_plane(*lon_lat.mean(axis=0))
    path, times = plane(true), got["global_pose/frame_times"]
    # When it was, by the receiver: the log has the fix a moment later. GPS is 18 s ahead of UTC.
    week, of_week = got["global_pose/frame_gps_times"].T
    utc_s = 315964800.0 + 604800.0 * week + of_week - 18.0
    measured_s = np.interp(phone[:, 3] / 1000.0, utc_s, times)
    there = np.column_stack([np.interp(measured_s, times, path[:, axis]) for axis in (0, 1)])
    error = plane(lon_lat) - there
    inside = (measured_s >= times[0]) & (measured_s <= times[-1])
    seconds = np.arange(at_s[inside][0], at_s[inside][-1])
    return np.column_stack([np.interp(seconds, at_s[inside], error[inside, axis]) for axis in (0, 1)])


def ecef_to_lon_lat(xyz_m: np.ndarray) -> np.ndarray:
    from pyproj import Transformer  # noqa: PLC0415 - only the real error wants it

    lon, lat, _ = Transformer.from_crs(4978, 4979, always_xy=True).transform(*xyz_m.T)
    return np.column_stack([lon, lat])


def fixes_of(drive: TrueDrive, sigma_m: float) -> Fixes:
    speed, heading = moved(drive.said_m, drive.at_s)
    heading = np.where(speed < 1.5, np.nan, heading)
    return Fixes(drive.said_m, drive.at_s, heading, np.full(len(drive.at_s), sigma_m))


def nearest(streets: Network, fixes: Fixes) -> Matched:
    """Match the plain way: to the nearest segment, and of its two ways to the one that fits the heading."""
    n = len(fixes.at_s)
    segment, along = np.full(n, UNDECIDED), np.zeros(n, bool)
    for i in range(n):
        found = feet(streets, fixes.xy_m[i], 60.0)
        if len(found.segment):
            towards = np.degrees(np.arctan2(*found.direction[0]))
            segment[i] = found.segment[0]
            along[i] = np.cos(np.radians(fixes.heading_deg[i] - towards)) >= 0
    return Matched(segment, along, np.zeros(n), np.zeros(n), np.ones(n))


def beyond_junctions(streets: Network, drive: TrueDrive) -> np.ndarray:
    """Return (n,) whether the drive was farther than ``JUNCTION_M`` from where its street meets others."""
    ends = np.array([(each.from_m, each.to_m) for each in streets.segments])[drive.segment]
    return np.abs(ends - drive.chainage_m[:, None]).min(axis=1) > JUNCTION_M


def in_decided(streets: Network, drive: TrueDrive, got: Matched) -> np.ndarray:
    """Return (n,) whether each fix is in a stretch that a survey would take for sure."""
    found = np.zeros(len(drive.at_s), bool)
    for each in stretches(streets, drive.at_s, got):
        found[each.first : each.last + 1] = each.decided
    return found


def right(streets: Network, drive: TrueDrive, got: Matched) -> tuple[np.ndarray, np.ndarray]:
    """Return (n,) whether segment and way are right, and whether street and way are."""
    street = np.array([each.street for each in streets.segments])
    way = (got.along == drive.along) & (got.segment != UNDECIDED)
    return way & (got.segment == drive.segment), way & (street[got.segment] == street[drive.segment])


def scored(streets: Network, drives: Iterator[tuple[TrueDrive, float]]) -> tuple[list[float], np.ndarray]:
    plain, edge, street, decided, sure, off, free = [], [], [], [], [], [], []
    spent = 0.0
    for drive, sigma_m in drives:
        fixes = fixes_of(drive, sigma_m)
        plain.append(right(streets, drive, nearest(streets, fixes))[0])
        began = time.process_time()
        got = match(streets, fixes)
        spent += time.process_time() - began
        here, there = right(streets, drive, got)
        edge.append(here)
        street.append(there)
        sure.append(got.confidence)
        free.append(beyond_junctions(streets, drive))
        decided.append(in_decided(streets, drive, got))
        off.append(np.abs(got.chainage_m - drive.chainage_m)[here])
    all_of = [np.concatenate(each) for each in (plain, edge, street, decided, off, sure, free)]
    p, e, s, d, o, c, f = all_of
    row = [
        p.mean(),
        e.mean(),
        p[f].mean(),
        e[f].mean(),
        d.mean(),
        s[d].mean(),
        s[d & f].mean(),
        np.median(o),
        len(e) / spent,
    ]
    return row, np.column_stack([c, s])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--network", type=Path, default=SHARED / "networks" / "Helsinki.osm.pbf")
    options.add_argument("--seeds", default="101-140")
    asked = options.parse_args()
    first, last = (int(word) for word in asked.seeds.split("-"))
    seeds = range(first, last + 1)
    streets = network(joined(from_osm_pbf(asked.network.read_bytes())))
    print(f"{asked.network.name}: {len(streets.streets)} streets, {len(streets.segments)} street segments, "
          f"version {streets.version}; seeds {asked.seeds}, 300 fixes each")  # fmt: skip
    print(
        "\n| GPS error | nearest | ours | nearest, 10 m off junctions | ours, there | in sure stretches | "
        "of these right | of these right, there | chainage off, m | fixes a CPU second |"
    )
    print("|---" * 10 + "|")
    pooled = []
    for sigma_m in SIGMAS_M:
        row, sure = scored(streets, ((made_up_drive(streets, seed, sigma_m), sigma_m) for seed in seeds))
        pooled.append(sure)
        print(f"| sigma {sigma_m:g} m | " + spelt(row))
    error = real_error()
    print(
        f"| a phone's, {np.sqrt((error**2).mean()):.1f} m | "
        + spelt(scored(streets, with_real(streets, seeds, error))[0])
    )
    print("\n| confidence | fixes | right (street and way) |\n|---|---|---|")
    every = np.concatenate(pooled)
    for low, high in SURE:
        inside = every[(every[:, 0] >= low) & (every[:, 0] < high)]
        print(f"| {low:g} to {min(high, 1):g} | {len(inside)} | {inside[:, 1].mean():.3f} |")


def with_real(streets: Network, seeds: range, error: np.ndarray) -> Iterator[tuple[TrueDrive, float]]:
    sigma_m = float(np.sqrt((error**2).mean()))
    for seed in seeds:
        turn = np.random.default_rng([seed, 2]).uniform(0, 2 * np.pi)
        turned = error @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        true = made_up_drive(streets, seed, 0.0, len(error))
        yield with_error(true, turned), sigma_m


def spelt(row: list[float]) -> str:
    *shares, off, rate = row
    return " | ".join([*(f"{each:.3f}" for each in shares), f"{off:.1f}", f"{rate:.0f}"]) + " |"


if __name__ == "__main__":
    main()
