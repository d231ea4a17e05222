"""Any counter against the eighteen counting scenarios: ``check_counter``, and our own counter's result as a table.

``python -m waywarden.testing.check_counter`` prints the table; it ends with 1 if a scenario is counted wrongly.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from waywarden.terms.kinds import kind_number
from waywarden.terms.places import Camera, Gate
from waywarden.terms.records import Direction
from waywarden.terms.transient import Crossing
from waywarden.testing.counting.scenarios import TOLD, FrameBoxes, Scene, View, scene
from waywarden.traffic.boxes import Followed
from waywarden.traffic.finder import CrossingFinder

Counter = Callable[[Scene], tuple[int, int]]
"""Takes a scene (its frames, gate, rate and picture size; not its truth), returns how many crossed (down, up)."""

BOXES, TRACKS = View(), View(given=True)
_START = datetime(2026, 6, 1, 7, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a counter said of one scene."""

    scene: Scene
    got: tuple[int, int]

    @property
    def right(self) -> bool:
        """Whether that is the truth."""
        return self.got == self.scene.truth


def verdicts(counter: Counter, views: Iterable[View] = (BOXES, TRACKS)) -> list[Verdict]:
    """Return what ``counter`` says of every scenario in each of ``views``."""
    scenes = [scene(number, view) for view in views for number in TOLD]
    return [Verdict(each, counter(each)) for each in scenes]


def check_counter(counter: Counter, views: Iterable[View] = (BOXES, TRACKS)) -> None:
    """Check that ``counter`` counts all eighteen scenarios rightly in each of ``views``.

    As told: at 30 frames a second, from boxes that are to be tracked, and from somebody else's tracks with their
    breaks. AssertionError names every scenario that was not, with what was wanted and what came.
    """
    wrong = [each for each in verdicts(counter, views) if not each.right]
    if wrong:
        said = "; ".join(f"{each.scene.name}: wanted {each.scene.truth}, got {each.got}" for each in wrong)
        raise AssertionError(f"{len(wrong)} scenarios were counted wrongly: {said}")


def ours(told: Scene) -> tuple[int, int]:
    """Count a scene as Waywarden does."""
    camera = Camera("scene", told.name, (), gates=(Gate("gate", *told.gate_px),))
    finder = CrossingFinder(camera)
    found = [item for n, boxes in enumerate(told.frames) for item in finder.update(detections(n, boxes, told.rate_hz))]
    ways = [item.direction for item in [*found, *finder.finish()] if isinstance(item, Crossing)]
    return ways.count(Direction.FORWARD), ways.count(Direction.BACKWARD)


def detections(number: int, boxes: FrameBoxes, rate_hz: float) -> Followed:
    """Return frame ``number`` as the traffic half takes it."""
    at = _START + timedelta(seconds=number / rate_hz)
    kinds = np.array([kind_number(kind) for kind in boxes.kinds], np.int8)
    numbers = np.array(boxes.numbers, np.int64)
    score = np.ones(len(kinds), np.float32)
    return Followed("scene", at, 1 / rate_hz, boxes.xyxy_px.astype(np.float32), score, kinds, numbers)


def table(names: Sequence[str], columns: Sequence[Sequence[Verdict]]) -> str:
    """Return one line for each scenario, as Markdown: the truth, and what came in each of ``columns``."""
    lines = ["| scenario | truth | " + " | ".join(names) + " |", "|---" * (len(names) + 2) + "|"]
    for row in zip(*columns, strict=True):
        cells = [_said(row[0].scene.truth), *(_said(each.got) + ("" if each.right else " WRONG") for each in row)]
        lines.append(f"| {row[0].scene.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _said(counts: tuple[int, int]) -> str:
    return f"{counts[0]}/{counts[1]}"


def main() -> int:
    """Print what ours says of every scenario, as told and at 5 to 30 frames a second; 1 if any is wrong."""
    views = {"boxes, 30 Hz": BOXES, "tracks, 30 Hz": TRACKS}
    views |= {f"boxes, {hz:g} Hz": View(rate_hz=hz) for hz in (5.0, 12.5)}
    views |= {f"tracks, {hz:g} Hz": View(rate_hz=hz, given=True) for hz in (5.0, 12.5)}
    columns = [verdicts(ours, [view]) for view in views.values()]
    sys.stdout.write(table(list(views), columns) + "\n")
    right = [sum(each.right for each in column) for column in columns]
    sys.stdout.write(
        "right: " + ", ".join(f"{name}: {n} of {len(TOLD)}" for name, n in zip(views, right, strict=True)) + "\n"
    )
    return 0 if all(n == len(TOLD) for n in right) else 1


if __name__ == "__main__":
    sys.exit(main())
