"""A made-up street that is driven several times, as files: the network, the drives, what was seen, and the truth.

Each drive's GPS drifts as ``on_streets`` has it. What was seen is told by its time, so that its place comes out as
wrong as the drive's own: that is what the merging is for.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from waywarden.testing.drives.on_streets import WHITE_M, gauss_markov

STREET_M = 900.0
LAT, LON = 60.17, 24.94
NORTH_DEG, EAST_DEG = 1 / 111_412.0, 1 / 55_530.0
"""Degrees of a metre there."""
FIRST = datetime(2026, 3, 2, 11, tzinfo=UTC)
BETWEEN = timedelta(days=30)
SPEED_MPS = 8.0
KINDS = ("pothole", "alligator_cracking", "longitudinal_transverse_cracking", "patching")
LEAST_GAP_M = 4.0
CITY = """[city]
name = "Made-up"
time_zone = "Europe/Helsinki"

[[camera]]
id = "none"
source = "none.mp4"
"""


@dataclass(frozen=True, slots=True)
class SurveyScene:
    """How the street is driven: how often, with what GPS error, how much of the damage is missed, and made up."""

    passes: int = 4
    sigma_m: float = 3.0
    defects: int = 30
    missed_share: float = 0.2
    false_share: float = 0.1
    seed: int = 1


def write_survey(folder: Path, scene: SurveyScene) -> tuple[list[Path], list[list[int]]]:
    """Write the files into ``folder``; return the drives, and for each the true damage of each of its sightings.

    Files: ``city.toml``, ``network.geojson``, ``sightings.csv`` and ``drive-N.csv``. A false alarm's damage is -1.
    Sightings of a drive stand in order of time.
    """
    rng = np.random.default_rng(scene.seed)
    (folder / "city.toml").write_text(CITY, "utf-8")
    (folder / "network.geojson").write_text(json.dumps(_network()), "utf-8")
    gaps = LEAST_GAP_M + rng.exponential(STREET_M / scene.defects - LEAST_GAP_M - 1.0, scene.defects)
    where_m = 20.0 + np.cumsum(gaps)
    where_m = where_m[where_m < STREET_M - 20.0]
    kinds = rng.integers(0, len(KINDS), len(where_m))
    extent_m2 = np.exp(rng.normal(0.0, 0.8, len(where_m)))
    rows, truth, drives = [], [], []
    for number in range(scene.passes):
        began = FIRST + number * BETWEEN
        drives.append(_drive(folder / f"drive-{number}.csv", rng, scene.sigma_m, began))
        seen = [int(each) for each in np.flatnonzero(rng.random(len(where_m)) >= scene.missed_share)]
        false = rng.uniform(20.0, STREET_M - 20.0, rng.poisson(scene.false_share * len(where_m)))
        told = [(float(where_m[i]), int(kinds[i]), float(extent_m2[i] * np.exp(rng.normal(0, 0.4))), i) for i in seen]
        told += [(float(at), int(rng.integers(len(KINDS))), 0.5, -1) for at in false]
        told.sort()
        rows += [_row(began, *each[:3]) for each in told]
        truth.append([each[3] for each in told])
    _write_rows(folder / "sightings.csv", ("time", "kind", "score", "extent_m2"), rows)
    return drives, truth


def _row(began: datetime, at_m: float, kind: int, extent_m2: float) -> tuple[object, ...]:
    at = began + timedelta(seconds=at_m / SPEED_MPS)
    return at.isoformat(), KINDS[kind], 0.9, round(extent_m2, 3)


def _drive(path: Path, rng: np.random.Generator, sigma_m: float, began: datetime) -> Path:
    seconds = np.arange(int(STREET_M / SPEED_MPS))
    error_m = gauss_markov(rng, len(seconds), sigma_m) + rng.normal(0.0, WHITE_M, (len(seconds), 2))
    rows = [
        ((began + timedelta(seconds=int(s))).isoformat(), f"{LAT + (y - 2.0) * NORTH_DEG:.8f}",
         f"{LON + (SPEED_MPS * s + x) * EAST_DEG:.8f}", SPEED_MPS, sigma_m)
        for s, (x, y) in zip(seconds, error_m, strict=True)
    ]  # fmt: skip
    _write_rows(path, ("time", "lat", "lon", "speed_mps", "sigma_m"), rows)
    return path


def _write_rows(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def _network() -> object:
    lines = {"main": [(0.0, 0.0), (STREET_M, 0.0)], "side": [(STREET_M / 3, -200.0), (STREET_M / 3, 0.0)]}
    lines["main"].insert(1, (STREET_M / 3, 0.0))
    features = [
        {
            "type": "Feature",
            "properties": {"street_id": name, "name": f"{name} street", "street_class": "local"},
            "geometry": {
                "type": "LineString",
                "coordinates": [[LON + x * EAST_DEG, LAT + y * NORTH_DEG] for x, y in line],
            },
        }
        for name, line in lines.items()
    ]
    return {"type": "FeatureCollection", "features": features}
