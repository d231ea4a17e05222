"""The recipe: ``python -m surface [--only STEP] [--shared FOLDER] [--work FOLDER]``.

It begins from the trunk that ``python -m nano`` makes.

1. `learn`: on cuts of the training folders' pictures.
2. `boxes`: the heads of boxes learn on by themselves, on whole pictures; masks stay as they are.
3. `ship`: to int8, into ``src/waywarden/sight/surface/surface-2.xml`` and ``.bin``.

Scores are printed by ``waywarden road score`` on the ``dev`` folders, of which nothing is seen here.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from nano.network import NanoNet
from surface.boxes import learn_boxes
from surface.learn import Course, Mix, learn
from surface.network import SurfaceNet, begun
from surface.pictures import Sample, dnit, made_up_roads, patches, rdd
from surface.ship import exact, in_eight_bits, ship

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "src/waywarden/sight/surface/surface-2.xml"
COURSE = Course(steps=3600, rate=1.5e-3)
BOXES = Course(steps=200, rate=1e-3, size=(448, 448))
SHARES = {"potholes": 0.32, "cracks": 0.34, "boxes": 0.26, "sound": 0.08}
"""How often each group is drawn."""


@dataclass(frozen=True, slots=True)
class Material:
    """Pictures with masks, pictures with boxes, and made-up pictures of sound roads with what is taken for damage."""

    masked: Sequence[Sample]
    boxed: Sequence[Sample]
    sound: Sequence[Sample]

    def mix(self) -> Mix:
        """Return the groups and how often each is drawn."""
        potholes = [one for one in self.masked if len(one.boxes)]
        cracks = [one for one in self.masked if not len(one.boxes)]
        groups = {"potholes": potholes, "cracks": cracks, "boxes": self.boxed, "sound": self.sound}
        return {name: (SHARES[name], group) for name, group in groups.items()}


def main() -> None:
    """Do the recipe; what is already in ``--work`` is not done again."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="where the material is")
    parser.add_argument("--work", type=Path, default=ROOT / ".build/train", help="where what was made is kept")
    parser.add_argument("--only", choices=("learn", "boxes", "ship"))
    asked = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    roads = asked.shared / "data/road"
    material = Material(
        list(dnit(roads / "brazil_dnit/train")),
        list(rdd(roads / "rdd2022_china_motorbike/train")),
        list(made_up_roads(asked.work / "roads")),
    )
    if asked.only in {None, "learn"}:
        _learn(material, asked.work)
    if asked.only in {None, "boxes"}:
        _learn_boxes(material, asked.work)
    if asked.only in {None, "ship"}:
        ship(in_eight_bits(exact(_kept(asked.work, "surface-boxes")), material.masked), SHIPPED)


def _learn(material: Material, work: Path) -> None:
    file = work / "surface.pt"
    if not file.exists():
        street = NanoNet()
        street.load_state_dict(torch.load(work / "base.pt", weights_only=True))
        bank = patches([one for one in material.masked if len(one.boxes)])
        torch.save(learn(begun(street), material.mix(), bank, COURSE).state_dict(), file)


def _learn_boxes(material: Material, work: Path) -> None:
    file = work / "surface-boxes.pt"
    if not file.exists():
        torch.save(learn_boxes(_kept(work, "surface"), material.boxed, BOXES).state_dict(), file)


def _kept(work: Path, name: str) -> SurfaceNet:
    net = SurfaceNet()
    net.load_state_dict(torch.load(work / f"{name}.pt", weights_only=True))
    return net.eval()


if __name__ == "__main__":
    main()
