"""The recipe: ``python -m nano [--shared FOLDER] [--work FOLDER]``.

From the published YOLOX-Nano, on the stills and made-up streets of `detector`: SiLU turns into ReLU, and whatever one
teacher saw alone is ignored; then a shorter course in which only the surer half of that is. `surface` begins from what
comes out, ``base.pt``. The detector that shipped before `street-2` was this network, after one more course.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
import torch

from detector.material import DOUBT, Material, gather
from detector.ship import tensor
from nano.learn import Course, learn
from nano.network import NanoNet, begin_from

ROOT = Path(__file__).resolve().parents[2]
FIRST = Course(steps=2400, rate=1e-3, bend_steps=600)
SURER = Course(steps=600, rate=5e-4, seed=2)


def main() -> None:
    """Do the recipe; what is already in ``--work`` is not done again."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="where the material is")
    parser.add_argument("--work", type=Path, default=ROOT / ".build/train", help="where what was made is kept")
    asked = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    first, base = asked.work / "first.pt", asked.work / "base.pt"
    if not first.exists():
        material = gather(asked.shared, asked.work, 0.0)
        net = _begun(material, asked.shared / "weights/yolox_nano_416.onnx")
        torch.save(learn(net, material.without_people(), FIRST, "first").state_dict(), first)
    if not base.exists():
        net = NanoNet()
        net.load_state_dict(torch.load(first, weights_only=True))
        material = gather(asked.shared, asked.work, DOUBT)
        torch.save(learn(net, material.without_people(), SURER, "base").state_dict(), base)


def _begun(material: Material, published: Path) -> NanoNet:
    """Return the network as it begins: the published weights, their norms measured on a few pictures of each part."""
    rng = np.random.default_rng(0)
    groups = (material.labelled, material.taught, material.made_up)
    some = [torch.from_numpy(tensor(group[int(rng.integers(len(group)))])) for group in groups for _ in range(5)]
    return begin_from(published, some)


if __name__ == "__main__":
    main()
