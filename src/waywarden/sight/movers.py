"""A network and a motion detector together: whoever moves is counted, also where the network has no name for it.

A network of a few classes overlooks what it was not shown: a motorcycle beside a lorry, a car from straight above.
Movement sees them, and is wrong where road users touch. So the network's boxes stand, and a moving part counts only
where the network saw nothing near.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from waywarden.sight.cascade.unnamed import MOVER_SCORE, explained
from waywarden.sight.frame import Frame
from waywarden.sight.moving.motion import MotionObjectDetector
from waywarden.sight.moving.one import common
from waywarden.sight.networks.network import NetworkObjectDetector
from waywarden.sight.ports import Seen
from waywarden.terms.transient import BoxesPx


class WithMovers:
    """An ``ObjectDetector``: a network's boxes, and ``unclassified`` for what moves apart from them."""

    def __init__(self, network: NetworkObjectDetector) -> None:
        self._network = network
        self._motion = MotionObjectDetector()

    @property
    def name(self) -> str:
        """Both names, as stored in ``TrafficInterval.method``."""
        return f"{self._network.name}+{self._motion.name}"

    def learn(self, frames: Iterable[Frame]) -> None:
        """Make the motion detector's background."""
        self._motion.learn(frames)

    def detect(self, frame: Frame) -> Seen:
        """Return the network's boxes on ``frame``, then the movers that they do not explain."""
        boxes, scores, kinds = self._network.detect(frame)
        moving, _, unclassified = self._motion.parts(frame)
        alone = joined(moving[~explained(moving, boxes)])
        n = len(alone)
        return (
            np.concatenate([boxes, alone]),
            np.concatenate([scores, np.full(n, MOVER_SCORE, np.float32)]),
            np.concatenate([kinds, unclassified[:n]]),
        )


def joined(boxes: BoxesPx) -> BoxesPx:
    """Return (m, 4) boxes around those of (n, 4) that overlap: one who moves in pieces is one."""
    left, whole = [*boxes], []
    while left:
        box = left.pop()
        touching = [i for i, other in enumerate(left) if common(box, other) > 0]
        if not touching:
            whole.append(box)
            continue
        parts = np.stack([box, *(left.pop(i) for i in reversed(touching))])
        left += [*whole, np.concatenate([parts[:, :2].min(axis=0), parts[:, 2:].max(axis=0)])]
        whole = []
    return np.array(whole, np.float32).reshape(-1, 4)
