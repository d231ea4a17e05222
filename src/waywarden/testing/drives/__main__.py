"""``python -m waywarden.testing.drives``: what ``waywarden road simulate`` prints.

A program of its own, so that nothing below this room needs to know it. ``--table`` prints a Markdown table over the
seeds 101 to 150; without it one JSON object.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from waywarden.pavement.same.names import names_after, take_in
from waywarden.pavement.same.places import find_places
from waywarden.terms.distress import Change, NameChange
from waywarden.testing.drives.made_up import Drives, Scene, made_up_drives
from waywarden.testing.drives.scoring import Grouping, dbscan, nearest, one_to_one, ours, score

CELLS = ((60, 1.5), (60, 3), (60, 6), (20, 1.5), (20, 3), (20, 6), (8, 1.5), (8, 3), (8, 6))
HARDER_SEEDS = 20
HARDER: dict[str, dict[str, Any]] = {
    "nothing": {},
    "correlation length 100 m": {"correlation_m": 100.0},
    "correlation length 1000 m": {"correlation_m": 1000.0},
    "white noise 1.5 m": {"white_m": 1.5},
    "40 % missed": {"missed_share": 0.4},
    "30 % false alarms": {"false_share": 0.3},
    "3 passes": {"passes": 3},
    "12 passes": {"passes": 12},
}


def one(scene: Scene) -> dict[str, object]:
    """Return what came of one seed."""
    drives = made_up_drives(scene)
    alike = made_up_drives(replace(scene, alike=True))
    got, alone = score(drives, ours(drives)), score(alike, ours(alike))
    return {
        "sigma_m": scene.sigma_m,
        "spacing_m": scene.spacing_m,
        "passes": scene.passes,
        "seed": scene.seed,
        "true_defects": drives.true_defects,
        "sightings": len(drives.sightings),
        "pairwise_f1": round(got.f1, 4),
        "pairwise_precision": round(got.precision, 4),
        "pairwise_recall": round(got.recall, 4),
        "count_ratio": round(got.count_ratio, 4),
        "by_place_alone_pairwise_f1": round(alone.f1, 4),
        "by_place_alone_count_ratio": round(alone.count_ratio, 4),
        "names_kept_share": round(names_kept(drives), 4),
    }


def names_kept(drives: Drives) -> float:
    """Return the share of sightings that still have their first name when all passes are in, taken in one by one."""
    changes: list[NameChange] = []
    first: dict[str, str] = {}
    weeks = sorted({one.at.date() for one in drives.sightings})
    for day in weeks:
        changes += take_in(find_places([each for each in drives.sightings if each.at.date() <= day]), changes)
        for change in changes:
            if change.change is Change.NAMED:
                for move in change.moves:
                    first.setdefault(move.sighting_id, move.to_id)
    now = names_after(changes)
    return sum(now[each] == name for each, name in first.items()) / len(first)


def table(seeds: range, says: Callable[[str], object]) -> None:
    """Say the tables line by line as Markdown, each cell the means over ``seeds``."""
    says(f"Pairwise F1 / count ratio, means over seeds {seeds[0]} to {seeds[-1]}; in brackets the least F1.")
    ways = ["DBSCAN 5 m", "nearest 10 m", "direction + one-to-one", "ours, by place alone", "ours"]
    says("\n| spacing / sigma, m | " + " | ".join(ways) + " |")
    says("|---" * (len(ways) + 1) + "|")
    for spacing, sigma in CELLS:
        says(
            _row(f"{spacing} / {sigma}", Scene(sigma_m=sigma, spacing_m=spacing), seeds, (dbscan, nearest, one_to_one))
        )
    fewer = seeds[:HARDER_SEEDS]
    says(f"\nOne thing changed, at 20 / 3, seeds {fewer[0]} to {fewer[-1]}:")
    says("\n| changed | ours, by place alone | ours |\n|---|---|---|")
    for name, changed in HARDER.items():
        says(_row(name, replace(Scene(), **changed), fewer, ()))


def _row(name: str, scene: Scene, seeds: range, plain: tuple[Callable[[Drives], Grouping], ...]) -> str:
    scenes = [replace(scene, seed=seed) for seed in seeds]
    cells = [_cell(scenes, way) for way in plain]
    cells += [_cell([replace(each, alike=True) for each in scenes], ours), _cell(scenes, ours)]
    return f"| {name} | " + " | ".join(cells) + " |"


def _cell(scenes: list[Scene], way: Callable[[Drives], Grouping]) -> str:
    scores = [score(drives, way(drives)) for drives in map(made_up_drives, scenes)]
    f1 = np.array([each.f1 for each in scores])
    ratio = float(np.mean([each.count_ratio for each in scores]))
    least = f" ({f1.min():.2f})" if way is ours else ""
    return f"{f1.mean():.3f} / {ratio:.2f}{least}"


def main(words: list[str]) -> None:
    """Print the table, or the one object that ``sigma_m spacing_m passes seed`` ask for."""

    def says(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    if words[0] == "--table":
        first, last = (int(word) for word in words[1:])
        table(range(first, last + 1), says)
    else:
        sigma_m, spacing_m, passes, seed = words
        says(json.dumps(one(Scene(float(sigma_m), float(spacing_m), int(passes), int(seed)))))


if __name__ == "__main__":
    main(sys.argv[1:])
