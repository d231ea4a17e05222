"""MOT: boxes of road users, frame by frame, as comma-separated text. Read, never written: it can name a track.

Source: the format of MOTChallenge (A. Milan et al., MOT16, arXiv:1603.00831, section 3.4): ``frame, id, left, top,
width, height, confidence``, then either ``class`` (and ``visibility``), or ``x, y, z`` of the world, -1 where unknown.
Frames and pixels are as the file has them; frames begin at 1, or at 0 where frame 0 occurs. Most trackers write it,
some with a header, which is then believed about the order of the columns.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from waywarden.terms.kinds import Kind

NOBODYS = -1
"""The number of a box that nobody followed."""

MOST_FRAMES = 1e9
"""A year at 30 frames a second."""
MOST_NUMBER = 2**62
"""Trackers number in 64 bits at most."""
MOST_PX = 1e6
"""No picture is so wide, and so far a tenth of a pixel is still told."""

_COLUMNS = ("frame", "id", "x", "y", "w", "h", "score", "class")
_NEEDED = 6
_WITH_WORLD = 10
_ALIASES: Mapping[str, str] = MappingProxyType(
    {"track_id": "id", "trackid": "id", "track": "id", "frame_id": "frame", "frame_number": "frame"}
    | {"left": "x", "top": "y", "width": "w", "height": "h"}
    | {"bb_left": "x", "bb_top": "y", "bb_width": "w", "bb_height": "h"}
    | {"conf": "score", "confidence": "score", "label": "class", "class_id": "class", "category": "class"}
)
COCO: Mapping[int, Kind] = MappingProxyType(
    {0: Kind.PEDESTRIAN, 1: Kind.BICYCLE, 2: Kind.CAR, 3: Kind.MOTORCYCLE, 5: Kind.BUS, 7: Kind.TRUCK}
)
"""Road users in the numbering of COCO's 80 classes, from 0; whatever else a number says is ``unclassified``."""
_NAMES: Mapping[str, Kind] = MappingProxyType({"person": Kind.PEDESTRIAN, "motorbike": Kind.MOTORCYCLE})


@dataclass(frozen=True, slots=True)
class MotBox:
    """One box. ``number`` is somebody else's track, or ``NOBODYS``; ``score`` is in 0..1, and 1 where none is given."""

    frame: int
    number: int
    left_px: float
    top_px: float
    width_px: float
    height_px: float
    score: float
    kind: Kind

    def __post_init__(self) -> None:
        """Raise ValueError if there is no such box."""
        if not 0 <= self.frame <= MOST_FRAMES:
            raise ValueError(f"a frame is a whole number from 0 to {MOST_FRAMES:g}, got {self.frame:g}")
        if abs(self.number) > MOST_NUMBER:
            raise ValueError(f"an id is at most {MOST_NUMBER}, got {self.number:g}")
        if not (self.width_px > 0 and self.height_px > 0):
            raise ValueError(f"a box is wider and higher than 0, got {self.width_px:g} x {self.height_px:g}")
        farthest_px = max(abs(self.left_px), abs(self.top_px), self.width_px, self.height_px)
        if farthest_px > MOST_PX:
            raise ValueError(f"a box is within {MOST_PX:g} pixels, got {farthest_px:g}")


def from_mot(text: str) -> list[MotBox]:
    """Read the boxes of a file, in order of frames.

    A score of 0 says that a box is not to be considered (MOT16, ground truth), so it is left out, unless every score
    is 0; -1, or nothing, says that there is no score. A class is a number of COCO or the name of a kind.

    Raises
    ------
    ValueError
        With the number of the line, and what was wanted there; also if there is no box at all.
    """
    reader = csv.reader(text.removeprefix("\ufeff").splitlines(), skipinitialspace=True, strict=True)
    try:
        boxes = list(_boxes(reader))
    except (ValueError, OverflowError, csv.Error) as fault:
        raise ValueError(f"line {reader.line_num}: {fault}") from fault
    if not boxes:
        raise ValueError("there is no box in it: write a line frame,id,x,y,w,h,score,class for each")
    scored = any(box.score > 0 for box in boxes)
    kept = [box for box in boxes if box.score > 0] if scored else [_sure(box) for box in boxes]
    return sorted(kept, key=lambda box: box.frame)


def _sure(box: MotBox) -> MotBox:
    return MotBox(box.frame, box.number, box.left_px, box.top_px, box.width_px, box.height_px, score=1.0, kind=box.kind)


def _boxes(lines: Iterable[Sequence[str]]) -> Iterator[MotBox]:
    columns: Mapping[str, int] | None = None
    for line in lines:
        cells = [cell.strip() for cell in line]
        if not any(cells) or cells[0].startswith("#"):
            continue
        if columns is None and not _is_number(cells[0]):
            columns = _header(cells)
            continue
        if columns is None:
            columns = {name: n for n, name in enumerate(_COLUMNS)}
        yield _box(cells, columns)


def _header(cells: Sequence[str]) -> Mapping[str, int]:
    """Return where each column is, by its name."""
    names = [cell.lower().replace(" ", "_") for cell in cells]
    found = {_ALIASES.get(name, name): n for n, name in reversed(list(enumerate(names)))}
    missing = [name for name in _COLUMNS[:_NEEDED] if name not in found]
    if missing:
        raise ValueError(f"the columns frame,id,x,y,w,h,score,class were wanted, got {','.join(cells)[:80]}")
    return found


def _box(cells: Sequence[str], columns: Mapping[str, int]) -> MotBox:
    if len(cells) < _NEEDED:
        raise ValueError(f"frame,id,x,y,w,h and perhaps score,class were wanted, got {','.join(cells)[:80]}")
    frame, number, left, top, width, height = (_number(cells, columns[name], name) for name in _COLUMNS[:_NEEDED])
    if frame != int(frame):
        raise ValueError(f"a frame is a whole number, got {frame:g}")
    score = _cell(cells, columns.get("score"))
    kind = "" if len(cells) >= _WITH_WORLD and columns["id"] == 1 else _cell(cells, columns.get("class"))
    return MotBox(int(frame), max(int(number), NOBODYS), left, top, width, height, _score(score), kind_of(kind))


def _cell(cells: Sequence[str], column: int | None) -> str:
    return cells[column] if column is not None and column < len(cells) else ""


def _number(cells: Sequence[str], column: int, name: str) -> float:
    cell = _cell(cells, column)
    if name == "id" and not cell:
        return NOBODYS
    if not _is_number(cell):
        raise ValueError(f'{name} is a number, got "{cell[:40]}"')
    return float(cell)


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


def _score(cell: str) -> float:
    if not cell:
        return 1.0
    if not _is_number(cell):
        raise ValueError(f'score is a number, got "{cell[:40]}"')
    score = float(cell)
    return 1.0 if score == -1 else min(max(score, 0.0), 1.0)


def kind_of(cell: str) -> Kind:
    """Return the kind that a file means: a number of COCO, a kind's name, or what others call it."""
    if _is_number(cell):
        return COCO.get(int(float(cell)), Kind.UNCLASSIFIED)
    name = cell.lower()
    return Kind(name) if name in set(Kind) else _NAMES.get(name, Kind.UNCLASSIFIED)
