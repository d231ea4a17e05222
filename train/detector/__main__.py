"""The recipe: ``python -m detector [--ablation] [--clutter] [--only STEP] [--shared FOLDER] [--work FOLDER]``.

1. The teachers label the unlabelled stills; made-up streets are drawn. Both are kept in ``--work``.
2. First course: from the published YOLOX-Nano, on stills and made-up streets; SiLU turns into ReLU. Whatever one
   teacher saw alone is ignored. Then a shorter one in which only the surer half of that is.
3. Second course, four times: with people's boxes from two TfL cameras, scored on the third (three ways), and then
   with all three cameras: that one ships.
4. To int8, into ``src/waywarden/sight/networks/street-1.xml`` and ``.bin``; scores into ``train/scores.json``.

``--clutter`` draws street furniture into the pictures of every course. What ships was made without:
``docs/decisions/0130-street-furniture.md`` says what it gave.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from detector.learn import Course, learn
from detector.material import Material, Mix, gather
from detector.network import StreetNet, begin_from
from detector.pictures import TFL_CAMERAS, Sample
from detector.ship import exact, in_eight_bits, ship, tensor
from waywarden.run.weighing.score import score

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "src/waywarden/sight/networks/street-1.xml"
FIRST = Course(steps=2400, rate=1e-3, bend_steps=600)
SURER = Course(steps=600, rate=5e-4, seed=2)
DOUBT = 0.55
"""What one teacher saw alone is ignored from this score on."""
SECOND = Course(steps=500, rate=4e-4)
WITH_CLUTTER = {"first": 2000, "second": 700}
"""Steps of these courses with ``--clutter``."""
SHORT = Course(steps=300, rate=1e-3, bend_steps=100)
BRIEF = Course(steps=300, rate=4e-4)
"""Of the ablation: a first course, and a second."""
HARDEST = "03601"
"""The camera that is held back where the second course is taken apart."""
SCORES = ROOT / "train/scores.json"


def main() -> None:
    """Do the recipe; what is already in ``--work`` is not done again."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="where the material is")
    parser.add_argument("--work", type=Path, default=ROOT / ".build/train", help="where what was made is kept")
    parser.add_argument("--ablation", action="store_true", help="measure what each part of the material gives")
    parser.add_argument("--clutter", action="store_true", help="draw street furniture into the pictures")
    parser.add_argument("--only", help="one of: first, base, a TfL camera's number, final, ship")
    asked = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    material = gather(asked.shared, asked.work, 0.0 if asked.only == "first" or asked.ablation else DOUBT)
    if asked.ablation:
        _ablation(material, asked.shared, asked.work)
        return
    if asked.only is None:
        _step("first", gather(asked.shared, asked.work, 0.0), asked.shared, asked.work, cluttered=asked.clutter)
    for step in [asked.only] if asked.only else ["base", "final", "ship", *TFL_CAMERAS]:
        _step(step, material, asked.shared, asked.work, cluttered=asked.clutter)


def _step(step: str, material: Material, shared: Path, work: Path, *, cluttered: bool) -> None:
    first, surer, second = FIRST, SURER, SECOND
    if cluttered:
        first = replace(first, steps=WITH_CLUTTER["first"], cluttered=True)
        surer = replace(surer, cluttered=True)
        second = replace(second, steps=WITH_CLUTTER["second"], cluttered=True)
    if step == "first":
        _course(material.without_people(), first, "first", begun(material, shared), work)
    elif step == "base":
        _course(material.without_people(), surer, "base", _kept(work, "first"), work)
    elif step == "final":
        _course(material.with_people(TFL_CAMERAS), second, "final", _kept(work, "base"), work)
    elif step == "ship":
        graph = in_eight_bits(exact(_kept(work, "final")), _calibration(material, TFL_CAMERAS))
        ship(graph, SHIPPED)
    else:
        others = [camera for camera in TFL_CAMERAS if camera != step]
        net = _course(material.with_people(others), second, step, _kept(work, "base"), work)
        _note(f"without {step}", _scored(net, material, others, step, shared, work))


