"""What constants of the redactor for kept pictures give, and cost: chosen on two cameras, told of the third.

Every 8th picture of the three labelled clips of Transport for London; each picture is taken for itself. The weights
learnt from none of them. Those that are built in were chosen on all three together.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import combinations, product
from pathlib import Path
from typing import Any

from waywarden.run.road.redaction import WANTED, Pair, found_on
from waywarden.run.weighing.cover import cover
from waywarden.run.weighing.known import find_known
from waywarden.run.weighing.weights import own
from waywarden.sight.redact import CROP, Care

SHARED = Path(os.environ.get("WAYWARDEN_SHARED", "../shared"))
EVERY = 8
CARES = [Care(*each) for each in product((0.07, 0.1, 0.15), (0.15, 0.25, 0.35), (0.03, 0.08, 0.15))]
AIMED_AT = (WANTED, 0.995)
Material = tuple[list[Pair], list[tuple[int, int]]]


def told(material: Sequence[Material], care: Care) -> tuple[float, float]:
    """Return the shares of boxes covered, and of pictures hidden."""
    pairs = [pair for some, _ in material for pair in some]
    found: dict[str, Any] = cover(pairs, [size for _, some in material for size in some], care)
    return found["covered"], found["hidden_share"]


def rows(clips: dict[str, Material]) -> Iterator[str]:
    """Yield what is chosen on two cameras and what it comes to on the third, and the same of what is built in."""
    yield "aimed at | chosen on | least score, margin, margin of the sure | there | on the third | covered | hidden"
    for aim, names in product(AIMED_AT, combinations(clips, 2)):
        (third,) = set(clips) - set(names)
        scored = {care: told([clips[name] for name in names], care) for care in CARES}
        enough = [care for care in CARES if scored[care][0] >= aim]
        care = min(enough, key=lambda each: scored[each][1]) if enough else max(CARES, key=lambda each: scored[each][0])
        covered, hidden = told([clips[third]], care)
        yield (
            f"{aim} | {' + '.join(names)} | {care.least_score}, {care.margin}, {care.sure_margin} | "
            f"{scored[care][0]:.4f} | {third} | {covered:.4f} | {hidden:.3f}"
        )
    every: list[tuple[str, ...]] = [*((name,) for name in clips), tuple(clips)]
    for some in every:
        covered, hidden = told([clips[name] for name in some], CROP)
        built_in = f"{CROP.least_score}, {CROP.margin}, {CROP.sure_margin}"
        yield f"built in | | {built_in} | | {' + '.join(some)} | {covered:.4f} | {hidden:.3f}"


def main() -> None:
    clips: dict[str, Material] = {}
    for material in find_known(SHARED / "data" / "tfl"):
        found = list(found_on(material, own(), EVERY))
        clips[material.pictures.stem[-5:]] = [pair for pair, _ in found], [size for _, size in found]
    for row in rows(clips):
        print(row, flush=True)


if __name__ == "__main__":
    main()
