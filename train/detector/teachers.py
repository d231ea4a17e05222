"""Labels by agreement: what several networks see, on the whole picture and on parts of it, at several scales.

A box is an example where two networks agree on it, and is neither example nor counter-example where only one says so.
Its class is that of the networks that name classes; where none of them joins in, a road user of unknown class.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np

from detector.pictures import CLASSES, UNKNOWN, Boxes, Picture
from waywarden.sight.frame import Frame
from waywarden.sight.networks.heads import overlap
from waywarden.sight.networks.network import NetworkObjectDetector
from waywarden.terms.kinds import KINDS

FILES = (
    "person-vehicle-bike-detection-crossroad-1016.xml",
    "person-vehicle-bike-detection-2004.xml",
    "nanodetplus_m_416.onnx",
    "yolox_nano_416.onnx",
)
SPLIT_KINDS = 2
"""From this teacher on they name classes; the ones before know a vehicle, a person and a bicycle."""
AT = datetime(2026, 1, 1, tzinfo=UTC)
SAME = 0.5
AGREED = 0.35
"""Of the common scale of scores; two teachers that are each at least this sure agree."""
ALONE = 0.3
"""What one teacher says alone, at least this surely, is noted as unsure."""
SURE_ALONE = 0.75
"""And at least this surely, on the whole picture, it is an example after all."""
GROUPS = {"pedestrian": 0, "bicycle": 1, "motorcycle": 1, "unclassified": 3}


class Teachers:
    """Several networks, and what they agree on."""

    def __init__(self, folder: Path) -> None:
        self._teachers = [NetworkObjectDetector(folder / name, least_score=0.15) for name in FILES]

    def label(self, picture: Picture) -> dict[str, list]:
        """Return boxes, kinds and what is unsure (rows of xyxy px, score, kind) of a (h, w, 3) picture, blue first."""
        boxes, scores, kinds, who = self._seen(picture)
        told: dict[str, list] = {"boxes": [], "kinds": [], "unsure": []}
        left = np.ones(len(boxes), bool)
        for i in np.argsort(-scores):
            if not left[i]:
                continue
            same = left & (overlap(boxes[i], boxes) >= SAME) & (_groups(kinds) == _groups(kinds[i : i + 1])[0])
            left &= ~(same | (overlap(boxes[i], boxes) >= SAME))
            if scores[i] < ALONE:
                continue
            agreed = {int(w) for w, s in zip(who[same], scores[same], strict=True) if s >= AGREED}
            if len(agreed) >= 2 or scores[i] >= SURE_ALONE:
                weight = scores[same][:, None]
                told["boxes"].append((boxes[same] * weight).sum(axis=0) / weight.sum())
                told["kinds"].append(_named(kinds[same], scores[same], who[same]))
            else:
                told["unsure"].append([*boxes[i], scores[i], kinds[i]])
        return {key: np.array(value).tolist() for key, value in told.items()}

    def _seen(self, picture: Picture) -> tuple[Boxes, np.ndarray, np.ndarray, np.ndarray]:
        found: list[tuple[Boxes, np.ndarray, np.ndarray, np.ndarray]] = []
        for (x, y), part in parts(picture):
            frame = Frame(av.VideoFrame.from_ndarray(np.ascontiguousarray(part), format="bgr24"), AT, 0.0)
            whole = part.shape == picture.shape
            for number, teacher in enumerate(self._teachers):
                boxes, scores, kinds = teacher.detect(frame)
                inner = whole | ~_touches(boxes, part, (x, y), picture)
                moved = boxes[inner] + np.array([x, y, x, y], np.float32)
                found.append((moved, scores[inner], kinds[inner], np.full(int(inner.sum()), number)))
        boxes, scores, kinds, who = (np.concatenate(column) for column in zip(*found, strict=True))
        return boxes, scores, kinds, who


def parts(picture: Picture) -> Iterator[tuple[tuple[int, int], Picture]]:
    """Yield the whole picture, and four overlapping parts of it, each with its place."""
    height, width = picture.shape[:2]
    yield (0, 0), picture
    h, w = round(height * 0.6), round(width * 0.6)
    for y in (0, height - h):
        for x in (0, width - w):
            yield (x, y), picture[y : y + h, x : x + w]


def _touches(boxes: Boxes, part: Picture, place: tuple[int, int], picture: Picture) -> np.ndarray:
    """Return (n,) whether a box ends at an edge of the part that is not one of the picture: it may be cut."""
    (x, y), (h, w), (height, width) = place, part.shape[:2], picture.shape[:2]
    low, high = boxes[:, :2], boxes[:, 2:]
    cut = np.zeros(len(boxes), bool)
    cut |= (x > 0) & (low[:, 0] < 3)
    cut |= (y > 0) & (low[:, 1] < 3)
    cut |= (x + w < width) & (high[:, 0] > w - 3)
    return np.asarray(cut | ((y + h < height) & (high[:, 1] > h - 3)))


def _groups(kinds: np.ndarray) -> np.ndarray:
    return np.array([GROUPS.get(KINDS[kind].value, 2) for kind in kinds])


def _named(kinds: np.ndarray, scores: np.ndarray, who: np.ndarray) -> int:
    votes: dict[int, float] = {}
    for kind, score, teacher in zip(kinds, scores, who, strict=True):
        name = KINDS[kind].value
        if name in CLASSES and (teacher >= SPLIT_KINDS or name == "pedestrian"):
            votes[CLASSES.index(name)] = votes.get(CLASSES.index(name), 0.0) + float(score)
    return max(votes, key=lambda kind: votes[kind]) if votes else UNKNOWN


def taught(folder: Path, pictures: Iterator[tuple[str, Picture]], cache: Path) -> dict[str, dict[str, list]]:
    """Return name -> labels of every picture; what is in the cache is not looked at again."""
    known: dict[str, dict[str, list]] = json.loads(cache.read_text()) if cache.exists() else {}
    teachers: Sequence[Teachers] = []
    for name, picture in pictures:
        if name not in known:
            teachers = teachers or [Teachers(folder)]
            known[name] = teachers[0].label(picture)
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text(json.dumps(known))
    return known
