"""The recipe: ``python -m detector [--ablation] [--only STEP] [--shared FOLDER] [--work FOLDER]``.

1. Teachers label the stills that nobody labelled; made-up streets are drawn. Both are kept in ``--work``.
2. ``begun``: person-vehicle-bike-detection-2004 as it was published, with a stem of 6x6 that sees the same.
3. ``course``: made-up streets by their exact boxes, and stills without forgetting what the published network sees.
   Nothing that a person drew is learnt from.
4. ``kinds``: the branch for kinds learns on by itself, of the same pictures. ``empties``: the course goes on, with
   made-up streets among the others to which nobody comes.
5. ``ship``: to int8, into ``src/waywarden/sight/networks/street-2.xml`` and ``.bin``.
6. ``even``: the score from which on three of four detections are right, on pictures it learnt from. It stands in
   ``waywarden.sight.networks.network`` as ``even_score``; nothing writes it there.
7. ``score``: on each of the three TfL cameras, none of which was learnt from; into ``train/scores.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from detector.courses import COURSE, EMPTIES, learnt, with_kinds, with_levels, with_stem
from detector.even import even_score
from detector.material import DOUBT, Material, gather
from detector.network import StreetNet, published_net
from detector.pictures import TFL_CAMERAS
from detector.ship import exact, in_eight_bits, ship
from waywarden.run.weighing.score import score

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = "weights/person-vehicle-bike-detection-2004.xml"
SHIPPED = ROOT / "src/waywarden/sight/networks/street-2.xml"
LEARNT = ("begun", "course", "kinds", "empties")
STEPS = (*LEARNT, "ship", "even", "score")
SHORT = replace(COURSE, steps=100)
"""Of the ablation."""
SCORES = ROOT / "train/scores.json"


def main() -> None:
    """Do the recipe; what is already in ``--work`` is not done again."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="where the material is")
    parser.add_argument("--work", type=Path, default=ROOT / ".build/train", help="where what was made is kept")
    parser.add_argument("--ablation", action="store_true", help="measure what each part of the recipe gives")
    parser.add_argument("--only", choices=STEPS, help="do one step; those before it must have been done")
    asked = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    material = gather(asked.shared, asked.work, DOUBT)
    if asked.ablation:
        _ablation(material, asked.shared, asked.work)
        return
    for step in [asked.only] if asked.only else STEPS:
        _step(step, material, asked.shared, asked.work)


def _step(step: str, material: Material, shared: Path, work: Path) -> None:
    if step in LEARNT:
        if not _file(work, step).exists():
            torch.save(_made(step, material, shared, work).state_dict(), _file(work, step))
    elif step == "ship":
        ship(in_eight_bits(exact(_kept(work, LEARNT[-1])), material.all_of_it()), SHIPPED)
    elif step == "even":
        raw = even_score(SHIPPED, [*material.labelled, *material.taught], material.made_up)
        print(f"even score: {raw:.3f}", flush=True)
        _keep("even score", {"its own score that becomes .5": round(raw, 3)})
    elif step == "score":
        whole = ship(exact(_kept(work, LEARNT[-1])), work / "street-f32.xml")
        for camera in TFL_CAMERAS:
            folder = _one_camera(camera, shared, work)
            _note(f"tfl {camera}", {"int8": score(folder, SHIPPED), "f32": score(folder, whole)})


def _made(step: str, material: Material, shared: Path, work: Path) -> StreetNet:
    """Return the network that one of the steps in ``LEARNT`` makes from the one before."""
    if step == "begun":
        published, mix = published_net(shared / PUBLISHED), material.without_people()
        return with_levels(with_stem(published, mix), published, mix)
    if step == "course":
        return learnt(_kept(work, "begun"), material.exact(), material.stills())
    if step == "kinds":
        return with_kinds(_kept(work, "course"), material.exact(), material.stills())
    return learnt(_kept(work, "kinds"), material.exact_and_empty(), material.stills(), EMPTIES, _kept(work, "begun"))


def _file(work: Path, step: str) -> Path:
    return work / f"street-{step}.pt"


def _kept(work: Path, step: str) -> StreetNet:
    net = StreetNet()
    net.load_state_dict(torch.load(_file(work, step), weights_only=True))
    return net.eval()


def _one_camera(camera: str, shared: Path, work: Path) -> Path:
    """Return a folder with one TfL camera's clip alone."""
    folder = work / f"tfl-{camera}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in (shared / "data/tfl").glob(f"*.{camera}.*"):
        (folder / file.name).symlink_to(file)
    return folder


def _ablation(material: Material, shared: Path, work: Path) -> None:
    """Score the recipe's steps, and short courses on parts of the material; in f32, every third frame."""
    clips, begun = shared / "data/tfl", _kept(work, "begun")
    _note("published, as it is (int8, 448x256)", score(clips, shared / PUBLISHED, 3))
    _note("published, the two coarsest levels gone", score(clips, _as_file(published_net(shared / PUBLISHED), work), 3))
    _note("a stem of 6x6 that sees the same", score(clips, _as_file(begun, work), 3))
    _note("and the course", score(clips, _as_file(_kept(work, "course"), work), 3))
    _note("and the kinds' own", score(clips, _as_file(_kept(work, "kinds"), work), 3))
    _note("and empty streets: this ships", score(clips, _as_file(_kept(work, "empties"), work), 3))
    stills, made_up = material.stills(), material.exact()
    short = _as_file(learnt(begun, made_up, stills, SHORT), work)
    _note("a short course", score(clips, short, 3))
    for held in TFL_CAMERAS:
        _note(f"{held} alone: a short course", score(_one_camera(held, shared, work), short, 3))
    parts = {
        "short, kinds from made-up streets alone": (made_up, material.stills_without_kinds()),
        "short, nothing kept": (made_up | stills, {}),
    }
    for name, (sharp, real) in parts.items():
        _note(name, score(clips, _as_file(learnt(begun, sharp, real, SHORT), work), 3))
    for held in TFL_CAMERAS:
        people = material.exact([camera for camera in TFL_CAMERAS if camera != held])
        net = learnt(begun, people, stills, SHORT)
        name = f"{held} alone: a short course, people's boxes of two cameras too"
        _note(name, score(_one_camera(held, shared, work), _as_file(net, work), 3))


def _as_file(net: StreetNet, work: Path) -> Path:
    return ship(exact(net), work / "part.xml")


def _keep(name: str, told: dict[str, Any]) -> None:
    """Keep what was measured beside the rest."""
    known = json.loads(SCORES.read_text()) if SCORES.exists() else {}
    SCORES.write_text(json.dumps(known | {name: told}, indent=1) + "\n")


def _note(name: str, scored: dict[str, Any]) -> None:
    """Keep a score, and say it."""
    _keep(name, scored)
    told = scored.get("int8", scored)
    print(f"{name}: AP50 {told['ap50']}, class by vote {told['class_by_vote']['share']}", flush=True)


if __name__ == "__main__":
    main()