def begun(material: Material, shared: Path) -> StreetNet:
    """Return the network as it begins: the published weights, their norms measured on a few pictures of each part."""
    rng = np.random.default_rng(0)
    groups = (material.labelled, material.taught, material.made_up)
    some = [torch.from_numpy(tensor(group[int(rng.integers(len(group)))])) for group in groups for _ in range(5)]
    return begin_from(shared / "weights/yolox_nano_416.onnx", some)


def _course(mix: Mix, course: Course, name: str, net: StreetNet, work: Path) -> StreetNet:
    file = work / f"{name}.pt"
    if not file.exists():
        torch.save(learn(net, mix, course, name).state_dict(), file)
    return _kept(work, name)


def _kept(work: Path, name: str) -> StreetNet:
    net = StreetNet()
    net.load_state_dict(torch.load(work / f"{name}.pt", weights_only=True))
    return net.eval()


def _calibration(material: Material, cameras: Sequence[str]) -> list[Sample]:
    return [one for _, group in material.with_people(cameras).values() for one in group]


def _scored(
    net: StreetNet, material: Material, cameras: Sequence[str], held: str, shared: Path, work: Path
) -> dict[str, Any]:
    """Return the score on the camera that was held back, by the program's own command's function."""
    folder = _held(held, shared, work)
    small = ship(in_eight_bits(exact(net), _calibration(material, cameras)), work / f"without-{held}.xml")
    whole = ship(exact(net), work / f"without-{held}-f32.xml")
    return {"int8": score(folder, small), "f32": score(folder, whole)}


def _held(camera: str, shared: Path, work: Path) -> Path:
    """Return a folder with one TfL camera's clip alone."""
    folder = work / f"held-{camera}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in (shared / "data/tfl").glob(f"*.{camera}.*"):
        (folder / file.name).symlink_to(file)
    return folder


def _ablation(material: Material, shared: Path, work: Path) -> None:
    """Short courses on parts of the material: the first on all TfL cameras, none of which it saw; the second on one."""
    clips = shared / "data/tfl"
    parts = {
        "stills alone": material.stills_alone(),
        "made-up streets alone": material.made_up_alone(),
        "stills and made-up streets": material.without_people(),
    }
    _note("published YOLOX-Nano", score(clips, shared / "weights/yolox_nano_416.onnx", 3))
    for name, kept in (("the whole first course", "first"), ("and the shorter one after it", "base")):
        _note(name, score(clips, ship(exact(_kept(work, kept)), work / "part.xml"), 3))
    for name, mix in parts.items():
        net = _course(mix, SHORT, name.replace(" ", "-"), begun(material, shared), work)
        _note(f"{name}, {SHORT.steps} steps", score(clips, ship(exact(net), work / "part.xml"), 3))
    people = material.with_people([camera for camera in TFL_CAMERAS if camera != HARDEST])
    seconds = {
        "second course": (people, BRIEF),
        "second course with clutter": (people, replace(BRIEF, cluttered=True)),
        "second course without made-up streets": ({k: v for k, v in people.items() if k != "made up"}, BRIEF),
        "second course without stills": ({k: v for k, v in people.items() if k in {"people", "made up"}}, BRIEF),
    }
    for name, (mix, course) in seconds.items():
        net = _course(mix, course, name.replace(" ", "-"), _kept(work, "base"), work)
        folder = _held(HARDEST, shared, work)
        _note(f"{name}, {BRIEF.steps} steps", score(folder, ship(exact(net), work / "part.xml"), 3))


def _note(name: str, scored: dict[str, Any]) -> None:
    """Keep a score beside the others."""
    known = json.loads(SCORES.read_text()) if SCORES.exists() else {}
    SCORES.write_text(json.dumps(known | {name: scored}, indent=1) + "\n")
    told = scored.get("int8", scored)
    print(f"{name}: AP50 {told['ap50']}, class by vote {told['class_by_vote']['share']}", flush=True)


if __name__ == "__main__":
    main()
