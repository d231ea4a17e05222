"""Where road users may be on a single picture: the object detector is shown it as it is, and mirrored.

What either look finds counts: this is for hiding, where one too many costs less than one too few. Parts of the picture,
shown larger, find a little more of those far away, and much more where nobody is.
"""

from __future__ import annotations

import numpy as np

from waywarden.sight.frame import Frame, as_frame
from waywarden.sight.ports import ObjectDetector
from waywarden.terms.transient import BoxesPx, Scores


def seek(frame: Frame, object_detector: ObjectDetector) -> tuple[BoxesPx, Scores]:
    """Return boxes (n, 4) px of ``frame`` and scores (n,): of the look at it, then of the look at its mirror image."""
    boxes, scores, _ = object_detector.detect(frame)
    mirrored, more, _ = object_detector.detect(as_frame(frame.rgb()[:, ::-1], frame.at))
    turned = frame.width - mirrored[:, [2, 1, 0, 3]]
    turned[:, 1::2] = mirrored[:, 1::2]
    return np.concatenate([boxes, turned]).astype(np.float32), np.concatenate([scores, more])
