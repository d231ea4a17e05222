"""The recipe: ``python -m surface [--only STEP] [--shared FOLDER] [--work FOLDER]``.

It begins from the trunk of the street detector's first course (``python -m detector --only first``, ``--only base``).

1. `first`: on cuts of the training folders' pictures.
2. `second`: on whole pictures.
3. `ship`: to int8, into ``src/waywarden/sight/surface/surface-1.xml`` and ``.bin``.

Scores are printed by ``waywarden road score`` on the ``dev`` folders, of which nothing is seen here.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from detector.network import StreetNet
from surface.learn import Course, Groups, Plan, learn
from surface.network import SurfaceNet, begun
from surface.pictures import Sample, dnit, made_up_roads, patches, rdd
from surface.ship import exact, in_eight_bits, ship

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "src/waywarden/sight/surface/surface-1.xml"
CUTS = Plan({"potholes": 0.32, "cracks": 0.34, "boxes": 0.26, "sound": 0.08}, (384, 320), 6, (0.6, 0.0))
ROADS = Plan({"potholes": 0.4, "cracks": 0.5, "sound": 0.1}, (832, 512), 2, (1.0, 1.0))
SCENES = Plan({"boxes": 1.0}, (384, 320), 8, (0.8, 0.0))
FIRST = Course(steps=3600, rate=1.5e-3, plans=[CUTS])
"""Cuts of pictures, mostly about damage: much damage in little time."""
SECOND = Course(steps=2300, rate=1e-3, plans=[ROADS, ROADS, SCENES], still=True, seed=2)
"""Whole pictures, with as much sound road about the damage as there is."""


@dataclass(frozen=True, slots=True)
class Material:
    """Pictures with masks, pictures with boxes, and made-up pictures of sound roads with what is taken for damage."""

    masked: Sequence[Sample]
    boxed: Sequence[Sample]
    sound: Sequence[Sample]

    def groups(self) -> Groups:
        """Return the groups that plans draw from."""
        potholes = [one for one in self.masked if len(one.boxes)]
        cracks = [one for one in self.masked if not len(one.boxes)]
        return {"potholes": potholes, "cracks": cracks, "boxes": self.boxed, "sound": self.sound}


def main() -> None:
    """Do the recipe; what is already in ``--work`` is not done again."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="where the material is")
    parser.add_argument("--work", type=Path, default=ROOT / ".build/train", help="where what was made is kept")
    parser.add_argument("--only", choices=("first", "second", "ship"))
    asked = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    roads = asked.shared / "data/road"
    material = Material(
        list(dnit(roads / "brazil_dnit/train")),
        list(rdd(roads / "rdd2022_china_motorbike/train")),
        list(made_up_roads(asked.work / "roads")),
    )
    for step in [asked.only] if asked.only else ["first", "second", "ship"]:
        if step == "first":
            street = StreetNet()
            street.load_state_dict(torch.load(asked.work / "base.pt", weights_only=True))
            _course(begun(street), material, FIRST, "surface-first", asked.work)
        elif step == "second":
            _course(_kept(asked.work, "surface-first"), material, SECOND, "surface", asked.work)
        else:
            ship(in_eight_bits(exact(_kept(asked.work, "surface")), material.masked), SHIPPED)


def _course(net: SurfaceNet, material: Material, course: Course, name: str, work: Path) -> None:
    file = work / f"{name}.pt"
    if not file.exists():
        bank = patches([one for one in material.masked if len(one.boxes)])
        torch.save(learn(net, material.groups(), bank, course, name).state_dict(), file)


def _kept(work: Path, name: str) -> SurfaceNet:
    net = SurfaceNet()
    net.load_state_dict(torch.load(work / f"{name}.pt", weights_only=True))
    return net.eval()


if __name__ == "__main__":
    main()
