"""A network and a motion detector together: whoever moves is counted, also where the network has no name for it.

A network of a few classes overlooks what it was not shown: a motorcycle beside a lorry, a car from straight above.
Movement sees them, and is wrong where road users touch. So the network's boxes stand, and a moving part counts only
where the network saw nothing near.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from waywarden.sight.frame import Frame
from waywarden.sight.moving.motion import MotionObjectDetector
from waywarden.sight.networks.heads import Floats
from waywarden.sight.networks.network import NetworkObjectDetector
from waywarden.sight.ports import Seen

NEAR = 0.35
"""A network's box reaches this share of its size further on every side (shadow, trailer, spray) ..."""
MOST_NEAR = 0.15
"""... and explains a moving part of which more than this share lies within. Tuned on the TfL clips' human counts."""
MOVER_SCORE = 0.55


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
        moving, _, unclassified = self._motion.detect(frame)
        alone = ~explained(moving, boxes)
        n = int(alone.sum())
        return (
            np.concatenate([boxes, moving[alone]]),
            np.concatenate([scores, np.full(n, MOVER_SCORE, np.float32)]),
            np.concatenate([kinds, unclassified[alone]]),
        )


def explained(moving: Floats, boxes: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return (m,) whether each of ``moving`` (m, 4) lies with more than ``MOST_NEAR`` in a grown box of (n, 4)."""
    if not len(boxes) or not len(moving):
        return np.zeros(len(moving), np.bool_)
    reach = (boxes[:, 2:] - boxes[:, :2]) * NEAR
    low = np.maximum(moving[:, None, :2], (boxes[:, :2] - reach)[None])
    high = np.minimum(moving[:, None, 2:], (boxes[:, 2:] + reach)[None])
    within = np.prod(np.clip(high - low, 0, None), axis=2) / np.prod(moving[:, 2:] - moving[:, :2], axis=1)[:, None]
    return np.asarray((within > MOST_NEAR).any(axis=1))
