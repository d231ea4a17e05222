"""How good a network's boxes are: average precision, recall at a wanted precision, reliability of its scores.

Average precision is the area under the precision-recall curve with precision made monotone (Everingham et al. 2010,
PASCAL VOC, every-point form), at an intersection over union of one half.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from waywarden.terms.kinds import KINDS, Kind, kind_number
from waywarden.terms.transient import Detections

Boxes = npt.NDArray[np.float32]
Answers = list[tuple[float, int]]
"""(score, 1 right or 0 wrong) of each detection that was asked for."""

LEAST_OVERLAP = 0.5
LEAST_PX = 10.0
"""A true box with a side below this is not asked for."""
WANTED_PRECISION = 0.9
MOSTLY = 0.5
BANDS = 10


@dataclass(frozen=True, slots=True)
class Known:
    """What is on one picture: boxes (n, 4) px, kinds (n,), areas (m, 4) about which nothing is known."""

    boxes: Boxes
    kinds: npt.NDArray[np.int8]
    ignored: Boxes


@dataclass(slots=True)
class Compared:
    """Detections against truth, over many pictures."""

    answers: Answers
    wanted: int = 0


def compared(pairs: Sequence[tuple[Detections, Known]], kinds: Sequence[Kind], least_px: float = LEAST_PX) -> Compared:
    """Return how detections of ``kinds``, as one class, fare against true boxes of ``kinds``.

    Each true box is found once, by the surest detection that overlaps it by half. Detections of true boxes that are
    too small, and those mostly within an ignored area, are neither right nor wrong.
    """
    numbers = [kind_number(kind) for kind in kinds]
    found = Compared([])
    for seen, true in pairs:
        mine = np.isin(seen.kind, numbers)
        _compare(seen.xyxy_px[mine], seen.score[mine], true, np.isin(true.kinds, numbers), least_px, found)
    return found


def _compare(
    boxes: Boxes,
    scores: npt.NDArray[np.float32],
    true: Known,
    asked: npt.NDArray[np.bool_],
    least_px: float,
    into: Compared,
) -> None:
    sides = true.boxes[:, 2:] - true.boxes[:, :2]
    large = asked & (sides.min(axis=1, initial=1e9) >= least_px) if len(true.boxes) else asked
    into.wanted += int(large.sum())
    shares = overlaps(boxes, true.boxes)
    within = shares_within(boxes, true.ignored)
    for i, best in found_once(shares, scores, asked):
        if best is not None:
            if large[best]:
                into.answers.append((float(scores[i]), 1))
        elif not (within[i] > MOSTLY).any():
            into.answers.append((float(scores[i]), 0))


def found_once(
    shares: Boxes, scores: npt.NDArray[np.float32], asked: npt.NDArray[np.bool_]
) -> Iterator[tuple[int, int | None]]:
    """Yield each detection, the surest first, and the true box that it finds; a true box is found once.

    Parameters
    ----------
    shares : (n, m) intersection over union of detections and true boxes
    scores : (n,)
    asked : (m,) which true boxes can be found
    """
    free = asked.copy()
    for i in np.argsort(-scores, kind="stable").tolist():
        here = np.where(free, shares[i], 0.0)
        best = int(here.argmax()) if len(here) else -1
        if best >= 0 and here[best] >= LEAST_OVERLAP:
            free[best] = False
            yield i, best
        else:
            yield i, None


def curve(found: Compared) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return precision and recall after each detection, the surest first."""
    right = np.cumsum([hit for _, hit in sorted(found.answers, key=lambda pair: -pair[0])])
    return right / np.arange(1, len(right) + 1), right / max(found.wanted, 1)


def average_precision(found: Compared) -> float | None:
    """Return the area under the curve; None where nothing was to be found."""
    if not found.wanted:
        return None
    if not found.answers:
        return 0.0
    precision, recall = curve(found)
    from_here = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * from_here))


def recall_at(found: Compared, precision_wanted: float = WANTED_PRECISION) -> float | None:
    """Return the largest recall at which at least so much of what is said is right; None as above."""
    if not found.wanted:
        return None
    precision, recall = curve(found) if found.answers else (np.zeros(1), np.zeros(1))
    return float(np.max(np.where(precision >= precision_wanted, recall, 0.0)))


def best_score(found: Compared) -> float | None:
    """Return the score at which F1, of precision and recall, is largest."""
    if not found.wanted or not found.answers:
        return None
    precision, recall = curve(found)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    return sorted((score for score, _ in found.answers), reverse=True)[int(f1.argmax())]


def reliability(found: Compared) -> list[Mapping[str, Any]]:
    """Return, for each band of scores, how many detections there were and what share of them was right."""
    scores, right = zip(*found.answers, strict=True) if found.answers else ((), ())
    return by_band(np.asarray(scores), np.asarray(right))


def by_band(scores: npt.NDArray[Any], right: npt.NDArray[Any]) -> list[Mapping[str, Any]]:
    """Return, for each band of scores (n,) that has any, how many there are and what share of them is right (n,)."""
    band = np.minimum((scores * BANDS).astype(int), BANDS - 1)
    return [
        {"from": i / BANDS, "n": int((band == i).sum()), "right": round(float(right[band == i].mean()), 3)}
        for i in range(BANDS)
        if (band == i).any()
    ]


def overlaps(boxes: Boxes, others: Boxes) -> Boxes:
    """Return (n, m) intersection over union."""
    both = _shared(boxes, others)
    area, other = (np.prod(b[:, 2:] - b[:, :2], axis=1) for b in (boxes, others))
    return np.asarray(both / np.maximum(area[:, None] + other[None] - both, 1e-9), np.float32)


def shares_within(boxes: Boxes, areas: Boxes) -> Boxes:
    """Return (n, m) the share of each box that lies in each area."""
    own = np.maximum(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1), 1e-9)
    return np.asarray(_shared(boxes, areas) / own[:, None], np.float32)


def _shared(boxes: Boxes, others: Boxes) -> Boxes:
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    return np.asarray(np.prod(np.clip(high - low, 0, None), axis=2), np.float32)


VEHICLES: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind is not Kind.PEDESTRIAN)
