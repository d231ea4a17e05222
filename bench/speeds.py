"""Speeds of single passages. Rows hold means, so this looks at the passages in memory, as ``run.counting`` does."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from waywarden.geo.projection import calibrate
from waywarden.run.city.config import read_city
from waywarden.run.sealing.sealed import watch_sealed
from waywarden.terms.transient import Detections, Passage
from waywarden.traffic.finder import CrossingFinder

WITHIN = 0.15


def passages(city_file: Path, weights: Path) -> list[Passage]:
    """Return the passages of the city's first camera."""
    camera = read_city(city_file).cameras[0]
    finder = CrossingFinder(camera, calibrate(camera.calibration) if camera.calibration else None)
    found = []
    for item in watch_sealed(camera, city_file.parent, str(weights)):
        if isinstance(item, Detections):
            found += finder.update(item)
    return [item for item in found + finder.finish() if isinstance(item, Passage)]


def dresden_speeds(city_file: Path, truth_file: Path, weights: Path) -> list[tuple[str, str, str, bool]]:
    """Return one line of the table a movement: found speeds beside the clicked ones, paired so that they fit best.

    A passage has no identity and the clicked road users' times are not given, so within a movement the speeds are
    paired by the least sum of relative differences.
    """
    users = json.loads(truth_file.read_text())["road_users"]
    true: dict[str, list[float]] = {}
    for user in users:
        true.setdefault(f"{user['from']}-{user['to']}", []).append(user["mean_kmh"])
    got: dict[str, list[float | None]] = {}
    for passage in passages(city_file, weights):
        speed = passage.speed_mps
        got.setdefault(passage.movement_id, []).append(None if speed is None else 3.6 * speed)
    lines = []
    for movement, wanted in true.items():
        known = [speed for speed in got.get(movement, []) if speed is not None]
        refused = len(got.get(movement, [])) - len(known)
        off = np.abs(np.subtract.outer(np.array(known), np.array(wanted))) / np.array(wanted)
        pairs = list(zip(*linear_sum_assignment(off), strict=True)) if known else []
        shown = [f"{known[i]:.1f} ({wanted[j]:.1f})" for i, j in pairs]
        holds = len(pairs) == len(wanted) and all(off[i, j] <= WITHIN for i, j in pairs)
        more = (f", {refused} refused" if refused else "") + f", {len(wanted) - len(pairs)} missing" * (
            len(pairs) < len(wanted)
        )
        name = f"dresden speeds {movement}, crossroad-1016"
        lines.append((name, "each within 15 %", f"km/h (clicked): {', '.join(shown)}{more}", holds))
    return lines
