"""What really happened on a made-up street. It exists only because the street does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from waywarden.terms.kinds import Kind, KindNumbers
from waywarden.terms.records import Direction
from waywarden.terms.transient import BoxesPx, Scores


@dataclass(frozen=True, slots=True)
class TrueCrossing:
    """The middle of one road user's footprint passed a gate's line on the ground, ``at_s`` after the first frame."""

    gate_id: str
    direction: Direction
    at_s: float
    kind: Kind
    speed_mps: float


@dataclass(frozen=True, slots=True)
class TrueMovement:
    """One vehicle came in over one gate and went out over another, both while the clip ran.

    ``at_s`` is the time of the way out, ``mean_speed_mps`` the distance driven between the gates by the time it took.
    """

    movement_id: str
    from_gate: str
    to_gate: str
    kind: Kind
    entered_s: float
    at_s: float
    mean_speed_mps: float


@dataclass(frozen=True, slots=True)
class TrueBoxes:
    """Exact boxes of one frame.

    Parameters
    ----------
    xyxy_px : (n, 4) float32
        The tight box of the body's outline, cut at the picture's edge.
    kind : (n,) int8
    visible_share : (n,) float32 in 0..1
        How much of the whole outline is really seen: not behind something, not outside the picture.
    """

    xyxy_px: BoxesPx
    kind: KindNumbers
    visible_share: Scores


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth of a clip.

    Parameters
    ----------
    crossings, movements : tuples in order of time
    queue_m : gate id -> (seconds,) float64
        At each whole second: from the stop line of that arm's traffic lane to the tail of its last vehicle upstream
        that is slower than 5 km/h; 0 without one. It is of the street, also where the picture does not show it.
    boxes : frame number -> TrueBoxes
    """

    crossings: tuple[TrueCrossing, ...]
    movements: tuple[TrueMovement, ...]
    queue_m: Mapping[str, npt.NDArray[np.float64]]
    boxes: Callable[[int], TrueBoxes]
