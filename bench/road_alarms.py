"""What is taken for damage where there is none: on made-up sound roads, decoy by decoy, and on photos of streets.

``python bench/road_alarms.py [--seeds 1,2,3] [--metres 1000] [--weights FILE] [--photos FOLDER ...] [--write]``: alarms
a kilometre, pictures 5 m apart; what is taken for damage on several pictures counts on each of them. And alarms on
folders of photos that hold no damage. Seeds from 1000 on were trained on.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from waywarden.run.road.surface.score import THRESHOLDS, looks, own
from waywarden.terms.transient import DAMAGES, Damage, SurfaceLook
from waywarden.testing.road.__main__ import main as draw
from waywarden.testing.road.decoys import Decoy

SCORES = Path(__file__).resolve().parents[1] / "train/surface-scores.json"
CRACK = 0
POTHOLE = DAMAGES.index(Damage.POTHOLE)


def alarms(seen: Sequence[SurfaceLook]) -> tuple[int, int, int]:
    """Return the number of potholes, of tiles with a crack, and of pictures with any of them."""
    potholes = [int(((one.damage == POTHOLE) & (one.score >= THRESHOLDS["pothole_box"])).sum()) for one in seen]
    cracks = [int((one.tiles[..., CRACK] >= THRESHOLDS["crack_tile"]).sum()) for one in seen]
    return sum(potholes), sum(cracks), int(np.count_nonzero(np.add(potholes, cracks)))


def made_up(weights: Path, seeds: Sequence[int], metres: int) -> Iterator[tuple[str, float, tuple[int, int, int], int]]:
    """Yield decoy, kilometres, alarms and pictures of made-up sound road."""
    for only in (None, *Decoy):
        found, pictures = np.zeros(3, int), 0
        for seed in seeds:
            with tempfile.TemporaryDirectory() as folder:
                asked = ["--seed", str(seed), "--metres", str(metres), "--out", folder, "--sound"]
                draw(asked + ([] if only is None else ["--only", only.value]))
                seen = list(looks(Path(folder) / "images", weights, ()))
            found += alarms(seen)
            pictures += len(seen)
        potholes, cracks, any_of_them = (int(each) for each in found)
        yield ("all of them" if only is None else only.value), len(seeds) * metres / 1000, (
            potholes, cracks, any_of_them), pictures  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--metres", type=int, default=1000)
    parser.add_argument("--weights", type=Path, default=own())
    parser.add_argument("--photos", type=Path, nargs="*", default=[], help="folders of photos without damage")
    parser.add_argument("--write", action="store_true", help="keep it in train/surface-scores.json")
    asked = parser.parse_args()
    seeds = [int(seed) for seed in asked.seeds.split(",")]
    table = Table("on a sound road", "km", "potholes", "tiles with a crack", "pictures with an alarm")
    kept = {}
    for name, km, (potholes, cracks, some), pictures in made_up(asked.weights, seeds, asked.metres):
        row = [f"{potholes / km:.1f} a km", f"{cracks / km:.1f} a km", f"{some} of {pictures}"]
        table.add_row(name, f"{km:g}", *row)
        kept[name] = row
    for folder in asked.photos:
        seen = list(looks(folder, asked.weights, ()))
        potholes, cracks, some = alarms(seen)
        row = [f"{potholes} in all", f"{cracks} in all", f"{some} of {len(seen)}"]
        table.add_row(folder.name, "photos", *row)
        kept[folder.name] = row
    Console().print(table)
    if asked.write:
        SCORES.write_text(json.dumps(json.loads(SCORES.read_text()) | {"alarms": kept}, indent=1) + "\n")


if __name__ == "__main__":
    main()
