"""What the motion detector sees of made-up streets: road users found, merged and made up, and the movements counted.

``python bench/movers.py [--seeds 1,2,3] [--conditions day] [--cache FOLDER]``
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from made_up_streets import CONDITIONS, clip_of

from waywarden.sight.moving.motion import MotionObjectDetector
from waywarden.sight.networks.heads import overlap
from waywarden.sight.sources.opening import open_source
from waywarden.sight.watch import watch
from waywarden.terms.kinds import KINDS, Kind
from waywarden.terms.transient import Detections, Passage
from waywarden.testing.street import MadeUpStreet, made_up_street
from waywarden.testing.truth import TrueBoxes
from waywarden.traffic.finder import CrossingFinder

Floats = npt.NDArray[np.float32]
EVERY = 5
"""Boxes are compared on every fifth frame."""
SEEN_SHARE = 0.4
"""Road users of whom less is seen, for others stand before them, are not asked for."""
LEAST_HEIGHT_PX = 12
FOUND = 0.4
"""Intersection over union."""
INSIDE = 0.6
"""One with more of its box than this in a seen box, which holds another one too, is merged."""


@dataclass(slots=True)
class Looks:
    """Sums over the frames compared: vehicles and others to be found, found, merged, and boxes that hold nobody."""

    vehicles: int = 0
    found: int = 0
    merged: int = 0
    others: int = 0
    others_found: int = 0
    boxes: int = 0
    empty: int = 0
    counted: Counter[str] = field(default_factory=Counter)

    def add(self, true: TrueBoxes, seen: Floats) -> None:
        """Compare one frame."""
        tall = true.xyxy_px[:, 3] - true.xyxy_px[:, 1] >= LEAST_HEIGHT_PX
        asked = tall & (true.visible_share >= SEEN_SHARE)
        vehicle = np.array([KINDS[kind] not in {Kind.PEDESTRIAN, Kind.BICYCLE} for kind in true.kind], bool)
        over = np.array([overlap(box, seen) for box in true.xyxy_px]).reshape(len(true.kind), len(seen))
        found = (over >= FOUND).any(axis=1)
        inside = _inside(true.xyxy_px, seen) >= INSIDE
        crowd = inside[asked & vehicle].sum(axis=0) >= 2
        self.vehicles += int((asked & vehicle).sum())
        self.found += int((asked & vehicle & found).sum())
        self.merged += int((inside[asked & vehicle & ~found] & crowd).any(axis=1).sum())
        self.others += int((asked & ~vehicle).sum())
        self.others_found += int((asked & ~vehicle & found).sum())
        self.boxes += len(seen)
        self.empty += int((~(over >= 0.05).any(axis=0)).sum())


def _inside(true: Floats, seen: Floats) -> Floats:
    """Return (m, n) shares of the true boxes (m, 4) that lie in the seen ones (n, 4)."""
    low = np.maximum(true[:, None, :2], seen[None, :, :2])
    high = np.minimum(true[:, None, 2:], seen[None, :, 2:])
    both = np.prod(np.clip(high - low, 0, None), axis=2)
    return np.asarray(both / np.prod(true[:, 2:] - true[:, :2], axis=1)[:, None], np.float32)


def look(street: MadeUpStreet, clip: Path) -> tuple[Looks, float]:
    """Return what was seen of ``clip``, and the CPU-seconds of a frame (decoding included)."""
    camera = street.camera(str(clip.resolve()))
    finder, looks, begun = CrossingFinder(camera), Looks(), time.process_time()
    spent, number, found = 0.0, 0, []
    for item in watch(camera.id, open_source(camera, clip.parent), MotionObjectDetector()):
        if not isinstance(item, Detections):
            continue
        found += finder.update(item)
        spent += time.process_time() - begun
        if number % EVERY == 0:
            looks.add(street.boxes(number), item.xyxy_px)
        number, begun = number + 1, time.process_time()
    looks.counted = Counter(one.movement_id for one in found + finder.finish() if isinstance(one, Passage))
    return looks, spent / max(1, number)


def main() -> int:
    """Look at the streets asked for and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1,2,3", help="of the made-up streets; 11 to 15 are kept for must_hold.py")
    parser.add_argument("--conditions", default="day", help=f"some of {','.join(CONDITIONS)}")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/waywarden-bench")
    arguments = parser.parse_args()
    for seed in arguments.seeds.split(","):
        for condition in arguments.conditions.split(","):
            street = made_up_street(int(seed), condition=condition)
            looks, frame_s = look(street, clip_of(street, arguments.cache))
            print(f"{seed} {condition}: {said(street, looks)}; {1000 * frame_s:.1f} CPU-ms a frame", flush=True)
    return 0


def said(street: MadeUpStreet, looks: Looks) -> str:
    """Return the line of one street."""
    true = Counter(movement.movement_id for movement in street.truth.movements)
    missed, extra = (true - looks.counted).total(), (looks.counted - true).total()
    off = [name for name in true | looks.counted if abs(true[name] - looks.counted[name]) > max(1, 0.03 * true[name])]
    return (
        f"vehicles found {looks.found / max(1, looks.vehicles):.0%}, merged {looks.merged / max(1, looks.vehicles):.0%}"
        f", others found {looks.others_found / max(1, looks.others):.0%}, empty boxes "
        f"{looks.empty / max(1, looks.boxes):.0%}; movements {true.total()}, missed {missed}, too many {extra}, off "
        f"{', '.join(f'{name} {looks.counted[name]} of {true[name]}' for name in off) or 'none'}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
