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
from waywarden.sight.networks.network import NetworkObjectDetector
from waywarden.sight.ports import Seen


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
        alone = ~explained(moving, boxes)
        n = int(alone.sum())
        return (
            np.concatenate([boxes, moving[alone]]),
            np.concatenate([scores, np.full(n, MOVER_SCORE, np.float32)]),
            np.concatenate([kinds, unclassified[alone]]),
        )
