"""``python -m detector.report``: write ``docs/scores.md`` and ``docs/reliability.svg`` from ``train/scores.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HELD = ("tfl 06514", "tfl 03601", "tfl 03604")
CARES = ("still", "kept")
WIDE, HIGH, EDGE = 420, 320, 46


def main() -> None:
    """Write both files."""
    scores = json.loads((ROOT / "train/scores.json").read_text())
    held = {name: scores[name] for name in HELD if name in scores}
    (ROOT / "docs/scores.md").write_text(page(scores, held))
    (ROOT / "docs/reliability.svg").write_text(plot([one["int8"]["reliability"] for one in held.values()]))


def page(scores: Mapping[str, Any], held: Mapping[str, Any]) -> str:
    """Return the page of scores."""
    lines = [
        "# Scores of our weights",
        "",
        "Written by `python -m detector.report` from `train/scores.json`, which the recipe writes (`train/README.md`).",
        "Each row is `waywarden weights score` on a camera of which the network never saw a picture: people's boxes of",
        "10 px and more, every frame. AP50 and recall take all vehicles as one class.",
        "",
        "| camera | AP50 int8 | AP50 f32 | recall at 90 % precision | car by vote | bus | truck | best score |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, both in held.items():
        one = both["int8"]
        votes = " | ".join("{} of {}".format(*one["class_by_vote"][kind]) for kind in ("car", "bus", "truck"))
        cells = [
            name.removeprefix("tfl "),
            one["ap50"],
            both["f32"]["ap50"],
            one["recall_at_p90"],
            votes,
            one["best_score"],
        ]
        lines.append(f"| {' | '.join(str(cell) for cell in cells)} |")
    lines += ["", *_means(held), "", "## On made-up streets", "", *_made_up(scores.get("made-up streets", {}))]
    lines += ["", "## What each part of the material gives", "", *_parts(scores)]
    lines += [
        "",
        "## Is a score what it says?",
        "",
        "![Share of right detections by score, the three cameras](reliability.svg)",
        "",
        "Of all detections with a score in a band, how many were right. Scores are on the common scale, on which .5 is",
        "the threshold at which tracks begin.",
        "",
    ]
    return "\n".join(lines)


def _means(held: Mapping[str, Any]) -> list[str]:
    if not held:
        return []
    ones = [both["int8"] for both in held.values()]
    mean = sum(one["ap50"] for one in ones) / len(ones)
    right = sum(one["class_by_vote"][kind][0] for one in ones for kind in ("car", "bus", "truck"))
    asked = sum(one["class_by_vote"][kind][1] for one in ones for kind in ("car", "bus", "truck"))
    return [
        f"Mean AP50 of the three: **{mean:.3f}**. Class by vote: {right} of {asked} road users",
        f"({right / max(asked, 1):.0%}).",
        "",
        "| the redactor, for | vehicles hidden, 85 % of the box and more | of the picture |",
        "|---|---|---|",
        *(
            f"| {name} | {_mean(ones, name, 'covered'):.1%} | {_mean(ones, name, 'hidden_share'):.0%} |"
            for name in CARES
        ),
    ]


def _mean(ones: Sequence[Mapping[str, Any]], care: str, key: str) -> float:
    return sum(one["redaction"][care][key] * one["boxes"] for one in ones) / sum(one["boxes"] for one in ones)


def _made_up(table: Mapping[str, Any]) -> list[str]:
    if not table:
        return []
    columns = list(next(iter(table.values())))
    rows = [f"| {name} | {' | '.join(str(row[column]) for column in columns)} |" for name, row in table.items()]
    night = table["night"]["ap50"] / table["day"]["ap50"]
    return [
        "By `bench/street_scores.py`, on seeds that were not trained on; average precision by class.",
        "",
        f"| condition | {' | '.join(columns)} |",
        f"|---|{'---|' * len(columns)}",
        *rows,
        "",
        f"Night is {night:.2f} of day.",
    ]


def _parts(scores: Mapping[str, Any]) -> list[str]:
    rows = [(name, one) for name, one in scores.items() if "ap50" in one]
    if not rows:
        return ["Not measured on this recipe yet: `python -m detector --ablation`."]
    return [
        "On the three TfL clips together unless a row names one, every 3rd frame, in f32. Short courses, of 100 steps",
        "where the whole one has 600, say which way a part moves the score, not how far a whole one goes; they were",
        "before snow was among the made-up streets.",
        "",
        "| | AP50 | recall at 90 % precision | class by vote |",
        "|---|---|---|---|",
        *(
            f"| {name} | {one['ap50']} | {one['recall_at_p90']} | {one['class_by_vote']['share']} |"
            for name, one in rows
        ),
    ]


def plot(bands: Sequence[Sequence[Mapping[str, Any]]]) -> str:
    """Return an SVG: the share of right detections over the score, a line for each camera."""
    across, up = WIDE - 2 * EDGE, HIGH - 2 * EDGE

    def at(score: float, share: float) -> str:
        return f"{EDGE + score * across:.1f},{HIGH - EDGE - share * up:.1f}"

    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDE}" height="{HIGH}" fill="#fff"/>',
        f'<polyline points="{at(0, 0)} {at(1, 1)}" stroke="#999" stroke-dasharray="4 4" fill="none"/>',
        f'<polyline points="{at(0, 1)} {at(0, 0)} {at(1, 0)}" stroke="#333" fill="none"/>',
    ]
    for colour, rows in zip(("#0b6e99", "#c2571a", "#4d7c2a"), bands, strict=False):
        points = " ".join(at(row["from"] + 0.05, row["right"]) for row in rows)
        drawn.append(f'<polyline points="{points}" stroke="{colour}" stroke-width="2" fill="none"/>')
    for tick in (0.0, 0.5, 1.0):
        x, y = at(tick, 0).split(",")
        drawn.append(f'<text x="{x}" y="{float(y) + 18:.0f}" text-anchor="middle">{tick:g}</text>')
        x, y = at(0, tick).split(",")
        drawn.append(f'<text x="{float(x) - 8:.0f}" y="{float(y) + 4:.0f}" text-anchor="end">{tick:g}</text>')
    drawn.append(f'<text x="{WIDE / 2}" y="{HIGH - 8}" text-anchor="middle">score</text>')
    drawn.append(f'<text x="14" y="{HIGH / 2}" text-anchor="middle" transform="rotate(-90 14 {HIGH / 2})">right</text>')
    return "\n".join([*drawn, "</svg>", ""])


if __name__ == "__main__":
    main()
