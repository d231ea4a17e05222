"""``python -m surface.report [--measure]``: write ``docs/surface-scores.md`` and its plot.

They come from ``train/surface-scores.json``; ``--measure`` scores the weights that ship anew, with the program's own
function, on the ``dev`` folders; ``bench/road_alarms.py --write`` adds the false alarms.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from detector.report import plot
from waywarden.run.road.surface.score import own, score

ROOT = Path(__file__).resolve().parents[2]
SCORES = ROOT / "train/surface-scores.json"
ASKED = ("pothole_in_picture", "pothole_tile", "crack_tile", "box")
NAMES = ("a pothole in the picture", "tiles with a pothole", "tiles with a crack", "potholes as boxes, IoU .5")
BARS = ("0.90", "0.75", "0.78", "none")


def main() -> None:
    """Score, if asked, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="where the material is")
    parser.add_argument("--measure", action="store_true")
    asked = parser.parse_args()
    scores: dict[str, Any] = json.loads(SCORES.read_text()) if SCORES.exists() else {}
    if asked.measure:
        scores |= measured(asked.shared / "data/road")
        SCORES.write_text(json.dumps(scores, indent=1) + "\n")
    (ROOT / "docs/surface-scores.md").write_text(page(scores))
    bands = [scores["dnit"][name]["reliability"] for name in ASKED[:3]]
    (ROOT / "docs/surface-reliability.svg").write_text(plot(bands))


def measured(roads: Path) -> dict[str, Any]:
    """Return what the weights that ship score."""
    dnit, rdd = roads / "brazil_dnit/dev", roads / "rdd2022_china_motorbike/dev"
    return {
        "dnit": score(dnit / "images", dnit / "masks", "dnit", own()),
        "rdd": score(rdd / "images", rdd / "annotations", "voc", own()),
    }


def page(scores: Mapping[str, Any]) -> str:
    """Return the page of scores."""
    dnit, rdd = scores["dnit"], scores["rdd"]
    damaged = dnit["pothole_in_picture"]["wanted"]
    all_damaged = round(2 * damaged / (damaged + dnit["pictures"]), 3)
    lines = [
        "# Scores of the network for road damage",
        "",
        "Written by `python -m surface.report` from `train/surface-scores.json` (`train/README.md`). The numbers are",
        "what `waywarden road score` prints for the weights that come with Waywarden.",
        "",
        f"## Brazilian highways, {dnit['pictures']} pictures of stretches that were not trained on",
        "",
        "| | bar | F1 | precision | recall | best F1, at | precision at 90 % recall |",
        "|---|---|---|---|---|---|---|",
    ]
    for key, name, bar in zip(ASKED, NAMES, BARS, strict=True):
        one, f1 = dnit[key], dnit[f"{key}_f1" if key != "box" else "box_f1_50"]
        at90 = one["precision_at_r90"] if one["precision_at_r90"] is not None else "never"
        lines.append(
            f"| {name} | {bar} | **{f1}** | {one['precision']} | {one['recall']} "
            f"| {one['best_f1']}, {one['best_threshold']} | {at90} |"
        )
    lines += [
        "",
        "The bars were not reached. A tile counts as damaged where one pixel of it is. To call every picture damaged",
        f"scores {all_damaged} in the first row. [What was tried](decisions/0120-boxes-by-themselves.md) is told",
        "elsewhere. A second course on whole pictures lowered all four on these pictures and was left out: they had a",
        "say in which of two sets of weights ships.",
        "",
        f"A look takes {dnit['ms_per_picture']} ms of CPU on one core.",
        "",
        f"## RDD2022 China, from a motorbike: {rdd['pictures']} pictures of scenes that were not trained on",
        "",
        "Boxes at IoU .5, the four classes of the challenge together: F1 **{}** (bar 0.40; best {} at {}).".format(
            rdd["box_f1_50"], rdd["box"]["best_f1"], rdd["box"]["best_threshold"]
        ),
        f"Any damage as one class: {rdd['any_damage_f1_50']}.",
        "",
        "| class | F1 |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in rdd["by_class"].items()),
        "",
        "## Alarms on sound road",
        "",
        *_alarms(scores.get("alarms", {})),
        "",
        "## Is a score what it says?",
        "",
        "![Share of what was right by score](surface-reliability.svg)",
        "",
        "On the Brazilian pictures: blue potholes in a picture, orange tiles with a pothole, green tiles with a crack.",
        "",
    ]
    return "\n".join(lines)


def _alarms(table: Mapping[str, Any]) -> list[str]:
    if not table:
        return ["Not measured."]
    return [
        "By `bench/road_alarms.py`, on made-up sound road with one kind of decoy at a time, on seeds that were not",
        "trained on. The same decoy is on several pictures, and counts on each. Photos of sound roads that somebody",
        "had looked at were not at hand.",
        "",
        "| | potholes | tiles with a crack | pictures with an alarm |",
        "|---|---|---|---|",
        *(f"| {name} | {' | '.join(row)} |" for name, row in table.items()),
    ]


if __name__ == "__main__":
    main()
