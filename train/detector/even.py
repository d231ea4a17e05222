"""Where a score is even: from where on three of four detections are right, on material that was learnt from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
from scipy.optimize import isotonic_regression

from detector.pictures import Sample
from waywarden.run.weighing.precision import VEHICLES, Known, compared
from waywarden.sight.frame import Frame
from waywarden.sight.networks.network import COMMON_SCALE, NETWORKS, NetworkObjectDetector
from waywarden.sight.scoring import LEAST_SCORE
from waywarden.terms.transient import Detections

AT = datetime(2026, 1, 1, tzinfo=UTC)
RIGHT = 3 / 4


def even_score(weights: Path, stills: Sequence[Sample], exact: Sequence[Sample], seed: int = 1) -> float:
    """Return the network's own score from which on three of four detections of vehicles are right.

    Asked are all ``stills`` and as many pictures with exact boxes. The share of right ones is fitted over the score by
    isotonic regression: a better score is never less often right.
    """
    detector = NetworkObjectDetector(weights, LEAST_SCORE)
    chosen = np.random.default_rng(seed).permutation(len(exact))[: len(stills)]
    samples = [*stills, *(exact[i] for i in chosen)]
    answers = np.array(sorted(compared(list(_pairs(detector, samples)), VEHICLES).answers))
    share = isotonic_regression(answers[:, 1]).x
    if share[-1] < RIGHT:
        raise ValueError(f"{weights} is never right three times of four on what it learnt from: learn it again")
    (network,) = (network for network in NETWORKS if network.name == detector.name)
    least = answers[int(np.argmax(share >= RIGHT)), 0]
    return float(np.interp(least, COMMON_SCALE, (0.0, network.even_score, 1.0)))


def _pairs(detector: NetworkObjectDetector, samples: Sequence[Sample]) -> Iterator[tuple[Detections, Known]]:
    for one in samples:
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(one.picture), format="bgr24")
        seen = Detections("street", AT, 0.0, *detector.detect(Frame(picture, AT, 0.0)))
        yield seen, Known(one.boxes, one.kinds.astype(np.int8), one.ignored)
