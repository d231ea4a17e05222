"""How well our weights see made-up streets that they were not trained on, by condition.

``python bench/street_scores.py [--seeds 11,12,13,14,15] [--weights FILE] [--write]``: average precision of vehicles as
one class and of each class, on frames of the clips as the program decodes them. ``--write`` keeps it in
``train/scores.json``, from which ``python -m detector.report`` writes ``docs/scores.md``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
import numpy as np
from rich.console import Console
from rich.table import Table

from waywarden.run.weighing.precision import VEHICLES, Known, average_precision, compared, recall_at
from waywarden.run.weighing.weights import own
from waywarden.sight.frame import Frame
from waywarden.sight.networks.network import NetworkObjectDetector
from waywarden.sight.scoring import LEAST_SCORE
from waywarden.terms.errors import WaywardenError
from waywarden.terms.kinds import KINDS
from waywarden.terms.transient import Detections
from waywarden.testing.street import made_up_street

SCORES = Path(__file__).resolve().parents[1] / "train/scores.json"
AT = datetime(2026, 6, 1, tzinfo=UTC)
SEEN = 0.3
"""A road user of which less than this share is seen is not asked for."""
SCENES = (
    *((light, "corner", light) for light in ("day", "dusk", "night", "rain", "snow")),
    *((f"above, {light}", "above", light) for light in ("day", "night", "snow")),
)


def pairs(weights: Path, seed: int, condition: str, view: str, folder: Path) -> Iterator[tuple[Detections, Known]]:
    """Yield what is seen and what is true on frames five seconds apart."""
    street = made_up_street(seed, seconds=60, rate_hz=0.2, condition=condition, view=view)
    network = NetworkObjectDetector(weights, least_score=LEAST_SCORE)
    clip = street.write(folder / "street.mp4")
    with av.open(str(clip)) as container:
        for number, picture in enumerate(container.decode(video=0)):
            boxes, scores, kinds = network.detect(Frame(picture, AT, 0.0))
            true = street.truth.boxes(number)
            seen = true.visible_share >= SEEN
            known = Known(true.xyxy_px[seen], true.kind[seen], true.xyxy_px[~seen])
            yield Detections("street", AT, 0.0, boxes, scores, kinds), known


def measured(weights: Path, seeds: Sequence[int]) -> dict[str, dict[str, Any]]:
    """Return for each condition the average precision, all vehicles as one class and each class by itself."""
    table = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, view, condition in SCENES:
            found = [pair for seed in seeds for pair in pairs(weights, seed, condition, view, Path(folder))]
            vehicles = compared(found, VEHICLES)
            by_class = {kind.value: average_precision(compared(found, [kind])) for kind in KINDS[:7]}
            told = {"ap50": average_precision(vehicles), "recall_at_p90": recall_at(vehicles), **by_class}
            table[name] = {key: None if value is None else round(value, 3) for key, value in told.items()}
            table[name]["boxes"] = vehicles.wanted
    return table


def main() -> None:
    """Measure and print; keep it where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="11,12,13,14,15", help="made-up streets below 1000: none was trained on")
    parser.add_argument("--weights", type=Path, default=own(), help="the network; our own if left out")
    parser.add_argument("--write", action="store_true", help="keep it in train/scores.json")
    asked = parser.parse_args()
    try:
        table = measured(asked.weights, [int(seed) for seed in asked.seeds.split(",")])
    except (ValueError, WaywardenError) as trouble:
        sys.exit(f"wanted weights that can be loaded, and seeds as 11,12: {trouble}")
    shown = Table("condition", *next(iter(table.values())))
    for name, row in table.items():
        shown.add_row(name, *(str(value) for value in row.values()))
    Console().print(shown)
    night = np.divide(table["night"]["ap50"], table["day"]["ap50"])
    print(f"night is {night:.2f} of day")
    if asked.write:
        known = json.loads(SCORES.read_text()) if SCORES.exists() else {}
        SCORES.write_text(json.dumps(known | {"made-up streets": table}, indent=1) + "\n")


if __name__ == "__main__":
    main()
